// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { HttpMethod, UriTemplate } from "../contracts.js";
import type { Exchange } from "../exchange.js";
import { chooseBackend } from "../functions/backend.js";
import { createHttpClient, type HttpClient } from "../http/client.js";
import type { RequestParameters } from "../mapping/request-parameters.js";
import {
  fillStageVariables,
  prepareUri,
  splitUri,
  type Endpoint,
  type UriBuilder,
} from "../mapping/uri.js";
import type { Handler, IntegrationSetup } from "./integration.js";
import { stubIntegration } from "./stub.js";

/** An HTTP backend of one route in one stage. */
export interface HttpEndpoint {
  readonly client: HttpClient;
  readonly timeoutMs: number;
  readonly uri: UriBuilder;
}

/** What both HTTP integration types say about their backend. */
export interface HttpEndpointTable {
  readonly uri: UriTemplate;
  readonly timeoutMs: number;
  readonly insecureSkipVerification: boolean;
}

/** Prepares the backend; a handler instead where the settings put a fixed answer in its place. */
export function prepareHttpEndpoint(
  table: HttpEndpointTable,
  setup: IntegrationSetup,
  parameters: RequestParameters,
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
  const uri = prepareUri(table.uri, setup.stageVariables, parameters.path);
  return {
    client: setup.resource(table.insecureSkipVerification ? openInsecure : openSecure),
    timeoutMs: backend?.timeoutMs ?? table.timeoutMs,
    uri: target?.kind === "url" ? redirected(uri, target.url) : uri,
  };
}

const openSecure = (): HttpClient => createHttpClient({ insecure: false });
const openInsecure = (): HttpClient => createHttpClient({ insecure: true });

/** Host with and without port, where the URI has it before any path value comes in. */
function hostKeys(uri: UriTemplate, variables: Readonly<Record<string, string>>): string[] {
  const [first] = fillStageVariables(uri, variables);
  const endpoint = typeof first === "string" ? splitUri(first) : null;
  if (endpoint === null) return [];
  const authority = endpoint.origin.slice(endpoint.origin.indexOf("//") + 2);
  return [authority, authority.replace(/:\d+$/, "")];
}

/** The same path at another address, under that address's own path. */
function redirected(build: UriBuilder, url: string): UriBuilder {
  const base = splitUri(url);
  if (base === null) throw new Error(`backend url ${JSON.stringify(url)} is no HTTP address`);
  const prefix = base.path.replace(/\/+$/, "");
  return (exchange): Endpoint => {
    const { path } = build(exchange);
    return { origin: base.origin, path: prefix + path };
  };
}

/** The method of the backend call: ANY repeats the client's. */
export function endpointMethod(method: HttpMethod | "ANY", exchange: Exchange): string {
  return method === "ANY" ? exchange.method : method;
}
