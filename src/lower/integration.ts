import type { Integration, Mapped, VpcLink } from "../ir/integration.js";
import type { ResponseMapping, UriTemplate } from "../ir/mapping.js";
import type { HttpMethod, Response } from "../ir/operation.js";
import { quote } from "../json.js";
import type { ServiceUri } from "../language/uri-template.js";
import {
  httpUriProblem,
  parseFunctionUri,
  parseServiceUri,
  parseUriTemplate,
  stageVariablesOf,
} from "../language/uri-template.js";
import { nearestHint } from "../nearest.js";
import type { Pointer } from "../pointer.js";
import { followReference } from "./follow-reference.js";
import { lowerIntegrationResponses } from "./integration-response.js";
import { checkKeys } from "./known-keys.js";
import type { Lowering } from "./lowering.js";
import type { MappedOperation } from "./mapping.js";
import { lowerCacheKeys, lowerRequestParameters, lowerTemplates } from "./mapping.js";
import type { Members } from "./members.js";
import { lowerParameterChanges, lowerResponseChanges, noChanges } from "./parameter-changes.js";
import { payloadFormat } from "./payload-format.js";
import { reportRestOnlyMembers } from "./rest-only-members.js";
import { lowerSubtypeName, lowerSubtypeParameters } from "./service-subtype.js";
import { lowerRouteAnswers } from "./websocket/integration-response.js";

export const integrationKey = "x-amazon-apigateway-integration";

/** Members of an integration object. */
const integrationKeys = [
  "type",
  "httpMethod",
  "uri",
  "connectionType",
  "connectionId",
  "integrationTarget",
  "credentials",
  "requestParameters",
  "requestTemplates",
  "passthroughBehavior",
  "contentHandling",
  "timeoutInMillis",
  "cacheNamespace",
  "cacheKeyParameters",
  "responses",
  "responseParameters",
  "tlsConfig",
  "payloadFormatVersion",
  "integrationSubtype",
  "responseTransferMode",
  "$ref",
];
const integrationTypes = ["aws", "aws_proxy", "http", "http_proxy", "mock"] as const;
type IntegrationType = (typeof integrationTypes)[number];
const methods = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "ANY"] as const;

/** The operation that an integration answers. */
export interface IntegratedOperation extends MappedOperation {
  readonly method: HttpMethod | "ANY";
  /** `$default`, where the route is that one. */
  readonly routeKey: string | undefined;
  readonly responses: readonly Response[];
  /** False when no operation of the document has an integration: that is said once, elsewhere. */
  readonly isMissed: boolean;
}

/**
 * Lowers `x-amazon-apigateway-integration`. An operation without one answers nothing: GG401, a warning, as
 * an import takes it. Problems: GG402 to GG414, and those of mappings.
 */
export function lowerIntegration(
  context: Lowering,
  operation: Members,
  integrated: IntegratedOperation,
): Integration {
  const at = operation.place(integrationKey);
  const integration = followReference(context, operation.value[integrationKey], at);
  if (!integration) {
    const reason = "the operation has no integration";
    if (!operation.has(integrationKey) && integrated.isMissed) {
      context.sink.warning("GG401", operation.at, `${reason}; it answers 501`, {
        hint: `add ${integrationKey}`,
      });
    }
    return { kind: "none", at: operation.at, reason };
  }
  checkKeys(context, integration, integrationKeys);
  if (context.kind === "http") reportRestOnlyMembers(context, integration);
  return lowerIntegrationObject(context, integration, integrated);
}

/**
 * Lowers an integration by the names of the extension; those of WebSocket APIs are renamed. Problems: GG402 to
 * GG411, and those of mappings.
 */
export function lowerIntegrationObject(
  context: Lowering,
  integration: Members,
  integrated: IntegratedOperation,
): Integration {
  const type = lowerType(context, integration);
  if (type === undefined) return none(integration, "the type of the integration is not known");
  switch (type) {
    case "mock":
      return { kind: "mock", ...lowerMapped(context, integration, integrated, false) };
    case "http":
    case "http_proxy":
      return lowerHttp(context, integration, integrated, type === "http_proxy");
    case "aws":
    case "aws_proxy":
      return lowerAws(context, integration, integrated, type === "aws_proxy");
  }
}

