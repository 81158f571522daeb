import { prepareContext } from "../context/context.js";
import type { Exchange } from "../exchange.js";
import type { Observation } from "../views/observation.js";
import {
  hideCredentials,
  loggedHeader,
  loggedParameter,
  maskedKey,
  secretsOf,
  type Hiding,
} from "./redaction.js";

/** Reads one variable of an access log; null or undefined: it has no value, and `-` is printed. */
export type AccessLogReader = (observation: Observation) => string | number | null | undefined;

const ROOT = /Root=([^;]+)/;

/** Variables that only a finished request has, and those that read otherwise than in mappings. */
const READERS: ReadonlyMap<string, AccessLogReader> = new Map<string, AccessLogReader>([
  ["authenticate.error", (o) => o.authenticate?.error],
  ["authenticate.latency", (o) => o.authenticate?.latencyMs],
  ["authenticate.status", (o) => o.authenticate?.status],
  ["authorize.error", (o) => o.authorize?.error],
  ["authorize.latency", (o) => o.authorize?.latencyMs],
  ["authorize.status", (o) => o.authorize?.status],
  ["authorizer.error", (o) => o.authorizer?.error],
  ["authorizer.integrationStatus", ({ exchange }) => (exchange.authorizer ? 200 : undefined)],
  ["authorizer.latency", (o) => o.authorizer?.latencyMs],
  ["authorizer.requestId", ({ exchange }) => exchange.authorizer?.requestId],
  ["authorizer.status", (o) => o.authorizer?.status],
  ["awsEndpointRequestId", (o) => endpointRequestId(o)],
  ["awsEndpointRequestId2", (o) => o.endpointHeader("x-amz-id-2")],
  ["dataProcessed", (o) => o.responseBytes + (o.exchange.headers.contentLength ?? 0)],
  ["identity.apiKey", ({ exchange }) => exchange.apiKey && maskedKey(exchange.apiKey.value)],
  ["integration.error", (o) => o.integration?.error],
  ["integration.integrationStatus", (o) => endpointStatus(o)],
  ["integration.latency", (o) => o.integration?.latencyMs],
  ["integration.requestId", (o) => endpointRequestId(o)],
  ["integration.status", (o) => integrationStatus(o)],
  ["integrationErrorMessage", (o) => o.integration?.error],
  ["integrationLatency", (o) => o.integration?.latencyMs],
  ["integrationStatus", (o) => endpointStatus(o)],
  ["requestId", ({ exchange }) => requestId(exchange)],
  ["responseLatency", (o) => o.latencyMs],
  ["responseLength", (o) => o.responseBytes],
  ["responseOverride.status", ({ exchange }) => exchange.responseOverride?.status],
  ["routeKey", ({ exchange }) => routeKey(exchange)],
  ["status", (o) => o.status],
  ["xrayTraceId", ({ exchange }) => ROOT.exec(exchange.traceHeader)?.[1]],
]);

/** What clients, backends and authorizers put into words: a credential may stand in it. */
const FREE =
  /^(?:authorizer\.|\w+Override\.|error\.|integration\.error|integrationError|auth\w+\.error|path$)/;

/** The reader of a variable, without the leading `context.`. */
export function prepareAccessLogVariable(name: string, hiding: Hiding): AccessLogReader {
  const read =
    name === "requestTime"
      ? requestTimes()
      : (READERS.get(name) ?? overrideReader(name, hiding) ?? contextReader(name));
  return FREE.test(name) ? withoutSecrets(read, hiding) : read;
}

function contextReader(name: string): AccessLogReader {
  const read = prepareContext(name);
  return ({ exchange }) => read(exchange);
}

/** `requestOverride.header.NAME` and the like; a name that holds credentials is hidden as one that was sent. */
function overrideReader(name: string, hiding: Hiding): AccessLogReader | undefined {
  const [, side, place, key = ""] = OVERRIDE.exec(name) ?? [];
  if (side === "response") {
    return ({ exchange }) => {
      const value = exchange.responseOverride?.header.get(key);
      return value === undefined ? undefined : loggedHeader(key, value, hiding);
    };
  }
  switch (place) {
    case "header":
      return ({ exchange }) => {
        const value = exchange.requestOverride?.header.get(key);
        return value === undefined ? undefined : loggedHeader(key, value, hiding);
      };
    case "querystring":
      return ({ exchange }) => {
        const values = exchange.requestOverride?.querystring.get(key);
        return values === undefined ? undefined : loggedParameter(key, values.join(","), hiding);
      };
    case "path":
      return ({ exchange }) => exchange.requestOverride?.path.get(key);
    default:
      return undefined;
  }
}

const OVERRIDE = /^(request|response)Override\.(header|path|querystring)\.(.+)$/;

function withoutSecrets(read: AccessLogReader, hiding: Hiding): AccessLogReader {
  return (observation) => {
    const value = read(observation);
    if (typeof value !== "string") return value;
    return hideCredentials(value, secretsOf(observation.exchange, hiding));
  };
}

/** All requests of one second have the same text. */
function requestTimes(): AccessLogReader {
  let second = -1;
  let text = "";
  return ({ exchange }) => {
    const now = Math.floor(exchange.startedMs / 1000);
    if (now !== second) {
      second = now;
      text = exchange.requestTime;
    }
    return text;
  };
}

/** HTTP APIs have one id for both. Source: developer guide, "Customize HTTP API access logs". */
function requestId(exchange: Exchange): string {
  return exchange.around.api.kind === "http" ? exchange.extendedRequestId : exchange.requestId;
}

/** `GET /pets`, `$default`; the key of a WebSocket route. */
function routeKey({ matched, around }: Exchange): string | undefined {
  if (matched === null) return undefined;
  const { method, path } = matched.route;
  return around.api.kind === "http" && path.startsWith("/") ? `${method} ${path}` : path;
}

function endpointRequestId(observation: Observation): string | undefined {
  return (
    observation.endpointHeader("x-amzn-requestid") ?? observation.endpointHeader("x-amz-request-id")
  );
}

function endpointStatus({ integration }: Observation): number | undefined {
  return integration === null || integration.status === 0 ? undefined : integration.status;
}

/** Of a function behind a proxy the status that the function itself gave. */
function integrationStatus(observation: Observation): number | undefined {
  const { exchange, error, status } = observation;
  const { integrations } = exchange.around.api;
  const operation = exchange.matched?.route.operation ?? "";
  const kind = Object.hasOwn(integrations, operation) ? integrations[operation]?.kind : undefined;
  const isFunction = kind === "aws_proxy" || kind === "http_api_function";
  const called = endpointStatus(observation);
  return isFunction && called !== undefined && error === null ? status : called;
}
