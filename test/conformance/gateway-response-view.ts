import { gatewayResponseTypes, type GatewayResponse } from "../../src/ir/gateway-response.js";
import type { MappingExpression } from "../../src/ir/mapping.js";
import { GatewayError } from "../../src/runtime/errors/gateway-error.js";
import type { GeneratedApi } from "./generated-api.js";

const defaultTemplates = { "application/json": '{"message":$context.error.messageString}' };

/** The effective definition of every gateway response type, in the view of the case format. */
export function gatewayResponseView({ plan }: GeneratedApi): Readonly<Record<string, unknown>> {
  const defined = new Map(plan.gateway.api.gatewayResponses.map((one) => [one.type, one]));
  return Object.fromEntries(
    gatewayResponseTypes.map((type) => {
      const definition = defined.get(type);
      const isCatchAll = type === "DEFAULT_4XX" || type === "DEFAULT_5XX";
      const standard = isCatchAll ? undefined : new GatewayError(type).status;
      const status = definition?.statusCode ?? standard;
      const view = {
        ...(status === undefined ? {} : { statusCode: String(status) }),
        responseParameters: parametersOf(definition),
        responseTemplates: templatesOf(definition),
        defaultResponse: definition === undefined,
      };
      return [type, view];
    }),
  );
}

function parametersOf(definition: GatewayResponse | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(
    (definition?.headers ?? []).map(({ name, from }) => [
      `gatewayresponse.header.${name}`,
      printSource(from),
    ]),
  );
}

function templatesOf(definition: GatewayResponse | undefined): Readonly<Record<string, string>> {
  const templates = definition?.templates ?? [];
  if (templates.length === 0) return defaultTemplates;
  return Object.fromEntries(
    templates.map(({ mediaType, parts }) => [
      mediaType,
      parts.map((part) => (typeof part === "string" ? part : `$${printSource(part)}`)).join(""),
    ]),
  );
}

/** A source as it stands in a mapping of the document. */
export function printSource(from: MappingExpression): string {
  switch (from.kind) {
    case "literal":
      return `'${from.text}'`;
    case "context":
      return `context.${from.name}`;
    case "stageVariable":
      return `stageVariables.${from.name}`;
    case "path":
      return `method.request.path.${from.name}`;
    case "header":
      return `method.request.${from.multiValue ? "multivalueheader" : "header"}.${from.name}`;
    case "queryString":
      return `method.request.${from.multiValue ? "multivaluequerystring" : "querystring"}.${from.name}`;
    case "body":
      return bodySource("method.request.body", from.jsonPath);
    case "responseHeader":
      return `integration.response.${from.multiValue ? "multivalueheader" : "header"}.${from.name}`;
    case "responseBody":
      return bodySource("integration.response.body", from.jsonPath);
  }
}

function bodySource(whole: string, jsonPath: string | undefined): string {
  return jsonPath === undefined ? whole : `${whole}.${jsonPath}`;
}
