// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
/**
 * The tables that generated code fills in: the seam between the generator and the run-time.
 * Plain readonly values, complete (no key is left out but where it says so), prepared once at start into closures and
 * maps. Text from the spec stands here as data only.
 */

import type { Maybe, Round, Value, ValueMap } from "./velocity/value.js";

export type HttpMethod = "DELETE" | "GET" | "HEAD" | "OPTIONS" | "PATCH" | "POST" | "PUT";

/** One API with everything the gateway needs to answer for it. */
export interface ApiTable {
  readonly kind: "rest" | "http" | "websocket";
  readonly name: string;
  readonly version: string;
  /** Ten lower-case letters and digits, as the service makes them. */
  readonly apiId: string;
  /** Twelve digits. */
  readonly accountId: string;
  readonly region: string;
  readonly disableExecuteApiEndpoint: boolean;
  readonly apiKeySource: "HEADER" | "AUTHORIZER";
  readonly binaryMediaTypes: readonly string[];
  /** Bytes from which answers are compressed; null: never. */
  readonly minimumCompressionSize: number | null;
  /** Of HTTP APIs alone; null: browsers of other origins get no answer that they may read. */
  readonly cors: CorsTable | null;
  /** Of WebSocket APIs alone. */
  readonly websocket: WebSocketTable | null;
  /** Who may call; null: nothing of the API is protected. */
  readonly access: AccessTable | null;
  readonly routes: readonly RouteTable[];
  /** By operation. */
  readonly integrations: Readonly<Record<string, IntegrationTable>>;
  readonly gatewayResponses: Readonly<Partial<Record<GatewayResponseType, GatewayResponseTable>>>;
  readonly stages: Readonly<Record<string, StageTable>>;
  /** The stage that also answers without its name in the path; null when that would be ambiguous. */
  readonly defaultStage: string | null;
  /** By model name; empty when no route validates a body. */
  readonly validators: Readonly<Record<string, ModelValidator>>;
}

/** What a WebSocket API has beside its routes and their integrations. */
export interface WebSocketTable {
  /** Gives the key of the route that a message is for. */
  readonly routeSelection: SelectionExpression;
  readonly connection: ConnectionTable;
  /** By operation. */
  readonly routes: Readonly<Record<string, WebSocketRouteTable>>;
}

/** Text and values in order, joined; a value that is not there is empty text. */
export type SelectionExpression = readonly MappingSource[];

/** Limits of one connection. */
export interface ConnectionTable {
  /** Seconds without a message either way. */
  readonly idleTimeoutSeconds: number;
  readonly maxDurationSeconds: number;
  readonly maxMessageBytes: number;
  readonly maxFrameBytes: number;
  /** Seconds between pings of the gateway; null: it sends none. */
  readonly keepAliveSeconds: number | null;
  /** The first that the client offers is agreed on where the answer of `$connect` names none. */
  readonly subprotocols: readonly string[];
}

/** What a route of a WebSocket API has beside what all routes have. */
export interface WebSocketRouteTable {
  /** Gives the key of the model that a message must fit; null: messages are not validated. */
  readonly modelSelection: SelectionExpression | null;
  /** Key to model name; `$default` fits what no other key does. */
  readonly models: Readonly<Record<string, string>>;
  /** Gives the key of the request template; null: `$default`. */
  readonly templateSelection: SelectionExpression | null;
  /** The integration's answer goes back to the client. */
  readonly hasRouteResponse: boolean;
}

/** One method of one resource; one route of an HTTP or WebSocket API. */
export interface RouteTable {
  /** Unique name; the key of its integration, handler types and mappings. */
  readonly operation: string;
  /** The document's operationId. */
  readonly operationName: string | null;
  readonly method: HttpMethod | "ANY";
  /** Resource path: `/pets/{petId}`, `/{proxy+}`; `$default` of an HTTP API; a WebSocket route's key. */
  readonly path: string;
  /** Six lower-case letters and digits. */
  readonly resourceId: string;
  readonly authorization: AuthorizationTable;
  readonly apiKeyRequired: boolean;
  readonly validation: ValidationTable | null;
  /** Where the operation stands: `openapi.yaml:12:7`. */
  readonly source: string;
}

