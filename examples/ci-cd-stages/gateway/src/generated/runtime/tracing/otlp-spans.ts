// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { ApiTable, OtlpTable } from "../contracts.js";
import { createBatchSender } from "../export/batch-sender.js";
import { otlpAttributes, otlpNanos, otlpResource, otlpScope } from "../export/otlp.js";
import { sentHeaders } from "../export/sent-headers.js";
import type { ViewSetup } from "../views/views-part.js";
import type { FinishedTrace, Span, SpanExporter } from "./span.js";

/** Sends spans to a collector. */
export function otlpSpans(
  { endpoint, headers }: OtlpTable,
  { around, secrets }: ViewSetup,
): SpanExporter {
  return createBatchSender<FinishedTrace>({
    name: "traces",
    url: `${endpoint}/v1/traces`,
    headers: sentHeaders(headers, secrets),
    logger: around.logger,
    batchSize: 100,
    queueSize: 2000,
    encode: (traces) => ({ body: JSON.stringify(traceRequest(traces, around.api)) }),
  });
}

/** An `ExportTraceServiceRequest` as JSON. */
export function traceRequest(traces: readonly FinishedTrace[], api: ApiTable): object {
  const spans = traces.flatMap(({ root, steps }) => [root, ...steps].map(otlpSpan));
  return {
    resourceSpans: [{ resource: otlpResource(api), scopeSpans: [{ scope: otlpScope, spans }] }],
  };
}

/** Source: opentelemetry-proto, trace.proto: SpanKind and StatusCode. */
const KINDS = { internal: 1, server: 2, client: 3 } as const;
const ERROR = 2;

function otlpSpan(span: Span): object {
  const { traceId, id, parentId, name, kind, startMs, endMs, attributes, error } = span;
  return {
    traceId,
    spanId: id,
    ...(parentId === null ? {} : { parentSpanId: parentId }),
    flags: 1,
    name,
    kind: KINDS[kind],
    startTimeUnixNano: otlpNanos(startMs),
    endTimeUnixNano: otlpNanos(endMs),
    attributes: otlpAttributes(attributes),
    status: error === null ? {} : { code: ERROR, message: error },
  };
}
