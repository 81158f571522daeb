import type { DiagnosticSink } from "../diagnostics.js";
import type { Metrics, OtlpEndpoint, Redaction, Stage, Tracing } from "../ir/deployment.js";
import type { ApiKind } from "../ir/gateway.js";
import type { JsonObject } from "../json.js";
import { isList, isObject, member, quote } from "../json.js";
import type { LoadedSettings } from "../load/document.js";
import type { Pointer } from "../pointer.js";
import { child } from "../pointer.js";
import { lowerAccessLog } from "./access-log.js";
import { lowerSentHeaders, requireAddress } from "./sent-to.js";

export interface ObservabilityContext {
  readonly settings: LoadedSettings;
  readonly kind: ApiKind;
  readonly sink: DiagnosticSink;
}

/** What is seen of the requests of one stage. */
export type StageObservability = Pick<
  Stage,
  "accessLog" | "redact" | "tracing" | "detailedMetrics"
>;

/** Lowers `logging`, `tracing` and `metrics` of a stage, over those of the defaults. Problems: GG050 to GG053. */
export function lowerStageObservability(
  context: ObservabilityContext,
  stage: string,
): StageObservability {
  const { settings, kind, sink } = context;
  const section = (...keys: readonly string[]): Section => layered(settings, stage, keys);
  const access = section("logging", "access");
  const redact = section("logging", "redact");
  const tracing = section("tracing");
  return {
    accessLog: isObject(access.value)
      ? lowerAccessLog(access.value, { at: access.at, kind, sink })
      : undefined,
    redact: lowerRedaction(redact.value, redact.at, sink),
    tracing: isObject(tracing.value) ? lowerTracing(tracing.value, tracing.at, sink) : undefined,
    detailedMetrics: section("metrics", "detailed").value === true,
  };
}

interface Section {
  readonly value: unknown;
  /** In the last layer that has it. */
  readonly at: Pointer;
}

function layered(settings: LoadedSettings, stage: string, keys: readonly string[]): Section {
  const layers = [["defaults"], ["stages", stage]].map((start) => {
    const path = [...start, ...keys];
    return { value: valueAt(settings.value, path), at: settings.place(...path) };
  });
  const given = layers.filter(({ value }) => value !== undefined);
  return {
    value: given.map(({ value }) => value).reduce<unknown>(laidOver, undefined),
    at: (given.at(-1) ?? layers.at(-1))?.at ?? settings.place(),
  };
}

/** Objects are merged member by member; anything else replaces. */
function laidOver(under: unknown, over: unknown): unknown {
  if (!isObject(under) || !isObject(over)) return over;
  const merged = Object.entries(over).map(([key, value]) => [
    key,
    laidOver(member(under, key), value),
  ]);
  return { ...under, ...Object.fromEntries(merged) };
}

function valueAt(value: unknown, keys: readonly string[]): unknown {
  return keys.reduce<unknown>(
    (node, key) => (isObject(node) ? member(node, key) : undefined),
    value,
  );
}

