// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
/**
 * What happened to one request, step by step. Views (logs, metrics, spans) are made from these
 * events; when nobody listens, a step pays one null check.
 */
export type TraceEvent =
  | { readonly kind: "matched"; readonly stage: string; readonly operation: string }
  | { readonly kind: "validated"; readonly what: "parameters" | "body"; readonly operation: string }
  | {
      readonly kind: "endpoint-request";
      readonly method: string;
      readonly uri: string;
      readonly headers: readonly string[];
    }
  | { readonly kind: "endpoint-response"; readonly status: number; readonly latencyMs: number }
  | { readonly kind: "response-selected"; readonly pattern: string | null; readonly status: number }
  | { readonly kind: "gateway-error"; readonly responseType: string; readonly detail: string }
  | { readonly kind: "answered"; readonly status: number };

/** Takes the events of one request in the order they happen. Must not throw. */
export type TraceSink = (event: TraceEvent) => void;
