import type { RedactionTable } from "../contracts.js";
import type { GatewayRequest } from "../http/message.js";
import { Query } from "../http/query.js";
import { ExecutionLog } from "../logs/execution-log.js";
import {
  credentialsOf,
  hideCredentials,
  loggedBody,
  loggedHeader,
  loggedParameter,
  prepareHiding,
  secretsOf,
  type Credentials,
  type Hiding,
} from "../logs/redaction.js";
import type { TracedBody, TracedRequest, TraceEvent } from "../trace.js";
import { refusalOf } from "./refusal.js";
import type { LogLineRecord, RequestRecord, StationName, StepRecord } from "./wire.js";

/** A request with its events, as they were heard. */
export interface HeardRequest {
  readonly number: number;
  readonly request: SentRequest;
  /** Milliseconds since 1970. */
  readonly startedMs: number;
  /** `atMs`: since the request began. */
  readonly heard: readonly HeardEvent[];
}

export type SentRequest = Pick<GatewayRequest, "method" | "target" | "rawHeaders">;

export interface HeardEvent {
  readonly atMs: number;
  readonly event: TraceEvent;
}

/** Characters of a body that a step shows. */
const SHOWN = 2048;
/** Characters of one other text. */
const LONGEST_TEXT = 4096;

/** Writes down one answered request without anything that logs would not show. */
export function requestRecord(
  { number, request, startedMs, heard }: HeardRequest,
  redact: RedactionTable | undefined,
): RequestRecord {
  const events = heard.map(({ event }) => event);
  const matched = events.find((event) => event.kind === "matched");
  const answered = events.find((event) => event.kind === "answered");
  const sent = events.find((event) => event.kind === "sent");
  const veil = new Veil(request, matched?.request ?? null, prepareHiding(redact));
  const failed = events.findIndex((event) => event.kind === "gateway-error");
  const failure = events[failed];
  const refusal =
    failure?.kind === "gateway-error" ? refusalOf(failure, events.slice(0, failed)) : null;
  return {
    number,
    requestId: matched?.request.requestId ?? headerOf(answered?.headers ?? []),
    startedMs,
    method: veil.text(request.method),
    path: veil.text(request.target.split("?", 1)[0] ?? ""),
    query: veil.query(),
    stage: matched?.stage ?? null,
    operation: matched?.operation ?? null,
    status: answered?.status ?? 0,
    durationMs: rounded(heard.at(-1)?.atMs ?? 0),
    bytes: sent?.bytes ?? 0,
    steps: steps(heard, veil),
    refusal: refusal === null ? null : veil.refusal(refusal),
    log: logLines(startedMs, heard, redact),
  };
}

function headerOf(headers: readonly string[]): string | null {
  for (let i = 0; i + 1 < headers.length; i += 2) {
    if (/^(?:x-amzn-requestid|apigw-requestid)$/i.test(headers[i] ?? ""))
      return headers[i + 1] ?? null;
  }
  return null;
}

/** Hides what a request and its authorizer hold of secrets, wherever it turns up. */
export class Veil {
  readonly #hiding: Hiding;
  readonly #credentials: Credentials;
  readonly #query: readonly string[];

