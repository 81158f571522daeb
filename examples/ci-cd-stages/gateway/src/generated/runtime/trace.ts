// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { Readable } from "node:stream";
import type { Exchange } from "./exchange.js";

/**
 * What happened to one request, step by step. Views (logs, metrics, spans) are made from these
 * events; when nobody listens, a step pays one null check.
 */
export type TraceEvent =
  | {
      readonly kind: "matched";
      readonly stage: string;
      readonly operation: string;
      readonly request: TracedRequest;
    }
  | {
      readonly kind: "access-checked";
      /** What was asked: a signature and the policies of its signer, a function, a token, a policy alone. */
      readonly by: AccessCheck;
      readonly latencyMs: number;
      /** Why the request was refused; null: it passed. */
      readonly refusal: Refusal | null;
    }
  | {
      readonly kind: "authorized";
      readonly outcome: "Allow" | "ExplicitDeny" | "ImplicitDeny";
      /** Whose policy decided, and by which statement (its `Sid` or number); null: none did. */
      readonly by: "resource" | "identity" | null;
      readonly statement: string | null;
    }
  | {
      readonly kind: "limited";
      /** What the limits said; `identifier`: the bucket or quota that refused. */
      readonly outcome: "admitted" | "throttled" | "quota-exceeded" | "unavailable";
      readonly identifier: string | null;
      readonly apiKeyId: string | null;
    }
  | { readonly kind: "cache"; readonly use: "hit" | "miss" | "refresh" }
  | { readonly kind: "validated"; readonly what: "parameters" | "body"; readonly operation: string }
  | {
      readonly kind: "endpoint-request";
      readonly method: string;
      readonly uri: string;
      readonly headers: readonly string[];
      readonly body: TracedBody;
    }
  | {
      readonly kind: "endpoint-response";
      readonly status: number;
      readonly latencyMs: number;
      readonly headers: readonly string[];
      readonly body: TracedBody;
    }
  | { readonly kind: "response-selected"; readonly pattern: string | null; readonly status: number }
  | { readonly kind: "gateway-error"; readonly responseType: string; readonly detail: string }
  | {
      readonly kind: "answered";
      readonly status: number;
      /** Name, value, name, value. */
      readonly headers: readonly string[];
      readonly body: TracedBody;
    }
  /** The body is on its way as a whole; a stream has ended. Always the last event. */
  | { readonly kind: "sent"; readonly bytes: number };

export type AccessCheck = "signature" | "function" | "token" | "policy";

export interface Refusal {
  readonly status: number;
  /** For the log only. */
  readonly detail: string;
}

/** A body; a stream is on its way and must not be read by who only looks on. */
export type TracedBody = string | Uint8Array | Readable | AsyncIterable<Uint8Array> | null;

/** What views read of a request; it is complete when the request is answered. */
export interface TracedRequest {
  readonly requestId: string;
  readonly method: string;
  /** Path after the stage. */
  readonly path: string;
  readonly pathNames: readonly string[];
  readonly pathValues: readonly string[];
  /** Name, value, name, value. */
  readonly query: { readonly pairs: readonly string[] };
  readonly headers: { readonly pairs: readonly string[] };
  readonly allHeaders: readonly string[];
  /** What an authorizer has said by now; null: nothing. */
  readonly authorizer: {
    readonly context: ReadonlyMap<string, string>;
    readonly usageIdentifierKey: string | null;
  } | null;
  /** The body as far as a step has read it whole. */
  readonly bodySoFar: Buffer | null;
}

/** Takes the events of one request in the order they happen. Must not throw. */
export type TraceSink = (event: TraceEvent) => void;

/** Who listens to a request that begins; null: nobody. */
export type TraceSource = (exchange: Exchange) => TraceSink | null;
