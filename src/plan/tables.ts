import type { Authorization } from "../ir/authorizer.js";
import type {
  Backend,
  BackendConnection,
  Canary,
  Deployment,
  Redaction,
  Stage,
} from "../ir/deployment.js";
import type { Cors, Gateway } from "../ir/gateway.js";
import type { GatewayResponse } from "../ir/gateway-response.js";
import type { Mapped, ServiceIntegration, SubtypeIntegration } from "../ir/integration.js";
import type {
  GatewayParameter,
  HeaderMapping,
  MappedText,
  MappingExpression,
  MappingTemplate,
  ParameterChange,
  ParameterChanges,
  ResponseMapping,
  UriTemplate,
} from "../ir/mapping.js";
import type { Operation } from "../ir/operation.js";
import type {
  BackendConnectionTable,
  AccessTable,
  ApiTable,
  AwsServiceTable,
  CanaryTable,
  CorsTable,
  GatewayResponseTable,
  HeaderMapping as HeaderMappingTable,
  HttpApiServiceTable,
  IntegrationTable,
  MappedIntegration,
  MappedText as MappedTextTable,
  MappingSource,
  ObservabilityTable,
  ParameterChange as ParameterChangeTable,
  ParameterChanges as ParameterChangesTable,
  PolicyDocument,
  RouteTable,
  StageTable,
  UriPart,
  ValidationTable,
  WebSocketTable,
} from "../runtime/contracts.js";
import { accessTable } from "./access.js";
import { plannedFunction, type FunctionPlan } from "./functions.js";
import { methodTables } from "./method-tables.js";
import { accessorReference, templateReference } from "./mappings.js";
import { observabilityTable, redactionTable } from "./observability.js";
import { apiId, resourceId } from "./identifiers.js";
import type { OperationPlan } from "./plan.js";
import type { Selections } from "./selections.js";
import { unservedReason } from "./served.js";
import { Pattern, type Reference } from "./value.js";
import { webSocketTable } from "./websocket.js";

/** A run-time table whose functions and expressions are still names. */
export type Planned<T> = T extends RegExp
  ? Pattern
  : PolicyDocument extends T
    ? T
    : T extends (...input: never[]) => unknown
      ? Reference
      : T extends object
        ? { readonly [K in keyof T]: Planned<T[K]> }
        : T;

/** The run-time's tables as plain values, one for each generated file. */
export interface Tables {
  readonly identity: Planned<
    Omit<
      ApiTable,
      | "access"
      | "routes"
      | "integrations"
      | "gatewayResponses"
      | "stages"
      | "defaultStage"
      | "validators"
      | "websocket"
    >
  >;
  readonly websocket: Planned<WebSocketTable> | null;
  readonly observability: Planned<ObservabilityTable> | null;
  readonly access: Planned<AccessTable> | null;
  readonly routes: readonly Planned<RouteTable>[];
  readonly integrations: Readonly<Record<string, Planned<IntegrationTable>>>;
  readonly gatewayResponses: Readonly<Record<string, Planned<GatewayResponseTable>>>;
  readonly stages: Readonly<Record<string, Planned<StageTable>>>;
  readonly defaultStage: string | null;
}

