import { setTimeout as sleep } from "node:timers/promises";
import { Readable } from "node:stream";
import type { CircuitBreakerTable, BackendConnectionTable, RetriesTable } from "../contracts.js";
import { errors, GatewayError } from "../errors/gateway-error.js";
import { isIterable, type ClientAnswer, type ClientCall, type HttpClient } from "./client.js";
import { CircuitBreaker, type CallOutcome } from "./circuit-breaker.js";

type Protection = Pick<BackendConnectionTable, "retries" | "circuitBreaker">;

/**
 * Puts retries and a circuit breaker in front of a client. The time limit of a call holds for all of its
 * attempts and the waits between them. An open breaker rejects as a backend that cannot be reached.
 */
export function protectedClient(
  client: HttpClient,
  { retries, circuitBreaker }: Protection,
  clock: () => number = () => performance.now(),
): HttpClient {
  if (retries === null && circuitBreaker === null) return client;
  const guarded = circuitBreaker === null ? client : guardedClient(client, circuitBreaker, clock);
  if (retries === null) return guarded;
  return { ...guarded, call: (call) => callAgain(guarded, call, retries, clock) };
}

function guardedClient(
  client: HttpClient,
  table: CircuitBreakerTable,
  clock: () => number,
): HttpClient {
  const breaker = new CircuitBreaker(table);
  const guarded = async (call: ClientCall): Promise<ClientAnswer> => {
    const admission = breaker.admit(clock());
    if (admission === "refused") {
      throw errors.network("the backend failed too often: its circuit breaker is open");
    }
    const outcome = await tried(client, call);
    breaker.record(admission, judged(outcome), clock());
    return answerOf(outcome);
  };
  return {
    call: guarded,
    upstream: () => ({ ...client.upstream(), openBreakers: breaker.isOpen ? 1 : 0 }),
    close: () => client.close(),
  };
}

function judged(outcome: Outcome): CallOutcome {
  if ("answer" in outcome) return outcome.answer.status >= 500 ? "failed" : "fine";
  // what the client gave up says nothing of the backend
  return failureOf(outcome.error) === null ? "unknown" : "failed";
}

async function callAgain(
  client: HttpClient,
  call: ClientCall,
  retries: RetriesTable,
  clock: () => number,
): Promise<ClientAnswer> {
  const endsAt = clock() + call.timeoutMs;
  const attemptMs = attemptLimit(retries, call.timeoutMs);
  const departure = new AbortController();
  call.client.onAbort?.(() => departure.abort());
  for (let made = 1; ; made += 1) {
    const leftMs = endsAt - clock();
    const isLast = made > retries.attempts;
    const timeoutMs = isLast ? leftMs : Math.min(leftMs, attemptMs);
    const outcome = await tried(client, {
      ...call,
      // headers are taken apart by a call
      headers: [...call.headers],
      timeoutMs,
    });
    const waitMs = retries.backoffMs * 2 ** (made - 1);
    const isAgain =
      !isLast &&
      !departure.signal.aborted &&
      isRetried(outcome, call, retries) &&
      clock() + waitMs < endsAt;
    if (!isAgain) return answerOf(outcome);
    discard(outcome);
    await pause(waitMs, departure.signal);
  }
}

/** Attempts that may be too slow share the limit equally, unless they have one of their own. */
function attemptLimit({ on, attempts, attemptTimeoutMs }: RetriesTable, limitMs: number): number {
  if (!on.includes("timeout")) return limitMs;
  return attemptTimeoutMs ?? limitMs / (attempts + 1);
}

type Outcome = { readonly answer: ClientAnswer } | { readonly error: unknown };

async function tried(client: HttpClient, call: ClientCall): Promise<Outcome> {
  try {
    return { answer: await client.call(call) };
  } catch (error) {
    return { error };
  }
}

function answerOf(outcome: Outcome): ClientAnswer {
  if ("error" in outcome) throw outcome.error;
  return outcome.answer;
}

/** Methods that may be sent twice. Source: RFC 9110, section 9.2.2. */
const IDEMPOTENT: ReadonlySet<string> = new Set([
  "GET",
  "HEAD",
  "OPTIONS",
  "PUT",
  "DELETE",
  "TRACE",
]);

/** A backend that was never reached has done nothing; else the method has to allow it. */
function isRetried(outcome: Outcome, call: ClientCall, { on }: RetriesTable): boolean {
  if (isIterable(call.body)) return false;
  if ("answer" in outcome) {
    return on.includes("5xx") && outcome.answer.status >= 500 && IDEMPOTENT.has(call.method);
  }
  const failure = failureOf(outcome.error);
  if (failure === "connect") return on.includes("connect");
  if (failure === "timeout") return on.includes("timeout") && IDEMPOTENT.has(call.method);
  return failure === "broken" && on.includes("connect") && IDEMPOTENT.has(call.method);
}

/** How a backend failed: it was not reached, was too slow, or broke off; null: it is not to blame. */
function failureOf(error: unknown): "connect" | "timeout" | "broken" | null {
  if (!(error instanceof GatewayError)) return null;
  if (error.type === "INTEGRATION_TIMEOUT") return "timeout";
  if (error.type !== "INTEGRATION_FAILURE" || error.cause === undefined) return null;
  const { code } = error.cause as NodeJS.ErrnoException;
  return UNREACHED.has(code ?? "") ? "connect" : "broken";
}

/** Codes of connections that came never about, of Node and of undici. */
const UNREACHED: ReadonlySet<string> = new Set([
  "EAI_AGAIN",
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "UND_ERR_CONNECT_TIMEOUT",
]);

function discard(outcome: Outcome): void {
  if ("answer" in outcome && outcome.answer.body instanceof Readable) {
    // its end is no failure to anyone
    outcome.answer.body.on("error", () => undefined).destroy();
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0) return;
  try {
    await sleep(ms, undefined, { signal });
  } catch {
    // the client has gone: the next attempt ends at once
  }
}
