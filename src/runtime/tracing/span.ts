import type { OtlpTable } from "../contracts.js";
import type { Attributes } from "../export/otlp.js";
import type { ViewSetup } from "../views/views-part.js";

/** One step of a request, or all of it. */
export interface Span {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly id: string;
  readonly parentId: string | null;
  readonly name: string;
  readonly kind: "server" | "client" | "internal";
  /** Milliseconds since 1970, with fractions. */
  readonly startMs: number;
  readonly endMs: number;
  /** Names of OpenTelemetry's semantic conventions where there are some. */
  readonly attributes: Attributes;
  /** What failed; null: nothing. Empty: it is known only that something did. */
  readonly error: string | null;
}

/** The spans of one request. */
export interface FinishedTrace {
  readonly root: Span;
  /** In the order in which they began. */
  readonly steps: readonly Span[];
}

/** The ways of sending traces that a gateway is given. */
export interface SpanExporters {
  readonly otlp?: (table: OtlpTable, setup: ViewSetup) => SpanExporter;
  readonly xray?: (stage: string, setup: ViewSetup) => SpanExporter;
}

/** Takes traces in and holds nobody up. */
export interface SpanExporter {
  add(trace: FinishedTrace): void;
  readonly dropped: number;
  close(): Promise<void>;
}
