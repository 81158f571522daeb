import type { Pointer } from "../pointer.js";
import type { JsonValue } from "./schema.js";

/** What the settings say: stages and what stands behind ARNs and hosts. Later issues widen it. */
export interface Deployment {
  readonly at: Pointer;
  /** In settings order; at least one. */
  readonly stages: readonly Stage[];
  /** The stage that also answers without its name; undefined when that would be ambiguous. */
  readonly defaultStage: string | undefined;
  readonly accountId: string;
  readonly region: string;
  /** TCP port the generated gateway listens on unless `PORT` is set. */
  readonly port: number;
  /** Functions in worker threads or in the gateway's own thread. */
  readonly functionMode: "worker" | "in-thread";
  readonly usagePlans: readonly UsagePlan[];
  readonly apiKeys: readonly ApiKey[];
  readonly principals: readonly Principal[];
  readonly state: State;
  /** Undefined: no admin listener. */
  readonly admin: Admin | undefined;
  /** Places of the operations whose mapping functions are the user's. */
  readonly ownMappings: readonly Pointer[];
  readonly health: Health;
  /** Undefined: none are kept. */
  readonly metrics: Metrics | undefined;
  readonly shutdown: Shutdown;
  readonly requests: RequestLimits;
  /** Addresses and networks of proxies that are believed what they say of clients; undefined: none is. */
  readonly trustProxy: "all" | readonly string[] | undefined;
  /** True when a settings file was given or found; false: the project gets one to start from. */
  readonly hasSettings: boolean;
}

/** How the gateway ends when it is told to; undefined: as the run-time's server does by itself. */
export interface Shutdown {
  /** It still takes connections so long, for those in front of it to learn that it goes. */
  readonly drainDelayMs: number | undefined;
  /** So long requests under way may take after that. */
  readonly graceMs: number | undefined;
}

/** What clients may ask for; undefined: as the run-time has it by itself. */
export interface RequestLimits {
  /** How long a client may take to send a request. */
  readonly timeoutMs: number | undefined;
  readonly maxBytes: number | undefined;
}

export interface Stage {
  readonly at: Pointer;
  readonly name: string;
  readonly description: string | undefined;
  readonly variables: readonly { readonly name: string; readonly value: string }[];
  /** In order of precedence. */
  readonly backends: readonly Backend[];
  readonly vpcLinks: readonly VpcLinkBinding[];
  /** For the methods without settings of their own. */
  readonly methodDefaults: MethodSettings;
  readonly methods: readonly MethodSettings[];
  /** Undefined: the stage has no cache. */
  readonly cache: CacheCluster | undefined;
  readonly canary: Canary | undefined;
  /** Undefined: there is none. */
  readonly accessLog: AccessLog | undefined;
  /** What no log shows, beside credentials. */
  readonly redact: Redaction;
  readonly tracing: Tracing | undefined;
  /** Metrics are kept for each method by itself, unless its settings say otherwise. */
  readonly detailedMetrics: boolean;
}

/** A line for each request. */
export interface AccessLog {
  readonly at: Pointer;
  /** How values are escaped. */
  readonly format: "json" | "xml" | "csv" | "text";
  readonly parts: readonly AccessLogPart[];
  readonly destination: LogDestination;
}
export type AccessLogPart =
  | { readonly kind: "text"; readonly text: string }
  /** `requestId`, without the leading `context.`. */
  | { readonly kind: "context"; readonly name: string };
export type LogDestination =
  | { readonly kind: "stdout" }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "http"; readonly url: string; readonly headers: readonly SentHeader[] };

/** A header of what the gateway sends out by itself. */
export interface SentHeader {
  readonly name: string;
  readonly value: string | Secret;
}

/** What is hidden. */
export interface Redaction {
  /** Of headers and query parameters, in lower case. */
  readonly names: readonly string[];
  /** Members of JSON bodies, a step each: `["card", "number"]`; `*` stands for any. */
  readonly paths: readonly (readonly string[])[];
  /** Of `$context`: `authorizer.token`. */
  readonly context: readonly string[];
}

/** Where spans of requests go. */
export interface Tracing {
  readonly at: Pointer;
  readonly xray: boolean;
  readonly otlp: OtlpEndpoint | undefined;
  /** Share of the requests that begin a trace; undefined: the rule of X-Ray. */
  readonly sampleRatio: number | undefined;
}
export interface OtlpEndpoint {
  /** Without `/v1/traces`. */
  readonly endpoint: string;
  readonly headers: readonly SentHeader[];
}

/** How the numbers of a gateway are handed out. */
export interface Metrics {
  /** Where they are asked for at the admin listener, or at one of their own. */
  readonly path: string;
  /** Undefined: they are at the admin listener, if there is one. */
  readonly listener: { readonly port: number; readonly host: string } | undefined;
  /** Namespace of CloudWatch; undefined: no lines. */
  readonly emfNamespace: string | undefined;
  readonly otlp: (OtlpEndpoint & { readonly intervalSeconds: number }) | undefined;
}

