import type { DiagnosticSink } from "../../diagnostics.js";
import type { Deployment, Stage } from "../../ir/deployment.js";
import type { Gateway } from "../../ir/gateway.js";
import type {
  ServiceIntegration,
  ServiceSubtype,
  SubtypeIntegration,
} from "../../ir/integration.js";
import type { AccessStatement, ServiceAccess } from "../../ir/manifest.js";
import type { MappedText, UriTemplate } from "../../ir/mapping.js";
import { isObject, quote } from "../../json.js";
import type { LoadedDocument } from "../../load/document.js";
import type { Pointer } from "../../pointer.js";

/** One call that a role must allow. */
interface Call {
  readonly action: string;
  /** ARN of what is acted on, `*` for what is decided by the request; undefined: it cannot be told. */
  resource(stage: Stage): string | undefined;
}

/**
 * What the roles of service integrations must allow, and nothing beside: the action, and the resource as far
 * as the document says it. Problem: GG123, a resource that is not told is every one of the service.
 */
export function lowerServiceAccess(
  document: LoadedDocument,
  gateway: Gateway,
  sink: DiagnosticSink,
): readonly ServiceAccess[] {
  const found = new Map<string, ServiceAccess & { readonly statements: AccessStatement[] }>();
  for (const { integration, method } of gateway.api.operations) {
    const call =
      integration.kind === "service"
        ? serviceCall(document, gateway.deployment, integration, method)
        : integration.kind === "subtype"
          ? subtypeCall(integration)
          : undefined;
    if (call === undefined) continue;
    if (integration.kind !== "service" && integration.kind !== "subtype") continue;
    const service = call.action.split(":")[0] ?? "";
    const credentials = textOf(integration.credentials);
    // the caller's own credentials need no role
    if (/^arn:aws[a-z-]*:iam::\*:user\/\*$/.test(credentials)) continue;
    const key = `${credentials} ${service}`;
    const access = found.get(key) ?? { credentials, service, statements: [] };
    found.set(key, access);
    const resources = gateway.deployment.stages.map((stage) => call.resource(stage));
    if (resources.includes(undefined)) reportOpen(call.action, integration.at, sink);
    add(access.statements, {
      action: call.action,
      resources: resources.map((resource) => portable(resource ?? "*", gateway.deployment)),
    });
  }
  return [...found.values()];
}

function add(statements: AccessStatement[], statement: AccessStatement): void {
  const isKnown = statements.some(
    ({ action, resources }) =>
      action === statement.action && resources.join("\n") === statement.resources.join("\n"),
  );
  if (!isKnown) statements.push(statement);
}

function reportOpen(action: string, at: Pointer, sink: DiagnosticSink): void {
  const message = `the role for ${quote(action)} allows it on every resource: the document does not say on which`;
  sink.info("GG123", at, message, { hint: "write the resource as text or as a stage variable" });
}

function textOf(template: UriTemplate | undefined): string {
  return (template ?? [])
    .map((part) => {
      if (part.kind === "text") return part.text;
      return part.kind === "path" ? `{${part.name}}` : `\${stageVariables.${part.name}}`;
    })
    .join("");
}

/** Stage variables put in; path parameters are anything. Undefined: a stage does not set a variable. */
function resolved(template: UriTemplate, stage: Stage): string | undefined {
  return resolvedText(
    template.map((part) => (part.kind === "path" ? "*" : textOf([part]))).join(""),
    stage,
  );
}

function resolvedText(text: string, stage: Stage): string | undefined {
  let isComplete = true;
  const result = text.replaceAll(
    /\$\{stageVariables\.(\w+)\}|\$stageVariables\.(\w+)/g,
    (_whole, braced: string | undefined, bare: string | undefined) => {
      const value = stage.variables.find(({ name }) => name === (braced ?? bare))?.value;
      if (value === undefined || value === "") isComplete = false;
      return value ?? "";
    },
  );
  return isComplete && !result.includes("$") ? result : undefined;
}

/** Region and account of the API itself are those of the stack. */
function portable(arn: string, { region, accountId }: Deployment): string {
  const parts = arn.split(":");
  if (parts.length < 6) return arn;
  if (parts[1] === "aws") parts[1] = "${AWS::Partition}";
  if (parts[3] === region) parts[3] = "${AWS::Region}";
  if (parts[4] === accountId) parts[4] = "${AWS::AccountId}";
  return parts.join(":");
}