/** Turns the IR into the values that the run-time reads. */
export function planTables(
  gateway: Gateway,
  operations: readonly OperationPlan[],
  functions: readonly FunctionPlan[],
  selections: Selections,
): Tables {
  const { api, deployment } = gateway;
  return {
    identity: {
      kind: api.kind,
      name: api.name,
      version: api.version,
      apiId: apiId(api.name),
      accountId: deployment.accountId,
      region: deployment.region,
      disableExecuteApiEndpoint: api.disableExecuteApiEndpoint,
      apiKeySource: api.apiKeySource,
      binaryMediaTypes: api.binaryMediaTypes,
      minimumCompressionSize: api.minimumCompressionSize ?? null,
      cors: api.cors === undefined ? null : corsTable(api.cors),
    },
    websocket:
      api.websocket === undefined ? null : webSocketTable(api.websocket, operations, selections),
    access: accessTable(gateway, operations),
    observability: observabilityTable(gateway, operations),
    routes: operations.map((operation) => routeTable(gateway, operation)),
    integrations: record(
      operations.map((operation) => [
        operation.name,
        integrationTable({ ...operation, selections }, gateway),
      ]),
    ),
    gatewayResponses: record(
      api.gatewayResponses.map((response) => [response.type, gatewayResponseTable(response)]),
    ),
    stages: record(
      deployment.stages.map((stage) => [
        stage.name,
        stageTable(stage, operations, functions, api.name),
      ]),
    ),
    defaultStage: deployment.defaultStage ?? null,
  };
}

function corsTable(cors: Cors): CorsTable {
  const { allowOrigins, allowMethods, allowHeaders, exposeHeaders, allowCredentials } = cors;
  return {
    allowOrigins,
    allowMethods,
    allowHeaders,
    exposeHeaders,
    allowCredentials,
    maxAge: cors.maxAge ?? null,
  };
}

/** A record whose keys are names of the spec. */
export function record<T>(entries: readonly (readonly [string, T])[]): Readonly<Record<string, T>> {
  return Object.fromEntries(entries);
}

function routeTable(gateway: Gateway, plan: OperationPlan): Planned<RouteTable> {
  const { operation, name } = plan;
  return {
    operation: name,
    operationName: operation.operationId ?? null,
    method: operation.method,
    path: operation.routeKey ?? operation.path,
    resourceId: resourceId(gateway.api.name, operation.path),
    authorization: authorizationTable(operation.authorization),
    apiKeyRequired: operation.apiKeyRequired,
    validation: validationTable(operation),
    source: operation.at.slice(operation.at.indexOf("#") + 1),
  };
}

function authorizationTable(authorization: Authorization): Planned<RouteTable["authorization"]> {
  if (authorization.kind !== "authorizer") return { kind: authorization.kind };
  return {
    kind: "authorizer",
    name: authorization.authorizer,
    scopes: authorization.scopes,
  };
}

function validationTable(operation: Operation): Planned<ValidationTable> | null {
  const { validator, parameters } = operation;
  if (validator === undefined) return null;
  const required = (place: "header" | "path" | "query"): readonly string[] =>
    validator.validateParameters
      ? parameters
          .filter((parameter) => parameter.in === place && parameter.required)
          .map((parameter) => parameter.name)
      : [];
  return {
    requiredHeaders: required("header"),
    requiredPath: required("path"),
    requiredQuery: required("query"),
    bodyModels: validator.validateBody ? bodyModels(operation) : null,
  };
}

function bodyModels({ body }: Operation): Readonly<Record<string, string>> {
  const entries = (body?.content ?? []).flatMap(({ mediaType, model }) =>
    model === undefined ? [] : [[mediaType, model] as const],
  );
  return record(entries);
}

/** An operation together with the selections that its templates are chosen by. */
interface IntegratedPlan extends OperationPlan {
  readonly selections: Selections;
}

