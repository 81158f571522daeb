import type { ApiKind } from "../../ir/gateway.js";
import {
  PROCESS_METRICS,
  REQUEST_METRICS,
  type MetricDefinition,
  type ProcessMetric,
} from "../../runtime/metrics/catalogue.js";
import type { Application } from "./application.js";
import { printJsonFile } from "./language/json.js";
import { metricOf } from "./metrics.js";

type Member = MetricDefinition["member"];

interface Query {
  readonly expr: string;
  /** `{{stage}}`; labels of the series. */
  readonly legend: string;
}

interface Panel {
  readonly title: string;
  readonly description: string;
  /** Unit of Grafana. */
  readonly unit: "reqps" | "ops" | "percentunit" | "s" | "bytes" | "Bps" | "short";
  readonly type: "timeseries" | "stat";
  readonly queries: readonly Query[];
}

interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

export interface Dashboard {
  /** Unique where several are shown together. */
  readonly uid: string;
  readonly title: string;
  /** The stage that is chosen at first; undefined: all. */
  readonly stage: string | undefined;
}

/** Version of Grafana's model of dashboards: that of Grafana 11, which later ones read as well. */
const SCHEMA_VERSION = 39;

/** A dashboard over the gateway's own metrics, as Grafana imports or provisions it. */
export function grafanaDashboard({ plan }: Application, dashboard: Dashboard): string {
  const { kind, name } = plan.gateway.api;
  const rows = [...requestRows(kind), processRow(kind)];
  return printJsonFile({
    uid: dashboard.uid,
    title: dashboard.title,
    tags: ["gen-gateway"],
    schemaVersion: SCHEMA_VERSION,
    version: 1,
    editable: true,
    graphTooltip: 1,
    refresh: "30s",
    time: { from: "now-1h", to: "now" },
    timezone: "browser",
    templating: { list: variables(kind, name, dashboard.stage) },
    annotations: { list: [] },
    links: [],
    panels: placed(rows),
  });
}

const source = { type: "prometheus", uid: "${datasource}" };

function variables(kind: ApiKind, api: string, stage: string | undefined): readonly object[] {
  const counted = countedBy(kind);
  const query = (name: string, label: string, expression: string, current: object): object => ({
    name,
    label,
    type: "query",
    datasource: source,
    definition: expression,
    query: { query: expression, refId: name },
    refresh: 2,
    sort: 1,
    multi: true,
    includeAll: true,
    current,
  });
  const chosen = (value: string): object => ({ text: [value], value: [value] });
  const all = { text: ["All"], value: ["$__all"] };
  return [
    {
      name: "datasource",
      label: "Source",
      type: "datasource",
      query: "prometheus",
      refresh: 1,
      current: {},
    },
    query("api", "API", `label_values(${counted}, api)`, chosen(api)),
    query(
      "stage",
      "Stage",
      `label_values(${counted}{api=~"$api"}, stage)`,
      stage === undefined ? all : chosen(stage),
    ),
    query(
      "instance",
      "Process",
      `label_values(${counted}{api=~"$api",stage=~"$stage"}, instance)`,
      all,
    ),
  ];
}

/** What every series of requests, or of events, is counted by. */
function countedBy(kind: ApiKind): string {
  const counted = REQUEST_METRICS.find((metric) => metric.names[kind] && metric.kind === "counter");
  if (counted === undefined) throw new Error(`no metric counts what a ${kind} API does`);
  return counted.exposed;
}

const selected = '{api=~"$api",stage=~"$stage",instance=~"$instance"}';

function rate(name: string, by: readonly string[]): string {
  return `sum by (${by.join(", ")}) (rate(${name}${selected}[$__rate_interval]))`;
}

function requestRows(kind: ApiKind): readonly Row[] {
  const of = (member: Member): string | undefined => metricOf(kind, member)?.exposed;
  return [
    { title: "Traffic", panels: [...traffic(of), ...errors(of)] },
    { title: "Latency", panels: latencies(of) },
    { title: "Limits and cache", panels: [limits(), ...cache(of)] },
  ];
}

/** The name that a metric is exposed by; undefined: this kind of API has none. */
type Exposed = (member: Member) => string | undefined;

const byRoute = "Routes with detailed metrics by themselves; all others of a stage as one.";