function serviceCall(
  document: LoadedDocument,
  deployment: Deployment,
  integration: ServiceIntegration,
  method: string,
): Call | undefined {
  const { service, region } = integration;
  const given = document.node(integration.at);
  const templates =
    isObject(given) && isObject(given["requestTemplates"]) ? given["requestTemplates"] : {};
  const texts = Object.values(templates).filter((text): text is string => typeof text === "string");
  const parameters =
    isObject(given) && isObject(given["requestParameters"]) ? given["requestParameters"] : {};
  const source: CallSource = { integration, texts, parameters };
  const arn = (name: string, resource: string, where = deployment): string =>
    `arn:aws:${name}:${region || where.region}:${where.accountId}:${resource}`;
  const action = textOf(integration.action) || namedAction(source);
  switch (service) {
    case "sqs":
      return {
        action: `sqs:${action ?? "SendMessage"}`,
        resource: (stage) => {
          const [, account, queue] = queueOf(source, stage) ?? [];
          return queue === undefined ? undefined : `arn:aws:sqs:${region}:${account}:${queue}`;
        },
      };
    case "sns":
      return {
        action: `sns:${action ?? "Publish"}`,
        resource: (stage) => memberOf(source, "TopicArn", stage),
      };
    case "dynamodb":
      return {
        action: `dynamodb:${action ?? "*"}`,
        resource: (stage) => {
          const table = memberOf(source, "TableName", stage);
          const index = memberOf(source, "IndexName", stage);
          if (table === undefined) return undefined;
          const base = table.startsWith("arn:") ? table : arn("dynamodb", `table/${table}`);
          return index === undefined ? base : `${base}/index/${index}`;
        },
      };
    case "kinesis":
      return {
        action: `kinesis:${action ?? "PutRecord"}`,
        resource: (stage) => {
          const stream = memberOf(source, "StreamName", stage);
          return stream === undefined ? undefined : arn("kinesis", `stream/${stream}`);
        },
      };
    case "firehose":
      return {
        action: `firehose:${action ?? "PutRecord"}`,
        resource: (stage) => {
          const stream = memberOf(source, "DeliveryStreamName", stage);
          return stream === undefined ? undefined : arn("firehose", `deliverystream/${stream}`);
        },
      };
    case "events":
      return {
        action: `events:${action ?? "PutEvents"}`,
        resource: (stage) => {
          const bus = memberOf(source, "EventBusName", stage) ?? "default";
          return bus.startsWith("arn:") ? bus : arn("events", `event-bus/${bus}`);
        },
      };
    case "states":
      return {
        action: `states:${action ?? "StartExecution"}`,
        resource: (stage) =>
          memberOf(source, "stateMachineArn", stage) ?? memberOf(source, "executionArn", stage),
      };
    case "s3":
      return s3Call(integration, method);
    case "lambda":
      return undefined;
    default:
      return { action: `${service}:${action ?? "*"}`, resource: () => undefined };
  }
}

