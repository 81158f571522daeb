// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
/** What a traced request tells its backends. */
export interface Propagation {
  /** `X-Amzn-Trace-Id`; null: what the request has without tracing. */
  readonly traceHeader: string | null;
  /** Puts `traceparent` into headers in the place of the client's. */
  mark(headers: string[], traceHeader: string): void;
}
