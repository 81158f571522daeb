import type { ApiKind } from "../../ir/gateway.js";
import { REQUEST_METRICS, type MetricDefinition } from "../../runtime/metrics/catalogue.js";

type Member = MetricDefinition["member"];

/** A metric by the name that CloudWatch has for it, in any kind of API; undefined: the gateway has no such metric. */
export function metricNamed(name: string): MetricDefinition | undefined {
  return REQUEST_METRICS.find(({ names }) => Object.values(names).includes(name));
}

/** What a series keeps, where an API of this kind has a metric of it. */
export function metricOf(kind: ApiKind, member: Member): MetricDefinition | undefined {
  return REQUEST_METRICS.find((metric) => metric.member === member && metric.names[kind]);
}

/** What WebSocket APIs have in the place of what requests are measured by. */
const ofEvents: Readonly<Partial<Record<Member, Member>>> = {
  clientErrors: "refusals",
  serverErrors: "executionErrors",
  count: "messages",
  latency: "integrationLatency",
};

/** The name of CloudWatch for a metric in a kind of API; a name of something else stays as it is. */
export function serviceName(kind: ApiKind, name: string): string {
  const metric = metricNamed(name);
  if (metric === undefined) return name;
  const other = kind === "websocket" ? ofEvents[metric.member] : undefined;
  const own = metric.names[kind] ?? (other && metricOf(kind, other)?.names[kind]);
  return own ?? name;
}

export interface ServiceWidget {
  readonly title: string;
  /** Names of CloudWatch. */
  readonly metrics: readonly string[];
  readonly stat: "Sum" | "p99";
}

/** The widgets of a dashboard of CloudWatch, in order; those that this kind of API has no metric for are left out. */
export function serviceWidgets(kind: ApiKind, hasCache: boolean): readonly ServiceWidget[] {
  const widget = (
    title: string,
    stat: ServiceWidget["stat"],
    members: readonly Member[],
  ): readonly ServiceWidget[] => {
    const metrics = members.flatMap((member) => metricOf(kind, member)?.names[kind] ?? []);
    return metrics.length === 0 ? [] : [{ title, stat, metrics }];
  };
  const errors = ["clientErrors", "serverErrors", "refusals", "integrationErrors"] as const;
  return [
    ...widget("Requests", "Sum", ["count", "connects", "messages"]),
    ...widget("Errors", "Sum", [...errors, "executionErrors"]),
    ...widget("Latency p99", "p99", ["latency", "integrationLatency"]),
    ...(hasCache ? widget("Cache", "Sum", ["cacheHits", "cacheMisses"]) : []),
    ...widget("Bytes of bodies", "Sum", ["dataProcessed"]),
  ];
}

/** Where a widget stands: three in a row. */
export function widgetPlace(
  index: number,
): Readonly<Record<"x" | "y" | "width" | "height", number>> {
  return { x: (index % 3) * 8, y: Math.floor(index / 3) * 6, width: 8, height: 6 };
}