/** What a caller must show. */
export type AuthorizationTable =
  | { readonly kind: "none" }
  | { readonly kind: "iam" }
  /** `name`: key of the API's authorizers. `scopes`: one of them must be in the token. */
  | { readonly kind: "authorizer"; readonly name: string; readonly scopes: readonly string[] };

/** What decides who may call. */
export interface AccessTable {
  /** The API's resource policy, an IAM policy document; null: none. */
  readonly resourcePolicy: PolicyDocument | null;
  /** By name of the security scheme. */
  readonly authorizers: Readonly<Record<string, AuthorizerTable>>;
  /** Callers whose signatures are accepted. */
  readonly principals: readonly PrincipalTable[];
  /** By id. */
  readonly apiKeys: Readonly<Record<string, ApiKeyTable>>;
  /** By id. */
  readonly usagePlans: Readonly<Record<string, UsagePlanTable>>;
}

/** An IAM policy document; it was checked when the project was generated. */
export interface PolicyDocument {
  readonly [member: string]: PolicyValue;
}
export type PolicyValue =
  | string
  | number
  | boolean
  | null
  | readonly PolicyValue[]
  | { readonly [member: string]: PolicyValue };

export type AuthorizerTable = FunctionAuthorizerTable | CognitoAuthorizerTable | JwtAuthorizerTable;

/** An authorizer that is a Lambda function. */
export interface FunctionAuthorizerTable {
  readonly kind: "token" | "request";
  readonly function: UriTemplate;
  /** What identifies a caller; `token`: exactly one header. All must be sent, and are the cache key. */
  readonly identitySources: readonly IdentitySource[];
  /** `token`: must match the whole token. */
  readonly validation: RegExp | null;
  /** Seconds for which results are kept; 0: not at all. */
  readonly ttlSeconds: number;
  readonly timeoutMs: number;
  /** Form of the event; REST APIs have 1.0 alone. */
  readonly payloadFormat: "1.0" | "2.0";
  /** The result says yes or no instead of a policy; HTTP APIs alone. */
  readonly simpleResponses: boolean;
}

/** Tokens of Cognito user pools. */
export interface CognitoAuthorizerTable {
  readonly kind: "cognito";
  readonly pools: readonly UserPoolTable[];
  /** The header that carries the token. */
  readonly header: string;
  /** Must match the whole `aud` claim of an identity token. */
  readonly validation: RegExp | null;
}
export interface UserPoolTable {
  /** `arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_AbCdEf`, stage variables as parts. */
  readonly arn: UriTemplate;
  /** Issuer of the tokens; null: the pool's own on AWS. */
  readonly issuer: string | null;
  /** Where the issuer's keys are; null: where the issuer says. */
  readonly jwksUri: string | null;
}

/** Tokens of one issuer, as HTTP APIs take them. */
export interface JwtAuthorizerTable {
  readonly kind: "jwt";
  readonly issuer: string;
  /** Where the issuer's keys are; null: where the issuer says. */
  readonly jwksUri: string | null;
  /** A token is for one of them. */
  readonly audience: readonly string[];
  /** Where the token is read. */
  readonly identitySource: IdentitySource;
}

/** Where an identity source is read. */
export type IdentitySource =
  | { readonly header: string }
  | { readonly queryString: string }
  | { readonly stageVariable: string }
  | { readonly context: string };

/** A secret that is looked up at start: by name, and by key where the secret is a JSON object. */
export interface SecretReference {
  readonly secret: string;
  readonly key: string | null;
}

/** Someone who signs requests, and what he may do. */
export interface PrincipalTable {
  readonly name: string;
  /** `arn:aws:iam::123456789012:user/alice`. */
  readonly arn: string;
  readonly userId: string;
  readonly principalOrgId: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly accessKeyId: string;
  readonly secretAccessKey: SecretReference;
  readonly sessionToken: SecretReference | null;
  readonly policies: readonly PolicyDocument[];
}

export interface ApiKeyTable {
  readonly name: string;
  readonly customerId: string | null;
  readonly enabled: boolean;
  readonly value: SecretReference;
}