/** Settings of methods in one stage; what is undefined is as the service has it. */
export interface MethodSettings {
  readonly at: Pointer;
  /** The method that they are for; undefined: the stage's default. */
  readonly method: MethodAddress | undefined;
  readonly throttle: Throttle | undefined;
  readonly cachingEnabled: boolean | undefined;
  readonly cacheTtlSeconds: number | undefined;
  readonly cacheDataEncrypted: boolean | undefined;
  readonly requireAuthorizationForCacheControl: boolean | undefined;
  readonly unauthorizedCacheControlHeaderStrategy: UnauthorizedStrategy | undefined;
  readonly loggingLevel: LoggingLevel | undefined;
  readonly dataTrace: boolean | undefined;
  readonly metricsEnabled: boolean | undefined;
}
export type LoggingLevel = "OFF" | "ERROR" | "INFO";
export type UnauthorizedStrategy =
  "FAIL_WITH_403" | "SUCCEED_WITH_RESPONSE_HEADER" | "SUCCEED_WITHOUT_RESPONSE_HEADER";

/** One method of the document. */
export interface MethodAddress {
  readonly method: string;
  readonly path: string;
}

/** A token bucket: requests a second, and at once. */
export interface Throttle {
  readonly rateLimit: number;
  readonly burstLimit: number;
}

export interface CacheCluster {
  readonly ttlSeconds: number | undefined;
  readonly encrypted: boolean;
}

export interface Canary {
  /** 0 to 100. */
  readonly percentTraffic: number;
  readonly useStageCache: boolean;
  /** All variables of the stage, the overrides over them. */
  readonly variables: readonly { readonly name: string; readonly value: string }[];
}

/** The name of a secret, and of a member where it is a JSON object. */
export interface Secret {
  readonly secret: string;
  readonly key: string | undefined;
}

export interface UsagePlan {
  readonly at: Pointer;
  readonly name: string;
  readonly stages: readonly string[];
  /** Names of API keys. */
  readonly keys: readonly string[];
  readonly throttle: Throttle | undefined;
  readonly quota: Quota | undefined;
  readonly methods: readonly (MethodAddress & { readonly throttle: Throttle })[];
}
export interface Quota {
  readonly limit: number;
  readonly period: "DAY" | "WEEK" | "MONTH";
  readonly offset: number;
}

export interface ApiKey {
  readonly at: Pointer;
  readonly name: string;
  readonly customerId: string | undefined;
  readonly enabled: boolean;
  readonly value: Secret;
}

/** Someone who signs requests. */
export interface Principal {
  readonly at: Pointer;
  readonly name: string;
  readonly arn: string;
  readonly userId: string;
  readonly principalOrgId: string | undefined;
  readonly tags: readonly { readonly name: string; readonly value: string }[];
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
  readonly sessionToken: Secret | undefined;
  readonly policies: readonly JsonValue[];
}

/** The listener for those who run the gateway. */
export interface Admin {
  /** TCP port unless `ADMIN_PORT` is set. */
  readonly port: number;
  readonly host: string;
  /** It serves a web page to look at the gateway. */
  readonly console: boolean;
}

/** Paths of the health checks, at the listeners beside the gateway's own. */
export interface Health {
  readonly live: string;
  readonly ready: string;
}

/** Where limits, caches and counters are kept. */
export type State =
  | { readonly driver: "memory" }
  | {
      readonly driver: "redis";
      /** Address, or the secret that holds it. */
      readonly url: string | Secret;
      readonly keyPrefix: string | undefined;
      readonly tls: boolean;
      readonly cluster: boolean;
      /** What happens to requests under a quota while the store cannot be asked. */
      readonly onFailure: "open" | "closed";
      /** What each process keeps by itself. */
      readonly local: readonly StateUse[];
    };
export type StateUse = "throttle" | "quota" | "cache" | "authorizerCache" | "connections";

/** Where a VPC link leads in a stage. */
export interface VpcLinkBinding {
  /** Connection id. */
  readonly name: string;
  /** Address of the private host. */
  readonly upstream: string;
  /** The backend sees the stage's name in front of the path. */
  readonly stageInPath: boolean;
  /** Undefined: as all connections are. */
  readonly connection: BackendConnection | undefined;
}

export interface Backend {
  readonly at: Pointer;
  readonly name: string;
  readonly match: readonly string[];
  readonly timeoutMs: number | undefined;
  readonly target: BackendTarget;
  /** Undefined: as all connections are. */
  readonly connection: BackendConnection | undefined;
}

/** How an HTTP backend is connected to. */
export interface BackendConnection {
  readonly tls: BackendTls | undefined;
  readonly keepAlive: boolean;
  readonly maxConcurrency: number | undefined;
  readonly retries: Retries | undefined;
  readonly circuitBreaker: CircuitBreaker | undefined;
}
export interface BackendTls {
  readonly caFile: string | undefined;
  readonly serverName: string | undefined;
  readonly insecureSkipVerification: boolean;
}
export interface Retries {
  readonly attempts: number;
  readonly on: readonly RetriedFailure[];
  readonly backoffMs: number;
}
export type RetriedFailure = "connect" | "5xx" | "timeout";
export interface CircuitBreaker {
  readonly failures: number;
  readonly windowMs: number;
  readonly cooldownMs: number;
}
export type BackendTarget =
  /** A module of the project, relative to its root, and the name of its handler export. */
  | { readonly kind: "module"; readonly path: string; readonly exportName: string }
  | { readonly kind: "url"; readonly url: string }
  /** An AWS service at another endpoint, in another region, or by another name. */
  | {
      readonly kind: "service";
      readonly name: string;
      readonly region: string | undefined;
      readonly endpoint: string | undefined;
    }
  | { readonly kind: "lambda"; readonly region: string; readonly endpoint: string | undefined }
  | {
      readonly kind: "mock";
      readonly statusCode: number;
      readonly headers: readonly { readonly name: string; readonly value: string }[];
      readonly body: string;
    };
