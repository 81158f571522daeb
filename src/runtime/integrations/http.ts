import { errors } from "../errors/gateway-error.js";
import type { Exchange } from "../exchange.js";
import { decodeWhole, readCoding } from "../http/content-coding.js";
import { requestPayload } from "../mapping/content-handling.js";
import { prepareIntegrationResponses } from "../mapping/integration-response.js";
import { forbiddenHeader, prepareRequestParameters } from "../mapping/request-parameters.js";
import { renderTemplate } from "../mapping/template-input.js";
import { prepareTemplateSelection } from "../mapping/template-selection.js";
import { withQuery } from "../mapping/uri.js";
import { endpointMethod, prepareHttpEndpoint } from "./http-endpoint.js";
import type { IntegrationFactory } from "./integration.js";

/** HTTP: the request is built from mappings and templates, and so is the answer. */
export const httpIntegration: IntegrationFactory<"http"> = (table, setup) => {
  const forbidden = forbiddenHeader(table.requestParameters, false);
  if (forbidden !== null) {
    return () => {
      throw errors.internal(
        `Execution failed due to configuration error: header ${forbidden} may not be mapped`,
      );
    };
  }
  const select = prepareTemplateSelection(table.requestTemplates, table.passthroughBehavior);
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
    const template = select(exchange.contentType);
    const bytes = await plainBody(exchange);
    const headers = integrationHeaders(exchange, parameters.headers(exchange));
    const { origin, path } = endpoint.uri(exchange);
    const registered = around.binaryTypes.includes(exchange.contentType);
    const payload = requestPayload(bytes, registered, table.contentHandling);
    const body = template === null ? payload : renderTemplate(template, exchange, payload);
    const method = endpointMethod(table.method, exchange);
    const target = withQuery(path, parameters.query(exchange));
    exchange.trace?.({ kind: "endpoint-request", method, uri: origin + target, headers });
    const startedMs = around.clock();
    const answer = await endpoint.client.call({
      origin,
      path: target,
      method,
      headers,
      body: body.length === 0 ? null : body,
      timeoutMs: endpoint.timeoutMs,
      maxBytes: around.maxResponseBytes,
      whole: true,
      client: exchange.request,
    });
    exchange.trace?.({
      kind: "endpoint-response",
      status: answer.status,
      latencyMs: around.clock() - startedMs,
    });
    const response = responses.select(String(answer.status));
    exchange.trace?.({
      kind: "response-selected",
      pattern: response.pattern,
      status: response.status,
    });
    return response.build(exchange, { headers: answer.headers, body: wholeBody(answer.body) });
  };
};

/** The client's body, its coding undone: no template sees compressed data. */
async function plainBody(exchange: Exchange): Promise<Buffer> {
  const bytes = await exchange.readBody();
  const coding = readCoding(exchange.headers.contentEncoding);
  if (coding === null) return bytes;
  try {
    return await decodeWhole(bytes, coding, exchange.around.maxRequestBytes);
  } catch (error) {
    throw errors.undecodable(error);
  }
}

function wholeBody(body: unknown): Buffer {
  if (Buffer.isBuffer(body)) return body;
  throw new Error("a whole answer was asked for and a stream came");
}

/** Dropped even when mapped. */
const DROPPED: ReadonlySet<string> = new Set([
  "expect",
  "proxy-authenticate",
  "te",
  "via",
  "connection",
  "keep-alive",
]);
const BODILESS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/** Mapped headers, and the few that the service sends by itself where none is mapped. */
function integrationHeaders(exchange: Exchange, mapped: readonly string[]): string[] {
  const headers: string[] = [];
  const present = new Set<string>();
  for (let i = 0; i < mapped.length; i += 2) {
    const name = mapped[i] ?? "";
    const lower = name.toLowerCase();
    present.add(lower);
    if (!DROPPED.has(lower)) headers.push(name, mapped[i + 1] ?? "");
  }
  const { apiId } = exchange.around.api;
  const clientType = BODILESS.has(exchange.method) ? null : exchange.headers.contentType;
  if (!present.has("accept")) headers.push("Accept", "application/json");
  if (!present.has("user-agent")) headers.push("User-Agent", `AmazonAPIGateway_${apiId}`);
  if (!present.has("content-type") && clientType !== null) headers.push("Content-Type", clientType);
  headers.push("X-Amzn-Apigateway-Api-Id", apiId, "X-Amzn-Trace-Id", exchange.traceHeader);
  return headers;
}