/** What the holders of some API keys may use, and how much. */
export interface UsagePlanTable {
  readonly name: string;
  /** Stages that the plan opens. */
  readonly stages: readonly string[];
  /** Ids of API keys. */
  readonly keys: readonly string[];
  readonly throttle: ThrottleTable | null;
  readonly quota: QuotaTable | null;
  /** By operation. */
  readonly methods: Readonly<Record<string, ThrottleTable>>;
}

/** What pages of other origins may do. Lists are in document order; `*` stands for all. */
export interface CorsTable {
  readonly allowOrigins: readonly string[];
  readonly allowMethods: readonly string[];
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly allowCredentials: boolean;
  /** Seconds; null: not said. */
  readonly maxAge: number | null;
}

/** A token bucket. */
export interface ThrottleTable {
  /** Requests a second. */
  readonly rateLimit: number;
  /** Requests at once. */
  readonly burstLimit: number;
}
export interface QuotaTable {
  readonly limit: number;
  readonly period: "DAY" | "WEEK" | "MONTH";
  /** Requests taken off the limit in the first period. */
  readonly offset: number;
}

/** What a request validator checks. Only the presence of parameters is checked, as the service does. */
export interface ValidationTable {
  readonly requiredHeaders: readonly string[];
  readonly requiredPath: readonly string[];
  readonly requiredQuery: readonly string[];
  /** Media type to model name; null: the body is not validated. */
  readonly bodyModels: Readonly<Record<string, string>> | null;
}

/** A model compiled at generation; `errors` is set after a call that gave false. */
export interface ModelValidator {
  (data: unknown): boolean;
  errors?: readonly ModelError[] | null;
}
export interface ModelError {
  readonly instancePath: string;
  readonly schemaPath: string;
  readonly keyword: string;
  readonly message?: string;
}

/** How a matched request is answered. */
export type IntegrationTable =
  | MockTable
  | HttpProxyTable
  | HttpTable
  | FunctionProxyTable
  | FunctionStreamTable
  | FunctionTable
  | AwsServiceTable
  | HttpApiFunctionTable
  | HttpApiProxyTable
  | HttpApiPrivateTable
  | HttpApiServiceTable
  | UnsupportedTable;

/** Members that all non-proxy integrations share. */
export interface MappedIntegration {
  readonly requestParameters: readonly RequestMapping[];
  readonly requestTemplates: Readonly<Record<string, Template>>;
  readonly passthroughBehavior: "WHEN_NO_MATCH" | "WHEN_NO_TEMPLATES" | "NEVER";
  readonly contentHandling: ContentHandling;
  readonly responses: readonly IntegrationResponseTable[];
}
export type ContentHandling = "CONVERT_TO_BINARY" | "CONVERT_TO_TEXT" | null;

