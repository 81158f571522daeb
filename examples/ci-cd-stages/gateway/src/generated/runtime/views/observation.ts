// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { Exchange } from "../exchange.js";
import { headerValues } from "../http/headers.js";
import type { TraceEvent } from "../trace.js";

/** One of the phases that `$context` tells of: `authenticate`, `authorizer`, `authorize`. */
export interface AccessPhase {
  readonly status: number;
  readonly latencyMs: number;
  /** For the log only; null: it passed. */
  readonly error: string | null;
}

/** The call of a backend, as far as it has come. */
export interface IntegrationCall {
  readonly startedMs: number;
  /** 0: there is no answer. */
  status: number;
  latencyMs: number;
  error: string | null;
  /** Name, value, name, value. */
  headers: readonly string[];
}

/** One request as its views see it: what its events have said, and the exchange itself. */
export class Observation {
  readonly exchange: Exchange;
  authenticate: AccessPhase | null = null;
  authorizer: AccessPhase | null = null;
  authorize: AccessPhase | null = null;
  /** Null: no backend was called. */
  integration: IntegrationCall | null = null;
  /** A kept answer was found, or not; null: nobody looked. */
  isCacheHit: boolean | null = null;
  limit: Extract<TraceEvent, { kind: "limited" }>["outcome"] | null = null;
  /** Why the gateway itself answered; null: it did not. */
  error: Extract<TraceEvent, { kind: "gateway-error" }> | null = null;
  status = 0;
  responseBytes = 0;
  /** Until the answer was there. */
  latencyMs = 0;

  constructor(exchange: Exchange) {
    this.exchange = exchange;
  }

  add(event: TraceEvent): void {
    switch (event.kind) {
      case "access-checked":
        return this.#checked(event);
      case "limited":
        this.limit = event.outcome;
        return;
      case "cache":
        this.isCacheHit = event.use === "hit";
        return;
      case "endpoint-request":
        this.integration = {
          startedMs: this.#nowMs(),
          status: 0,
          latencyMs: 0,
          error: null,
          headers: [],
        };
        return;
      case "endpoint-response":
        if (this.integration === null) return;
        this.integration.status = event.status;
        this.integration.latencyMs = event.latencyMs;
        this.integration.headers = event.headers;
        return;
      case "gateway-error":
        this.error = event;
        if (this.integration !== null) failed(this.integration, event.detail, this.#nowMs());
        return;
      case "answered":
        this.status = event.status;
        this.latencyMs = this.#nowMs() - this.exchange.startedMs;
        return;
      case "sent":
        this.responseBytes = event.bytes;
        return;
      case "matched":
      case "authorized":
      case "validated":
      case "response-selected":
    }
  }

  /** Milliseconds that the backend took; null: none was called. */
  get integrationLatencyMs(): number | null {
    return this.integration === null ? null : this.integration.latencyMs;
  }

  /** The backend's own id of the request. */
  endpointHeader(name: string): string | undefined {
    return this.integration === null
      ? undefined
      : headerValues(this.integration.headers, name).at(-1);
  }

  #checked({ by, latencyMs, refusal }: Extract<TraceEvent, { kind: "access-checked" }>): void {
    const { signer, authorizer } = this.exchange;
    const passed: AccessPhase = { status: 200, latencyMs, error: null };
    const ended: AccessPhase =
      refusal === null ? passed : { status: refusal.status, latencyMs, error: refusal.detail };
    switch (by) {
      case "signature":
        // what comes after the signature is the policies' doing
        this.authenticate = signer === null ? ended : passed;
        if (signer !== null) this.authorize = { ...ended, latencyMs: 0 };
        return;
      case "function":
        this.authorizer = authorizer === null ? ended : passed;
        if (authorizer !== null) this.authorize = { ...ended, latencyMs: 0 };
        return;
      case "token":
        this.authorizer = ended;
        return;
      case "policy":
        this.authorize = ended;
    }
  }

  #nowMs(): number {
    return this.exchange.around.clock();
  }
}

function failed(call: IntegrationCall, detail: string, nowMs: number): void {
  call.error = detail;
  if (call.status === 0) call.latencyMs = nowMs - call.startedMs;
}
