import type { Exchange } from "../exchange.js";
import { wholeBody } from "../http/client.js";
import { prepareRequestParameters, refuseForbiddenHeader } from "../mapping/request-parameters.js";
import { withQuery } from "../mapping/uri.js";
import { addHost, endpointMethod, prepareHttpEndpoint, callEndpoint } from "./http-endpoint.js";
import type { IntegrationFactory } from "./integration.js";

/** Belong to the handshake with the client; the backend has another connection. */
const NOT_FORWARDED = /^(?:host|via|content-encoding|sec-websocket-.*|x-amzn-apigateway-api-id)$/i;

/**
 * HTTP_PROXY of a WebSocket API: the message is the body of a request, and the body of the answer is
 * sent back where the route has a response. A handshake brings its headers and query along. That a
 * message is announced as `application/json` is assumed.
 */
export const webSocketProxyIntegration: IntegrationFactory<"http_proxy"> = (table, setup) => {
  const refusal = refuseForbiddenHeader(table.requestParameters, false);
  if (refusal !== null) return refusal;
  const parameters = prepareRequestParameters(table.requestParameters, setup.stageVariables);
  const endpoint = prepareHttpEndpoint(table, setup, parameters);
  if (typeof endpoint === "function") return endpoint;
  return async (exchange) => {
    const body = exchange.bodyBytes.byteLength === 0 ? null : exchange.bodyBytes;
    const { origin, path, host } = endpoint.uri(exchange);
    const target = withQuery(withQuery(path, exchange.rawQuery), parameters.query(exchange));
    const method = endpointMethod(table.method, exchange);
    const headers = proxiedHeaders(exchange, parameters.headers(exchange));
    addHost(headers, host);
    const request = { origin, target, method, headers, body };
    const answer = await callEndpoint(endpoint, exchange, request, true);
    return { status: answer.status, headers: [], body: wholeBody(answer).toString("utf8") };
  };
};

function proxiedHeaders(exchange: Exchange, mapped: readonly string[]): string[] {
  const headers = [...mapped];
  const present = new Set<string>();
  for (let i = 0; i < mapped.length; i += 2) present.add((mapped[i] ?? "").toLowerCase());
  const { pairs } = exchange.headers;
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    const name = pairs[i] ?? "";
    if (NOT_FORWARDED.test(name) || present.has(name.toLowerCase())) continue;
    headers.push(name, pairs[i + 1] ?? "");
  }
  if (exchange.socket?.type === "MESSAGE" && !present.has("content-type")) {
    headers.push("Content-Type", "application/json");
  }
  headers.push("X-Amzn-Apigateway-Api-Id", exchange.around.api.apiId);
  headers.push("X-Amzn-Trace-Id", exchange.traceHeader);
  return headers;
}
