/** What the console's page and a gateway tell each other, as JSON. Texts of requests are redacted as in the logs. */

/** The API as the page shows it. */
export interface ApiView {
  readonly name: string;
  readonly version: string;
  readonly kind: "rest" | "http" | "websocket";
  readonly stages: readonly string[];
  readonly defaultStage: string | null;
  /** Where clients reach it; null: it is not known here. */
  readonly url: string | null;
  readonly routes: readonly RouteView[];
  /** Where parts of the API stand in the document or its settings, by keys such as `policy`, `policy/DenyAll`, `plan/gold`, `method/dev/getPet`. */
  readonly places: Readonly<Record<string, string>>;
  /** Whom a request may be sent as. */
  readonly callers: readonly string[];
  /** Templates can be rendered here. */
  readonly hasWorkbench: boolean;
}

export interface RouteView {
  readonly operation: string;
  readonly method: string;
  /** Resource path, or the key of a route. */
  readonly path: string;
  readonly summary: string | null;
  /** `openapi.yaml:12`; null: not known. */
  readonly place: string | null;
  readonly boxes: readonly BoxView[];
  readonly parameters: readonly ParameterView[];
  /** A request that fits; null: the API has none, as one of WebSockets. */
  readonly example: ExampleView | null;
  readonly templates: readonly TemplateView[];
}

/** A station of a request's way. */
export interface BoxView {
  readonly name: StationName;
  readonly place: string | null;
  readonly lines: readonly { readonly text: string; readonly place: string | null }[];
}

export type StationName =
  | "method request"
  | "authorization"
  | "limits"
  | "integration request"
  | "integration"
  | "integration response"
  | "method response";

export interface ParameterView {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required: boolean;
  readonly description: string | null;
}

export interface ExampleView {
  readonly method: string;
  readonly path: Readonly<Record<string, string>>;
  /** Name, value. */
  readonly query: readonly (readonly [string, string])[];
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string | null;
}

export interface TemplateView {
  readonly id: string;
  /** `request body, application/json`. */
  readonly purpose: string;
  readonly mediaType: string;
  readonly place: string | null;
  readonly text: string;
  /** A body to begin with. */
  readonly sample: string;
}

/** One request that was answered. */
export interface RequestRecord {
  /** Counts up; the newest has the highest. */
  readonly number: number;
  readonly requestId: string | null;
  /** Milliseconds since 1970. */
  readonly startedMs: number;
  readonly method: string;
  /** As it was sent, without its query. */
  readonly path: string;
  /** Name, value, name, value. */
  readonly query: readonly string[];
  readonly stage: string | null;
  /** Null: no route serves it. */
  readonly operation: string | null;
  readonly status: number;
  readonly durationMs: number;
  readonly bytes: number;
  readonly steps: readonly StepRecord[];
  readonly refusal: RefusalRecord | null;
  readonly log: readonly LogLineRecord[];
}

/** Requests that have begun and are not answered, oldest first. */
export interface UnderWay {
  readonly requests: readonly OpenRequestRecord[];
  /** Those that are not in the list, which is no longer than a page. */
  readonly others: number;
}

/** One request that is under way. */
export interface OpenRequestRecord {
  /** Tells requests apart; none that was answered has it. */
  readonly id: number;
  readonly requestId: string | null;
  readonly method: string;
  readonly path: string;
  readonly stage: string | null;
  readonly operation: string | null;
  readonly ageMs: number;
  /** Where it is now, and since when. */
  readonly station: StationName;
  readonly waitsMs: number;
  /** `waits for the answer of POST http://stock.internal/items`. */
  readonly text: string;
}

/** One step; steps come one after the other. */
export interface StepRecord {
  readonly name: string;
  readonly station: StationName;
  /** Since the request began. */
  readonly startMs: number;
  readonly endMs: number;
  readonly outcome: "passed" | "refused";
  readonly text: string;
  /** Name, value: headers, bodies, addresses. */
  readonly facts: readonly (readonly [string, string])[];
}