/** Headers and query parameters by name, members of JSON bodies by path, values of `$context`. */
function lowerRedaction(value: unknown, at: Pointer, sink: DiagnosticSink): Redaction {
  const names: string[] = [];
  const paths: (readonly string[])[] = [];
  const context: string[] = [];
  (isList(value) ? value : []).forEach((item, index) => {
    const text = String(item);
    const variable = /^\$context\.([A-Za-z_][\w.]*)$/.exec(text)?.[1];
    const path = text.startsWith("$") && variable === undefined ? pathSteps(text) : undefined;
    if (variable !== undefined) context.push(variable);
    else if (path !== undefined) paths.push(path);
    else if (/^[!#%&'*+.^_`|~A-Za-z0-9-]+$/.test(text)) names.push(text.toLowerCase());
    else {
      const message = `${quote(text)} is no name of a header, no path of a JSON body, no $context variable`;
      sink.warning("GG053", child(at, index), message, {
        hint: "write x-name, $.card.number, $.items[*].code or $context.authorizer.key",
      });
    }
  });
  return { names, paths, context };
}

/** `$.card.number`, `$.items[*].code`, `$['a b']`; undefined: more than that. */
function pathSteps(text: string): readonly string[] | undefined {
  if (!/^\$(?:\.[\w-]+|\.\*|\[\*\]|\[\d+\]|\['[^']+'\])+$/.test(text)) return undefined;
  return [...text.matchAll(/\.([\w-]+|\*)|\[(\*|\d+)\]|\['([^']+)'\]/g)].map(
    ([, plain, index, quoted]) => plain ?? index ?? quoted ?? "",
  );
}

function lowerTracing(value: JsonObject, at: Pointer, sink: DiagnosticSink): Tracing | undefined {
  const xray = value["xray"] === true;
  const endpoint = member(value, "otlp");
  const otlp = isObject(endpoint)
    ? lowerOtlp(endpoint, child(at, "otlp"), "traces", sink)
    : undefined;
  if (!xray && otlp === undefined) return undefined;
  const ratio = value["sampleRatio"] ?? (isObject(endpoint) ? endpoint["sampleRatio"] : undefined);
  return {
    at,
    xray,
    otlp,
    sampleRatio: typeof ratio === "number" ? ratio : otlp === undefined ? undefined : 1,
  };
}

/** What is sent over OTLP goes to a path below the endpoint. */
function lowerOtlp(
  value: JsonObject,
  at: Pointer,
  what: string,
  sink: DiagnosticSink,
): OtlpEndpoint | undefined {
  const { endpoint, headers } = value;
  if (!requireAddress(endpoint, child(at, "endpoint"), `what is told of ${what}`, sink)) {
    return undefined;
  }
  return {
    endpoint: endpoint.replace(/\/+$/, "").replace(new RegExp(`/v1/${what}$`), ""),
    headers: lowerSentHeaders(headers, child(at, "headers"), sink),
  };
}

const defaultPath = "/metrics";
const defaultNamespace = "ApiGateway";
const defaultIntervalSeconds = 60;

/**
 * How metrics are handed out. Without a word about them they are kept where there is an admin listener to
 * ask for them. Problem: GG052.
 */
export function lowerMetrics(
  { settings, sink }: ObservabilityContext,
  runtime: JsonObject,
  hasAdmin: boolean,
): Metrics | undefined {
  const { metrics } = runtime;
  if (metrics === false || metrics === null) return undefined;
  if (!isObject(metrics)) return hasAdmin ? plain : undefined;
  const { path, port, host, emf, otlp } = metrics;
  const at = settings.place("runtime", "metrics");
  const target = isObject(otlp) ? lowerOtlp(otlp, child(at, "otlp"), "metrics", sink) : undefined;
  const interval = isObject(otlp) ? otlp["intervalInSeconds"] : undefined;
  const isOwn = typeof port === "number" && port !== runtime["adminPort"];
  const result: Metrics = {
    path: typeof path === "string" ? path : defaultPath,
    listener: isOwn ? { port, host: typeof host === "string" ? host : "127.0.0.1" } : undefined,
    emfNamespace: namespaceOf(emf),
    otlp: target && {
      ...target,
      intervalSeconds: typeof interval === "number" ? interval : defaultIntervalSeconds,
    },
  };
  if (host !== undefined && !isOwn) {
    const message = "runtime.metrics.host has no effect without a port of its own";
    sink.warning("GG052", child(at, "host"), message);
  }
  const isAsked = hasAdmin || isOwn || result.emfNamespace !== undefined || target !== undefined;
  if (isAsked) return result;
  sink.warning("GG052", at, "nobody can ask for the metrics, and they are not kept", {
    hint: "set runtime.metrics.port, or runtime.adminPort",
  });
  return undefined;
}

const plain: Metrics = {
  path: defaultPath,
  listener: undefined,
  emfNamespace: undefined,
  otlp: undefined,
};

function namespaceOf(emf: unknown): string | undefined {
  if (emf === true) return defaultNamespace;
  if (!isObject(emf)) return undefined;
  const { namespace } = emf;
  return typeof namespace === "string" ? namespace : defaultNamespace;
}
