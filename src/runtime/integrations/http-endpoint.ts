import type {
  BackendConnectionTable,
  HttpEndpointTable,
  HttpMethod,
  UriTemplate,
  VpcLinkTable,
} from "../contracts.js";
import type { Exchange } from "../exchange.js";
import { chooseBackend } from "../functions/backend.js";
import type { ClientAnswer, HttpClient } from "../http/client.js";
import { headerValues } from "../http/headers.js";
import type { RequestParameters } from "../mapping/request-parameters.js";
import {
  filledText,
  fillStageVariables,
  prepareUri,
  splitUri,
  type Endpoint,
  type UriBuilder,
} from "../mapping/uri.js";
import { clientMaker, timeLimit } from "./endpoint-client.js";
import type { Handler, IntegrationSetup } from "./integration.js";
import { stubIntegration } from "./stub.js";

/** An HTTP backend of one route in one stage. */
export interface HttpEndpoint {
  readonly client: HttpClient;
  readonly timeoutMs: number;
  readonly uri: UriBuilder;
}

/** What requests have to do with the address. */
export interface EndpointParameters extends Pick<RequestParameters, "path"> {
  /** Changes the address that the URI gives, before the settings lead elsewhere. */
  change?(endpoint: Endpoint, exchange: Exchange): Endpoint;
}

/** Prepares the backend; a handler instead where the settings put a fixed answer in its place. */
export function prepareHttpEndpoint(
  table: HttpEndpointTable,
  setup: IntegrationSetup,
  { path, change }: EndpointParameters,
): HttpEndpoint | Handler {
  const backend = chooseBackend(setup.stage.backends, [
    setup.route.operation,
    ...hostKeys(table.uri, setup.stageVariables),
  ]);
  const target = backend?.target ?? null;
  if (target?.kind === "mock") {
    return stubIntegration({
      status: target.statusCode,
      headers: target.headers,
      body: target.body,
    });
  }
  const build = prepareUri(table.uri, setup.stageVariables, path);
  const uri: UriBuilder =
    change === undefined ? build : (exchange) => change(build(exchange), exchange);
  const check = { insecure: table.insecureSkipVerification, serverName: null };
  const endpoint = (
    connection: BackendConnectionTable | undefined,
    to: UriBuilder,
  ): HttpEndpoint => ({
    client: setup.resource(clientMaker(connection, check)),
    timeoutMs: timeLimit(backend, table.timeoutMs),
    uri: to,
  });
  if (target?.kind === "url") return endpoint(backend?.connection, redirected(uri, target.url));
  if (table.vpcLink === null) return endpoint(undefined, uri);
  const id = filledText(table.vpcLink, setup.stageVariables);
  const { vpcLinks } = setup.stage;
  const link = Object.hasOwn(vpcLinks, id) ? vpcLinks[id] : undefined;
  return link === undefined ? unboundLink(id) : endpoint(link.connection, throughLink(uri, link));
}

/** Answers for a VPC link that the settings bind to no host. */
export function unboundLink(id: string): Handler {
  return stubIntegration({
    status: 501,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      message: `VPC link "${id}" leads nowhere: the settings name no upstream for it`,
    }),
  });
}

/**
 * The private host is called in the place of the URI's, which is left to say `Host` and, by it, the
 * name that a certificate must show. The stage stands in front of the path, as the service sends it.
 * Source: developer guide, "Private integrations for REST APIs", considerations.
 */
function throughLink(build: UriBuilder, { upstream, stageInPath }: VpcLinkTable): UriBuilder {
  const move = redirection(upstream);
  return (exchange) => {
    const endpoint = build(exchange);
    const { origin, path } = move(endpoint);
    return {
      origin,
      path: stageInPath ? `/${exchange.addressed.stage}${path}` : path,
      host: endpoint.origin.slice(endpoint.origin.indexOf("//") + 2),
    };
  };
}

/** Adds a `Host` to the headers of a call, unless one is mapped. */
export function addHost(headers: string[], host: string | undefined): void {
  if (host === undefined || headerValues(headers, "host").length > 0) return;
  headers.push("Host", host);
}

/** Host with and without port, where the URI has it before any path value comes in. */
function hostKeys(uri: UriTemplate, variables: Readonly<Record<string, string>>): string[] {
  const [first] = fillStageVariables(uri, variables);
  const endpoint = typeof first === "string" ? splitUri(first) : null;
  if (endpoint === null) return [];
  const authority = endpoint.origin.slice(endpoint.origin.indexOf("//") + 2);
  return [authority, authority.replace(/:\d+$/, "")];
}

function redirected(build: UriBuilder, url: string): UriBuilder {
  const move = redirection(url);
  return (exchange) => move(build(exchange));
}

/** The same path at another address, under that address's own path. */
export function redirection(url: string): (endpoint: Endpoint) => Endpoint {
  const base = splitUri(url);
  if (base === null) throw new Error(`backend url ${JSON.stringify(url)} is no HTTP address`);
  const prefix = base.path.replace(/\/+$/, "");
  return ({ path }) => ({ origin: base.origin, path: prefix + path });
}

/** The method of the backend call: ANY repeats the client's. */
export function endpointMethod(method: HttpMethod | "ANY", exchange: Exchange): string {
  return method === "ANY" ? exchange.method : method;
}

/** A request as an integration has built it. */
export interface EndpointRequest {
  readonly origin: string;
  /** Path and query. */
  readonly target: string;
  readonly method: string;
  /** Name, value, ... */
  readonly headers: string[];
  readonly body: Buffer | string | null;
}

/** Calls an HTTP backend, traced both ways. `whole`: the answer is read to its end first. */
export async function callEndpoint(
  { client, timeoutMs }: HttpEndpoint,
  exchange: Exchange,
  { origin, target, method, headers, body }: EndpointRequest,
  whole: boolean,
): Promise<ClientAnswer> {
  const { around } = exchange;
  exchange.trace?.({ kind: "endpoint-request", method, uri: origin + target, headers, body });
  const startedMs = around.clock();
  const answer = await client.call({
    origin,
    path: target,
    method,
    headers,
    body: body === null || body.length === 0 ? null : body,
    timeoutMs,
    maxBytes: around.maxResponseBytes,
    whole,
    client: exchange.request,
  });
  traceAnswer(exchange, answer, startedMs);
  return answer;
}

/** Traces what an endpoint answered. */
export function traceAnswer(exchange: Exchange, answer: ClientAnswer, startedMs: number): void {
  exchange.trace?.({
    kind: "endpoint-response",
    status: answer.status,
    latencyMs: exchange.around.clock() - startedMs,
    headers: answer.headers,
    body: answer.body,
  });
}
