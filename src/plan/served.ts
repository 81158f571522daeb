import type { Integration, Mapped } from "../ir/integration.js";
import type { MappingExpression } from "../ir/mapping.js";

/** Whether the run-time can answer for an integration; the reason it cannot is a diagnostic already. */
export function isServed(integration: Integration): boolean {
  return unservedReason(integration) === undefined;
}

/** Why an integration is answered with 501; undefined when it is served. */
export function unservedReason(integration: Integration): string | undefined {
  switch (integration.kind) {
    case "none":
      return integration.reason;
    case "service":
      return integration.unserved ?? mappedReason(integration);
    case "http":
      return integration.proxy ? unmappedReason(integration) : mappedReason(integration);
    case "function":
      return integration.proxy ? undefined : mappedReason(integration);
    case "mock":
      return mappedReason(integration);
  }
}

function mappedReason(integration: Mapped): string | undefined {
  const templates = [
    ...integration.requestTemplates,
    ...integration.responses.flatMap((response) => response.templates),
  ];
  return templates.some((template) => template.nodes === undefined)
    ? "A mapping template uses more of Velocity than is supported yet."
    : unmappedReason(integration);
}

function unmappedReason(integration: Mapped): string | undefined {
  const sources = [
    ...integration.requestParameters.map((parameter) => parameter.from),
    ...integration.responses.flatMap((response) => response.headers.map((header) => header.from)),
  ];
  return sources.some(readsJsonPath)
    ? "Parameter mappings that read a value out of a body are not supported yet."
    : undefined;
}

function readsJsonPath(from: MappingExpression): boolean {
  return (from.kind === "body" || from.kind === "responseBody") && from.jsonPath !== undefined;
}