  constructor(request: SentRequest, traced: TracedRequest | null, hiding: Hiding) {
    this.#hiding = hiding;
    const [, query = ""] = request.target.split(/\?(.*)/s);
    this.#query = traced?.query.pairs ?? new Query(query).pairs;
    this.#credentials =
      traced === null
        ? credentialsOf(request.rawHeaders, this.#query, hiding)
        : secretsOf(traced, hiding);
  }

  text(text: string): string {
    const hidden = hideCredentials(text, this.#credentials);
    return hidden.length > LONGEST_TEXT ? `${hidden.slice(0, LONGEST_TEXT)} [TRUNCATED]` : hidden;
  }

  query(): readonly string[] {
    return this.#pairs(this.#query, loggedParameter);
  }

  headers(headers: readonly string[]): string {
    const shown = this.#pairs(headers, loggedHeader);
    const lines: string[] = [];
    for (let i = 0; i + 1 < shown.length; i += 2) lines.push(`${shown[i]}: ${shown[i + 1]}`);
    return lines.join("\n");
  }

  body(body: TracedBody): string {
    if (body === null) return "";
    if (typeof body !== "string" && !(body instanceof Uint8Array)) return "[STREAMED]";
    return loggedBody(body, SHOWN, this.#hiding, this.#credentials);
  }

  refusal<T extends { readonly detail: string; readonly by: object | null }>(refusal: T): T {
    // all its texts may quote the request
    return JSON.parse(JSON.stringify(refusal), (_key, value: unknown) =>
      typeof value === "string" ? this.text(value) : value,
    ) as T;
  }

  #pairs(
    pairs: readonly string[],
    shown: (name: string, value: string, hiding: Hiding) => string,
  ): readonly string[] {
    const list: string[] = [];
    for (let i = 0; i + 1 < pairs.length; i += 2) {
      const name = pairs[i] ?? "";
      list.push(this.text(name), this.text(shown(name, pairs[i + 1] ?? "", this.#hiding)));
    }
    return list;
  }
}

/** Who a caller is takes the time that passes before his policies are told of, and is told of behind them. */
function inOrder(heard: readonly HeardEvent[]): readonly HeardEvent[] {
  const ordered = [...heard];
  ordered.forEach(({ event }, index) => {
    const [policies, check] = [heard[index - 1], heard[index]];
    if (event.kind !== "access-checked" || event.by === "policy") return;
    if (check === undefined || policies?.event.kind !== "authorized") return;
    ordered[index - 1] = { ...check, atMs: policies.atMs };
    ordered[index] = { ...policies, atMs: check.atMs };
  });
  return ordered;
}

interface Told {
  readonly name: string;
  readonly station: StationName;
  readonly text: string;
  readonly outcome?: "refused";
  readonly facts?: StepRecord["facts"];
}

/** Each step lasts from the end of the one before it to its own event. */
function steps(heard: readonly HeardEvent[], veil: Veil): readonly StepRecord[] {
  let startMs = 0;
  const ordered = inOrder(heard);
  return ordered.flatMap(({ atMs, event }, index): readonly StepRecord[] => {
    const before = ordered.slice(0, index).map((earlier) => earlier.event);
    const told = tellStep(event, before, veil);
    if (told === null) return [];
    const { facts = [], outcome = "passed", text, ...step } = told;
    const shownFacts = facts.filter(([, value]) => value !== "");
    const span = { startMs: rounded(startMs), endMs: rounded(atMs) };
    startMs = atMs;
    return [{ ...step, ...span, outcome, text: veil.text(text), facts: shownFacts }];
  });
}

function tellStep(event: TraceEvent, before: readonly TraceEvent[], veil: Veil): Told | null {
  switch (event.kind) {
    case "matched":
      return {
        name: "route",
        station: "method request",
        text: `${event.operation}, stage ${event.stage}`,
        facts: [["headers", veil.headers(event.request.headers.pairs)]],
      };
    case "access-checked":
      return {
        name: checks[event.by],
        station: "authorization",
        text: event.refusal === null ? "passed" : `refused with ${event.refusal.status}`,
        ...(event.refusal === null ? {} : { outcome: "refused" as const }),
      };
    case "authorized":
      return {
        name: "policies",
        station: "authorization",
        text: decisionText(event),
        ...(event.outcome === "Allow" ? {} : { outcome: "refused" as const }),
      };
    case "limited":
      return {
        name: "limits",
        station: "limits",
        text: [event.outcome, event.identifier, event.apiKeyId && `key ${event.apiKeyId}`]
          .filter((part) => part !== null && part !== "")
          .join(", "),
        ...(event.outcome === "admitted" ? {} : { outcome: "refused" as const }),
      };
    case "cache":
      return { name: "cache", station: "limits", text: event.use };
    case "validated":
      return { name: `${event.what} validated`, station: "method request", text: "valid" };
    case "endpoint-request":
      return {
        name: "integration request",
        station: "integration request",
        text: `${event.method} ${event.uri}`,
        facts: [
          ["headers", veil.headers(event.headers)],
          ["body", veil.body(event.body)],
        ],
      };
    case "endpoint-response":
      return {
        name: "integration",
        station: "integration",
        text: `answered ${event.status} after ${event.latencyMs} ms`,
        facts: [
          ["headers", veil.headers(event.headers)],
          ["body", veil.body(event.body)],
        ],
      };
    case "response-selected":
      return {
        name: "integration response",
        station: "integration response",
        text: `${event.pattern === null ? "default" : `pattern ${event.pattern}`}: ${event.status}`,
      };
    case "gateway-error": {
      const { station } = refusalOf(event, before);
      return { name: event.responseType, station, text: event.detail, outcome: "refused" };
    }
    case "answered":
      return {
        name: "answer",
        station: "method response",
        text: String(event.status),
        facts: [
          ["headers", veil.headers(event.headers)],
          ["body", veil.body(event.body)],
        ],
      };
    case "sent":
      return { name: "sent", station: "method response", text: `${event.bytes} bytes` };
  }
}

const checks = {
  signature: "signature",
  function: "authorizer function",
  token: "token",
  policy: "resource policy",
} as const;

function decisionText({
  outcome,
  by,
  statement,
}: Extract<TraceEvent, { kind: "authorized" }>): string {
  if (by === null) return `${outcome}: no statement`;
  return `${outcome}: ${by} policy, statement ${statement ?? "?"}`;
}

function logLines(
  startedMs: number,
  heard: readonly HeardEvent[],
  redact: RedactionTable | undefined,
): readonly LogLineRecord[] {
  let nowMs = startedMs;
  let failed = false;
  const levels: LogLineRecord["level"][] = [];
  const log = new ExecutionLog({
    level: "INFO",
    dataTrace: true,
    clock: () => Math.round(nowMs),
    ...(redact === undefined ? {} : { redact }),
  });
  for (const { atMs, event } of heard) {
    nowMs = startedMs + atMs;
    failed = event.kind === "gateway-error";
    // details of requests that no route serves are told by the refusal, which hides what they sent
    if (failed && log.request === null) continue;
    log.add(event);
    while (levels.length < log.lines.length) levels.push(failed ? "error" : "info");
  }
  return log.request === null
    ? []
    : log.lines.map(({ timeMs, text }, index) => ({
        timeMs,
        text,
        level: levels[index] ?? "info",
      }));
}

/** To the microsecond. */
function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