function traffic(of: Exposed): readonly Panel[] {
  const [count, connects, messages, bytes] = [
    of("count"),
    of("connects"),
    of("messages"),
    of("dataProcessed"),
  ];
  const panels: Panel[] = [];
  if (count !== undefined) {
    panels.push({
      title: "Requests by route",
      description: byRoute,
      unit: "reqps",
      type: "timeseries",
      queries: [
        {
          expr: rate(count, ["stage", "method", "resource"]),
          legend: "{{stage}} {{method}} {{resource}}",
        },
      ],
    });
  }
  if (messages !== undefined) {
    panels.push({
      title: "Messages by route",
      description: byRoute,
      unit: "ops",
      type: "timeseries",
      queries: [{ expr: rate(messages, ["stage", "resource"]), legend: "{{stage}} {{resource}}" }],
    });
  }
  if (connects !== undefined) {
    panels.push({
      title: "Handshakes",
      description: "Clients that connect.",
      unit: "ops",
      type: "timeseries",
      queries: [{ expr: rate(connects, ["stage"]), legend: "{{stage}}" }],
    });
  }
  if (bytes !== undefined) {
    panels.push({
      title: "Bytes of bodies",
      description: "In and out.",
      unit: "Bps",
      type: "timeseries",
      queries: [{ expr: rate(bytes, ["stage"]), legend: "{{stage}}" }],
    });
  }
  return panels;
}

const errorNames: Readonly<Partial<Record<Member, string>>> = {
  clientErrors: "4xx",
  serverErrors: "5xx",
  refusals: "refused",
  integrationErrors: "backend",
  executionErrors: "gateway",
};

function errors(of: Exposed): readonly Panel[] {
  const shown = Object.entries(errorNames).flatMap(([member, name]) => {
    const exposed = of(member as Member);
    return exposed === undefined ? [] : [{ name, exposed }];
  });
  const whole = of("count") ?? of("messages") ?? "";
  return [
    {
      title: "Errors",
      description: "Answers that were no success, by who is at fault.",
      unit: "ops",
      type: "timeseries",
      queries: shown.map(({ name, exposed }) => ({
        expr: rate(exposed, ["stage"]),
        legend: `{{stage}} ${name}`,
      })),
    },
    {
      title: "Errors of all",
      description: "The part of what came in that ended so.",
      unit: "percentunit",
      type: "timeseries",
      queries: shown.map(({ name, exposed }) => ({
        expr: `${rate(exposed, ["stage"])} / (${rate(whole, ["stage"])} > 0)`,
        legend: `{{stage}} ${name}`,
      })),
    },
  ];
}

function latencies(of: Exposed): readonly Panel[] {
  const quantile = (part: string, name: string, by: readonly string[]): string =>
    `histogram_quantile(${part}, ${rate(`${name}_bucket`, ["le", ...by])})`;
  const panel = (title: string, description: string, name: string | undefined): readonly Panel[] =>
    name === undefined
      ? []
      : [
          {
            title,
            description,
            unit: "s",
            type: "timeseries",
            queries: [
              ...["0.5", "0.9", "0.99"].map((part) => ({
                expr: quantile(part, name, ["stage"]),
                legend: `{{stage}} p${Number(part) * 100}`,
              })),
              {
                expr: `${rate(`${name}_sum`, ["stage"])} / (${rate(`${name}_count`, ["stage"])} > 0)`,
                legend: "{{stage}} mean",
              },
            ],
          },
        ];
  const [own, backend] = [of("latency"), of("integrationLatency")];
  const slowest = own ?? backend;
  return [
    ...panel("Latency", "From the arrival of a request to its answer.", own),
    ...panel("Latency of backends", "From the call of a backend to its answer.", backend),
    ...(slowest === undefined
      ? []
      : [
          {
            title: "Slowest routes, p99",
            description: byRoute,
            unit: "s",
            type: "timeseries",
            queries: [
              {
                expr: `topk(10, ${quantile("0.99", slowest, ["stage", "method", "resource"])})`,
                legend: "{{stage}} {{method}} {{resource}}",
              },
            ],
          } as const,
        ]),
  ];
}

const ofProcess = '{instance=~"$instance"}';

/** A number of the process. */
function reading(metric: ProcessMetric, name: string): Query {
  const { exposed, kind, label } = PROCESS_METRICS[metric];
  const expr =
    kind === "counter"
      ? `rate(${exposed}${ofProcess}[$__rate_interval])`
      : `${exposed}${ofProcess}`;
  const words = ["{{instance}}", name, label === null ? "" : `{{${label}}}`];
  return { expr, legend: words.filter((word) => word !== "").join(" ") };
}

function limits(): Panel {
  const { exposed, label } = PROCESS_METRICS.limits;
  return {
    title: "Throttles and quotas",
    description: "What limits said of requests; whom they know nothing of is not counted.",
    unit: "reqps",
    type: "timeseries",
    queries: [
      {
        expr: `sum by (${label}) (rate(${exposed}${ofProcess}[$__rate_interval]))`,
        legend: `{{${label}}}`,
      },
    ],
  };
}

