/**
 * Reads telemetry as those it is meant for do, and refuses what they would not know. Names and types:
 * opentelemetry-proto 1.x in its JSON form (camelCase, 64-bit integers as text, ids in hexadecimal), and
 * the segment documents of the X-Ray developer guide.
 */

export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  readonly status: { readonly code?: number; readonly message?: string };
}

export interface Metric {
  readonly name: string;
  readonly unit: string;
  readonly kind: "sum" | "gauge" | "histogram";
  readonly points: readonly Node[];
}

export type Node = Readonly<Record<string, unknown>>;

/** The spans of `ExportTraceServiceRequest`s. */
export function readTraces(body: string): readonly Span[] {
  const request = node(JSON.parse(body), "request", ["resourceSpans"]);
  return list(request["resourceSpans"]).flatMap((item) => {
    const group = node(item, "resourceSpans", ["resource", "scopeSpans"]);
    readResource(group["resource"]);
    return list(group["scopeSpans"]).flatMap((scoped) => {
      const scope = node(scoped, "scopeSpans", ["scope", "spans"]);
      node(scope["scope"], "scope", ["name"]);
      return list(scope["spans"]).map(readSpan);
    });
  });
}

function readSpan(item: unknown): Span {
  const members = ["traceId", "spanId", "name", "kind", "startTimeUnixNano", "endTimeUnixNano"];
  const span = node(item, "span", members, ["parentSpanId", "flags", "attributes", "status"]);
  hex(span["traceId"], 32);
  hex(span["spanId"], 16);
  if (span["parentSpanId"] !== undefined) hex(span["parentSpanId"], 16);
  nanos(span["startTimeUnixNano"]);
  nanos(span["endTimeUnixNano"]);
  if (![1, 2, 3, 4, 5].includes(Number(span["kind"]))) throw wrong("kind", span["kind"]);
  const status = node(span["status"] ?? {}, "status", [], ["code", "message"]);
  if (![undefined, 0, 1, 2].includes(status["code"] as number | undefined)) {
    throw wrong("status.code", status["code"]);
  }
  return { ...(span as unknown as Span), attributes: readAttributes(span["attributes"]) };
}

/** The metrics of `ExportMetricsServiceRequest`s. */
export function readMetrics(body: string): readonly Metric[] {
  const request = node(JSON.parse(body), "request", ["resourceMetrics"]);
  return list(request["resourceMetrics"]).flatMap((item) => {
    const group = node(item, "resourceMetrics", ["resource", "scopeMetrics"]);
    readResource(group["resource"]);
    return list(group["scopeMetrics"]).flatMap((scoped) => {
      const scope = node(scoped, "scopeMetrics", ["scope", "metrics"]);
      return list(scope["metrics"]).map(readMetric);
    });
  });
}

const KINDS = ["sum", "gauge", "histogram"] as const;

function readMetric(item: unknown): Metric {
  const metric = node(item, "metric", ["name", "unit"], ["description", ...KINDS]);
  const kinds = KINDS.filter((kind) => metric[kind] !== undefined);
  const [kind, second] = kinds;
  if (kind === undefined || second !== undefined) throw wrong("kinds of a metric", kinds);
  const temporality = kind === "gauge" ? [] : ["aggregationTemporality"];
  const monotonic = kind === "sum" ? ["isMonotonic"] : [];
  const data = node(metric[kind], kind, ["dataPoints", ...temporality, ...monotonic]);
  const points = list(data["dataPoints"]).map((point) => readPoint(point, kind));
  return { name: String(metric["name"]), unit: String(metric["unit"]), kind, points };
}

function readPoint(item: unknown, kind: Metric["kind"]): Node {
  const times = ["startTimeUnixNano", "timeUnixNano", "attributes"];
  if (kind !== "histogram") {
    const point = node(item, "data point", [...times, "asDouble"]);
    if (typeof point["asDouble"] !== "number") throw wrong("asDouble", point["asDouble"]);
    return { ...point, attributes: readAttributes(point["attributes"]) };
  }
  const members = ["count", "sum", "bucketCounts", "explicitBounds"];
  const point = node(item, "histogram point", [...times, ...members]);
  const counts = list(point["bucketCounts"]).map(unsigned);
  const total = counts.reduce((sum, count) => sum + count, 0n);
  if (total !== unsigned(point["count"])) throw wrong("count of a histogram", point["count"]);
  if (counts.length !== list(point["explicitBounds"]).length + 1) {
    throw wrong("number of buckets", counts.length);
  }
  return { ...point, attributes: readAttributes(point["attributes"]) };
}

