import type { ApiKind, Gateway } from "../ir/gateway.js";
import type { Integration } from "../ir/integration.js";
import type { Model } from "../ir/schema.js";
import type { FunctionPlan } from "./functions.js";
import { isServed } from "./served.js";
import type { Tables } from "./tables.js";
import { usedAuthorizers } from "./used-authorizers.js";

/** A part of the run-time that a project wires and carries only when its spec needs it. */
export type Feature =
  | "mock"
  | "http"
  | "http_proxy"
  | "aws_function"
  | "aws_proxy"
  | "aws_proxy_stream"
  | "aws_service"
  /** HTTP APIs, and their integrations. */
  | "http-api"
  | "http-api-function"
  | "http-api-proxy"
  | "http-api-private"
  | "http-api-service"
  /** WebSocket APIs, their integrations and what else they do in another way. */
  | "websocket-api"
  | "websocket-function"
  | "websocket-proxy"
  | "websocket-authorizer"
  | "message-validation"
  | "sockets"
  /** The same, with `@connections` for callers who sign at the gateway's own listener. */
  | "managed-sockets"
  | "validation"
  | "compression"
  /** Lambda authorizers. */
  | "function-authorizer"
  | "http-function-authorizer"
  | "cognito-authorizer"
  | "jwt-authorizer"
  | "iam"
  | "resource-policy"
  /** API keys, usage plans, throttles. */
  | "limits"
  /** The same, with API keys that are made or changed at run time. */
  | "managed-limits"
  /** The listener for those who run the gateway. */
  | "admin"
  | "trusted-proxies"
  /** The web page of that listener. */
  | "console"
  /** A listener for health and metrics alone. */
  | "monitoring"
  /** Kept answers. */
  | "response-cache"
  | "execution-log"
  /** Access logs, metrics and spans are views of the same events. */
  | "views"
  | "access-log"
  | "log-file"
  | "log-http"
  | "metrics"
  | "metrics-emf"
  | "metrics-otlp"
  | "tracing"
  | "spans-otlp"
  | "spans-xray"
  | "memory-state"
  | "redis-state"
  /** Patterns of schemas that RE2 matches. */
  | "linear-patterns"
  /** Handlers in worker threads. */
  | "workers"
  /** Handlers in the gateway's own thread. */
  | "in-thread"
  /** Functions behind an HTTP endpoint. */
  | "function-endpoint"
  /** Functions on AWS Lambda. */
  | "aws-lambda";

const order: readonly Feature[] = [
  "mock",
  "http",
  "http_proxy",
  "aws_function",
  "aws_proxy",
  "aws_proxy_stream",
  "aws_service",
  "http-api",
  "http-api-function",
  "http-api-proxy",
  "http-api-private",
  "http-api-service",
  "websocket-api",
  "websocket-function",
  "websocket-proxy",
  "websocket-authorizer",
  "message-validation",
  "sockets",
  "managed-sockets",
  "validation",
  "compression",
  "function-authorizer",
  "http-function-authorizer",
  "cognito-authorizer",
  "jwt-authorizer",
  "iam",
  "resource-policy",
  "limits",
  "managed-limits",
  "admin",
  "trusted-proxies",
  "console",
  "monitoring",
  "response-cache",
  "execution-log",
  "views",
  "access-log",
  "log-file",
  "log-http",
  "metrics",
  "metrics-emf",
  "metrics-otlp",
  "tracing",
  "spans-otlp",
  "spans-xray",
  "memory-state",
  "redis-state",
  "linear-patterns",
  "workers",
  "in-thread",
  "function-endpoint",
  "aws-lambda",
];

/** What the run-time must hold for this gateway, in a fixed order. */
export function planFeatures(
  gateway: Gateway,
  functions: readonly FunctionPlan[],
  validated: readonly Model[],
  tables: Tables,
): readonly Feature[] {
  const { api, deployment } = gateway;
  const used = new Set<Feature>();
  for (const { integration, validator } of api.operations) {
    const feature = isServed(integration) ? integrationFeature(integration, api.kind) : undefined;
    if (feature !== undefined) used.add(feature);
    if (validator !== undefined) used.add(api.websocket ? "message-validation" : "validation");
  }
  if (api.kind === "http") used.add("http-api");
  for (const feature of socketFeatures(gateway)) used.add(feature);
  if (needsLinearPatterns(validated, api.models)) used.add("linear-patterns");
  if (api.minimumCompressionSize !== undefined) used.add("compression");
  for (const feature of accessFeatures(gateway, tables)) used.add(feature);
  for (const feature of viewFeatures(tables)) used.add(feature);
  const calls: readonly Feature[] = [
    "aws_proxy",
    "aws_proxy_stream",
    "aws_function",
    "function-authorizer",
    "http-function-authorizer",
    "http-api-function",
    "websocket-function",
    "websocket-authorizer",
  ];
  if (calls.some((feature) => used.has(feature))) {
    if (functions.length > 0)
      used.add(deployment.functionMode === "worker" ? "workers" : "in-thread");
    const targets = deployment.stages.flatMap((stage) =>
      stage.backends.map(({ target }) => target.kind),
    );
    if (targets.includes("url")) used.add("function-endpoint");
    if (targets.includes("lambda")) used.add("aws-lambda");
  }
  return order.filter((feature) => used.has(feature));
}