/** Why a request was not served. */
export interface RefusalRecord {
  /** Type of gateway response: `THROTTLED`. */
  readonly responseType: string;
  readonly station: StationName;
  readonly detail: string;
  /** What decided; null: the detail says all. */
  readonly by: RefusedBy | null;
}

export type RefusedBy =
  /** `statement`: null, none allowed it. */
  | {
      readonly kind: "policy";
      readonly policy: "resource" | "identity" | null;
      readonly statement: string | null;
    }
  /** `identifier`: of the bucket or quota. */
  | { readonly kind: "limit"; readonly identifier: string }
  | { readonly kind: "key"; readonly apiKeyId: string | null }
  | { readonly kind: "authorizer"; readonly check: string }
  | { readonly kind: "parameters"; readonly names: readonly string[] }
  | { readonly kind: "schema" };

export interface LogLineRecord {
  /** Milliseconds since 1970. */
  readonly timeMs: number;
  readonly level: "info" | "warn" | "error";
  readonly text: string;
}

/** What comes first on the stream of events, and again after each build. */
export interface HelloEvent {
  readonly records: readonly RequestRecord[];
  /** Lines of the gateway that belong to no request. */
  readonly lines: readonly LogLineRecord[];
  /** Changes with each build. */
  readonly build: number;
}

/** Events of the stream, by their names. */
export interface FeedEvents {
  readonly hello: HelloEvent;
  readonly request: RequestRecord;
  readonly line: LogLineRecord;
  /** Records that were not sent, since the client or the gateway had no time for them. */
  readonly missed: { readonly count: number };
  readonly build: { readonly build: number; readonly problem: string | null };
}

export interface Gauges {
  readonly throttles: readonly ThrottleGauge[];
  readonly quotas: readonly QuotaGauge[];
  readonly caches: readonly CacheGauge[];
}

export interface ThrottleGauge {
  readonly stage: string;
  readonly operation: string;
  readonly rateLimit: number;
  readonly burstLimit: number;
  /** Requests in the last whole second, and in the last minute. */
  readonly lastSecond: number;
  readonly lastMinute: number;
  readonly throttledLastMinute: number;
  /** Requests and those of them that were throttled, of each of the last whole seconds, oldest first. */
  readonly history: readonly (readonly [all: number, throttled: number])[];
  /** Tokens that the method's bucket holds now; null: the state cannot be reached. */
  readonly tokens: number | null;
}

export interface QuotaGauge {
  readonly plan: string;
  readonly key: string;
  readonly usedToday: number;
  /** Null: the plan has no quota. */
  readonly quota: { readonly limit: number; readonly period: string; readonly left: number } | null;
  readonly throttle: { readonly rateLimit: number; readonly burstLimit: number } | null;
}

export interface CacheGauge {
  readonly stage: string;
  readonly operation: string;
  readonly ttlSeconds: number;
  readonly hits: number;
  readonly misses: number;
  readonly refreshes: number;
}

/** A request that the page asks for. */
export interface TryRequest {
  readonly method: string;
  /** Behind the stage, with its query. */
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string | null;
  readonly stage: string | null;
  /** One of the API's callers; null: nobody. */
  readonly as: string | null;
}

export interface TryAnswer {
  readonly requestId: string | null;
  readonly status: number;
  readonly durationMs: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

/** A template that is to be rendered. */
export interface RenderRequest {
  readonly operation: string;
  readonly template: string;
  readonly stage: string | null;
  readonly body: string;
  readonly params: {
    readonly path: Readonly<Record<string, string>>;
    readonly querystring: Readonly<Record<string, string>>;
    readonly header: Readonly<Record<string, string>>;
  };
}

export type RenderAnswer =
  | {
      readonly kind: "rendered";
      readonly text: string;
      /** What each line printed; null: that cannot be told. */
      readonly lines:
        readonly { readonly line: number; readonly printed: readonly string[] }[] | null;
      /** Name, value. */
      readonly overrides: readonly (readonly [string, string])[];
    }
  | { readonly kind: "failed"; readonly message: string };

/** Body of an answer that is not 2xx. */
export interface ConsoleProblem {
  readonly message: string;
  readonly hint?: string;
}