function integrationTable(
  plan: IntegratedPlan,
  { api: { kind }, deployment }: Gateway,
): Planned<IntegrationTable> {
  const { integration } = plan.operation;
  const reason = unservedReason(integration);
  if (reason !== undefined) return { kind: "unsupported", reason };
  switch (integration.kind) {
    case "mock":
      return { kind: "mock", ...mapped(plan, integration) };
    case "private": {
      const { method, timeoutMs, serverName } = integration;
      return {
        kind: "http_api_private",
        method,
        target: uriParts(integration.target),
        vpcLink: uriParts(integration.vpcLink.connectionId),
        serverName: serverName ?? null,
        timeoutMs,
        changes: changesTable(plan, integration.changes),
      };
    }
    case "subtype":
      return subtypeTable(plan, integration, deployment);
    case "http": {
      const { method, timeoutMs, insecureSkipVerification } = integration;
      const call = {
        method,
        uri: uriParts(integration.uri),
        timeoutMs,
        insecureSkipVerification,
        vpcLink:
          integration.vpcLink === undefined ? null : uriParts(integration.vpcLink.connectionId),
      };
      const { transfer, changes } = integration;
      if (kind === "http") {
        return { kind: "http_api_proxy", ...call, changes: changesTable(plan, changes) };
      }
      return integration.proxy
        ? {
            kind: "http_proxy",
            ...call,
            requestParameters: requestMappings(plan, integration),
            transfer,
          }
        : { kind: "http", ...call, ...mapped(plan, integration) };
    }
    case "function": {
      const { method, timeoutMs, payloadFormat, changes } = integration;
      const called = uriParts(plannedFunction(integration.function, deployment));
      const call = { method, function: called, timeoutMs };
      if (kind === "http") {
        return {
          kind: "http_api_function",
          function: called,
          timeoutMs,
          payloadFormat,
          changes: changesTable(plan, changes),
        };
      }
      return integration.proxy
        ? {
            kind:
              kind === "rest" && integration.transfer === "STREAM"
                ? "aws_proxy_stream"
                : "aws_proxy",
            ...call,
            requestParameters: requestMappings(plan, integration),
          }
        : { kind: "aws_function", ...call, ...mapped(plan, integration) };
    }
    case "service":
      return serviceTable(plan, integration, deployment);
    case "none":
      throw new Error(`an integration of kind ${integration.kind} is never served`);
  }
}

function subtypeTable(
  plan: OperationPlan,
  integration: SubtypeIntegration,
  deployment: Deployment,
): Planned<HttpApiServiceTable> {
  const { subtype, timeoutMs, parameters, required, region, credentials } = integration;
  return {
    kind: "http_api_service",
    subtype,
    partition: partitionOf(credentials),
    region: region === undefined ? [deployment.region] : uriParts(region),
    parameters: record(parameters.map(({ name, value }) => [name, mappedText(plan, value)])),
    required,
    timeoutMs,
    credentials: credentials === undefined ? null : uriParts(credentials),
    changes: changesTable(plan, integration.changes),
  };
}

/** Nothing but the role tells it. */
function partitionOf(credentials: UriTemplate | undefined): string {
  const [first] = credentials ?? [];
  return (first?.kind === "text" && /^arn:(aws[a-z-]*):/.exec(first.text)?.[1]) || "aws";
}

function changesTable(
  plan: OperationPlan,
  { request, responses }: ParameterChanges,
): Planned<ParameterChangesTable> {
  const tables = (changes: readonly ParameterChange[]): Planned<ParameterChangeTable>[] =>
    changes.map(({ action, to, name, value }) => ({
      action,
      to,
      name,
      value: mappedText(plan, value),
    }));
  return {
    request: tables(request),
    responses: record(responses.map(({ status, changes }) => [String(status), tables(changes)])),
  };
}

function mappedText(plan: OperationPlan, text: MappedText): Planned<MappedTextTable> {
  return text.map((part): Planned<MappedTextTable>[number] => {
    switch (part.kind) {
      case "literal":
        return part.text;
      case "context":
        return { context: part.name };
      case "stageVariable":
        return { stageVariable: part.name };
      case "path":
        return { path: part.name };
      case "requestPath":
        return { requestPath: true };
      case "header":
        return { header: part.name };
      case "queryString":
        return { queryString: part.name };
      case "responseHeader":
        return { responseHeader: part.name };
      case "body":
        return { body: bodyAccessor(plan, part.jsonPath) };
      case "responseBody":
        return { responseBody: bodyAccessor(plan, part.jsonPath) };
    }
  });
}