export interface MockTable extends MappedIntegration {
  readonly kind: "mock";
}
/** The backend of both HTTP integration types. */
export interface HttpEndpointTable {
  readonly uri: UriTemplate;
  readonly timeoutMs: number;
  readonly insecureSkipVerification: boolean;
  /** Id of the VPC link that leads to the backend; null: the URI's own host is called. */
  readonly vpcLink: UriTemplate | null;
}
export interface HttpProxyTable extends HttpEndpointTable {
  readonly kind: "http_proxy";
  readonly method: HttpMethod | "ANY";
  readonly requestParameters: readonly RequestMapping[];
  /** `STREAM`: the answer goes on as it comes, however long it is; the time limit is for all of it. */
  readonly transfer: "BUFFERED" | "STREAM";
}
export interface HttpTable extends HttpEndpointTable, MappedIntegration {
  readonly kind: "http";
  readonly method: HttpMethod | "ANY";
}
export interface FunctionProxyTable {
  readonly kind: "aws_proxy";
  readonly method: HttpMethod | "ANY";
  /** The function's ARN or name, stage variables as parts. */
  readonly function: UriTemplate;
  /** Ignored by the service but for headers that break every call. */
  readonly requestParameters: readonly RequestMapping[];
  readonly timeoutMs: number;
}
/** A function that writes its answer piece by piece. */
export interface FunctionStreamTable extends Omit<FunctionProxyTable, "kind"> {
  readonly kind: "aws_proxy_stream";
}
export interface FunctionTable extends MappedIntegration {
  readonly kind: "aws_function";
  readonly method: HttpMethod | "ANY";
  readonly function: UriTemplate;
  readonly timeoutMs: number;
}
/** Any AWS service but Lambda: the mapped request is signed and sent to the service's endpoint. */
export interface AwsServiceTable extends MappedIntegration {
  readonly kind: "aws_service";
  readonly method: HttpMethod | "ANY";
  /** `aws`, `aws-cn`, `aws-us-gov`. */
  readonly partition: string;
  readonly region: string;
  /** What stands in front of the service in the ARN: `data` of `data.iot`. */
  readonly subdomain: string | null;
  /** As the ARN names it: `s3`, `events`, `states`. */
  readonly service: string;
  /** Name of the action; null: the path form. */
  readonly action: UriTemplate | null;
  /** Path and query at the endpoint; begins with a slash. */
  readonly path: UriTemplate;
  readonly timeoutMs: number;
  /** ARN of the role to call as; null: the gateway's own identity. */
  readonly credentials: UriTemplate | null;
}
/** A function behind a route of an HTTP API. */
export interface HttpApiFunctionTable {
  readonly kind: "http_api_function";
  /** The function's ARN or name, stage variables as parts. */
  readonly function: UriTemplate;
  readonly timeoutMs: number;
  /** Form of event and result. */
  readonly payloadFormat: "1.0" | "2.0";
  readonly changes: ParameterChanges;
}
/** An HTTP backend behind a route of an HTTP API. */
export interface HttpApiProxyTable extends HttpEndpointTable {
  readonly kind: "http_api_proxy";
  readonly method: HttpMethod | "ANY";
  readonly changes: ParameterChanges;
}
/** A private host behind a route of an HTTP API. */
export interface HttpApiPrivateTable {
  readonly kind: "http_api_private";
  readonly method: HttpMethod | "ANY";
  /** ARN of the listener or Cloud Map service; the settings may choose a backend by it. */
  readonly target: UriTemplate;
  /** Id of the VPC link that leads to the host. */
  readonly vpcLink: UriTemplate;
  /** The name that the host's certificate must show; null: that of the host itself. */
  readonly serverName: string | null;
  readonly timeoutMs: number;
  readonly changes: ParameterChanges;
}
/** An action of an AWS service behind a route of an HTTP API. */
export interface HttpApiServiceTable {
  readonly kind: "http_api_service";
  readonly subtype: ServiceSubtype;
  readonly partition: string;
  readonly region: UriTemplate;
  /** By the action's own names of its parameters. */
  readonly parameters: Readonly<Record<string, MappedText>>;
  /** Parameters without which the action is not called. */
  readonly required: readonly string[];
  readonly timeoutMs: number;
  /** ARN of the role to call as; null: the gateway's own identity. */
  readonly credentials: UriTemplate | null;
  readonly changes: ParameterChanges;
}
/** Source: developer guide, "Integration subtype reference". */
export type ServiceSubtype =
  | "EventBridge-PutEvents"
  | "SQS-SendMessage"
  | "SQS-ReceiveMessage"
  | "SQS-DeleteMessage"
  | "SQS-PurgeQueue"
  | "AppConfig-GetConfiguration"
  | "Kinesis-PutRecord"
  | "StepFunctions-StartExecution"
  | "StepFunctions-StartSyncExecution"
  | "StepFunctions-StopExecution";

/** What an HTTP API changes, in document order: of the request, and of answers by their status. */
export interface ParameterChanges {
  readonly request: readonly ParameterChange[];
  readonly responses: Readonly<Record<string, readonly ParameterChange[]>>;
}
export interface ParameterChange {
  readonly action: "append" | "overwrite" | "remove";
  readonly to: "header" | "querystring" | "path" | "status";
  /** Of the header or query parameter; empty for path and status. */
  readonly name: string;
  /** Empty for a removal. */
  readonly value: MappedText;
}