function readResource(item: unknown): void {
  const attributes = readAttributes(node(item, "resource", ["attributes"])["attributes"]);
  if (typeof attributes["service.name"] !== "string") throw wrong("service.name", attributes);
}

function readAttributes(items: unknown): Span["attributes"] {
  const entries = list(items ?? []).map((item): [string, string | number | boolean] => {
    const pair = node(item, "attribute", ["key", "value"]);
    const kinds = ["stringValue", "boolValue", "intValue", "doubleValue"];
    const value = node(pair["value"], `value of ${String(pair["key"])}`, [], kinds);
    const [[kind, found] = ["", undefined], second] = Object.entries(value);
    if (second !== undefined || found === undefined) throw wrong("attribute value", value);
    if (kind === "intValue") return [String(pair["key"]), Number(signed(found))];
    return [String(pair["key"]), found as string | number | boolean];
  });
  const names = entries.map(([name]) => name);
  if (new Set(names).size !== names.length) throw wrong("attributes", names);
  return Object.fromEntries(entries);
}

/** A datagram to the X-Ray daemon. */
export function readSegment(packet: string): Node {
  const end = packet.indexOf("\n");
  const head = node(JSON.parse(packet.slice(0, end)), "header", ["format", "version"]);
  if (head["format"] !== "json" || head["version"] !== 1) throw wrong("header", head);
  const segment = node(
    JSON.parse(packet.slice(end + 1)),
    "segment",
    ["name", "id", "trace_id", "start_time", "end_time"],
    "service user origin parent_id http aws error throttle fault cause annotations metadata subsegments".split(
      " ",
    ),
  );
  if (!/^1-[0-9a-f]{8}-[0-9a-f]{24}$/.test(String(segment["trace_id"]))) {
    throw wrong("trace_id", segment["trace_id"]);
  }
  if (segment["parent_id"] !== undefined) hex(segment["parent_id"], 16);
  readTimed(segment);
  for (const item of list(segment["subsegments"] ?? [])) {
    readTimed(
      node(
        item,
        "subsegment",
        ["name", "id", "start_time", "end_time"],
        ["namespace", "http", "aws", "error", "throttle", "fault", "annotations", "metadata"],
      ),
    );
  }
  for (const [key, value] of Object.entries(node(segment["annotations"] ?? {}, "annotations"))) {
    const isScalar = ["string", "number", "boolean"].includes(typeof value);
    if (!/^\w+$/.test(key) || !isScalar) throw wrong("annotation", key);
  }
  return segment;
}

function readTimed({ name, id, start_time: start, end_time: end, http }: Node): void {
  hex(id, 16);
  if (!/^[\p{L}\p{N}\p{Z}_.:/%&#=+\\\-@]{1,200}$/u.test(String(name))) throw wrong("name", name);
  if (typeof start !== "number" || typeof end !== "number" || end < start) throw wrong("time", end);
  if (http === undefined) return;
  const { request, response } = node(http, "http", [], ["request", "response"]);
  node(request ?? {}, "request", [], ["method", "url", "user_agent", "client_ip"]);
  node(response ?? {}, "response", [], ["status", "content_length"]);
}

/** An object with these members; without names, with any. */
function node(
  value: unknown,
  what: string,
  required: readonly string[] = [],
  optional?: readonly string[],
): Node {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw wrong(what, value);
  const keys = Object.keys(value);
  const known = [...required, ...(optional ?? [])];
  const missing = required.filter((key) => !keys.includes(key));
  const isAny = required.length === 0 && optional === undefined;
  const unknown = isAny ? [] : keys.filter((key) => !known.includes(key));
  if (missing.length > 0 || unknown.length > 0)
    throw wrong(`members of ${what}`, { missing, unknown });
  return value as Node;
}

function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw wrong("list", value);
  return value;
}

function hex(value: unknown, digits: number): void {
  const isRight = typeof value === "string" && new RegExp(`^[0-9a-f]{${digits}}$`).test(value);
  if (!isRight || /^0+$/.test(String(value))) throw wrong("id", value);
}

function nanos(value: unknown): void {
  if (typeof value !== "string" || !/^\d{19}$/.test(value)) throw wrong("nanoseconds", value);
}

function unsigned(value: unknown): bigint {
  if (typeof value !== "string" || !/^\d+$/.test(value)) throw wrong("fixed64", value);
  return BigInt(value);
}

function signed(value: unknown): bigint {
  if (typeof value !== "string" || !/^-?\d+$/.test(value)) throw wrong("int64", value);
  return BigInt(value);
}

function wrong(what: string, value: unknown): Error {
  return new Error(`${what}: ${JSON.stringify(value)}`);
}
