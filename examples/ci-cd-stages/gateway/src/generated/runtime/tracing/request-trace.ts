// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { Propagation } from "../context/propagation.js";
import type { Exchange } from "../exchange.js";
import type { Attributes } from "../export/otlp.js";
import { hideCredentials, prepareHiding, secretsOf } from "../logs/redaction.js";
import type { TraceEvent } from "../trace.js";
import type { Observation } from "../views/observation.js";
import type { FinishedTrace, Span } from "./span.js";
import { setHeader, xrayHeader, type TraceParent } from "./trace-parent.js";

type EventOf<Kind extends TraceEvent["kind"]> = Extract<TraceEvent, { kind: Kind }>;

/** A request that is not sampled: it hands on what it was given, and says that it is not. */
export class PassedTrace implements Propagation {
  readonly traceHeader: string | null;

  /** @param spanId that of the parent, or a new one where it names none. */
  constructor(parent: { readonly traceId: string; readonly spanId: string } | null) {
    this.traceHeader = parent === null ? null : xrayHeader(parent.traceId, parent.spanId, false);
  }

  mark(headers: string[], traceHeader: string): void {
    const [, time, rest, parent] = MADE.exec(traceHeader) ?? [];
    if (time === undefined || rest === undefined || parent === undefined) return;
    setHeader(headers, "traceparent", `00-${time}${rest}-${parent}-00`);
  }
}

/** A trace header as the gateway makes it. */
const MADE = /^Root=1-([0-9a-f]{8})-([0-9a-f]{24});Parent=([0-9a-f]{16});/;

const WITHOUT_PARENT: Propagation = new PassedTrace(null);

/** A request that came without a trace header: the gateway's own has its parts where they always are. */
const WITHOUT_HEADER: Propagation = {
  traceHeader: null,
  mark: (headers, made) => {
    const traceId = made.slice(7, 15) + made.slice(16, 40);
    setHeader(headers, "traceparent", `00-${traceId}-${made.slice(48, 64)}-00`);
  },
};

/** Nobody has decided about the request, and the sampler has not taken it. */
export function unsampled({ headers }: Exchange): Propagation {
  return headers.traceId === null ? WITHOUT_HEADER : WITHOUT_PARENT;
}

interface OpenCall {
  readonly request: EventOf<"endpoint-request">;
  readonly startMs: number;
}

/** A sampled request: its events become spans, one for each step. */
export class RequestTrace implements Propagation {
  readonly traceHeader: string;
  readonly #exchange: Exchange;
  readonly #traceId: string;
  readonly #parentId: string | null;
  readonly #rootId: string;
  /** Of the call of the backend: told to the backend before the call is made. */
  readonly #callId: string;
  readonly #steps: Span[] = [];
  /** `performance.now()` when the request began. */
  readonly #begunAt: number;
  #lastMs: number;
  #call: OpenCall | null = null;

  constructor(parent: TraceParent | null, exchange: Exchange) {
    const { random, clock } = exchange.around;
    this.#exchange = exchange;
    this.#traceId = parent?.traceId ?? newTraceId(exchange);
    this.#parentId = parent?.spanId ?? null;
    this.#rootId = random.hex(8);
    this.#callId = random.hex(8);
    this.#begunAt = performance.now() - (clock() - exchange.startedMs);
    this.#lastMs = exchange.startedMs;
    this.traceHeader = xrayHeader(this.#traceId, this.#callId, true);
  }

  mark(headers: string[]): void {
    setHeader(headers, "traceparent", `00-${this.#traceId}-${this.#callId}-01`);
  }

  add(event: TraceEvent): void {
    switch (event.kind) {
      case "access-checked":
        return this.#step(
          `authorize by ${event.by}`,
          {},
          event.refusal === null ? null : "refused",
        );
      case "limited":
        return this.#step(
          "limits",
          { "gateway.limit.outcome": event.outcome },
          event.outcome === "admitted" ? null : event.outcome,
        );
      case "cache":
        return this.#step("cache", { "gateway.cache.use": event.use }, null);
      case "validated":
        return this.#step(`validate ${event.what}`, {}, null);
      case "endpoint-request":
        this.#step("integration request", {}, null);
        this.#call = { request: event, startMs: this.#lastMs };
        return;
      case "endpoint-response":
        return this.#called(event.status, event.status >= 400 ? "" : null);
      case "gateway-error":
        // the text of an error may have anything in it
        if (this.#call !== null) return this.#called(null, event.responseType);
        return this.#step("refusal", { "error.type": event.responseType }, event.responseType);
      case "answered":
        if (this.#steps.at(-1)?.kind === "client") this.#step("integration response", {}, null);
        return;
      case "matched":
      case "authorized":
      case "response-selected":
      case "sent":
    }
  }

  end(observation: Observation): FinishedTrace {
    const { status, error } = observation;
    const root: Span = {
      traceId: this.#traceId,
      id: this.#rootId,
      parentId: this.#parentId,
      name: rootName(this.#exchange),
      kind: "server",
      startMs: this.#exchange.startedMs,
      endMs: this.#nowMs(),
      attributes: rootAttributes(observation),
      error: status >= 500 ? (error?.responseType ?? "") : null,
    };
    return { root, steps: this.#steps };
  }

  #step(name: string, attributes: Attributes, error: string | null): void {
    const startMs = this.#lastMs;
    this.#lastMs = this.#nowMs();
    this.#steps.push({
      traceId: this.#traceId,
      id: this.#exchange.around.random.hex(8),
      parentId: this.#rootId,
      name,
      kind: "internal",
      startMs,
      endMs: this.#lastMs,
      attributes,
      error,
    });
  }

