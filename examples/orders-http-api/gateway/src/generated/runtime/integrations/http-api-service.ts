// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { serviceAction, type ActionParameters } from "../aws/actions.js";
import { createCredentialSource } from "../aws/credentials.js";
import { wirePath } from "../aws/sign.js";
import type { HttpApiServiceTable } from "../contracts.js";
import { errors } from "../errors/gateway-error.js";
import type { Exchange } from "../exchange.js";
import { wholeBody } from "../http/client.js";
import { headerValues } from "../http/headers.js";
import { prepareText, type PreparedText } from "../mapping/mapped-text.js";
import { prepareResponseChanges } from "../mapping/parameter-changes.js";
import { filledText } from "../mapping/uri.js";
import { redirection } from "./http-endpoint.js";
import type { IntegrationFactory } from "./integration.js";
import { callService, prepareServiceEndpoint, type AwsOptions } from "./service-endpoint.js";

/** Headers of the service that tell of its answer; the others tell of the call. */
const ANSWERED = ["Content-Type", "Configuration-Version"];

/** An action of an AWS service, with what the process's surroundings give. */
export const httpApiServiceIntegration: IntegrationFactory<"http_api_service"> =
  createHttpApiServiceIntegration();

/**
 * An action of an AWS service behind a route of an HTTP API: its parameters are read of each request, the
 * service's status and body are the answer (assumed, as is 400 for a required value that is not there).
 * Source: developer guide, "Create AWS service integrations for HTTP APIs".
 */
export function createHttpApiServiceIntegration({
  environment = process.env,
  credentials = createCredentialSource,
}: AwsOptions = {}): IntegrationFactory<"http_api_service"> {
  return (table, setup) => {
    const { stageVariables } = setup;
    const action = serviceAction(table.subtype);
    const endpoint = prepareServiceEndpoint(
      {
        partition: table.partition,
        region: regionOf(filledText(table.region, stageVariables), setup.api.region),
        subdomain: null,
        service: action.service,
        action: action.action,
        called: `action/${action.action}`,
        credentials: table.credentials,
        timeoutMs: table.timeoutMs,
      },
      setup,
      { environment, source: setup.resource(credentials) },
    );
    if (typeof endpoint === "function") return endpoint;
    const move = redirection(endpoint.origin);
    const read = prepareParameters(table, stageVariables);
    const response = prepareResponseChanges(table.changes, stageVariables);
    return async (exchange) => {
      await exchange.readBody();
      const { method, path, query, headers, body } = action.request(read(exchange));
      const target = move({ origin: endpoint.origin, path });
      const answer = await callService(endpoint, exchange, {
        method,
        origin: target.origin,
        path: wirePath(target.path, endpoint.facts.signing),
        query,
        headers: [...headers, "User-Agent", `AmazonAPIGateway_${exchange.around.api.apiId}`],
        body,
      });
      const bytes = wholeBody(answer);
      const answered = ANSWERED.flatMap((name) => {
        const value = headerValues(answer.headers, name).at(-1);
        return value === undefined ? [] : [name, value];
      });
      return response.apply(
        exchange,
        { status: answer.status, headers: answered, body: bytes },
        bytes,
      );
    };
  };
}

/** What a stage variable leaves open, or fills with what is no region, is the API's own. */
function regionOf(text: string, own: string): string {
  return /^[a-z0-9-]+$/.test(text) ? text : own;
}

function prepareParameters(
  { parameters, required }: HttpApiServiceTable,
  stageVariables: Readonly<Record<string, string>>,
): (exchange: Exchange) => ActionParameters {
  const texts = Object.entries(parameters).map(([name, text]): [string, PreparedText] => [
    name,
    prepareText(text, stageVariables),
  ]);
  return (exchange) => {
    const values = new Map<string, string>();
    for (const [name, text] of texts) {
      const value = text.read(exchange);
      if (value !== undefined) values.set(name, value);
    }
    const missing = required.filter((name) => (values.get(name) ?? "") === "");
    if (missing.length > 0) {
      throw errors.badRequest(`Missing required parameters: ${missing.join(", ")}`);
    }
    return values;
  };
}