interface CallSource {
  readonly integration: ServiceIntegration;
  /** Request templates. */
  readonly texts: readonly string[];
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** `Action` of the query protocol: in a template, in the URI, or mapped as a literal. */
function namedAction({ texts, integration, parameters }: CallSource): string | undefined {
  const inText = [...texts, textOf(integration.path)]
    .map((text) => /(?:^|[?&\s])Action=([A-Za-z]+)/.exec(text)?.[1])
    .find((action) => action !== undefined);
  const mapped = literal(parameters["integration.request.querystring.Action"]);
  const target = literal(parameters["integration.request.header.X-Amz-Target"])?.split(".").at(-1);
  return inText ?? mapped ?? target;
}

function literal(value: unknown): string | undefined {
  return typeof value === "string" ? /^'(.*)'$/s.exec(value)?.[1] : undefined;
}

/** Account and name of a queue, in the path or as `QueueUrl`. */
function queueOf(source: CallSource, stage: Stage): readonly string[] | undefined {
  const url = memberOf(source, "QueueUrl", stage);
  const path = resolved(source.integration.path, stage);
  for (const text of [url, path]) {
    const match =
      text === undefined ? null : /\/(\d{12}|\*)\/([A-Za-z0-9_.*-]+)\/?(?:\?|$)/.exec(text);
    if (match !== null) return match;
  }
  return undefined;
}

/** A member of the call: of the JSON or form of a template, or mapped as a query parameter. */
function memberOf(
  { texts, parameters, integration }: CallSource,
  name: string,
  stage: Stage,
): string | undefined {
  const query = parameters[`integration.request.querystring.${name}`];
  const mapped =
    literal(query) ??
    (typeof query === "string" && query.startsWith("stageVariables.") ? `$${query}` : undefined);
  const found = [
    mapped,
    ...texts.map((text) => new RegExp(`"${name}"\\s*:\\s*"([^"]*)"`).exec(text)?.[1]),
    ...[...texts, textOf(integration.path)].map(
      (text) => new RegExp(`(?:^|[?&\\s])${name}=([^&\\s]+)`).exec(text)?.[1],
    ),
  ].find((value) => value !== undefined);
  if (found === undefined) return undefined;
  const inner = /^\$util\.urlEncode\(\s*['"]?(.*?)['"]?\s*\)$/.exec(found)?.[1] ?? found;
  const text = resolvedText(inner, stage);
  return text === undefined || text.includes("%") ? decoded(text) : text;
}

function decoded(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

const s3Actions: Readonly<Record<string, string>> = {
  GET: "s3:GetObject",
  HEAD: "s3:GetObject",
  PUT: "s3:PutObject",
  POST: "s3:PutObject",
  DELETE: "s3:DeleteObject",
};

/** The path is `/BUCKET/KEY`; a bucket alone is listed. */
function s3Call({ path, method: called }: ServiceIntegration, method: string): Call {
  const verb = called === "ANY" ? method : called;
  const whole = textOf(path).split("?")[0] ?? "";
  const isBucket = /^\/[^/]*\/?$/.test(whole);
  return {
    action: isBucket ? "s3:ListBucket" : (s3Actions[verb] ?? "s3:*"),
    resource: (stage) => {
      const text = resolved(path, stage)?.split("?")[0];
      const [, bucket = "", key] = /^\/([^/]+)\/?(.*)$/.exec(text ?? "") ?? [];
      if (bucket === "" || bucket.includes("*")) return undefined;
      return isBucket ? `arn:aws:s3:::${bucket}` : `arn:aws:s3:::${bucket}/${key ?? "*"}`;
    },
  };
}

const subtypeActions: Readonly<
  Record<ServiceSubtype, readonly [action: string, parameter: string, fallback: string | undefined]>
> = {
  "EventBridge-PutEvents": ["events:PutEvents", "EventBusName", "default"],
  "SQS-SendMessage": ["sqs:SendMessage", "QueueUrl", undefined],
  "SQS-ReceiveMessage": ["sqs:ReceiveMessage", "QueueUrl", undefined],
  "SQS-DeleteMessage": ["sqs:DeleteMessage", "QueueUrl", undefined],
  "SQS-PurgeQueue": ["sqs:PurgeQueue", "QueueUrl", undefined],
  "AppConfig-GetConfiguration": ["appconfig:GetConfiguration", "Application", undefined],
  "Kinesis-PutRecord": ["kinesis:PutRecord", "StreamName", undefined],
  "StepFunctions-StartExecution": ["states:StartExecution", "StateMachineArn", undefined],
  "StepFunctions-StartSyncExecution": ["states:StartSyncExecution", "StateMachineArn", undefined],
  "StepFunctions-StopExecution": ["states:StopExecution", "ExecutionArn", undefined],
};

function subtypeCall(integration: SubtypeIntegration): Call {
  const [action, name, fallback] = subtypeActions[integration.subtype];
  const given = integration.parameters.find((parameter) => parameter.name === name)?.value;
  const region = textOf(integration.region) || "${AWS::Region}";
  return {
    action,
    resource: (stage) => {
      const value = given === undefined ? fallback : mappedText(given, stage);
      if (value === undefined) return undefined;
      if (value.startsWith("arn:")) return value;
      switch (integration.subtype) {
        case "EventBridge-PutEvents":
          return `arn:aws:events:${region}:\${AWS::AccountId}:event-bus/${value}`;
        case "Kinesis-PutRecord":
          return `arn:aws:kinesis:${region}:\${AWS::AccountId}:stream/${value}`;
        case "SQS-SendMessage":
        case "SQS-ReceiveMessage":
        case "SQS-DeleteMessage":
        case "SQS-PurgeQueue":
          return queueArn(value);
        default:
          return undefined;
      }
    },
  };
}

function mappedText(text: MappedText, stage: Stage): string | undefined {
  let result = "";
  for (const part of text) {
    if (part.kind === "literal") result += part.text;
    else if (part.kind === "stageVariable") {
      const value = stage.variables.find(({ name }) => name === part.name)?.value;
      if (value === undefined || value === "") return undefined;
      result += value;
    } else return undefined;
  }
  return result;
}

/** `https://sqs.eu-west-1.amazonaws.com/123456789012/jobs`. */
function queueArn(url: string): string | undefined {
  const match = /^https?:\/\/([^/]+)\/(\d{12})\/([A-Za-z0-9_.-]+)$/.exec(url);
  if (match === null) return undefined;
  const [, host = "", account = "", queue = ""] = match;
  const region = /^sqs\.([a-z0-9-]+)\./.exec(host)?.[1] ?? "${AWS::Region}";
  return `arn:aws:sqs:${region}:${account}:${queue}`;
}
