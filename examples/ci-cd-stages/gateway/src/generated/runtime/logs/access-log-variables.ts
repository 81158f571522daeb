// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
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
export type AccessLogReader = (
  exchange: Exchange,
  observation: Observation,
) => string | number | null | undefined;

const ROOT = /Root=([^;]+)/;

/** Variables that only a finished request has, and those that read otherwise than in mappings. */
const READERS: ReadonlyMap<string, AccessLogReader> = new Map<string, AccessLogReader>([
  ["authenticate.error", (_x, o) => o.authenticate?.error],
  ["authenticate.latency", (_x, o) => o.authenticate?.latencyMs],
  ["authenticate.status", (_x, o) => o.authenticate?.status],
  ["authorize.error", (_x, o) => o.authorize?.error],
  ["authorize.latency", (_x, o) => o.authorize?.latencyMs],
  ["authorize.status", (_x, o) => o.authorize?.status],
  ["authorizer.error", (_x, o) => o.authorizer?.error],
  ["authorizer.integrationStatus", (x) => (x.authorizer ? 200 : undefined)],
  ["authorizer.latency", (_x, o) => o.authorizer?.latencyMs],
  ["authorizer.requestId", (x) => x.authorizer?.requestId],
  ["authorizer.status", (_x, o) => o.authorizer?.status],
  ["awsEndpointRequestId", (_x, o) => endpointRequestId(o)],
  ["awsEndpointRequestId2", (_x, o) => o.endpointHeader("x-amz-id-2")],
  ["dataProcessed", (x, o) => o.responseBytes + (x.headers.contentLength ?? 0)],
  ["identity.apiKey", (x) => x.apiKey && maskedKey(x.apiKey.value)],
  ["integration.error", (_x, o) => o.integration?.error],
  ["integration.integrationStatus", (_x, o) => endpointStatus(o)],
  ["integration.latency", (_x, o) => o.integration?.latencyMs],
  ["integration.requestId", (_x, o) => endpointRequestId(o)],
  ["integration.status", (_x, o) => integrationStatus(o)],
  ["integrationErrorMessage", (_x, o) => o.integration?.error],
  ["integrationLatency", (_x, o) => o.integration?.latencyMs],
  ["integrationStatus", (_x, o) => endpointStatus(o)],
  ["requestId", requestId],
  ["responseLatency", (_x, o) => o.latencyMs],
  ["responseLength", (_x, o) => o.responseBytes],
  ["responseOverride.status", (x) => x.responseOverride?.status],
  ["routeKey", routeKey],
  ["status", (_x, o) => o.status],
  ["xrayTraceId", (x) => ROOT.exec(x.traceHeader)?.[1]],
]);

/** What clients, backends and authorizers put into words: a credential may stand in it. */
const FREE =
  /^(?:authorizer\.|\w+Override\.|error\.|integration\.error|integrationError|auth\w+\.error|path$)/;

/** The reader of a variable, without the leading `context.`. */
export function prepareAccessLogVariable(name: string, hiding: Hiding): AccessLogReader {
  const read =
    name === "requestTime"
      ? requestTimes()
      : (READERS.get(name) ?? overrideReader(name, hiding) ?? prepareContext(name));
  return FREE.test(name) ? withoutSecrets(read, hiding) : read;
}

/** `requestOverride.header.NAME` and the like; a name that holds credentials is hidden as one that was sent. */
function overrideReader(name: string, hiding: Hiding): AccessLogReader | undefined {
  const [, side, place, key = ""] = OVERRIDE.exec(name) ?? [];
  if (side === "response") {
    return ({ responseOverride }) => {
      const value = responseOverride?.header.get(key);
      return value === undefined ? undefined : loggedHeader(key, value, hiding);
    };
  }
  switch (place) {
    case "header":
      return ({ requestOverride }) => {
        const value = requestOverride?.header.get(key);
        return value === undefined ? undefined : loggedHeader(key, value, hiding);
      };
    case "querystring":
      return ({ requestOverride }) => {
        const values = requestOverride?.querystring.get(key);
        return values === undefined ? undefined : loggedParameter(key, values.join(","), hiding);
      };
    case "path":
      return ({ requestOverride }) => requestOverride?.path.get(key);
    default:
      return undefined;
  }
}

const OVERRIDE = /^(request|response)Override\.(header|path|querystring)\.(.+)$/;

function withoutSecrets(read: AccessLogReader, hiding: Hiding): AccessLogReader {
  return (exchange, observation) => {
    const value = read(exchange, observation);
    if (typeof value !== "string") return value;
    return hideCredentials(value, secretsOf(exchange, hiding));
  };
}

/** All requests of one second have the same text. */
function requestTimes(): AccessLogReader {
  let second = -1;
  let text = "";
  return (exchange) => {
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
  const isFunction =
    kind === "aws_proxy" || kind === "aws_proxy_stream" || kind === "http_api_function";
  const called = endpointStatus(observation);
  return isFunction && called !== undefined && error === null ? status : called;
}
