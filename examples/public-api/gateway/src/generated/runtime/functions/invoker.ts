// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { BackendTarget } from "../contracts.js";

type TargetKind = Exclude<BackendTarget["kind"], "mock" | "service">;
type Target<Kind extends TargetKind> = Extract<BackendTarget, { kind: Kind }>;

/** Takes a piece of an answer; settles when there is room for the next one. */
export type WriteChunk = (chunk: Uint8Array) => Promise<void> | void;

/** Calls functions. Implementations: worker threads, the same thread, an HTTP endpoint, AWS. */
export interface FunctionInvoker<Kind extends TargetKind> {
  /** Rejects with a {@link FunctionFailure} when the function could not be run to its end. */
  invoke(invocation: FunctionInvocation<Kind>): Promise<FunctionResult>;
  close(): Promise<void>;
}

export interface FunctionInvocation<Kind extends TargetKind = TargetKind> {
  /** Name of the function as its ARN says. */
  readonly name: string;
  readonly arn: string;
  /** What runs it. */
  readonly target: Target<Kind>;
  /** JSON text. */
  readonly payload: string;
  /** `Event`: the caller does not wait for the result. */
  readonly invocationType: "RequestResponse" | "Event";
  readonly timeoutMs: number;
  /** `X-Amzn-Trace-Id` for those who take one; absent: none. */
  readonly traceHeader?: string;
  /**
   * Set: the function is called by Lambda's streaming protocol. It gets what the function writes as it
   * is written; the result comes at the end and has no payload but an error's.
   */
  readonly onChunk?: WriteChunk;
}

export interface FunctionResult {
  /** JSON text; the error object when `functionError` is set; empty for an `Event`. */
  readonly payload: string;
  /** `Unhandled` or `Handled` when the function failed; null when it succeeded. */
  readonly functionError: string | null;
  /** What the one who runs it calls the invocation; absent: nothing. */
  readonly requestId?: string;
}

export type FunctionFailureKind =
  "timeout" | "throttled" | "not_found" | "not_allowed" | "invalid_payload" | "unavailable";

/** The function gave no result at all. */
export class FunctionFailure extends Error {
  readonly kind: FunctionFailureKind;

  constructor(kind: FunctionFailureKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "FunctionFailure";
    this.kind = kind;
  }
}

/** Handler modules of the project, by name. */
export interface ModuleInvoker extends FunctionInvoker<"module"> {
  readonly names: readonly string[];
}

/** The ways to run functions that a gateway is given, by kind of backend. */
export interface FunctionBackends {
  readonly module?: ModuleInvoker;
  readonly url?: FunctionInvoker<"url">;
  readonly lambda?: FunctionInvoker<"lambda">;
}