function bodyAccessor(plan: OperationPlan, jsonPath: string | undefined): Reference | null {
  return jsonPath === undefined ? null : accessorReference(plan, jsonPath);
}

/** A region that the document leaves open is that of the deployment. */
function serviceTable(
  plan: IntegratedPlan,
  integration: ServiceIntegration,
  deployment: Deployment,
): Planned<AwsServiceTable> {
  const { method, partition, region, subdomain, service, action, path } = integration;
  return {
    kind: "aws_service",
    method,
    partition,
    region: /^[a-z0-9-]+$/.test(region) ? region : deployment.region,
    subdomain: subdomain ?? null,
    service,
    action: action === undefined ? null : uriParts(action),
    path: uriParts(path),
    timeoutMs: integration.timeoutMs,
    credentials: integration.credentials === undefined ? null : uriParts(integration.credentials),
    ...mapped(plan, integration),
  };
}

function mapped(plan: IntegratedPlan, integration: Mapped): Planned<MappedIntegration> {
  return {
    requestParameters: requestMappings(plan, integration),
    requestTemplates: templateTable(plan, integration.requestTemplates),
    passthroughBehavior: integration.passthroughBehavior,
    contentHandling: integration.contentHandling ?? null,
    responses: integration.responses.map((response) => responseTable(plan, response)),
  };
}

function requestMappings(
  plan: OperationPlan,
  { requestParameters }: Mapped,
): Planned<MappedIntegration["requestParameters"]> {
  return requestParameters.map(({ to, name, from }: GatewayParameter) => ({
    to,
    name,
    from: bodySource(plan, from) ?? mappingSource(from),
  }));
}

/** A value out of a body, read by an accessor of the operation's own. */
function bodySource(
  plan: OperationPlan,
  from: MappingExpression,
): Planned<MappingSource> | undefined {
  if ((from.kind !== "body" && from.kind !== "responseBody") || from.jsonPath === undefined) {
    return undefined;
  }
  const accessor = accessorReference(plan, from.jsonPath);
  return from.kind === "body" ? { body: accessor } : { responseBody: accessor };
}

function templateTable(
  plan: OperationPlan,
  templates: readonly MappingTemplate[],
): Readonly<Record<string, Reference>> {
  return record(
    templates.map((template) => [template.mediaType, templateReference(plan, template)]),
  );
}

function responseTable(
  plan: IntegratedPlan,
  response: ResponseMapping,
): Planned<MappedIntegration["responses"][number]> {
  return {
    pattern: response.pattern === undefined ? null : new Pattern(response.pattern),
    statusCode: response.statusCode,
    headers: response.headers.map(({ name, from }) => ({
      name,
      from: bodySource(plan, from) ?? mappingSource(from),
    })),
    templates: templateTable(plan, response.templates),
    ...(response.templateSelection === undefined
      ? {}
      : { templateSelection: plan.selections.table(response.templateSelection) }),
    contentHandling: response.contentHandling ?? null,
  };
}

function headerMappings(headers: readonly HeaderMapping[]): readonly Planned<HeaderMappingTable>[] {
  return headers.map(({ name, from }) => ({ name, from: mappingSource(from) }));
}

export function uriParts(parts: UriTemplate): readonly UriPart[] {
  return parts.map((part) => {
    switch (part.kind) {
      case "text":
        return part.text;
      case "stageVariable":
        return { stageVariable: part.name };
      case "path":
        return { path: part.name };
    }
  });
}

export function mappingSource(from: MappingExpression): Planned<MappingSource> {
  switch (from.kind) {
    case "literal":
      return { literal: from.text };
    case "context":
      return { context: from.name };
    case "stageVariable":
      return { stageVariable: from.name };
    case "path":
      return { path: from.name };
    case "header":
      return from.multiValue ? { multiValueHeader: from.name } : { header: from.name };
    case "queryString":
      return from.multiValue ? { multiValueQueryString: from.name } : { queryString: from.name };
    case "responseHeader":
      return from.multiValue
        ? { multiValueResponseHeader: from.name }
        : { responseHeader: from.name };
    case "body":
      return { body: null };
    case "responseBody":
      return { responseBody: null };
  }
}

