import type { UriTemplate } from "../contracts.js";
import type { Exchange } from "../exchange.js";
import { DEFAULT_ROUTE } from "../kinds/http-api.js";
import { prepareRequestParameters } from "../mapping/request-parameters.js";
import { prepareSource, type PreparedSource } from "../mapping/source.js";
import { withQuery } from "../mapping/uri.js";
import { addHost, endpointMethod, prepareHttpEndpoint, traceAnswer } from "./http-endpoint.js";
import type { IntegrationFactory } from "./integration.js";

/** Belong to the connection to the client, or are the gateway's own to say. */
const NOT_FORWARDED: ReadonlySet<string> = new Set(["host", "forwarded", "via"]);
/** Belong to the connection to the backend, or to the server in front. */
const NOT_ANSWERED: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "date",
  "keep-alive",
  "proxy-connection",
  "server",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "apigw-requestid",
]);

/**
 * An HTTP backend behind a route of an HTTP API: request and answer pass as they are. `{name}` of the
 * route stands in the URI; behind `$default` the path of the request follows the URI. Source:
 * developer guide, "Create HTTP proxy integrations for HTTP APIs".
 */
export const httpApiProxyIntegration: IntegrationFactory<"http_proxy"> = (table, setup) => {
  const parameters = prepareRequestParameters([], setup.stageVariables);
  const endpoint = prepareHttpEndpoint(table, setup, {
    ...parameters,
    path: pathSources(table.uri, setup.stageVariables),
  });
  if (typeof endpoint === "function") return endpoint;
  const { around } = setup;
  const appendsPath = setup.route.path === DEFAULT_ROUTE;
  return async (exchange) => {
    const bytes = await exchange.readBody();
    const { origin, path, host } = endpoint.uri(exchange);
    const target = appendsPath ? `${path.replace(/\/$/, "")}${exchange.addressed.path}` : path;
    const query = withQuery(target, exchange.rawQuery);
    const method = endpointMethod(table.method, exchange);
    const headers = forwardedHeaders(exchange);
    addHost(headers, host);
    const body = bytes.byteLength === 0 ? null : bytes;
    exchange.trace?.({ kind: "endpoint-request", method, uri: origin + query, headers, body });
    const startedMs = around.clock();
    const answer = await endpoint.client.call({
      origin,
      path: query,
      method,
      headers,
      body,
      timeoutMs: endpoint.timeoutMs,
      maxBytes: around.maxResponseBytes,
      whole: false,
      client: exchange.request,
    });
    traceAnswer(exchange, answer, startedMs);
    const { status, contentLength } = answer;
    return {
      status,
      headers: answeredHeaders(answer.headers),
      body: answer.body,
      ...(contentLength === null ? {} : { contentLength }),
    };
  };
};

/** Path parameters of the route fill the holes of the URI by themselves. */
function pathSources(
  uri: UriTemplate,
  stageVariables: Readonly<Record<string, string>>,
): ReadonlyMap<string, PreparedSource> {
  const names = uri.flatMap((part) =>
    typeof part === "object" && "path" in part ? [part.path] : [],
  );
  return new Map(names.map((path) => [path, prepareSource({ path }, stageVariables)]));
}

/** What the client sent, and who it was in the form of RFC 7239. */
function forwardedHeaders(exchange: Exchange): string[] {
  const headers: string[] = [];
  const { pairs } = exchange.headers;
  let before = "";
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    const name = pairs[i] ?? "";
    if (name.toLowerCase() === "forwarded") before = `${pairs[i + 1] ?? ""}, `;
    if (!NOT_FORWARDED.has(name.toLowerCase())) headers.push(name, pairs[i + 1] ?? "");
  }
  const { remoteAddress, protocol } = exchange.request;
  const address = remoteAddress.includes(":") ? `"[${remoteAddress}]"` : remoteAddress;
  const client = `for=${address};host=${exchange.domainName};proto=${protocol}`;
  headers.push("Forwarded", `${before}${client}`, "Via", "HTTP/1.1 AmazonAPIGateway");
  headers.push("X-Amzn-Trace-Id", exchange.traceHeader);
  return headers;
}

function answeredHeaders(pairs: readonly string[]): string[] {
  const headers: string[] = [];
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    const name = pairs[i] ?? "";
    if (!NOT_ANSWERED.has(name.toLowerCase())) headers.push(name, pairs[i + 1] ?? "");
  }
  return headers;
}
