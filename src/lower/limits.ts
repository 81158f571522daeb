import { findNamedOperation } from "./named-operation.js";
import type { DiagnosticSink } from "../diagnostics.js";
import type {
  ApiKey,
  CacheCluster,
  Canary,
  LoggingLevel,
  MethodAddress,
  MethodSettings,
  Quota,
  Secret,
  Throttle,
  UnauthorizedStrategy,
  UsagePlan,
} from "../ir/deployment.js";
import type { Operation } from "../ir/operation.js";
import type { JsonObject } from "../json.js";
import { isList, isObject, member, quote, textOf } from "../json.js";
import type { LoadedSettings } from "../load/document.js";
import { nearestHint } from "../nearest.js";
import type { Pointer } from "../pointer.js";
import { child } from "../pointer.js";

/** Where a part of the settings stands. */
interface Found {
  readonly value: JsonObject;
  readonly at: Pointer;
}

/** What a route of a WebSocket API says of itself; the settings of a stage come before. */
export interface RouteSettings {
  readonly at: Pointer;
  readonly routeKey: string;
  /** `throttle`, `loggingLevel` and `dataTraceEnabled`. */
  readonly value: JsonObject;
}

/** What limits and caches are checked against. */
export interface LimitsContext {
  readonly settings: LoadedSettings;
  readonly operations: readonly Operation[];
  readonly routeSettings: readonly RouteSettings[];
  readonly sink: DiagnosticSink;
}

/** The limits and the cache of one stage. */
export interface StageLimits {
  readonly methodDefaults: MethodSettings;
  readonly methods: readonly MethodSettings[];
  readonly cache: CacheCluster | undefined;
  readonly canary: Canary | undefined;
}

/** The key of settings for all methods of a stage. */
const allMethods = "* /*";
/** Of one plan in one stage. Source: developer guide, "Quotas". */
const maxMethodThrottles = 20;

/** Lowers what the settings limit in one stage. Problems: GG048 names what does not exist. */
export function lowerStageLimits(
  context: LimitsContext,
  stage: string,
  variables: JsonObject,
): StageLimits {
  const layers = [layer(context, ["defaults"]), layer(context, ["stages", stage])];
  const merged = (key: string): Found | undefined => mergedLayers(layers, key);
  const settings = merged("methodSettings");
  const entries = Object.keys(settings?.value ?? {}).flatMap((key) =>
    lowerMethodEntry(context, layers, key),
  );
  const stageThrottle = lowerThrottle(merged("throttle")?.value);
  const execution = objectOf(merged("logging")?.value["execution"]);
  const written = entries.find(({ method }) => method === undefined);
  const defaults = written ?? noSettings(layers.at(-1)?.at ?? context.settings.place());
  return {
    methodDefaults: {
      ...defaults,
      throttle: defaults.throttle ?? stageThrottle,
      loggingLevel:
        defaults.loggingLevel ?? (textOf(execution["level"]) as LoggingLevel | undefined),
      dataTrace: defaults.dataTrace ?? flag(execution["dataTrace"]),
    },
    methods: overRoutes(
      entries.filter(({ method }) => method !== undefined),
      context.routeSettings,
    ),
    cache: lowerCache(merged("cache")?.value),
    canary: lowerCanary(merged("canary")?.value, variables),
  };
}

function layer({ settings }: LimitsContext, keys: readonly string[]): Found {
  const value = keys.reduce<unknown>(
    (node, key) => (isObject(node) ? member(node, key) : undefined),
    settings.value,
  );
  return { value: isObject(value) ? value : {}, at: settings.place(...keys) };
}

/** A section of all layers laid over one another; `false` or `null` in a later one switches it off. */
function mergedLayers(layers: readonly Found[], key: string): Found | undefined {
  let result: Found | undefined;
  for (const { value, at } of layers) {
    const own = member(value, key);
    if (own === undefined) continue;
    if (!isObject(own)) result = undefined;
    else result = { value: { ...result?.value, ...own }, at: child(at, key) };
  }
  return result;
}