function none(integration: Members, reason: string): Integration {
  return { kind: "none", at: integration.at, reason };
}

function lowerType(context: Lowering, integration: Members): IntegrationType | undefined {
  const text = integration.text("type");
  const type = integrationTypes.find((known) => known === text?.toLowerCase());
  if (type === undefined) {
    const at = integration.has("type") ? integration.place("type") : integration.at;
    const message =
      text === undefined
        ? "the integration has no type"
        : `${quote(text)} is not a type of integration: ${integrationTypes.join(", ")}`;
    context.sink.error("GG402", at, message, nearestHint(text ?? "", integrationTypes));
  } else if (context.kind === "http" && isRestType(type)) {
    const message = `HTTP APIs have no integrations of type ${type}`;
    context.sink.error("GG402", integration.place("type"), message, { hint: instead[type] });
  }
  return type;
}

function isRestType(type: IntegrationType): type is keyof typeof instead {
  return type in instead;
}

/** What an HTTP API has for types that only REST APIs have. */
const instead = {
  aws: "use aws_proxy with an integrationSubtype such as SQS-SendMessage, or choose a REST API",
  http: "use http_proxy with parameter mappings, or choose a REST API",
  mock: "answer from a function, or choose a REST API",
} as const;

function lowerMapped(
  context: Lowering,
  integration: Members,
  operation: IntegratedOperation,
  proxy: boolean,
): Mapped {
  const passthrough = integration.word("passthroughBehavior", [
    "WHEN_NO_MATCH",
    "WHEN_NO_TEMPLATES",
    "NEVER",
  ]);
  const requestParameters =
    context.kind === "http" ? [] : lowerRequestParameters(context, integration, operation);
  return {
    at: integration.at,
    requestParameters,
    // A proxy hands the body on as it is: its templates and responses are ignored by the service.
    requestTemplates: proxy ? [] : lowerTemplates(context, integration, "requestTemplates"),
    passthroughBehavior: passthrough ?? "WHEN_NO_MATCH",
    contentHandling: integration.word("contentHandling", ["CONVERT_TO_BINARY", "CONVERT_TO_TEXT"]),
    cacheKeyParameters: integration.texts("cacheKeyParameters") ?? [],
    cacheKeys: lowerCacheKeys(context, integration, requestParameters),
    cacheNamespace: integration.text("cacheNamespace"),
    responses: proxy ? [] : lowerResponses(context, integration, operation),
    changes:
      context.kind === "http" && !integration.has("integrationSubtype")
        ? lowerParameterChanges(context, integration, operation.routeKey ?? operation.path)
        : noChanges,
  };
}

function lowerResponses(
  context: Lowering,
  integration: Members,
  { responses }: IntegratedOperation,
): readonly ResponseMapping[] {
  return context.kind === "websocket"
    ? lowerRouteAnswers(context, integration)
    : lowerIntegrationResponses(context, integration, responses);
}

function lowerHttp(
  context: Lowering,
  integration: Members,
  operation: IntegratedOperation,
  proxy: boolean,
): Integration {
  const text = lowerUri(context, integration);
  if (text === undefined) return none(integration, "the integration has no uri");
  const uri = parseUriTemplate(text);
  useVariables(context, uri, integration.place("uri"));
  if (context.kind === "http" && isPrivateTarget(text, integration)) {
    return lowerPrivate(context, integration, operation, uri);
  }
  if (context.kind === "http" && integration.text("connectionType")?.toUpperCase() === "VPC_LINK") {
    const message =
      "an HTTP API reaches private hosts by the ARN of a listener or Cloud Map service";
    context.sink.warning("GG403", integration.place("uri"), message, {
      hint: "AWS refuses an address here; this gateway calls it through the VPC link",
    });
  }
  const isOpen = /^\$\{[^{}]+\}/.test(text) && !text.startsWith("${stageVariables.");
  const problem = isOpen ? undefined : httpUriProblem(uri);
  if (problem !== undefined) {
    const message = `Invalid HTTP endpoint specified for URI: ${quote(text)} ${problem}`;
    context.sink.error("GG403", integration.place("uri"), message);
  }
  context.needs.text(text, integration.place("uri"));
  const tls = integration.object("tlsConfig");
  const isHttp = context.kind === "http";
  return {
    kind: "http",
    proxy,
    ...lowerMapped(context, integration, operation, proxy),
    method: lowerMethod(context, integration, operation.method),
    uri,
    timeoutMs: lowerTimeout(context, integration),
    insecureSkipVerification: !isHttp && (tls?.flag("insecureSkipVerification") ?? false),
    vpcLink: lowerVpcLink(context, integration),
    transfer: lowerTransfer(context, integration),
  };
}

