// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { wholeBody } from "../http/client.js";
import { requestPayload } from "../mapping/content-handling.js";
import { integrationHeaders } from "../mapping/integration-headers.js";
import { prepareIntegrationResponses } from "../mapping/integration-response.js";
import { plainBody } from "../mapping/plain-body.js";
import { prepareRequestParameters, refuseForbiddenHeader } from "../mapping/request-parameters.js";
import { renderTemplate } from "../mapping/template-input.js";
import { prepareTemplateSelection } from "../mapping/template-selection.js";
import { withQuery } from "../mapping/uri.js";
import { addHost, endpointMethod, prepareHttpEndpoint, callEndpoint } from "./http-endpoint.js";
import type { IntegrationFactory } from "./integration.js";

/** Dropped even when mapped. */
const NOT_MAPPED: ReadonlySet<string> = new Set([
  "expect",
  "proxy-authenticate",
  "te",
  "via",
  "connection",
  "keep-alive",
]);

/** HTTP: the request is built from mappings and templates, and so is the answer. */
export const httpIntegration: IntegrationFactory<"http"> = (table, setup) => {
  const refusal = refuseForbiddenHeader(table.requestParameters, false);
  if (refusal !== null) return refusal;
  const select = prepareTemplateSelection(table, setup);
  const parameters = prepareRequestParameters(table.requestParameters, setup.stageVariables);
  const responses = prepareIntegrationResponses(
    table.responses,
    setup.around,
    setup.stageVariables,
    { isMock: false },
  );
  const endpoint = prepareHttpEndpoint(table, setup, parameters);
  if (typeof endpoint === "function") return endpoint;
  const { around } = setup;
  return async (exchange) => {
    const template = select(exchange);
    const bytes = await plainBody(exchange);
    const registered = around.binaryTypes.includes(exchange.contentType);
    const payload = requestPayload(bytes, registered, table.contentHandling);
    // First of all: what it overrides counts for headers, path and query.
    const body = template === null ? payload : renderTemplate(template, exchange, payload);
    const headers = integrationHeaders(exchange, parameters.headers(exchange), {
      dropped: NOT_MAPPED,
      contentType: null,
    });
    const { origin, path, host } = endpoint.uri(exchange);
    addHost(headers, host);
    const method = endpointMethod(table.method, exchange);
    const target = withQuery(path, parameters.query(exchange));
    const request = { origin, target, method, headers, body };
    const answer = await callEndpoint(endpoint, exchange, request, true);
    return responses.answer(exchange, String(answer.status), {
      headers: answer.headers,
      body: wholeBody(answer),
    });
  };
};
