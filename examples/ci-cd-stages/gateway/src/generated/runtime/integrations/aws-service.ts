// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { createCredentialSource } from "../aws/credentials.js";
import { wirePath } from "../aws/sign.js";
import type { AwsServiceTable } from "../contracts.js";
import { wholeBody } from "../http/client.js";
import { Query } from "../http/query.js";
import { requestPayload } from "../mapping/content-handling.js";
import { integrationHeaders } from "../mapping/integration-headers.js";
import { prepareIntegrationResponses } from "../mapping/integration-response.js";
import { plainBody } from "../mapping/plain-body.js";
import {
  prepareRequestParameters,
  refuseForbiddenHeader,
  type RequestParameters,
} from "../mapping/request-parameters.js";
import { renderTemplate } from "../mapping/template-input.js";
import { prepareTemplateSelection } from "../mapping/template-selection.js";
import { filledText, prepareUri, type UriBuilder } from "../mapping/uri.js";
import { endpointMethod, redirection } from "./http-endpoint.js";
import type { Handler, IntegrationFactory, IntegrationSetup } from "./integration.js";
import {
  callService,
  prepareServiceEndpoint,
  type AwsOptions,
  type ServiceEndpoint,
  type ServiceEndpointOptions,
} from "./service-endpoint.js";

/** AWS integration with any service but Lambda, with what the process's surroundings give. */
export const awsServiceIntegration: IntegrationFactory<"aws_service"> =
  createAwsServiceIntegration();

/**
 * AWS: the request is built from mappings and templates, signed, and sent to the service; the
 * answer is chosen by its status, like that of an HTTP backend.
 */
export function createAwsServiceIntegration({
  environment = process.env,
  credentials = createCredentialSource,
}: AwsOptions = {}): IntegrationFactory<"aws_service"> {
  return (table, setup) => {
    const refusal = refuseForbiddenHeader(table.requestParameters, true);
    if (refusal !== null) return refusal;
    const parameters = prepareRequestParameters(table.requestParameters, setup.stageVariables);
    const source = setup.resource(credentials);
    const service = prepareService(table, setup, { parameters, environment, source });
    return typeof service === "function" ? service : serviceHandler(table, setup, service);
  };
}

/** A service of one route in one stage. */
interface Service extends ServiceEndpoint {
  readonly uri: UriBuilder;
  readonly parameters: RequestParameters;
}

/** Finds endpoint and identity; a handler instead where the settings put a fixed answer. */
function prepareService(
  table: AwsServiceTable,
  setup: IntegrationSetup,
  options: ServiceEndpointOptions & { readonly parameters: RequestParameters },
): Service | Handler {
  const { stageVariables } = setup;
  const action = table.action === null ? null : filledText(table.action, stageVariables);
  const path = filledText(table.path, stageVariables);
  const called = action === null ? `path${path}` : `action/${action}`;
  const endpoint = prepareServiceEndpoint({ ...table, action, called }, setup, options);
  if (typeof endpoint === "function") return endpoint;
  const { parameters } = options;
  return { ...endpoint, parameters, uri: prepareServiceUri(table, setup, endpoint, parameters) };
}

/** At another endpoint a name inside the service stands in the path: buckets are reached so. */
function prepareServiceUri(
  table: AwsServiceTable,
  setup: IntegrationSetup,
  { origin, isOverridden }: ServiceEndpoint,
  { path: paths }: RequestParameters,
): UriBuilder {
  if (!isOverridden) return prepareUri([origin, ...table.path], setup.stageVariables, paths);
  const move = redirection(origin);
  const bucket = table.service === "s3" && table.subdomain !== null ? `/${table.subdomain}` : "";
  const build = prepareUri(["http://service", bucket, ...table.path], setup.stageVariables, paths);
  return (exchange) => move(build(exchange));
}

/**
 * Dropped even when mapped or overridden. Those that framing and signature make themselves would
 * break the request; that a mapped `Host` is dropped, too, is assumed.
 */
const NOT_MAPPED: ReadonlySet<string> = new Set([
  "authorization",
  "connection",
  "content-length",
  "date",
  "expect",
  "host",
  "keep-alive",
  "proxy-authenticate",
  "referer",
  "te",
  "transfer-encoding",
  "upgrade",
  "via",
  "x-amzn-apigateway-api-id",
  "x-amzn-trace-id",
  "x-amz-content-sha256",
  "x-amz-date",
  "x-amz-security-token",
]);

function serviceHandler(
  table: AwsServiceTable,
  setup: IntegrationSetup,
  service: Service,
): Handler {
  const { around } = setup;
  const { facts, parameters, action } = service;
  const select = prepareTemplateSelection(table, setup);
  const responses = prepareIntegrationResponses(table.responses, around, setup.stageVariables, {
    isMock: false,
  });
  // An action of a JSON service is named by a header, one of any other service by the query.
  const json = action === null ? null : facts.json;
  const rules = {
    dropped: NOT_MAPPED,
    contentType: json === null ? null : `application/x-amz-json-${json.version}`,
  };
  return async (exchange) => {
    const template = select(exchange);
    const bytes = await plainBody(exchange);
    const registered = around.binaryTypes.includes(exchange.contentType);
    const payload = requestPayload(bytes, registered, table.contentHandling);
    // First of all: what it overrides counts for headers, path and query.
    const body = template === null ? payload : renderTemplate(template, exchange, payload);
    const mapped = parameters.headers(exchange);
    const headers = integrationHeaders(exchange, mapped, rules);
    if (json !== null && !hasHeader(mapped, "x-amz-target")) {
      headers.push("X-Amz-Target", `${json.target}.${action ?? ""}`);
    }
    const uri = service.uri(exchange);
    const [rawPath = "/", ...rawQuery] = uri.path.split("?");
    const path = wirePath(rawPath, facts.signing);
    const query = [
      ...(action !== null && json === null ? ["Action", action] : []),
      ...new Query(rawQuery.join("?")).pairs,
      ...new Query(parameters.query(exchange)).pairs,
    ];
    const method = endpointMethod(table.method, exchange);
    const answer = await callService(service, exchange, {
      method,
      origin: uri.origin,
      path,
      query,
      headers,
      body,
    });
    return responses.answer(exchange, String(answer.status), {
      headers: answer.headers,
      body: wholeBody(answer),
    });
  };
}

function hasHeader(pairs: readonly string[], lower: string): boolean {
  return pairs.some((name, index) => index % 2 === 0 && name.toLowerCase() === lower);
}