/** An ARN, or what a deployment tool puts in the place of one. */
function isPrivateTarget(text: string, integration: Members): boolean {
  if (text.startsWith("arn:")) return true;
  const isLinked = integration.text("connectionType")?.toUpperCase() === "VPC_LINK";
  return isLinked && /^\$\{(?!stageVariables\.)[^{}]+\}$/.test(text);
}

const privateArn =
  /^arn:[^:]*:(?:elasticloadbalancing:[^:]*:[^:]*:listener\/|servicediscovery:[^:]*:[^:]*:service\/)/;

/** A host in a private network, by the ARN of a listener or service. Problems: GG403, GG409, GG414. */
function lowerPrivate(
  context: Lowering,
  integration: Members,
  operation: IntegratedOperation,
  target: UriTemplate,
): Integration {
  const at = integration.place("uri");
  const text = integration.text("uri") ?? "";
  if (text.startsWith("arn:") && !privateArn.test(text)) {
    const message = `${quote(text)} is not the ARN of a load balancer's listener or of a Cloud Map service`;
    context.sink.error("GG403", at, message, {
      hint: "write arn:aws:elasticloadbalancing:REGION:ACCOUNT:listener/app/NAME/ID/ID",
    });
  }
  const vpcLink = lowerVpcLink(context, integration);
  if (vpcLink === undefined) {
    if (integration.text("connectionType")?.toUpperCase() !== "VPC_LINK") {
      context.sink.error("GG414", at, "a private host is reached through a VPC link only", {
        hint: "add connectionType: VPC_LINK and a connectionId",
      });
    }
    return none(integration, "the private integration has no VPC link");
  }
  return {
    kind: "private",
    ...lowerMapped(context, integration, operation, true),
    method: lowerMethod(context, integration, operation.method),
    target,
    vpcLink,
    timeoutMs: lowerTimeout(context, integration),
    serverName: integration.object("tlsConfig")?.text("serverNameToVerify"),
  };
}

function lowerAws(
  context: Lowering,
  integration: Members,
  operation: IntegratedOperation,
  proxy: boolean,
): Integration {
  const subtype = integration.text("integrationSubtype");
  if (subtype !== undefined) return lowerSubtype(context, integration, operation, subtype);
  const text = lowerUri(context, integration);
  if (text === undefined) return none(integration, "the integration has no uri");
  const called = parseFunctionUri(text);
  if (!called) return lowerService(context, integration, operation, text, proxy);
  const uriAt = integration.place("uri");
  useVariables(context, called.function, uriAt);
  const isPlainArn = text.startsWith("arn:") && !text.includes(":apigateway:");
  if (isPlainArn && context.kind === "rest") {
    const message =
      "AWS ARN for integration must contain path or action: this is the ARN of the function itself";
    context.sink.warning("GG404", uriAt, message, {
      hint: "write arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/ARN/invocations",
    });
  }
  return {
    kind: "function",
    proxy,
    ...lowerMapped(context, integration, operation, proxy),
    method: lowerFunctionMethod(context, integration, proxy),
    function: called.function,
    uri: text,
    timeoutMs: lowerTimeout(context, integration),
    payloadFormat: payloadFormat(integration, "payloadFormatVersion"),
    credentials: integration.text("credentials"),
    transfer: called.streaming ? "STREAM" : lowerTransfer(context, integration),
  };
}

