import type { AlarmManifest, StageManifest } from "../../ir/manifest.js";
import type { Application } from "./application.js";

/** A rule of the Prometheus operator. */
export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string };
}

/** Metrics of the gateway for those of the service; see src/runtime/metrics/catalogue.ts. */
const counters: Readonly<Record<string, string>> = {
  Count: "apigateway_requests_total",
  "4XXError": "apigateway_4xx_errors_total",
  "5XXError": "apigateway_5xx_errors_total",
  "4xx": "apigateway_4xx_errors_total",
  "5xx": "apigateway_5xx_errors_total",
  CacheHitCount: "apigateway_cache_hits_total",
  CacheMissCount: "apigateway_cache_misses_total",
  DataProcessed: "apigateway_data_processed_bytes_total",
  ConnectCount: "apigateway_connects_total",
  MessageCount: "apigateway_messages_total",
  IntegrationError: "apigateway_integration_errors_total",
  ClientError: "apigateway_client_errors_total",
  ExecutionError: "apigateway_execution_errors_total",
};
const histograms: Readonly<Record<string, string>> = {
  Latency: "apigateway_latency_seconds",
  IntegrationLatency: "apigateway_integration_latency_seconds",
};

/** The alarms of a stage over the gateway's own metrics; those of metrics that only AWS has are left out. */
export function alertRules({ plan }: Application, stage: StageManifest): readonly AlertRule[] {
  const series = `{api=${promString(plan.gateway.api.name)},stage=${promString(stage.name)}}`;
  return stage.alarms.flatMap((alarm) => {
    const value = valueOf(alarm, series);
    if (value === undefined) return [];
    const sign = alarm.comparison === "above" ? ">" : "<";
    const seconds = alarm.periodInSeconds * Math.max(0, alarm.datapointsToAlarm - 1);
    return [
      {
        alert: `Gateway_${alarm.name.replace(/[^A-Za-z0-9]+/g, "_")}`,
        expr: `${value} ${sign} ${alarm.threshold}`,
        for: `${seconds}s`,
        labels: { severity: "warning" },
        annotations: {
          summary: `${alarm.name} of the stage ${stage.name}`.replaceAll("{{", "{ {"),
        },
      },
    ];
  });
}

function valueOf(alarm: AlarmManifest, series: string): string | undefined {
  const window = `[${Math.max(60, alarm.periodInSeconds)}s]`;
  const histogram = Object.hasOwn(histograms, alarm.metric) ? histograms[alarm.metric] : undefined;
  if (histogram !== undefined) return latency(alarm, histogram, series, window);
  const counter = Object.hasOwn(counters, alarm.metric) ? counters[alarm.metric] : undefined;
  if (counter === undefined) return undefined;
  const sum = (name: string): string => `sum(increase(${name}${series}${window}))`;
  if (!alarm.asPercentOfCount) return sum(counter);
  return `100 * ${sum(counter)} / clamp_min(${sum("apigateway_requests_total")}, 1)`;
}

/** Milliseconds, as the service counts. */
function latency(alarm: AlarmManifest, name: string, series: string, window: string): string {
  const [, percent] = /^p(\d+)$/.exec(alarm.statistic) ?? [];
  if (percent === undefined) {
    const part = (end: string): string => `sum(rate(${name}_${end}${series}${window}))`;
    return `1000 * ${part("sum")} / ${part("count")}`;
  }
  const buckets = `sum by (le) (rate(${name}_bucket${series}${window}))`;
  return `1000 * histogram_quantile(0.${percent}, ${buckets})`;
}

/** A text of PromQL: the escapes of Go, of which JSON's are a part. */
function promString(text: string): string {
  return JSON.stringify(text.replace(/[\p{Cc}\p{Cs}]/gu, " "));
}
