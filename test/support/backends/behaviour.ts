import type { OrderedJson } from "../ordered-json.js";
import type { RawHeader } from "../raw-client.js";

/** What stands behind the gateway in one case. */
export interface BackendDefinitions {
  readonly lambda: ReadonlyMap<string, LambdaFunction>;
  readonly http: ReadonlyMap<string, HttpBackend>;
  readonly aws: readonly ServiceAnswer[];
  readonly oidc: ReadonlyMap<string, { readonly alg: string }>;
}

/** How a function behaves; payloads are JSON text. */
export type LambdaFunction =
  | { readonly do: "return"; readonly payload: string; readonly delayMs: number }
  | { readonly do: "throw"; readonly payload: string; readonly delayMs: number }
  | { readonly do: "echo" | "return-proxy-event"; readonly delayMs: number };

/** A fixed answer of an HTTP server; its headers replace those that the server adds by itself. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: readonly RawHeader[];
  readonly body: Uint8Array;
}

export type HttpBackend = ({ readonly do: "respond" } & HttpAnswer) | { readonly do: "echo-body" };

/** The answer of an AWS service; `service` as in the integration's ARN. */
export interface ServiceAnswer extends HttpAnswer {
  readonly service: string;
}

/** A call that reached a backend. */
export type BackendCall = LambdaCall | HttpCall;

export interface LambdaCall {
  readonly kind: "lambda";
  /** Last part of the function ARN. */
  readonly name: string;
  /** Decoded payload; its text when it is no JSON, `null` when empty. */
  readonly event: OrderedJson;
  /** `X-Amz-Invocation-Type`, by default `RequestResponse`. */
  readonly invocationType: string;
}

export interface HttpCall {
  readonly kind: "http" | "aws";
  /** Backend name, or service. */
  readonly name: string;
  readonly method: string;
  /** Raw, without the query. */
  readonly path: string;
  /** Raw, without the question mark. */
  readonly query: string;
  readonly headers: readonly RawHeader[];
  readonly body: Uint8Array;
}
