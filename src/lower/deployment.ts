import type {
  Backend,
  BackendTarget,
  Deployment,
  RequestLimits,
  Stage,
  State,
  StateUse,
  VpcLinkBinding,
} from "../ir/deployment.js";
import type { ApiKind } from "../ir/gateway.js";
import type { Operation } from "../ir/operation.js";
import type { DiagnosticSink } from "../diagnostics.js";
import type { JsonObject } from "../json.js";
import { isList, isObject, member, quote } from "../json.js";
import { replacePlaceholders } from "../language/placeholder.js";
import type { LoadedDocument } from "../load/document.js";
import type { Pointer } from "../pointer.js";
import { authorizerCaller } from "../runtime/functions/caller.js";
import { lowerAdmin, lowerHealth } from "./admin.js";
import { connectionKeys, lowerBackendConnection, lowerConnection } from "./backend-connection.js";
import { durationMs } from "./duration.js";
import { lowerHandlerModule, reportEqualPaths } from "./handler-module.js";
import {
  lowerSecret,
  lowerStageLimits,
  lowerUsagePlans,
  type LimitsContext,
  type RouteSettings,
} from "./limits.js";
import type { Lowering, Needs } from "./lowering.js";
import { manifestSettings } from "./manifests/manifest-settings.js";
import { chooseTargets } from "./manifests/targets.js";
import {
  lowerMetrics,
  lowerStageObservability,
  type ObservabilityContext,
} from "./observability.js";
import { lowerOwnMappings } from "./own-mappings.js";
import { lowerPrincipals } from "./principals.js";
import { lowerTrustProxy } from "./trust-proxy.js";
import { stageOfServers } from "./websocket/asyncapi-stage.js";

const defaultPort = 8080;

/**
 * What the settings say, defaults filled in: one stage `dev` unless they name others. Problems: GG043 not
 * supported yet, GG044 backend, GG045 default stage, GG046 stage variable, GG048 limits and callers.
 */
export function lowerDeployment(
  { document, kind, needs, sink }: Lowering,
  operations: readonly Operation[],
  routeSettings: readonly RouteSettings[] = [],
): Deployment {
  const { settings, parameters } = document;
  reportUnsupported(document, sink);
  const runtime = objectIn(settings.value, "runtime");
  const limits: LimitsContext = { settings, operations, routeSettings, sink };
  const observability: ObservabilityContext = { settings, kind, sink };
  const stages = lowerStages(
    document,
    limits,
    observability,
    kind === "http" ? "$default" : (stageOfServers(document) ?? "dev"),
  );
  reportVariables(needs, stages, sink);
  reportEqualPaths(
    stages.flatMap(({ backends }) => backends),
    sink,
  );
  const admin = lowerAdmin(settings, runtime, { sink, kind });
  return {
    at: settings.place(),
    stages,
    defaultStage:
      kind === "websocket" ? stages[0]?.name : chooseDefaultStage(stages, operations, sink),
    accountId: String(parameters.get("AWS::AccountId")),
    region: String(parameters.get("AWS::Region")),
    port: typeof runtime["port"] === "number" ? runtime["port"] : defaultPort,
    ownMappings: lowerOwnMappings(settings, operations, sink),
    functionMode: runtime["functions"] === "in-thread" ? "in-thread" : "worker",
    ...lowerUsagePlans(
      limits,
      stages.map(({ name }) => name),
    ),
    principals: lowerPrincipals(settings, sink),
    state: lowerState(objectIn(runtime, "state")),
    admin,
    health: lowerHealth(runtime),
    metrics: lowerMetrics(observability, runtime, admin !== undefined),
    shutdown: {
      drainDelayMs: durationMs(runtime["drainDelay"]),
      graceMs: durationMs(runtime["shutdownGrace"]),
    },
    requests: lowerRequestLimits(runtime, kind, settings, sink),
    trustProxy: lowerTrustProxy(
      runtime["trustProxy"],
      settings.place("runtime", "trustProxy"),
      sink,
    ),
    hasSettings: settings.found,
  };
}