/** A text of an HTTP API's parameter mapping: literal text and what is read of each request, in order. */
export type MappedText = readonly MappedTextPart[];
export type MappedTextPart =
  | string
  | { readonly header: string }
  | { readonly queryString: string }
  | { readonly path: string }
  /** The whole path behind the stage. */
  | { readonly requestPath: true }
  | { readonly body: JsonAccessor | null }
  | { readonly responseHeader: string }
  | { readonly responseBody: JsonAccessor | null }
  | { readonly context: string }
  | { readonly stageVariable: string };

/** A part of the spec that this gateway cannot serve yet; the route answers 501 with the reason. */
export interface UnsupportedTable {
  readonly kind: "unsupported";
  readonly reason: string;
}

/** Literal text and holes in order; holes for stage variables are filled at start, path holes per request. */
export type UriTemplate = readonly UriPart[];
export type UriPart = string | { readonly stageVariable: string } | { readonly path: string };

/** One entry of an integration's `requestParameters`. */
export interface RequestMapping {
  readonly to: "header" | "querystring" | "path";
  readonly name: string;
  readonly from: MappingSource;
}
/** One entry of an integration response's or gateway response's `responseParameters`. */
export interface HeaderMapping {
  readonly name: string;
  readonly from: MappingSource;
}

/** The right side of a parameter mapping. A source without a value maps nothing. */
export type MappingSource =
  | { readonly literal: string }
  | { readonly context: string }
  | { readonly stageVariable: string }
  | { readonly path: string }
  | { readonly header: string }
  | { readonly multiValueHeader: string }
  | { readonly queryString: string }
  | { readonly multiValueQueryString: string }
  | { readonly body: JsonAccessor | null }
  | { readonly responseHeader: string }
  | { readonly multiValueResponseHeader: string }
  | { readonly responseBody: JsonAccessor | null };

/**
 * Reads one value out of the text of a body, as a mapping prints it; undefined when the path leads
 * nowhere, or to null. Throws a `TemplateBodyError` when the body is read as JSON and is none.
 */
export type JsonAccessor = (body: string) => string | undefined;

export interface IntegrationResponseTable {
  /** Must match the whole status text or error message; null: the default. */
  readonly pattern: RegExp | null;
  readonly statusCode: number;
  readonly headers: readonly HeaderMapping[];
  /** By media type; in WebSocket APIs by the value of the selection. */
  readonly templates: Readonly<Record<string, Template>>;
  /** Of WebSocket APIs alone: gives the key of the template; absent: `$default`. */
  readonly templateSelection?: SelectionExpression;
  readonly contentHandling: ContentHandling;
}

/**
 * A compiled mapping template: renders the payload, may write into `$context` on the way. Throws a
 * `TemplateError` where the service fails the request.
 */
export type Template = (input: TemplateInput) => string;

/** What a compiled template reads. Texts are empty for what is not there. */
export interface TemplateInput {
  /** The payload as text; `{}` when it is empty. */
  readonly body: string;
  /** The payload read as JSON, when first asked for. Throws a `TemplateBodyError`. */
  readonly json: Value;
  /** `$input.params(name)`: path, then query string, then header. */
  param(name: string): string;
  /** `$input.params()`: maps `path`, `querystring` and `header`. */
  readonly params: ValueMap;
  /** A text of `$context`, by dotted name: `identity.sourceIp`. */
  context(name: string): string;
  /** `$context` as a whole, for what templates write and for what is no text. */
  readonly contextVariables: ValueMap;
  stageVariable(name: string): string;
  readonly stageVariables: ValueMap;
  /** The rounds of `#foreach`: 1000 at most. `parent`: the round of the loop around. */
  each(list: Maybe, parent?: Maybe): Iterable<readonly [item: Maybe, round: Round]>;
}