/** What every WebSocket API needs, and the checks of its messages. */
function socketFeatures({ api: { websocket }, deployment }: Gateway): readonly Feature[] {
  if (websocket === undefined) return [];
  const isChecked = websocket.routes.some(({ modelSelection }) => modelSelection !== undefined);
  return [
    "websocket-api",
    deployment.principals.length > 0 ? "managed-sockets" : "sockets",
    ...(isChecked ? (["message-validation"] as const) : []),
    // connections of several processes are known through Redis
    ...(deployment.state.driver === "redis" ? (["redis-state"] as const) : []),
  ];
}

function viewFeatures({ observability }: Tables): readonly Feature[] {
  if (observability === null) return [];
  const logs = Object.values(observability.accessLogs).map(({ destination }) => destination.kind);
  const { metrics } = observability;
  const traces = Object.values(observability.tracing);
  const wanted: readonly (readonly [Feature, boolean])[] = [
    ["views", true],
    ["access-log", logs.length > 0],
    ["log-file", logs.includes("file")],
    ["log-http", logs.includes("http")],
    ["metrics", metrics !== null],
    ["metrics-emf", (metrics?.emfNamespace ?? null) !== null],
    ["metrics-otlp", (metrics?.otlp ?? null) !== null],
    ["tracing", traces.length > 0],
    ["spans-otlp", traces.some(({ otlp }) => otlp !== null)],
    ["spans-xray", traces.some(({ xray }) => xray)],
  ];
  return wanted.filter(([, isWanted]) => isWanted).map(([feature]) => feature);
}

/** The checks that a route needs, the limits and caches of a stage, and the state they share. */
function accessFeatures(gateway: Gateway, tables: Tables): readonly Feature[] {
  const { api, deployment } = gateway;
  const features = new Set<Feature>();
  for (const authorizer of usedAuthorizers(gateway)) {
    if (authorizer.kind === "cognito_user_pools") features.add("cognito-authorizer");
    else if (authorizer.kind === "jwt") features.add("jwt-authorizer");
    else if (api.kind === "http") features.add("http-function-authorizer");
    else if (api.kind === "websocket") features.add("websocket-authorizer");
    else features.add("function-authorizer");
  }
  if (api.policy !== undefined) features.add("resource-policy");
  if (api.operations.some(({ authorization }) => authorization.kind === "iam")) features.add("iam");
  const methods = Object.values(tables.stages).flatMap((stage) => Object.values(stage.methods));
  const isThrottled = methods.some(({ throttle }) => throttle !== null);
  if (isThrottled || api.operations.some(({ apiKeyRequired }) => apiKeyRequired)) {
    features.add(deployment.admin === undefined ? "limits" : "managed-limits");
  }
  if (deployment.admin !== undefined) features.add("admin");
  if (deployment.trustProxy !== undefined) features.add("trusted-proxies");
  if (deployment.admin?.console === true) features.add("console");
  if (deployment.metrics?.listener !== undefined) features.add("monitoring");
  if (methods.some(({ cache }) => cache !== null)) features.add("response-cache");
  if (methods.some(({ executionLog }) => executionLog !== null)) features.add("execution-log");
  const shares: readonly Feature[] = [
    "function-authorizer",
    "http-function-authorizer",
    "limits",
    "managed-limits",
    "admin",
    "response-cache",
  ];
  if (shares.some((feature) => features.has(feature))) {
    features.add(deployment.state.driver === "redis" ? "redis-state" : "memory-state");
  }
  return [...features];
}

/** Whether a validator reaches a pattern that the engine of the language may need too long for. */
function needsLinearPatterns(validated: readonly Model[], models: readonly Model[]): boolean {
  const byName = new Map(models.map((model) => [model.name, model]));
  const reached = new Set(validated);
  for (const { patterns, references } of reached) {
    if ([...patterns.values()].some(({ kind }) => kind === "linear")) return true;
    for (const name of references) {
      const model = byName.get(name);
      if (model !== undefined) reached.add(model);
    }
  }
  return false;
}

function integrationFeature(integration: Integration, api: ApiKind): Feature | undefined {
  const isHttp = api === "http";
  if (api === "websocket") {
    if (integration.kind === "function" && integration.proxy) return "websocket-function";
    if (integration.kind === "http" && integration.proxy) return "websocket-proxy";
  }
  switch (integration.kind) {
    case "mock":
      return "mock";
    case "http":
      if (isHttp) return "http-api-proxy";
      return integration.proxy ? "http_proxy" : "http";
    case "function":
      if (isHttp) return "http-api-function";
      if (!integration.proxy) return "aws_function";
      return integration.transfer === "STREAM" ? "aws_proxy_stream" : "aws_proxy";
    case "private":
      return "http-api-private";
    case "subtype":
      return "http-api-service";
    case "service":
      return "aws_service";
    case "none":
      return undefined;
  }
}