function lowerService(
  context: Lowering,
  integration: Members,
  operation: IntegratedOperation,
  text: string,
  proxy: boolean,
): Integration {
  const at = integration.place("uri");
  const service = parseServiceUri(text);
  if (!service) {
    const message = text.startsWith("arn:")
      ? `AWS ARN for integration must contain path or action: ${quote(text)}`
      : `Invalid ARN specified in the request: ${quote(text)}`;
    context.sink.error("GG404", at, message);
    return none(integration, "the uri of the integration is no ARN that can be called");
  }
  if (proxy && service.service !== "firehose") {
    const message =
      "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations.";
    context.sink.error("GG405", at, message, { hint: "use type: aws" });
  }
  const uri = parseUriTemplate(text);
  useVariables(context, uri, at);
  context.needs.text(text, at);
  const credentials = integration.text("credentials");
  return {
    kind: "service",
    ...lowerMapped(context, integration, operation, proxy),
    method: lowerMethod(context, integration, operation.method),
    uri,
    ...service,
    timeoutMs: lowerTimeout(context, integration),
    credentials: lowerCredentials(context, integration),
    unserved: unservedReason(service, { proxy, credentials }),
  };
}

function lowerCredentials(context: Lowering, integration: Members): UriTemplate | undefined {
  const text = integration.text("credentials");
  if (text === undefined) return undefined;
  const credentials = parseUriTemplate(text);
  useVariables(context, credentials, integration.place("credentials"));
  return credentials;
}

/** The caller's identity is what IAM authorization finds out, which is not there yet. */
const callerIdentity = /^arn:[^:]*:iam::\*:user\/\*$/;
const serviceName = /^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*$/;

function unservedReason(
  { service, subdomain }: ServiceUri,
  {
    proxy,
    credentials = "",
  }: { readonly proxy: boolean; readonly credentials?: string | undefined },
): string | undefined {
  if (proxy) return `a proxy integration with the AWS service ${quote(service)} is not served yet`;
  if (callerIdentity.test(credentials)) {
    return `the AWS service ${quote(service)} is to be called as the caller (${credentials}), whose identity is not known yet`;
  }
  const names = subdomain === undefined ? [service] : [subdomain, service];
  return names.every((name) => serviceName.test(name))
    ? undefined
    : `the name of the AWS service ${quote(names.join("."))} holds a variable`;
}

/** A first-class integration of HTTP APIs: `SQS-SendMessage`. Problems: GG410 to GG413. */
function lowerSubtype(
  context: Lowering,
  integration: Members,
  operation: IntegratedOperation,
  written: string,
): Integration {
  if (context.kind === "rest") {
    const message = `REST APIs have no integration subtypes such as ${quote(written)}`;
    context.sink.error("GG410", integration.place("integrationSubtype"), message, {
      hint: "use type: aws with the service's ARN as uri, or set api: { kind: http }",
    });
    return none(integration, "REST APIs have no integration subtypes");
  }
  const subtype = lowerSubtypeName(context, integration, written);
  if (subtype === undefined) return none(integration, "the integration subtype is not known");
  const route = operation.routeKey ?? operation.path;
  const credentials = lowerCredentials(context, integration);
  if (credentials === undefined) {
    context.sink.warning("GG413", integration.at, `${subtype} needs the role to call as`, {
      hint: "add credentials: arn:aws:iam::ACCOUNT:role/NAME; here the gateway's own identity signs",
    });
  }
  return {
    kind: "subtype",
    ...lowerMapped(context, integration, operation, true),
    changes: {
      request: [],
      responses: lowerResponseChanges(context, integration, route),
    },
    subtype,
    ...lowerSubtypeParameters(context, integration, { subtype, route }),
    credentials,
    timeoutMs: lowerTimeout(context, integration),
  };
}

function lowerUri(context: Lowering, integration: Members): string | undefined {
  const text = integration.text("uri")?.trim();
  if (text !== undefined && text !== "") return text;
  const message = `an integration of type ${integration.text("type")} needs a uri`;
  context.sink.error("GG403", integration.at, message);
  return undefined;
}

