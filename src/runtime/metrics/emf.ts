import type { Surroundings } from "../exchange.js";
import { stdoutLines } from "../logs/stdout-lines.js";
import type { LineWriter } from "../logs/line-writer.js";
import { REQUEST_METRICS } from "./catalogue.js";
import type { MetricsExport } from "./metrics-export.js";
import { Histogram } from "./histogram.js";
import type { Registry } from "./registry.js";
import { Series, type KeyedSeries } from "./series.js";

/** Values of one metric on one line. Source: CloudWatch user guide, "Embedded metric format", limits. */
const MAX_VALUES = 100;
const INTERVAL_MS = 10_000;

/** What was told already of one series, and the latencies since. */
interface Pending {
  readonly keyed: KeyedSeries;
  readonly told: Map<string, number>;
  latency: number[];
  integrationLatency: number[];
}

/**
 * Lines of CloudWatch's embedded metric format: counts since the line before, and every latency. A method
 * that is counted by itself counts for its stage and for the API, too, as on AWS.
 */
export function emfLines(
  namespace: string,
  registry: Registry,
  { clock }: Surroundings,
  writer: LineWriter = stdoutLines(),
): MetricsExport {
  const pending = new Map<Series, Pending>(
    registry.series.map((keyed) => [
      keyed.series,
      { keyed, told: new Map(), latency: [], integrationLatency: [] },
    ]),
  );
  const flush = (one: Pending): void => {
    const line = lineOf(one, { namespace, registry, nowMs: clock() });
    if (line !== null) writer.write(line);
  };
  const timer = setInterval(() => {
    for (const one of pending.values()) flush(one);
  }, INTERVAL_MS);
  timer.unref();
  return {
    get dropped() {
      return writer.dropped;
    },
    add: ({ exchange, latencyMs, integration }) => {
      const series = registry.of(exchange);
      const one = series === null ? undefined : pending.get(series);
      if (one === undefined) return;
      one.latency.push(latencyMs);
      if (integration !== null) one.integrationLatency.push(integration.latencyMs);
      if (one.latency.length >= MAX_VALUES) flush(one);
    },
    close: async () => {
      clearInterval(timer);
      for (const one of pending.values()) flush(one);
      await writer.close();
    },
  };
}

interface LineFacts {
  readonly namespace: string;
  readonly registry: Registry;
  readonly nowMs: number;
}

/** Null: nothing has happened. */
function lineOf(one: Pending, { namespace, registry, nowMs }: LineFacts): string | null {
  const { api } = registry;
  const { series, stage, method } = one.keyed;
  const values: Record<string, number | number[]> = {};
  const metrics: { Name: string; Unit: string }[] = [];
  for (const { names, unit, member } of REQUEST_METRICS) {
    const name = names[api.kind];
    if (name === undefined) continue;
    const value = valueOf(series[member], member, one, name);
    if (value === null) continue;
    values[name] = value;
    metrics.push({ Name: name, Unit: unit });
  }
  one.latency = [];
  one.integrationLatency = [];
  if (metrics.length === 0) return null;
  const own: Readonly<Record<string, string>> =
    method === null ? {} : methodDimensions(api.kind, method);
  const scope = api.kind === "rest" ? "ApiName" : "ApiId";
  return JSON.stringify({
    _aws: {
      Timestamp: nowMs,
      CloudWatchMetrics: [
        {
          Namespace: namespace,
          Dimensions: [
            [scope],
            [scope, "Stage"],
            ...(method === null ? [] : [[scope, ...Object.keys(own), "Stage"]]),
          ],
          Metrics: metrics,
        },
      ],
    },
    [scope]: api.kind === "rest" ? api.name : api.apiId,
    Stage: stage,
    ...own,
    ...values,
  });
}

function methodDimensions(
  kind: string,
  { method, resource }: NonNullable<KeyedSeries["method"]>,
): Readonly<Record<string, string>> {
  return kind === "websocket" ? { Route: resource } : { Method: method, Resource: resource };
}

function valueOf(
  now: number | Histogram,
  member: keyof Series,
  { told, latency, integrationLatency }: Pending,
  name: string,
): number | number[] | null {
  if (now instanceof Histogram) {
    const values = member === "latency" ? latency : integrationLatency;
    return values.length === 0 ? null : values;
  }
  const change = now - (told.get(name) ?? 0);
  told.set(name, now);
  return change === 0 ? null : change;
}