/** The service's gateway response types. Source: developer guide, "Gateway response types". */
export type GatewayResponseType =
  | "ACCESS_DENIED"
  | "API_CONFIGURATION_ERROR"
  | "AUTHORIZER_CONFIGURATION_ERROR"
  | "AUTHORIZER_FAILURE"
  | "BAD_REQUEST_BODY"
  | "BAD_REQUEST_PARAMETERS"
  | "DEFAULT_4XX"
  | "DEFAULT_5XX"
  | "EXPIRED_TOKEN"
  | "INTEGRATION_FAILURE"
  | "INTEGRATION_TIMEOUT"
  | "INVALID_API_KEY"
  | "INVALID_SIGNATURE"
  | "MISSING_AUTHENTICATION_TOKEN"
  | "QUOTA_EXCEEDED"
  | "REQUEST_TOO_LARGE"
  | "RESOURCE_NOT_FOUND"
  | "THROTTLED"
  | "UNAUTHORIZED"
  | "UNSUPPORTED_MEDIA_TYPE"
  | "WAF_FILTERED";

export interface GatewayResponseTable {
  readonly statusCode: number | null;
  readonly headers: readonly HeaderMapping[];
  /** Media type to simple substitution text (not Velocity); empty: the default template. */
  readonly templates: Readonly<Record<string, readonly SubstitutionPart[]>>;
}
export type SubstitutionPart = string | MappingSource;

export interface StageTable {
  readonly variables: Readonly<Record<string, string>>;
  /** What stands behind ARNs and hosts, best match first. */
  readonly backends: readonly BackendTable[];
  /** By connection id. */
  readonly vpcLinks: Readonly<Record<string, VpcLinkTable>>;
  /** Settings of methods, by operation; one without settings is neither limited nor cached. */
  readonly methods: Readonly<Record<string, MethodTable>>;
  readonly canary: CanaryTable | null;
  /** What no log, metric or span of the stage shows; absent: credentials alone. */
  readonly redact?: RedactionTable;
}

/** Settings of one method in one stage. */
export interface MethodTable {
  /** The method's own bucket in this stage; null: no limit. */
  readonly throttle: ThrottleTable | null;
  /** Null: answers are not cached. */
  readonly cache: CacheTable | null;
  /** What the execution log shows; null: nothing. */
  readonly executionLog: ExecutionLogTable | null;
}

export interface ExecutionLogTable {
  /** `ERROR`: only what failed. */
  readonly level: "ERROR" | "INFO";
  /** Headers and bodies are shown, too. */
  readonly dataTrace: boolean;
}

/** How the answers of one method are cached. */
export interface CacheTable {
  /** Seconds, 1 to 3600. */
  readonly ttlSeconds: number;
  readonly encrypted: boolean;
  /** `Cache-Control: max-age=0` refreshes an entry only for callers that may invalidate. */
  readonly requireAuthorization: boolean;
  readonly unauthorizedStrategy:
    "FAIL_WITH_403" | "SUCCEED_WITH_RESPONSE_HEADER" | "SUCCEED_WITHOUT_RESPONSE_HEADER";
  /** What tells requests apart beside the method and its resource. */
  readonly keyParameters: readonly MappingSource[];
  /** Methods of one namespace share entries; default: the resource's id. */
  readonly namespace: string;
}

/** A share of the requests that sees other stage variables. */
export interface CanaryTable {
  /** 0 to 100. */
  readonly percentTraffic: number;
  /** All variables of the stage as canary requests see them. */
  readonly variables: Readonly<Record<string, string>>;
  /** Canary requests use the entries of the stage's cache. */
  readonly useStageCache: boolean;
}

/** Where a VPC link leads. */
export interface VpcLinkTable {
  /** Scheme, host and port of the private host. */
  readonly upstream: string;
  /** The backend sees the stage's name in front of the path. */
  readonly stageInPath: boolean;
  /** Absent: as all connections are. */
  readonly connection?: BackendConnectionTable;
}

/** What a store of limits, caches and counters is used for. */
export type StateUse = "throttle" | "quota" | "cache" | "authorizerCache" | "connections";

/** A backend chosen by an ARN pattern (with `*`), a function name, a host or an operation. */
export interface BackendTable {
  readonly match: readonly string[];
  readonly target: BackendTarget;
  /** Overrides the integration's own limit when not null. */
  readonly timeoutMs: number | null;
  /** Of HTTP integrations; absent: as all connections are. */
  readonly connection?: BackendConnectionTable;
}

