// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { RouteTable } from "../contracts.js";
import { GatewayError } from "../errors/gateway-error.js";
import type { Exchange } from "../exchange.js";
import type { GatewayResponse } from "../http/message.js";
import { findStage } from "../routing/address.js";
import { createRouter, type RouteMatch, type Router } from "../routing/router.js";
import type { ApiKindPart } from "./api-kind.js";
import { prepareCors } from "./cors.js";

/** The path under which tables hold the route that takes what no other route takes. */
export const DEFAULT_ROUTE = "$default";

/**
 * HTTP APIs: `$default` stage and route, 404 for what no route serves, CORS by the API, plain error
 * bodies, `apigw-requestid`.
 */
export const httpApi: ApiKindPart = (api, routes) => {
  const cors = api.cors === null ? null : prepareCors(api.cors);
  return {
    router: createHttpRouter(routes),
    // the default stage answers under the service's own host name, too
    findStage: (path, _isServiceHost, options) => findStage(path, false, options),
    noStage: () => notFound("no stage has this path"),
    noRoute: () => notFound("no route serves this request"),
    disabledEndpoint: () => notFound("the endpoint is disabled"),
    answerFirst: (exchange) => cors?.preflight(exchange) ?? null,
    answerError: errorAnswer,
    finish: (exchange, response) => {
      cors?.apply(exchange, response);
      response.headers.push("apigw-requestid", exchange.extendedRequestId);
    },
  };
};

function notFound(detail: string): GatewayError {
  return new GatewayError("RESOURCE_NOT_FOUND", { detail });
}

/** As REST APIs choose, but that a slash at the end counts (assumed) and `$default` takes the rest. */
function createHttpRouter(routes: readonly RouteTable[]): Router {
  const rest = createRouter(
    routes.filter(({ path }) => path !== DEFAULT_ROUTE),
    { trailingSlashCounts: true },
  );
  const fallback = routes.find(({ path }) => path === DEFAULT_ROUTE);
  const match: RouteMatch | null =
    fallback === undefined ? null : { route: fallback, names: [], values: [] };
  return { find: (method, path) => rest.find(method, path) ?? match };
}

/** Bodies of HTTP APIs: documented for 401, 403, 404, 429 and 500; the others are assumed. */
function errorAnswer(exchange: Exchange, error: GatewayError): GatewayResponse {
  const { status, message } = plainError(error);
  exchange.error = { type: error.type, clientMessage: message, validationErrors: null };
  const challenge = error.challenge === null ? [] : ["www-authenticate", error.challenge];
  return {
    status,
    headers: ["Content-Type", "application/json", ...challenge],
    body: JSON.stringify({ message }),
  };
}

function plainError(error: GatewayError): { readonly status: number; readonly message: string } {
  switch (error.type) {
    case "INTEGRATION_TIMEOUT":
    case "INTEGRATION_FAILURE":
      return { status: 503, message: "Service Unavailable" };
    case "REQUEST_TOO_LARGE":
      return { status: 413, message: "Request Entity Too Large" };
    case "ACCESS_DENIED":
    case "EXPIRED_TOKEN":
    case "INVALID_SIGNATURE":
    case "MISSING_AUTHENTICATION_TOKEN":
      return { status: 403, message: "Forbidden" };
    default:
      return error.status >= 500
        ? { status: error.status === 503 ? 503 : 500, message: serverMessage(error.status) }
        : { status: error.status, message: error.clientMessage ?? "Bad Request" };
  }
}

function serverMessage(status: number): string {
  return status === 503 ? "Service Unavailable" : "Internal Server Error";
}