function gatewayResponseTable(response: GatewayResponse): Planned<GatewayResponseTable> {
  return {
    statusCode: response.statusCode ?? null,
    headers: headerMappings(response.headers),
    templates: record(
      response.templates.map(({ mediaType, parts }) => [
        mediaType,
        parts.map((part) => (typeof part === "string" ? part : mappingSource(part))),
      ]),
    ),
  };
}

function stageTable(
  stage: Stage,
  operations: readonly OperationPlan[],
  functions: readonly FunctionPlan[],
  apiName: string,
): Planned<StageTable> {
  return {
    variables: record(stage.variables.map(({ name, value }) => [name, value])),
    backends: stage.backends.map((backend) => backendTable(backend, functions)),
    vpcLinks: record(
      stage.vpcLinks.map(({ name, upstream, stageInPath, connection }) => [
        name,
        { upstream, stageInPath, ...connectionMember(connection, undefined) },
      ]),
    ),
    methods: methodTables(stage, operations, apiName),
    canary: stage.canary === undefined ? null : canaryTable(stage.canary),
    ...redacted(stage.redact),
  };
}

function redacted(redact: Redaction): Pick<StageTable, "redact"> {
  const table = redactionTable(redact);
  return table === undefined ? {} : { redact: table };
}

function connectionMember(
  connection: BackendConnection | undefined,
  timeoutMs: number | undefined,
): { readonly connection?: Planned<BackendConnectionTable> } {
  return connection === undefined ? {} : { connection: connectionTable(connection, timeoutMs) };
}

function connectionTable(
  { tls, keepAlive, maxConcurrency, retries, circuitBreaker }: BackendConnection,
  timeoutMs: number | undefined,
): Planned<BackendConnectionTable> {
  return {
    tls:
      tls === undefined
        ? null
        : {
            caFile: tls.caFile ?? null,
            serverName: tls.serverName ?? null,
            insecureSkipVerification: tls.insecureSkipVerification,
          },
    keepAlive,
    maxConcurrency: maxConcurrency ?? null,
    retries:
      retries === undefined
        ? null
        : {
            ...retries,
            attemptTimeoutMs: retries.on.includes("timeout") ? (timeoutMs ?? null) : null,
          },
    circuitBreaker: circuitBreaker ?? null,
  };
}

function canaryTable({ percentTraffic, variables, useStageCache }: Canary): CanaryTable {
  return {
    percentTraffic,
    variables: record(variables.map(({ name, value }) => [name, value])),
    useStageCache,
  };
}

function backendTable(
  { match, target, timeoutMs, name, connection }: Backend,
  functions: readonly FunctionPlan[],
): Planned<StageTable["backends"][number]> {
  const base = {
    match,
    timeoutMs: timeoutMs ?? null,
    ...connectionMember(connection, timeoutMs),
  };
  switch (target.kind) {
    case "module": {
      const module = functions.find((candidate) => candidate.path === target.path);
      return { ...base, target: { kind: "module", name: module?.name ?? name } };
    }
    case "url":
      return { ...base, target: { kind: "url", url: target.url } };
    case "service": {
      const { name: service, region, endpoint } = target;
      return {
        ...base,
        target: {
          kind: "service",
          name: service,
          region: region ?? null,
          endpoint: endpoint ?? null,
        },
      };
    }
    case "lambda":
      return {
        ...base,
        target: { kind: "lambda", region: target.region, endpoint: target.endpoint ?? null },
      };
    case "mock":
      return {
        ...base,
        target: {
          kind: "mock",
          statusCode: target.statusCode,
          headers: record(target.headers.map((header) => [header.name, header.value])),
          body: target.body,
        },
      };
  }
}