/** How an HTTP backend is connected to. */
export interface BackendConnectionTable {
  readonly tls: {
    /** PEM, relative to the folder that the gateway is started in: the only authorities that count. */
    readonly caFile: string | null;
    /** The name that certificates must show. */
    readonly serverName: string | null;
    readonly insecureSkipVerification: boolean;
  } | null;
  readonly keepAlive: boolean;
  /** Calls at once, of each process; others wait, within their time limit. */
  readonly maxConcurrency: number | null;
  readonly retries: RetriesTable | null;
  readonly circuitBreaker: CircuitBreakerTable | null;
}
export interface RetriesTable {
  /** After the first one. */
  readonly attempts: number;
  readonly on: readonly ("connect" | "5xx" | "timeout")[];
  /** Before the first retry; doubled for each that follows. */
  readonly backoffMs: number;
  /** Limit of every attempt but the last; null: attempts that may be too slow share that of the call. */
  readonly attemptTimeoutMs: number | null;
}
export interface CircuitBreakerTable {
  readonly failures: number;
  readonly windowMs: number;
  readonly cooldownMs: number;
}

export type BackendTarget =
  /** A handler module of the project, by its name in the function registry. */
  | { readonly kind: "module"; readonly name: string }
  /** HTTP address; for a function, a Lambda endpoint (`/2015-03-31/functions/NAME/invocations`). */
  | { readonly kind: "url"; readonly url: string }
  /** Another endpoint, region or name of an AWS service; null: as the integration says. */
  | {
      readonly kind: "service";
      readonly name: string;
      readonly region: string | null;
      readonly endpoint: string | null;
    }
  /** The function on AWS Lambda; credentials come from the environment. */
  | { readonly kind: "lambda"; readonly region: string; readonly endpoint: string | null }
  | {
      readonly kind: "mock";
      readonly statusCode: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    };

/** The access log of one stage. */
export interface AccessLogTable {
  /** How values are escaped. */
  readonly format: "json" | "xml" | "csv" | "text";
  /** Text, and names of `$context` without the leading `context.`. */
  readonly parts: readonly (string | { readonly context: string })[];
  readonly destination: LogDestinationTable;
}
export type LogDestinationTable =
  | { readonly kind: "stdout" }
  /** Relative to the folder that the gateway is started in. */
  | { readonly kind: "file"; readonly path: string }
  | {
      readonly kind: "http";
      readonly url: string;
      readonly headers: Readonly<Record<string, string | SecretReference>>;
    };

/** What is told of requests, beside the execution log. */
export interface ObservabilityTable {
  /** By stage. */
  readonly accessLogs: Readonly<Record<string, AccessLogTable>>;
  /** Null: none are kept. */
  readonly metrics: MetricsTable | null;
  /** By stage. */
  readonly tracing: Readonly<Record<string, TracingTable>>;
}

/** What is counted, and where it goes beside the admin listener. */
export interface MetricsTable {
  /** Operations that are counted by themselves, by stage. */
  readonly detailed: Readonly<Record<string, readonly string[]>>;
  /** Namespace of CloudWatch's embedded metric format; null: no such lines. */
  readonly emfNamespace: string | null;
  readonly otlp: (OtlpTable & { readonly intervalSeconds: number }) | null;
}

/** A collector of OpenTelemetry. */
export interface OtlpTable {
  /** The paths of signals follow it: `/v1/traces`. */
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string | SecretReference>>;
}

/** The spans of one stage. */
export interface TracingTable {
  /** They go to the X-Ray daemon. */
  readonly xray: boolean;
  readonly otlp: OtlpTable | null;
  /** Share of the requests that begin a trace, 0 to 1; null: one a second and a twentieth of the others. */
  readonly sampleRatio: number | null;
}

/** What logs hide beside credentials. */
export interface RedactionTable {
  /** Of headers and query parameters, in lower case. */
  readonly names: readonly string[];
  /** Members of JSON bodies, a step each; `*` stands for any. */
  readonly paths: readonly (readonly string[])[];
  /** Of `$context`: `authorizer.token`. */
  readonly context: readonly string[];
}
