import type { HttpApiPrivateTable } from "../contracts.js";
import { chooseBackend } from "../functions/backend.js";
import { prepareRequestChanges, type RequestChanges } from "../mapping/parameter-changes.js";
import { filledText, splitUri, type UriBuilder } from "../mapping/uri.js";
import { forwardingHandler } from "./http-api-proxy.js";
import { clientMaker, timeLimit } from "./endpoint-client.js";
import { redirection, unboundLink, type HttpEndpoint } from "./http-endpoint.js";
import type { Handler, IntegrationFactory, IntegrationSetup } from "./integration.js";
import { stubIntegration } from "./stub.js";

/**
 * A host in a private network behind a route of an HTTP API. It sees the whole path of the request, the
 * name of a stage but `$default` included. Source: developer guide, "Create private integrations for
 * HTTP APIs", considerations.
 */
export const httpApiPrivateIntegration: IntegrationFactory<"http_api_private"> = (table, setup) => {
  const request = prepareRequestChanges(table.changes, setup.stageVariables);
  const endpoint = privateEndpoint(table, setup, request);
  if (typeof endpoint === "function") return endpoint;
  return forwardingHandler(table, setup, { endpoint, request });
};

/** The settings bind the VPC link to a host; a backend chosen by ARN or operation comes first. */
function privateEndpoint(
  table: HttpApiPrivateTable,
  setup: IntegrationSetup,
  request: RequestChanges,
): HttpEndpoint | Handler {
  const { stage, stageVariables, route } = setup;
  const backend = chooseBackend(stage.backends, [
    route.operation,
    filledText(table.target, stageVariables),
  ]);
  const target = backend?.target ?? null;
  if (target?.kind === "mock") {
    const { statusCode, headers, body } = target;
    return stubIntegration({ status: statusCode, headers, body });
  }
  const id = filledText(table.vpcLink, stageVariables);
  const link = Object.hasOwn(stage.vpcLinks, id) ? stage.vpcLinks[id] : undefined;
  const isRedirected = target?.kind === "url";
  const address = isRedirected ? target.url : link?.upstream;
  if (address === undefined) return unboundLink(id);
  const connection = isRedirected ? backend?.connection : link?.connection;
  const check = { insecure: false, serverName: table.serverName };
  return {
    client: setup.resource(clientMaker(connection, check)),
    timeoutMs: timeLimit(backend, table.timeoutMs),
    uri: wholePathAt(address, request),
  };
}

function wholePathAt(address: string, request: RequestChanges): UriBuilder {
  const base = splitUri(address);
  if (base === null) throw new Error(`the upstream ${JSON.stringify(address)} is no HTTP address`);
  const move = redirection(address);
  return (exchange) => {
    const path = request.path(exchange) ?? exchange.addressed.contextPath;
    return move({ origin: base.origin, path });
  };
}