function lowerRequestLimits(
  runtime: JsonObject,
  kind: ApiKind,
  settings: LoadedDocument["settings"],
  sink: DiagnosticSink,
): RequestLimits {
  const { requestTimeout, maxRequestBytes } = runtime;
  if (kind === "websocket" && maxRequestBytes !== undefined) {
    const at = settings.place("runtime", "maxRequestBytes");
    const hint = "the limit of messages is websocket.connection.maxMessageBytes";
    sink.warning("GG043", at, "WebSocket APIs have no requests with bodies", { hint });
  }
  return {
    timeoutMs: durationMs(requestTimeout),
    maxBytes:
      kind !== "websocket" && typeof maxRequestBytes === "number" ? maxRequestBytes : undefined,
  };
}

function objectIn(object: JsonObject, key: string): JsonObject {
  const value = member(object, key);
  return isObject(value) ? value : {};
}

function lowerState(state: JsonObject): State {
  const { driver, url, keyPrefix, tls, cluster, onFailure, use } = state;
  if (driver !== "redis") return { driver: "memory" };
  return {
    driver,
    url: typeof url === "string" ? url : (lowerSecret(url) ?? "redis://127.0.0.1:6379"),
    keyPrefix: typeof keyPrefix === "string" ? keyPrefix : undefined,
    tls: tls === true,
    cluster: cluster === true,
    onFailure: onFailure === "closed" ? "closed" : "open",
    local: stateUses.filter((name) => isObject(use) && use[name] === false),
  };
}

const stateUses = [
  "throttle",
  "quota",
  "cache",
  "authorizerCache",
  "connections",
] as const satisfies readonly StateUse[];

/** Settings without stages have one: `dev`, of an HTTP API `$default`, of AsyncAPI what a server's path names. */
function lowerStages(
  document: LoadedDocument,
  limits: LimitsContext,
  observability: ObservabilityContext,
  fallback: string,
): readonly Stage[] {
  const { settings } = document;
  const { sink } = limits;
  const defaults = objectIn(settings.value, "defaults");
  const given = objectIn(settings.value, "stages");
  const names = Object.keys(given);
  return (names.length > 0 ? names : [fallback]).map((name) => {
    const stage = objectIn(given, name);
    const variables = { ...objectIn(defaults, "variables"), ...objectIn(stage, "variables") };
    const description = stage["description"];
    return {
      at: settings.place("stages", name),
      name,
      description: typeof description === "string" ? description : undefined,
      variables: Object.entries(variables).map(([key, value]) => ({
        name: key,
        value: String(value),
      })),
      backends: [
        ...lowerAuthorizerBackends(document, fillWith(document, variables), sink),
        ...lowerBackends(document, name, fillWith(document, variables), sink),
      ],
      vpcLinks: lowerVpcLinks(document, fillWith(document, variables), sink),
      ...lowerStageLimits(limits, name, variables),
      ...lowerStageObservability(observability, name),
    };
  });
}

/** Addresses of backends may name parameters and the variables of their stage. */
function fillWith(document: LoadedDocument, variables: JsonObject): (text: string) => string {
  return (text) =>
    replacePlaceholders(
      text.replaceAll(/\$\{stageVariables\.(\w+)\}/g, (_whole, name: string) =>
        String(member(variables, name) ?? ""),
      ),
      (name) => document.parameters.get(name)?.toString(),
    );
}

/** Private hosts behind VPC links. A link without one leads nowhere, which its integrations report. */
function lowerVpcLinks(
  document: LoadedDocument,
  fill: (text: string) => string,
  sink: DiagnosticSink,
): readonly VpcLinkBinding[] {
  const { settings } = document;
  const links = objectIn(settings.value, "vpcLinks");
  return Object.keys(links).flatMap((name) => {
    const link = objectIn(links, name);
    const { upstream, version } = link;
    if (typeof upstream !== "string") return [];
    const address = fill(upstream);
    // Assumed from field reports: links of version 1 (load balancers) get the path as the URI has it.
    if (isHttpAddress(address)) {
      const connection = lowerConnection(link);
      return [{ name, upstream: address, stageInPath: version !== 1, connection }];
    }
    const at = settings.place("vpcLinks", name, "upstream");
    sink.error("GG044", at, `${quote(address)} is not an http or https address`);
    return [];
  });
}

function isHttpAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:/.test(text);
}

/** An authorizer's own `module` or `url` in the settings comes before what matches its function. */
function lowerAuthorizerBackends(
  document: LoadedDocument,
  fill: (text: string) => string,
  sink: DiagnosticSink,
): readonly Backend[] {
  const { settings } = document;
  const authorizers = objectIn(settings.value, "authorizers");
  return Object.keys(authorizers).flatMap((name) => {
    const { module, export: exported, url } = objectIn(authorizers, name);
    if (module === undefined && url === undefined) return [];
    const at = settings.place("authorizers", name);
    const target = fillAddresses({ module, export: exported, url }, fill);
    const backend = lowerBackend(
      name,
      { ...target, match: [authorizerCaller(name)] },
      target,
      at,
      sink,
    );
    return backend ? [backend] : [];
  });
}

const targetKeys = ["module", "url", "service", "mock"] as const;

/** Backends of a stage: its own members over those of `defaults` over the named backend. */
function lowerBackends(
  document: LoadedDocument,
  stage: string,
  fill: (text: string) => string,
  sink: DiagnosticSink,
): readonly Backend[] {
  const { settings } = document;
  const layers: readonly (readonly string[])[] = [
    ["stages", stage, "backends"],
    ["defaults", "backends"],
    ["backends"],
  ];
  const names = layers
    .toReversed()
    .flatMap((keys) => Object.keys(valueAt(settings.value, keys) ?? {}));
  const backends = [...new Set(names)].flatMap((name) => {
    const found = layers
      .map((keys) => ({ keys: [...keys, name], value: valueAt(settings.value, [...keys, name]) }))
      .filter((layer): layer is { keys: string[]; value: JsonObject } => isObject(layer.value));
    // A stage that names another target replaces the target as a whole.
    const target = found.find(({ value }) => targetKeys.some((key) => value[key] !== undefined));
    const merged = Object.assign({}, ...found.map(({ value }) => value).reverse()) as JsonObject;
    const at = settings.place(...(target?.keys ?? ["backends", name]));
    const filled = fillAddresses(merged, fill);
    const lowered = lowerBackend(
      name,
      filled,
      target && fillAddresses(target.value, fill),
      at,
      sink,
    );
    return lowered ? [lowered] : [];
  });
  return backends.sort((a, b) => literalLength(b) - literalLength(a));
}

function fillAddresses(backend: JsonObject, fill: (text: string) => string): JsonObject {
  const fillText = (value: unknown): unknown => (typeof value === "string" ? fill(value) : value);
  const { match } = backend;
  return {
    ...backend,
    ...(isList(match) ? { match: match.map(fillText) } : { match: fillText(match) }),
    url: fillText(backend["url"]),
    service: fillMembers(backend["service"], fillText),
    functionArn: fillText(backend["functionArn"]),
  };
}

function fillMembers(value: unknown, fill: (value: unknown) => unknown): unknown {
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item)]));
}

function valueAt(value: unknown, keys: readonly string[]): unknown {
  return keys.reduce<unknown>(
    (node, key) => (isObject(node) ? member(node, key) : undefined),
    value,
  );
}

/** The most literal pattern comes first; an exact function ARN before all. */
function literalLength({ match }: Backend): number {
  return Math.max(
    0,
    ...match.map(
      (pattern) => (pattern.includes("*") ? 0 : 10_000) + pattern.replaceAll("*", "").length,
    ),
  );
}

function lowerBackend(
  name: string,
  merged: JsonObject,
  target: JsonObject | undefined,
  at: Pointer,
  sink: DiagnosticSink,
): Backend | undefined {
  const written = merged["match"];
  const match = [merged["functionArn"], ...(isList(written) ? written : [written])];
  const patterns = match.filter((pattern): pattern is string => typeof pattern === "string");
  const given = targetKeys.filter((key) => target?.[key] !== undefined);
  const [kind, second] = given;
  if (patterns.length === 0 || target === undefined || kind === undefined || second !== undefined) {
    const message = `the backend ${quote(name)} needs a match and exactly one of ${targetKeys.join(", ")}`;
    sink.error("GG044", at, message);
    return undefined;
  }
  const lowered = lowerTarget(kind, target, at, sink);
  return (
    lowered && {
      at,
      name,
      match: patterns,
      timeoutMs: durationMs(merged["timeout"]),
      target: lowered,
      connection: lowerBackendConnection({ backend: merged, target: lowered, patterns, at }, sink),
    }
  );
}

