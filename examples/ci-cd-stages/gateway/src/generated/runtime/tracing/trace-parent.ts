// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { Exchange } from "../exchange.js";

/** Where a request stands in a trace that began before it. */
export interface TraceParent {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits; null: only the trace is known. */
  readonly spanId: string | null;
  /** Null: it is left to this gateway. */
  readonly sampled: boolean | null;
}

/** The header whose word counts first is that of the tracing that a stage has. */
export function readTraceParent(exchange: Exchange, xrayFirst: boolean): TraceParent | null {
  const { traceId, pairs } = exchange.headers;
  const ofXray = (): TraceParent | null => (traceId === null ? null : xrayParent(traceId));
  const ofW3c = (): TraceParent | null => {
    const value = headerValue(pairs, "traceparent");
    return value === null ? null : w3cParent(value);
  };
  return xrayFirst ? (ofXray() ?? ofW3c()) : (ofW3c() ?? ofXray());
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** Source: W3C Trace Context, section 3.2: later versions may add fields, version ff is none. */
function w3cParent(value: string): TraceParent | null {
  const [, version, traceId = "", spanId = "", flags = "", more] = TRACEPARENT.exec(value) ?? [];
  if (version === undefined || version === "ff" || (version === "00" && more !== undefined)) {
    return null;
  }
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return null;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

const ROOT = /(?:^|;)\s*Root=1-([0-9a-f]{8})-([0-9a-f]{24})(?:;|$)/;
const PARENT = /(?:^|;)\s*Parent=([0-9a-f]{16})(?:;|$)/;
const SAMPLED = /(?:^|;)\s*Sampled=([01])(?:;|$)/;

/** `Sampled=?` asks for a decision, as its absence does. */
function xrayParent(value: string): TraceParent | null {
  const [, time, rest] = ROOT.exec(value) ?? [];
  if (time === undefined || rest === undefined) return null;
  const sampled = SAMPLED.exec(value)?.[1];
  return {
    traceId: time + rest,
    spanId: PARENT.exec(value)?.[1] ?? null,
    sampled: sampled === undefined ? null : sampled === "1",
  };
}

/** `1-5759e988-bd862e3fe1be46a994272793`. */
export function xrayTraceId(traceId: string): string {
  return `1-${traceId.slice(0, 8)}-${traceId.slice(8)}`;
}

export function xrayHeader(traceId: string, spanId: string, sampled: boolean): string {
  return `Root=${xrayTraceId(traceId)};Parent=${spanId};Sampled=${sampled ? "1" : "0"}`;
}

/** Puts a header in the place of all of its name. */
export function setHeader(headers: string[], name: string, value: string): void {
  for (let i = headers.length - 2; i >= 0; i -= 2) {
    const found = headers[i] ?? "";
    if (found.length === name.length && found.toLowerCase() === name) headers.splice(i, 2);
  }
  headers.push(name, value);
}

function headerValue(pairs: readonly string[], name: string): string | null {
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    const found = pairs[i] ?? "";
    if (found.length === name.length && found.toLowerCase() === name) return pairs[i + 1] ?? null;
  }
  return null;
}
