// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { ApiTable, MappedIntegration, RouteTable, Template } from "../contracts.js";
import { GatewayError } from "../errors/gateway-error.js";
import type { Exchange } from "../exchange.js";
import { DEFAULT_KEY, requestTemplateSelection } from "./selection.js";

/** The request template of a request; null: the body passes through. Throws 415. */
export type TemplateSelection = (exchange: Exchange) => Template | null;

/** Where an integration stands. */
interface Place {
  readonly api: ApiTable;
  readonly route: RouteTable;
  readonly stageVariables: Readonly<Record<string, string>>;
}

/**
 * Prepares the choice among `requestTemplates`: the request's media type (`application/json` when
 * absent), in WebSocket APIs what the route's expression selects; then `$default`, then what
 * `passthroughBehavior` says.
 */
export function prepareTemplateSelection(
  { requestTemplates, passthroughBehavior }: MappedIntegration,
  { api, route, stageVariables }: Place,
): TemplateSelection {
  const selection = requestTemplateSelection(api, route, stageVariables);
  const byKey = new Map(
    Object.entries(requestTemplates).map(([key, template]) => [
      selection === null ? key.trim().toLowerCase() : key,
      template,
    ]),
  );
  const fallback = byKey.get(DEFAULT_KEY);
  const passes =
    passthroughBehavior === "WHEN_NO_MATCH" ||
    (passthroughBehavior === "WHEN_NO_TEMPLATES" && byKey.size === 0);
  const keyOf = selection ?? ((exchange) => exchange.contentType ?? "application/json");
  return (exchange) => {
    const template = byKey.get(keyOf(exchange)) ?? fallback;
    if (template !== undefined) return template;
    if (passes) return null;
    throw new GatewayError("UNSUPPORTED_MEDIA_TYPE");
  };
}