function noSettings(at: Pointer): MethodSettings {
  return {
    at,
    method: undefined,
    throttle: undefined,
    cachingEnabled: undefined,
    cacheTtlSeconds: undefined,
    cacheDataEncrypted: undefined,
    requireAuthorizationForCacheControl: undefined,
    unauthorizedCacheControlHeaderStrategy: undefined,
    loggingLevel: undefined,
    dataTrace: undefined,
    metricsEnabled: undefined,
  };
}

function lowerMethodEntry(
  context: LimitsContext,
  layers: readonly Found[],
  key: string,
): readonly MethodSettings[] {
  const sections = layers.flatMap(({ value, at }) => {
    const section = member(value, "methodSettings");
    const own = isObject(section) ? member(section, key) : undefined;
    return isObject(own) ? [{ value: own, at: child(child(at, "methodSettings"), key) }] : [];
  });
  const [place] = sections;
  if (place === undefined) return [];
  const method = key === allMethods ? undefined : findMethod(context, key, place.at);
  if (key !== allMethods && method === undefined) return [];
  const value: JsonObject = Object.assign({}, ...sections.map((section) => section.value));
  return [methodSettingsOf(value, method, place.at)];
}

function methodSettingsOf(
  value: JsonObject,
  method: MethodAddress | undefined,
  at: Pointer,
): MethodSettings {
  const strategy = value["unauthorizedCacheControlHeaderStrategy"];
  return {
    at,
    method,
    throttle: lowerThrottle(value["throttle"]),
    cachingEnabled: flag(value["cachingEnabled"]),
    cacheTtlSeconds: number(value["cacheTtlInSeconds"]),
    cacheDataEncrypted: flag(value["cacheDataEncrypted"]),
    requireAuthorizationForCacheControl: flag(value["requireAuthorizationForCacheControl"]),
    // one of the words, as the vocabulary was checked
    unauthorizedCacheControlHeaderStrategy: textOf(strategy) as UnauthorizedStrategy | undefined,
    loggingLevel: textOf(value["loggingLevel"]) as LoggingLevel | undefined,
    dataTrace: flag(value["dataTraceEnabled"]),
    metricsEnabled: flag(value["metricsEnabled"]),
  };
}

/** The settings of a stage over what the routes say themselves. */
function overRoutes(
  entries: readonly MethodSettings[],
  routes: readonly RouteSettings[],
): readonly MethodSettings[] {
  const own = routes.map(({ at, routeKey, value }) =>
    methodSettingsOf(value, { method: "ANY", path: routeKey }, at),
  );
  const merged = own.map((route) => {
    const entry = entries.find(({ method }) => method?.path === route.method?.path);
    if (entry === undefined) return route;
    return {
      ...entry,
      throttle: entry.throttle ?? route.throttle,
      loggingLevel: entry.loggingLevel ?? route.loggingLevel,
      dataTrace: entry.dataTrace ?? route.dataTrace,
    };
  });
  const rest = entries.filter(
    ({ method }) => !own.some((route) => route.method?.path === method?.path),
  );
  return own.length === 0 ? entries : [...merged, ...rest];
}

/** A method by its operationId, as `GET /orders`, or as the `$default` of an HTTP API. */
function findMethod(
  { operations, sink }: LimitsContext,
  key: string,
  at: Pointer,
): MethodAddress | undefined {
  const found = findNamedOperation(operations, key);
  if (found !== undefined) return { method: found.method, path: found.path };
  const names = operations.flatMap(({ operationId, method, path, routeKey }) => [
    ...(operationId === undefined ? [] : [operationId]),
    routeKey ?? `${method} ${path}`,
  ]);
  sink.error("GG048", at, `the document has no operation ${quote(key)}`, nearestHint(key, names));
  return undefined;
}

function lowerThrottle(value: unknown): Throttle | undefined {
  if (!isObject(value)) return undefined;
  const { rateLimit, burstLimit } = value;
  return typeof rateLimit === "number" && typeof burstLimit === "number"
    ? { rateLimit, burstLimit }
    : undefined;
}

function lowerCache(value: JsonObject | undefined): CacheCluster | undefined {
  return (
    value && {
      ttlSeconds: number(value["ttlInSeconds"]),
      encrypted: flag(value["encrypted"]) ?? false,
    }
  );
}