function lowerTarget(
  kind: (typeof targetKeys)[number],
  backend: JsonObject,
  at: Pointer,
  sink: DiagnosticSink,
): BackendTarget | undefined {
  switch (kind) {
    case "module": {
      const module = lowerHandlerModule(backend["module"], backend["export"], at, sink);
      return module && { kind, ...module };
    }
    case "url": {
      const url = String(backend["url"]);
      if (isHttpAddress(url)) return { kind, url };
      sink.error("GG044", at, `${quote(url)} is not an http or https address`);
      return undefined;
    }
    case "mock":
      return lowerMock(objectIn(backend, "mock"));
    case "service":
      return lowerService(objectIn(backend, "service"), at, sink);
  }
}

function lowerMock(mock: JsonObject): BackendTarget {
  const { statusCode, body } = mock;
  return {
    kind: "mock",
    statusCode: typeof statusCode === "number" ? statusCode : 200,
    headers: Object.entries(objectIn(mock, "headers")).map(([name, value]) => ({
      name,
      value: String(value),
    })),
    body: body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body),
  };
}

function lowerService(
  service: JsonObject,
  at: Pointer,
  sink: DiagnosticSink,
): BackendTarget | undefined {
  const name = String(service["name"]);
  const region = typeof service["region"] === "string" ? service["region"] : undefined;
  const endpoint = typeof service["endpoint"] === "string" ? service["endpoint"] : undefined;
  const isName = /^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*$/.test(name);
  const isRegion = region === undefined || /^[a-z0-9-]+$/.test(region);
  if (!isName || !isRegion) {
    const wrong = isName ? `region ${quote(region ?? "")}` : `service ${quote(name)}`;
    sink.error("GG044", at, `there is no ${wrong}`);
    return undefined;
  }
  if (endpoint !== undefined && !isHttpAddress(endpoint)) {
    sink.error("GG044", at, `${quote(endpoint)} is not an http or https address`);
    return undefined;
  }
  return name === "lambda"
    ? { kind: "lambda", region: region ?? "us-east-1", endpoint }
    : { kind: "service", name, region, endpoint };
}

/** Members of method settings that are honoured. */
const methodSettings = [
  "throttle",
  "cachingEnabled",
  "cacheTtlInSeconds",
  "cacheDataEncrypted",
  "requireAuthorizationForCacheControl",
  "unauthorizedCacheControlHeaderStrategy",
  "loggingLevel",
  "dataTraceEnabled",
  "metricsEnabled",
];

/** Of logs, metrics and traces of a stage. What else `logging.access` has is for AWS alone. */
const observability = [
  "logging.execution",
  "logging.redact",
  ...["destination", "path", "url", "headers", "format", "fields"].map(
    (key) => `logging.access.${key}`,
  ),
  "metrics.detailed",
  "tracing",
];