  #called(status: number | null, error: string | null): void {
    if (this.#call === null) return;
    const { request, startMs } = this.#call;
    this.#call = null;
    this.#lastMs = this.#nowMs();
    this.#steps.push({
      traceId: this.#traceId,
      id: this.#callId,
      parentId: this.#rootId,
      name: request.uri.includes("://") ? request.method : `invoke ${request.uri}`,
      kind: "client",
      startMs,
      endMs: this.#lastMs,
      attributes: { ...callAttributes(request, this.#exchange), ...outcome(status, error) },
      error,
    });
  }

  /** The clock of the gateway, with the fractions that it does not have. */
  #nowMs(): number {
    return this.#exchange.startedMs + performance.now() - this.#begunAt;
  }
}

function newTraceId({ around, startedMs }: Exchange): string {
  const seconds = Math.floor(startedMs / 1000).toString(16);
  return seconds.padStart(8, "0") + around.random.hex(12);
}

function outcome(status: number | null, error: string | null): Attributes {
  return {
    "http.response.status_code": status ?? undefined,
    "error.type": error === null ? undefined : error === "" ? String(status) : error,
  };
}

/** Method and route: few names, whatever clients ask for. Without a route it is the method alone. */
function rootName({ method, matched, socket }: Exchange): string {
  if (socket !== null) return `${socket.type} ${matched?.route.path ?? ""}`.trim();
  if (matched !== null) return `${method} ${matched.route.path}`;
  return KNOWN_METHODS.has(method) ? method : "HTTP";
}

/** Clients may write any word. Source: OpenTelemetry semantic conventions, "HTTP spans", `http.request.method`. */
const KNOWN_METHODS: ReadonlySet<string> = new Set([
  "CONNECT",
  "DELETE",
  "GET",
  "HEAD",
  "OPTIONS",
  "PATCH",
  "POST",
  "PUT",
  "TRACE",
]);

function knownMethod(method: string): string {
  return KNOWN_METHODS.has(method) ? method : "_OTHER";
}

/** Source: OpenTelemetry semantic conventions, "HTTP spans". The query is left out: tokens stand in it. */
function rootAttributes({ exchange, status, error, responseBytes }: Observation): Attributes {
  const { addressed, matched, request, headers, socket } = exchange;
  const isHttp = socket === null || socket.type === "CONNECT";
  return {
    "http.request.method": isHttp ? knownMethod(exchange.method) : undefined,
    "http.response.status_code": status,
    "http.response.body.size": responseBytes,
    "http.route": matched?.route.path,
    "url.path": isHttp ? shownText(addressed.contextPath, exchange) : undefined,
    "url.scheme": isHttp ? request.protocol : undefined,
    "server.address": exchange.domainName,
    "client.address": request.remoteAddress,
    "network.protocol.version": isHttp ? "1.1" : undefined,
    "user_agent.original": headers.userAgent ?? undefined,
    "error.type": error?.responseType ?? (status >= 500 ? String(status) : undefined),
    "gateway.stage": addressed.stage,
    "gateway.operation": matched?.route.operation,
    "gateway.request_id": exchange.requestId,
    "gateway.event_type": socket?.type,
  };
}

function callAttributes(
  { method, uri }: EventOf<"endpoint-request">,
  exchange: Exchange,
): Attributes {
  if (!URL.canParse(uri) || !uri.includes("://")) {
    return { "faas.invoked_name": uri, "faas.invoked_provider": "aws" };
  }
  const { origin, pathname, hostname, port, protocol } = new URL(uri);
  return {
    "http.request.method": method,
    "url.full": shownText(origin + pathname, exchange),
    "server.address": hostname,
    "server.port": port === "" ? (protocol === "https:" ? 443 : 80) : Number(port),
  };
}

function shownText(text: string, exchange: Exchange): string {
  const { redact } = exchange.around.api.stages[exchange.addressed.stage] ?? {};
  return hideCredentials(text, secretsOf(exchange, prepareHiding(redact)));
}