function lowerCanary(value: JsonObject | undefined, variables: JsonObject): Canary | undefined {
  if (value === undefined) return undefined;
  const overrides = value["stageVariableOverrides"];
  const all = { ...variables, ...(isObject(overrides) ? overrides : {}) };
  return {
    percentTraffic: number(value["percentTraffic"]) ?? 0,
    useStageCache: flag(value["useStageCache"]) ?? false,
    variables: Object.entries(all).map(([name, item]) => ({ name, value: String(item) })),
  };
}

/** Usage plans and API keys of the settings. Problem: GG048. */
export function lowerUsagePlans(
  context: LimitsContext,
  stages: readonly string[],
): { readonly usagePlans: readonly UsagePlan[]; readonly apiKeys: readonly ApiKey[] } {
  const keys = layer(context, ["apiKeys"]);
  const plans = layer(context, ["usagePlans"]);
  const names = Object.keys(keys.value);
  return {
    apiKeys: entriesOf(keys).flatMap(([name, found]) => lowerApiKey(context, name, found)),
    usagePlans: entriesOf(plans).map(([name, found]) =>
      lowerUsagePlan(context, name, found, stages, names),
    ),
  };
}

function entriesOf({ value, at }: Found): readonly (readonly [string, Found])[] {
  return Object.entries(value).flatMap(([name, item]) =>
    isObject(item) ? [[name, { value: item, at: child(at, name) }] as const] : [],
  );
}

function lowerApiKey(
  { sink }: LimitsContext,
  name: string,
  { value, at }: Found,
): readonly ApiKey[] {
  const secret = lowerSecret(value["value"]);
  if (secret === undefined) {
    sink.error("GG048", at, `the API key ${quote(name)} has no value`, {
      hint: `set value: { secret: NAME }, and the secret where the gateway runs`,
    });
    return [];
  }
  return [
    {
      at,
      name,
      customerId: textOf(value["customerId"]),
      enabled: flag(value["enabled"]) ?? true,
      value: secret,
    },
  ];
}

function lowerUsagePlan(
  context: LimitsContext,
  name: string,
  { value, at }: Found,
  stages: readonly string[],
  keys: readonly string[],
): UsagePlan {
  const known = (key: "stages" | "keys", what: string, names: readonly string[]): string[] =>
    texts(value[key]).filter((item, index) => {
      if (names.includes(item)) return true;
      const place = child(child(at, key), index);
      const message = `the usage plan ${quote(name)} names the ${what} ${quote(item)}, which does not exist`;
      context.sink.error("GG048", place, message, nearestHint(item, names));
      return false;
    });
  const methodsAt = child(at, "methodThrottle");
  const methods = Object.entries(objectOf(value["methodThrottle"])).flatMap(([key, item]) => {
    const throttle = lowerThrottle(item);
    const method = findMethod(context, key, child(methodsAt, key));
    return throttle === undefined || method === undefined ? [] : [{ ...method, throttle }];
  });
  if (methods.length > maxMethodThrottles) {
    const message = `a usage plan limits at most ${maxMethodThrottles} methods of a stage on AWS, this one ${methods.length}`;
    context.sink.warning("GG048", methodsAt, message);
  }
  return {
    at,
    name,
    stages: known("stages", "stage", stages),
    keys: known("keys", "API key", keys),
    throttle: lowerThrottle(value["throttle"]),
    quota: lowerQuota(context, value["quota"], child(at, "quota")),
    methods,
  };
}

function lowerQuota({ sink }: LimitsContext, value: unknown, at: Pointer): Quota | undefined {
  const { limit, period, offset = 0 } = objectOf(value);
  if (typeof limit !== "number" || typeof offset !== "number") return undefined;
  if (period !== "DAY" && period !== "WEEK" && period !== "MONTH") return undefined;
  if (offset > limit) {
    sink.error("GG048", child(at, "offset"), `an offset of ${offset} is more than the limit`);
  }
  return { limit, period, offset };
}

/** `{ secret: name, key? }`. */
export function lowerSecret(value: unknown): Secret | undefined {
  const { secret, key } = objectOf(value);
  return typeof secret === "string" ? { secret, key: textOf(key) } : undefined;
}

function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

function texts(value: unknown): readonly string[] {
  return isList(value) ? value.filter((item): item is string => typeof item === "string") : [];
}

function number(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function flag(value: unknown): boolean | undefined {
  return typeof value === "boolean" ? value : undefined;
}
