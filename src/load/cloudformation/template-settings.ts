import { createDiagnosticSink, type DiagnosticSink } from "../../diagnostics.js";
import type { JsonObject } from "../../json.js";
import { isList, isObject, quote, setMember } from "../../json.js";
import type { Pointer } from "../../pointer.js";
import { child, parsePointer, root } from "../../pointer.js";
import { checkSettings } from "../check-settings.js";
import type { SettingsLayer } from "../settings.js";
import { textOf } from "./function-uri.js";

/** Settings that are put together from a template, each with its place there; wrong ones are left out. */
export class TemplateSettings {
  readonly #value: Record<string, unknown> = {};
  readonly #places = new Map<string, Pointer>();
  readonly #sink: DiagnosticSink;
  readonly #at: Pointer;

  constructor(at: Pointer, sink: DiagnosticSink) {
    this.#at = at;
    this.#sink = sink;
  }

  /** Absent values say nothing. A value that the settings do not take is told with its place. Problem: GG025. */
  set(path: readonly string[], value: unknown, at: Pointer): void {
    if (value === undefined || this.#get(path) !== undefined) return;
    const nested = path.reduceRight<unknown>((inner, key) => {
      const object: Record<string, unknown> = {};
      setMember(object, key, inner);
      return object;
    }, value);
    const check = createDiagnosticSink();
    if (!checkSettings(nested, root(parsePointer(this.#at).file), check)) {
      const why = check.list()[0]?.message ?? "";
      const message = `this is not taken over as the setting ${path.join(".")}: ${why}`;
      this.#sink.warning("GG025", at, message, { hint: "write it as a setting" });
      return;
    }
    let holder = this.#value;
    for (const key of path.slice(0, -1)) {
      if (!isObject(holder[key])) setMember(holder, key, {});
      holder = holder[key] as Record<string, unknown>;
    }
    setMember(holder, path.at(-1) ?? "", value);
    for (let count = path.length; count > 0; count--) {
      const key = JSON.stringify(path.slice(0, count));
      if (!this.#places.has(key)) this.#places.set(key, at);
    }
  }

  layer(): SettingsLayer | undefined {
    if (Object.keys(this.#value).length === 0) return undefined;
    return { value: this.#value, at: this.#at, place: (keys) => this.#place(keys) };
  }

  #get(path: readonly string[]): unknown {
    return path.reduce<unknown>(
      (node, key) => (isObject(node) ? node[key] : undefined),
      this.#value,
    );
  }

  #place(keys: readonly string[]): Pointer {
    for (let count = keys.length; count > 0; count--) {
      const at = this.#places.get(JSON.stringify(keys.slice(0, count)));
      if (at !== undefined) return at;
    }
    return this.#at;
  }
}

/** A number, also where the template has it as text; undefined for anything else. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  return typeof value === "string" && /^-?\d+(?:\.\d+)?$/.test(value) ? Number(value) : undefined;
}

/** A boolean, also where the template has it as text. */
export function flagOf(value: unknown): boolean | undefined {
  if (typeof value === "boolean") return value;
  return value === "true" ? true : value === "false" ? false : undefined;
}

/** Numbers and booleans as text; what is no text stays, and the settings say so. */
function asText(value: unknown): unknown {
  return typeof value === "number" || typeof value === "boolean" ? String(value) : value;
}

/** `{ RateLimit, BurstLimit }`, under several names; undefined unless both are there. */
export function throttleOf(rate: unknown, burst: unknown): JsonObject | undefined {
  const [rateLimit, burstLimit] = [numberOf(rate), numberOf(burst)];
  return rateLimit === undefined || burstLimit === undefined
    ? undefined
    : { rateLimit, burstLimit };
}

/** What a stage says, in the words of CloudFormation, as Terraform says it with others. */
export interface StageWords {
  readonly name: string;
  readonly at: (...keys: readonly (string | number)[]) => Pointer;
  readonly properties: JsonObject;
}

/** Sets what a stage of a REST API says: `AWS::ApiGateway::Stage`, or the same members of a SAM API. */
export function setRestStage(
  settings: TemplateSettings,
  { name, at, properties }: StageWords,
  paths: JsonObject,
  sink: DiagnosticSink,
): void {
  const stage = ["stages", name];
  settings.set(stage, {}, at("StageName"));
  setVariables(settings, stage, properties["Variables"], (key) => at("Variables", key));
  setMethodSettings(settings, { name, at, properties }, paths, sink);
  if (flagOf(properties["CacheClusterEnabled"]) === true) {
    const size = asText(properties["CacheClusterSize"] ?? "0.5");
    settings.set([...stage, "cache"], { size }, at("CacheClusterEnabled"));
  }
  const xray = flagOf(properties["TracingEnabled"]);
  if (xray === true) settings.set([...stage, "tracing", "xray"], xray, at("TracingEnabled"));
  setAccessLog(settings, stage, properties["AccessLogSetting"], at("AccessLogSetting"));
  setCanary(settings, stage, properties["CanarySetting"], at("CanarySetting"));
  settings.set(
    [...stage, "clientCertificateId"],
    properties["ClientCertificateId"],
    at("ClientCertificateId"),
  );
}

/** Sets what a stage of an HTTP or WebSocket API says. */
export function setHttpStage(
  settings: TemplateSettings,
  { name, at, properties }: StageWords,
): void {
  const stage = ["stages", name];
  settings.set(stage, {}, at("StageName"));
  setVariables(settings, stage, properties["StageVariables"], (key) => at("StageVariables", key));
  const section = (value: unknown, key: string, place: Pointer): void => {
    const { ThrottlingRateLimit, ThrottlingBurstLimit, LoggingLevel, DataTraceEnabled } = isObject(
      value,
    )
      ? value
      : {};
    const path = [...stage, "methodSettings", key];
    settings.set(
      [...path, "throttle"],
      throttleOf(ThrottlingRateLimit, ThrottlingBurstLimit),
      place,
    );
    settings.set([...path, "loggingLevel"], LoggingLevel, place);
    settings.set([...path, "dataTraceEnabled"], flagOf(DataTraceEnabled), place);
  };
  section(properties["DefaultRouteSettings"], "* /*", at("DefaultRouteSettings"));
  const routes = properties["RouteSettings"];
  for (const [route, value] of Object.entries(isObject(routes) ? routes : {})) {
    section(value, route, at("RouteSettings", route));
  }
  setAccessLog(settings, stage, properties["AccessLogSettings"], at("AccessLogSettings"));
}

function setVariables(
  settings: TemplateSettings,
  stage: readonly string[],
  variables: unknown,
  at: (key: string) => Pointer,
): void {
  for (const [key, value] of Object.entries(isObject(variables) ? variables : {})) {
    settings.set([...stage, "variables", key], asText(value), at(key));
  }
}

function setAccessLog(
  settings: TemplateSettings,
  stage: readonly string[],
  setting: unknown,
  at: Pointer,
): void {
  if (!isObject(setting)) return;
  const path = [...stage, "logging", "access"];
  const format = setting["Format"];
  settings.set([...path, "destinationArn"], setting["DestinationArn"], child(at, "DestinationArn"));
  settings.set([...path, "format"], format, child(at, "Format"));
}

function setCanary(
  settings: TemplateSettings,
  stage: readonly string[],
  setting: unknown,
  at: Pointer,
): void {
  if (!isObject(setting)) return;
  const variables = setting["StageVariableOverrides"];
  const value = {
    percentTraffic: numberOf(setting["PercentTraffic"]) ?? 0,
    ...(flagOf(setting["UseStageCache"]) === undefined
      ? {}
      : { useStageCache: flagOf(setting["UseStageCache"]) }),
    ...(isObject(variables)
      ? {
          stageVariableOverrides: Object.fromEntries(
            Object.entries(variables).map(([key, item]) => [key, asText(item)]),
          ),
        }
      : {}),
  };
  settings.set([...stage, "canary"], value, at);
}

const methodMembers = [
  ["MetricsEnabled", "metricsEnabled"],
  ["DataTraceEnabled", "dataTraceEnabled"],
  ["CachingEnabled", "cachingEnabled"],
  ["CacheDataEncrypted", "cacheDataEncrypted"],
] as const;

/** Entries of `MethodSettings`; one for all methods of a path is written out for those that it has. */
function setMethodSettings(
  settings: TemplateSettings,
  { name, at, properties }: StageWords,
  paths: JsonObject,
  sink: DiagnosticSink,
): void {
  const entries = properties["MethodSettings"];
  for (const [index, entry] of (isList(entries) ? entries : []).entries()) {
    if (!isObject(entry)) continue;
    const place = at("MethodSettings", index);
    const path = `/${(textOf(entry["ResourcePath"]) ?? "/*")
      .replace(/^\//, "")
      .replaceAll("~1", "/")
      .replace(/^\//, "")}`;
    const keys = methodKeys(path, (textOf(entry["HttpMethod"]) ?? "*").toUpperCase(), paths);
    if (keys.length === 0) {
      sink.warning(
        "GG025",
        place,
        `the API has no method that these settings for ${quote(path)} are for`,
      );
    }
    for (const key of keys) {
      const section = ["stages", name, "methodSettings", key];
      for (const [member, setting] of methodMembers) {
        settings.set([...section, setting], flagOf(entry[member]), place);
      }
      settings.set([...section, "loggingLevel"], entry["LoggingLevel"], place);
      settings.set([...section, "cacheTtlInSeconds"], numberOf(entry["CacheTtlInSeconds"]), place);
      const throttle = throttleOf(entry["ThrottlingRateLimit"], entry["ThrottlingBurstLimit"]);
      settings.set([...section, "throttle"], throttle, place);
    }
  }
}

const anyMethod = "x-amazon-apigateway-any-method";

/** Keys of the settings for a method of a path; `*` stands for all of them. */
function methodKeys(path: string, method: string, paths: JsonObject): readonly string[] {
  if (path === "/*" && method === "*") return ["* /*"];
  const item = paths[path];
  return Object.keys(isObject(item) ? item : {}).flatMap((key) => {
    const own = key === anyMethod ? "ANY" : key.toUpperCase();
    const isMethod = /^(?:ANY|GET|PUT|POST|DELETE|OPTIONS|HEAD|PATCH)$/.test(own);
    return isMethod && (method === "*" || method === own) ? [`${own} ${path}`] : [];
  });
}
