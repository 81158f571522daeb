// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import {
  PROCESS_METRICS,
  REQUEST_METRICS,
  type ProcessMetric,
  type REQUEST_LABELS,
} from "./catalogue.js";
import type { Histogram } from "./histogram.js";
import type { ProcessFacts } from "./process-facts.js";
import type { Registry } from "./registry.js";
import type { SeriesKey } from "./series.js";

/** A metric with all of its values, in the form that Prometheus and OpenTelemetry share. */
export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  /** `s`, `By` or `1`, as UCUM has it. */
  readonly unit: string;
  readonly kind: "counter" | "gauge" | "histogram";
  readonly points: readonly MetricPoint[];
}

export interface MetricPoint {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number | Histogram;
}

/** All numbers of a gateway. Series of one metric have the same labels; what is not told apart is empty. */
export function metricFamilies(registry: Registry, facts: ProcessFacts): readonly MetricFamily[] {
  return [...requestFamilies(registry), ...processFamilies(registry, facts)];
}

function requestFamilies({ api, series }: Registry): readonly MetricFamily[] {
  return REQUEST_METRICS.filter(({ names }) => names[api.kind] !== undefined).map((metric) => {
    const points = series.map((keyed) => ({
      labels: seriesLabels(api.name, keyed),
      value: keyed.series[metric.member],
    }));
    const { exposed: name, help, kind, unit } = metric;
    return {
      name,
      help,
      unit: kind === "histogram" ? "s" : unit === "Bytes" ? "By" : "1",
      kind,
      points,
    };
  });
}

function seriesLabels(
  api: string,
  { stage, method }: SeriesKey,
): Readonly<Record<(typeof REQUEST_LABELS)[number], string>> {
  return { api, stage, method: method?.method ?? "", resource: method?.resource ?? "" };
}

function processFamilies(registry: Registry, facts: ProcessFacts): readonly MetricFamily[] {
  const values: Readonly<Record<ProcessMetric, Readonly<Record<string, number>> | number | null>> =
    {
      inFlight: registry.inFlight,
      unrouted: registry.unrouted,
      limits: registry.limits,
      connections: facts.connections,
      webSockets: facts.webSockets,
      upstream: { busy: facts.upstream.busy, free: facts.upstream.free },
      upstreamPending: facts.upstream.waiting,
      circuitBreakers: facts.upstream.openBreakers,
      stateReachable: facts.stateReachable ? 1 : 0,
      dropped: facts.dropped,
      eventLoopLag: facts.eventLoopLag,
      heap: facts.heap,
      resident: facts.resident,
      uptime: registry.startedMs / 1000,
    };
  return Object.entries(PROCESS_METRICS).flatMap(([key, { exposed, help, kind, label }]) => {
    const value = values[key as ProcessMetric];
    if (value === null) return [];
    const points: MetricPoint[] =
      typeof value === "number"
        ? [{ labels: {}, value }]
        : Object.entries(value).map(([name, one]) => ({
            labels: { [label ?? ""]: name },
            value: one,
          }));
    return [{ name: exposed, help, unit: unitOf(exposed), kind, points }];
  });
}

function unitOf(name: string): string {
  if (name.endsWith("_seconds")) return "s";
  return name.endsWith("_bytes") ? "By" : "1";
}
