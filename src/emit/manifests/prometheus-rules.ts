import type { AlarmManifest, StageManifest } from "../../ir/manifest.js";
import type { ApiKind } from "../../ir/gateway.js";
import type { Application } from "./application.js";
import { metricNamed, serviceName } from "./metrics.js";

/** A rule of the Prometheus operator. */
export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string };
}

/** The alarms of a stage over the gateway's own metrics; those of metrics that it has not are left out. */
export function alertRules({ plan }: Application, stage: StageManifest): readonly AlertRule[] {
  const series = `{api=${promString(plan.gateway.api.name)},stage=${promString(stage.name)}}`;
  return stage.alarms.flatMap((alarm) => {
    const value = valueOf(alarm, plan.gateway.api.kind, series);
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

function valueOf(alarm: AlarmManifest, kind: ApiKind, series: string): string | undefined {
  const window = `[${Math.max(60, alarm.periodInSeconds)}s]`;
  const metric = metricNamed(serviceName(kind, alarm.metric));
  const whole = metricNamed(serviceName(kind, "Count"));
  if (metric?.names[kind] === undefined || whole === undefined) return undefined;
  if (metric.kind === "histogram") return latency(alarm, metric.exposed, series, window);
  const sum = (name: string): string => `sum(increase(${name}${series}${window}))`;
  if (!alarm.asPercentOfCount) return sum(metric.exposed);
  return `100 * ${sum(metric.exposed)} / clamp_min(${sum(whole.exposed)}, 1)`;
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