function cache(of: Exposed): readonly Panel[] {
  const [hits, misses] = [of("cacheHits"), of("cacheMisses")];
  if (hits === undefined || misses === undefined) return [];
  const all = `${rate(hits, ["stage"])} + ${rate(misses, ["stage"])}`;
  return [
    {
      title: "Kept answers",
      description: "Requests that an answer was kept for, and those that it was not.",
      unit: "reqps",
      type: "timeseries",
      queries: [
        { expr: rate(hits, ["stage"]), legend: "{{stage}} hits" },
        { expr: rate(misses, ["stage"]), legend: "{{stage}} misses" },
      ],
    },
    {
      title: "Kept answers of all",
      description: "The part of the requests that could have a kept answer, and had one.",
      unit: "percentunit",
      type: "timeseries",
      queries: [{ expr: `${rate(hits, ["stage"])} / ((${all}) > 0)`, legend: "{{stage}}" }],
    },
  ];
}

function processRow(kind: ApiKind): Row {
  const panel = (
    title: string,
    description: string,
    unit: Panel["unit"],
    metrics: readonly (readonly [ProcessMetric, string])[],
  ): Panel => ({
    title,
    description,
    unit,
    type: "timeseries",
    queries: metrics.map(([metric, name]) => reading(metric, name)),
  });
  const { uptime, stateReachable } = PROCESS_METRICS;
  return {
    title: "Process",
    panels: [
      panel("Under way", "Requests that are not answered yet, and open connections.", "short", [
        ["inFlight", "requests"],
        ["connections", "connections"],
        ...(kind === "websocket" ? [["webSockets", "sockets"] as const] : []),
      ]),
      panel("Backends", "Connections to backends, calls that wait, open breakers.", "short", [
        ["upstream", ""],
        ["upstreamPending", "waiting"],
        ["circuitBreakers", "open breakers"],
      ]),
      panel("Event loop", "How late timers were, by percentile.", "s", [
        ["eventLoopLag", "late, percentile"],
      ]),
      panel("Memory", "Heap of JavaScript, and all of the process.", "bytes", [
        ["heap", "heap"],
        ["resident", "resident"],
      ]),
      panel("Lost", "Requests that no stage has; lines and spans that were lost.", "ops", [
        ["unrouted", "unaddressed"],
        ["dropped", "telemetry"],
      ]),
      {
        title: "Store",
        description: "1: the store of limits, caches and counters can be asked.",
        unit: "short",
        type: "stat",
        queries: [{ expr: `min(${stateReachable.exposed}${ofProcess})`, legend: "reachable" }],
      },
      {
        title: "Up for",
        description: "Since the process was started.",
        unit: "s",
        type: "stat",
        queries: [{ expr: `time() - ${uptime.exposed}${ofProcess}`, legend: "{{instance}}" }],
      },
    ],
  };
}

/** Width of the grid. */
const COLUMNS = 24;
const SIZE = { w: 8, h: 8 };

/** Panels with ids and places, three in a row below the title of their row. */
function placed(rows: readonly Row[]): readonly object[] {
  const panels: object[] = [];
  let y = 0;
  for (const { title, panels: own } of rows) {
    panels.push({
      id: panels.length + 1,
      type: "row",
      title,
      collapsed: false,
      gridPos: { x: 0, y, w: COLUMNS, h: 1 },
      panels: [],
    });
    y += 1;
    own.forEach((panel, index) => {
      const x = (index * SIZE.w) % COLUMNS;
      if (index > 0 && x === 0) y += SIZE.h;
      panels.push(printed(panel, panels.length + 1, { ...SIZE, x, y }));
    });
    y += SIZE.h;
  }
  return panels;
}

function printed(
  { title, description, unit, type, queries }: Panel,
  id: number,
  gridPos: object,
): object {
  return {
    id,
    type,
    title,
    description,
    datasource: source,
    gridPos,
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    options:
      type === "stat"
        ? { reduceOptions: { calcs: ["lastNotNull"] }, colorMode: "value", graphMode: "none" }
        : {
            legend: { displayMode: "list", placement: "bottom", showLegend: true },
            tooltip: { mode: "multi", sort: "desc" },
          },
    targets: queries.map(({ expr, legend }, index) => ({
      refId: String.fromCharCode(65 + index),
      datasource: source,
      expr,
      legendFormat: legend,
      range: true,
    })),
  };
}
