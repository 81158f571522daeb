import type { MetricsTable } from "../contracts.js";
import { createBatchSender } from "../export/batch-sender.js";
import { otlpAttributes, otlpNanos, otlpResource, otlpScope } from "../export/otlp.js";
import { sentHeaders } from "../export/sent-headers.js";
import type { ViewSetup } from "../views/views-part.js";
import { metricFamilies, type MetricFamily, type MetricPoint } from "./families.js";
import type { MetricsExport, MetricSource } from "./metrics-export.js";
import { BOUNDS_MS } from "./histogram.js";
import type { Registry } from "./registry.js";

/** Source: opentelemetry-proto, metrics.proto: AGGREGATION_TEMPORALITY_CUMULATIVE. */
const CUMULATIVE = 2;

/** Sends all metrics to a collector at regular times. */
export function exportMetrics(
  { endpoint, headers, intervalSeconds }: NonNullable<MetricsTable["otlp"]>,
  { registry, facts }: MetricSource,
  { around, secrets }: ViewSetup,
): MetricsExport {
  const sender = createBatchSender<string>({
    name: "metrics",
    url: `${endpoint}/v1/metrics`,
    headers: sentHeaders(headers, secrets),
    logger: around.logger,
    batchSize: 1,
    queueSize: 2,
    encode: ([body = "{}"]) => ({ body }),
  });
  const collect = async (): Promise<void> => {
    const families = metricFamilies(registry, await facts.read());
    sender.add(JSON.stringify(metricsRequest(families, registry, around.clock())));
  };
  const timer = setInterval(() => void collect(), intervalSeconds * 1000);
  timer.unref();
  return {
    get dropped() {
      return sender.dropped;
    },
    close: async () => {
      clearInterval(timer);
      await collect();
      await sender.close();
    },
  };
}

/** An `ExportMetricsServiceRequest` as JSON. */
export function metricsRequest(
  families: readonly MetricFamily[],
  { api, startedMs }: Pick<Registry, "api" | "startedMs">,
  nowMs: number,
): object {
  const times = { startTimeUnixNano: otlpNanos(startedMs), timeUnixNano: otlpNanos(nowMs) };
  return {
    resourceMetrics: [
      {
        resource: otlpResource(api),
        scopeMetrics: [
          { scope: otlpScope, metrics: families.map((one) => otlpMetric(one, times)) },
        ],
      },
    ],
  };
}

function otlpMetric({ name, help, unit, kind, points }: MetricFamily, times: object): object {
  const dataPoints = points.map((point) => ({ ...dataPoint(point), ...times }));
  const metric = { name, description: help, unit };
  switch (kind) {
    case "counter":
      return {
        ...metric,
        sum: { aggregationTemporality: CUMULATIVE, isMonotonic: true, dataPoints },
      };
    case "gauge":
      return { ...metric, gauge: { dataPoints } };
    case "histogram":
      return { ...metric, histogram: { aggregationTemporality: CUMULATIVE, dataPoints } };
  }
}

/** 64-bit integers are texts in the JSON of Protocol Buffers. */
function dataPoint({ labels, value }: MetricPoint): object {
  const present = Object.entries(labels).filter(([, text]) => text !== "");
  const attributes = otlpAttributes(Object.fromEntries(present));
  if (typeof value === "number") return { attributes, asDouble: value };
  return {
    attributes,
    count: String(value.count),
    sum: value.sumMs / 1000,
    bucketCounts: value.counts.map(String),
    explicitBounds: BOUNDS_MS.map((bound) => bound / 1000),
  };
}