function useVariables(context: Lowering, uri: UriTemplate, at: Pointer): void {
  for (const name of stageVariablesOf(uri)) context.needs.stageVariable(name, at);
}

function lowerMethod(
  context: Lowering,
  integration: Members,
  own: HttpMethod | "ANY",
): HttpMethod | "ANY" {
  const method = integration.word("httpMethod", methods);
  if (context.kind === "websocket") return lowerMessageMethod(context, integration, method);
  if (method !== undefined) return method;
  if (!integration.has("httpMethod") && context.kind === "rest") {
    const message = `Enumeration value for HttpMethod must be non-empty: ${own} is taken`;
    context.sink.warning("GG406", integration.at, message, { hint: `add httpMethod: ${own}` });
  }
  return own;
}

/** A message has no method of its own that could be repeated. */
function lowerMessageMethod(
  context: Lowering,
  integration: Members,
  method: HttpMethod | "ANY" | undefined,
): HttpMethod {
  if (method !== undefined && method !== "ANY") return method;
  const at = integration.has("httpMethod") ? integration.place("httpMethod") : integration.at;
  context.sink.warning("GG406", at, "the integration of a route needs a method: POST is taken", {
    hint: "add integrationMethod: POST",
  });
  return "POST";
}

/** Functions are invoked by POST; another method makes every proxy call fail, as on the service. */
function lowerFunctionMethod(
  context: Lowering,
  integration: Members,
  proxy: boolean,
): HttpMethod | "ANY" {
  const method = integration.word("httpMethod", methods);
  if (method === "POST") return method;
  const at = integration.has("httpMethod") ? integration.place("httpMethod") : integration.at;
  if (method === undefined) {
    if (context.kind === "rest") {
      context.sink.warning("GG406", at, "functions are invoked by POST, which is taken here", {
        hint: "add httpMethod: POST",
      });
    }
    return "POST";
  }
  const effect = proxy
    ? "every call fails with 500 on API Gateway, and here"
    : "API Gateway wants POST";
  context.sink.warning("GG407", at, `functions are invoked by POST, not ${method}: ${effect}`);
  return method;
}

/** HTTP APIs do not stream, which is reported with what else they do not read. */
function lowerTransfer(context: Lowering, integration: Members): "BUFFERED" | "STREAM" {
  const mode = integration.word("responseTransferMode", ["BUFFERED", "STREAM"]);
  return context.kind === "http" ? "BUFFERED" : (mode ?? "BUFFERED");
}

function lowerTimeout(context: Lowering, integration: Members): number {
  const key = "timeoutInMillis";
  const longest = context.kind === "http" ? 30_000 : 29_000;
  const timeout = integration.number(key);
  if (timeout === undefined) return longest;
  const at = integration.place(key);
  if (!Number.isInteger(timeout) || timeout < 50 || timeout > 900_000) {
    context.sink.error("GG408", at, `a timeout of ${timeout} ms is outside 50 to ${longest}`);
    return longest;
  }
  if (timeout > longest && context.kind === "websocket") {
    context.sink.error("GG408", at, `a timeout of ${timeout} ms is outside 50 to ${longest}`);
    return longest;
  }
  if (timeout > longest && lowerTransfer(context, integration) !== "STREAM") {
    const effect =
      context.kind === "http" ? "AWS refuses it for HTTP APIs" : "API Gateway needs a raised quota";
    context.sink.warning("GG408", at, `a timeout of ${timeout} ms is over ${longest}; ${effect}`);
  }
  return timeout;
}

function lowerVpcLink(context: Lowering, integration: Members): VpcLink | undefined {
  const type = integration.word("connectionType", ["INTERNET", "VPC_LINK"]);
  if (type !== "VPC_LINK") return undefined;
  const id = integration.text("connectionId");
  if (id === undefined) {
    context.sink.error("GG409", integration.at, "a VPC_LINK connection needs a connectionId");
    return undefined;
  }
  const connectionId = parseUriTemplate(id);
  useVariables(context, connectionId, integration.place("connectionId"));
  return { connectionId, integrationTarget: integration.text("integrationTarget") };
}
