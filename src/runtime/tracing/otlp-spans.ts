import type { ApiTable, OtlpTable } from "../contracts.js";
import { createBatchSender } from "../export/batch-sender.js";
import { otlpAttributesText, otlpNanos, otlpResource, otlpScope } from "../export/otlp.js";
import { sentHeaders } from "../export/sent-headers.js";
import type { ViewSetup } from "../views/views-part.js";
import type { FinishedTrace, Span, SpanExporter } from "./span.js";

/** Source: OpenTelemetry specification, "Batching processor": the defaults. */
const BATCHES = { batchSize: 512, queueSize: 2048, waitMs: 5000 } as const;

/** Sends spans to a collector. What waits for a batch is their JSON: a tree of objects would cost the collector of garbage more. */
export function otlpSpans(
  { endpoint, headers }: OtlpTable,
  { around, secrets }: ViewSetup,
): SpanExporter {
  const sender = createBatchSender<string>({
    name: "traces",
    url: `${endpoint}/v1/traces`,
    headers: sentHeaders(headers, secrets),
    logger: around.logger,
    ...BATCHES,
    encode: (traces) => ({ body: traceRequest(traces, around.api) }),
  });
  return {
    add: (trace) => sender.add(spansText(trace)),
    get dropped() {
      return sender.dropped;
    },
    close: () => sender.close(),
  };
}

/** An `ExportTraceServiceRequest` as JSON. */
function traceRequest(traces: readonly string[], api: ApiTable): string {
  const resource = JSON.stringify(otlpResource(api));
  const scope = JSON.stringify(otlpScope);
  return `{"resourceSpans":[{"resource":${resource},"scopeSpans":[{"scope":${scope},"spans":[${traces.join(",")}]}]}]}`;
}

/** Source: opentelemetry-proto, trace.proto: SpanKind and StatusCode. */
const KINDS = { internal: 1, server: 2, client: 3 } as const;
const ERROR = 2;

/** One piece of text: what `+` puts together stays many until it is read, and would outlive collections as such. */
function spansText({ root, steps }: FinishedTrace): string {
  return [spanText(root), ...steps.map(spanText)].join(",");
}

/** What is empty is left out, as protobuf's JSON may. */
function spanText(span: Span): string {
  const { traceId, id, parentId, name, kind, startMs, endMs, attributes, error } = span;
  const parent = parentId === null ? "" : `"parentSpanId":"${parentId}",`;
  const told = otlpAttributesText(attributes);
  const status =
    error === null ? "" : `,"status":{"code":${ERROR},"message":${JSON.stringify(error)}}`;
  return (
    `{"traceId":"${traceId}","spanId":"${id}",${parent}"flags":1,"name":${JSON.stringify(name)},` +
    `"kind":${KINDS[kind]},"startTimeUnixNano":"${otlpNanos(startMs)}",` +
    `"endTimeUnixNano":"${otlpNanos(endMs)}"${told === "[]" ? "" : `,"attributes":${told}`}${status}}`
  );
}