/** Settings that are honoured, `*` for any name; a section that is not in the list is reported by name. */
const supported = [
  "$schema",
  "version",
  "parameters",
  "api.name",
  "api.kind",
  "api.overlays",
  "api.resource",
  "api.import.basepath",
  "api.import.over",
  "api.disableExecuteApiEndpoint",
  "defaults.variables",
  "defaults.backends",
  "defaults.throttle",
  ...methodSettings.map((key) => `defaults.methodSettings.*.${key}`),
  "defaults.cache",
  "defaults.canary",
  ...observability.map((key) => `defaults.${key}`),
  "stages.*.variables",
  "stages.*.description",
  "stages.*.backends",
  "stages.*.throttle",
  ...methodSettings.map((key) => `stages.*.methodSettings.*.${key}`),
  "stages.*.cache",
  "stages.*.canary",
  ...observability.map((key) => `stages.*.${key}`),
  "stages.*.account",
  "stages.*.region",
  "backends.*.match",
  "backends.*.module",
  "backends.*.export",
  "backends.*.url",
  "backends.*.service",
  "backends.*.mock",
  "backends.*.functionArn",
  "backends.*.timeout",
  ...connectionKeys.flatMap((key) => [`backends.*.${key}`, `vpcLinks.*.${key}`]),
  "vpcLinks.*.version",
  "vpcLinks.*.upstream",
  "generator.templates",
  "generator.mappings",
  "runtime.port",
  "runtime.adminPort",
  "runtime.adminHost",
  "runtime.console",
  "runtime.health",
  "runtime.functions",
  "runtime.metrics",
  "runtime.trustProxy",
  "runtime.requestTimeout",
  "runtime.maxRequestBytes",
  "runtime.drainDelay",
  "runtime.shutdownGrace",
  "runtime.state.driver",
  "runtime.state.url",
  "runtime.state.keyPrefix",
  "runtime.state.tls",
  "runtime.state.cluster",
  "runtime.state.onFailure",
  "runtime.state.use",
  "websocket",
  "websockets",
  "usagePlans",
  "apiKeys.*.description",
  "apiKeys.*.enabled",
  "apiKeys.*.customerId",
  "apiKeys.*.value",
  "principals",
  "authorizers.*.module",
  "authorizers.*.export",
  "authorizers.*.url",
  "authorizers.*.issuer",
  "authorizers.*.audience",
  "authorizers.*.jwks.uri",
  "authorizers.*.cacheTtlInSeconds",
  "lint.rules",
].map((path) => path.split("."));

function reportUnsupported(document: LoadedDocument, sink: DiagnosticSink): void {
  const { settings } = document;
  const visit = (value: JsonObject, keys: readonly string[], rules: readonly string[][]): void => {
    for (const [key, item] of Object.entries(value)) {
      const path = [...keys, key];
      const next = rules.filter((rule) => rule[keys.length] === key || rule[keys.length] === "*");
      if (next.some((rule) => rule.length === path.length)) continue;
      if (next.length === 0) {
        const message = `the setting ${path.join(".")} is not supported yet and is ignored`;
        sink.warning("GG043", settings.place(...path), message);
      } else if (isObject(item)) visit(item, path, next);
    }
  };
  const imported = objectIn(objectIn(settings.value, "api"), "import");
  // by itself the mode is for what is deployed
  const isMerged = imported["over"] !== undefined;
  const deployed = manifestSettings(chooseTargets(document)).map((path) => path.split("."));
  const known = [...supported, ...deployed];
  visit(settings.value, [], isMerged ? [...known, ["api", "import", "mode"]] : known);
}

/** The first stage, unless a path of the API could be taken for a stage. */
function chooseDefaultStage(
  stages: readonly Stage[],
  operations: readonly Operation[],
  sink: DiagnosticSink,
): string | undefined {
  const segments = new Map(operations.map(({ path }) => [path.split("/")[1] ?? "", path]));
  const clash = stages.find(({ name }) => name !== "$default" && segments.has(name));
  if (!clash) return (stages.find(({ name }) => name === "$default") ?? stages[0])?.name;
  const path = segments.get(clash.name) ?? "";
  const message = `the stage ${quote(clash.name)} is also the beginning of the path ${quote(path)}: no stage answers without its name in the URL`;
  sink.info("GG045", clash.at, message);
  return undefined;
}

/** Absent variables are empty text on the service, which is seldom meant. */
function reportVariables(needs: Needs, stages: readonly Stage[], sink: DiagnosticSink): void {
  for (const [name, at] of needs.stageVariables) {
    const without = stages.filter(
      ({ variables }) => !variables.some((variable) => variable.name === name),
    );
    if (without.length === 0) continue;
    const where = without.map((stage) => quote(stage.name)).join(", ");
    const message = `the stage variable ${quote(name)} is not set in the stage ${where}; it is empty text`;
    sink.warning("GG046", at, message, {
      hint: `set stages.${without[0]?.name ?? "dev"}.variables.${name}`,
    });
  }
}
