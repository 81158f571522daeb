// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { HttpMethod, ParameterChanges, UriTemplate } from "../contracts.js";
import type { Exchange } from "../exchange.js";
import { wholeBody } from "../http/client.js";
import { DEFAULT_ROUTE } from "../kinds/http-api.js";
import {
  prepareRequestChanges,
  prepareResponseChanges,
  type RequestChanges,
} from "../mapping/parameter-changes.js";
import { prepareSource, type PreparedSource } from "../mapping/source.js";
import { withQuery, type Endpoint } from "../mapping/uri.js";
import {
  addHost,
  endpointMethod,
  prepareHttpEndpoint,
  callEndpoint,
  type HttpEndpoint,
} from "./http-endpoint.js";
import type { Handler, IntegrationFactory, IntegrationSetup } from "./integration.js";

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
 * An HTTP backend behind a route of an HTTP API: request and answer pass as they are, but for the
 * parameter mappings. `{name}` of the route stands in the URI; behind `$default` the path of the
 * request follows the URI. Source: developer guide, "Create HTTP proxy integrations for HTTP APIs".
 */
export const httpApiProxyIntegration: IntegrationFactory<"http_api_proxy"> = (table, setup) => {
  const request = prepareRequestChanges(table.changes, setup.stageVariables);
  const appendsPath = setup.route.path === DEFAULT_ROUTE;
  const endpoint = prepareHttpEndpoint(table, setup, {
    path: pathSources(table.uri, setup.stageVariables),
    change: (built, exchange) => {
      const path = request.path(exchange);
      if (path !== undefined) return withPath(built, path);
      if (!appendsPath) return built;
      return { ...built, path: `${built.path.replace(/\/$/, "")}${exchange.addressed.path}` };
    },
  });
  if (typeof endpoint === "function") return endpoint;
  return forwardingHandler(table, setup, { endpoint, request });
};

/** `overwrite:path` takes the place of the whole path; a query of the URI stays (both assumed). */
function withPath(endpoint: Endpoint, path: string): Endpoint {
  const query = endpoint.path.indexOf("?");
  return { ...endpoint, path: query === -1 ? path : path + endpoint.path.slice(query) };
}

/** What is forwarded to whom is the same for public and private backends. */
export function forwardingHandler(
  table: { readonly method: HttpMethod | "ANY"; readonly changes: ParameterChanges },
  { stageVariables }: IntegrationSetup,
  { endpoint, request }: { readonly endpoint: HttpEndpoint; readonly request: RequestChanges },
): Handler {
  const response = prepareResponseChanges(table.changes, stageVariables);
  return async (exchange) => {
    const bytes = await exchange.readBody();
    const { origin, path, host } = endpoint.uri(exchange);
    const target = withQuery(path, request.query(exchange, exchange.rawQuery));
    const method = endpointMethod(table.method, exchange);
    const headers = forwardedHeaders(exchange);
    request.headers(exchange, headers);
    addHost(headers, host);
    const body = bytes.byteLength === 0 ? null : bytes;
    const call = { origin, target, method, headers, body };
    const answer = await callEndpoint(endpoint, exchange, call, response.needsAnswer);
    const { status, contentLength } = answer;
    const passed = {
      status,
      headers: answeredHeaders(answer.headers),
      body: answer.body,
      ...(contentLength === null ? {} : { contentLength }),
    };
    return response.apply(exchange, passed, response.needsAnswer ? wholeBody(answer) : NOTHING);
  };
}

const NOTHING = Buffer.alloc(0);

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
  return exchange.marked(headers);
}

function answeredHeaders(pairs: readonly string[]): string[] {
  const headers: string[] = [];
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    const name = pairs[i] ?? "";
    if (!NOT_ANSWERED.has(name.toLowerCase())) headers.push(name, pairs[i + 1] ?? "");
  }
  return headers;
}
