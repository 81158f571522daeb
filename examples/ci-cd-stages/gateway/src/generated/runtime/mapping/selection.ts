// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { ApiTable, RouteTable, SelectionExpression } from "../contracts.js";
import { GatewayError } from "../errors/gateway-error.js";
import type { Exchange } from "../exchange.js";
import { prepareSource, singleText, type PreparedSource } from "./source.js";

/** Gives the key that an expression selects; what is not there is empty text. */
export type Selection = (exchange: Exchange) => string;

/** The key of whatever is taken where no other fits. */
export const DEFAULT_KEY = "$default";

/** Prepares a selection expression of a WebSocket API for a stage. */
export function prepareSelection(
  expression: SelectionExpression,
  stageVariables: Readonly<Record<string, string>>,
): Selection {
  const sources = expression.map((source) => prepareSource(source, stageVariables));
  const [only] = sources;
  if (only !== undefined && sources.length === 1) return (exchange) => readText(only, exchange);
  return (exchange) => {
    let key = "";
    for (const source of sources) key += readText(source, exchange);
    return key;
  };
}

/** A body that is no JSON holds nothing to select by. */
function readText(source: PreparedSource, exchange: Exchange): string {
  try {
    return singleText(source.read(exchange)) ?? "";
  } catch (error) {
    if (error instanceof GatewayError) return "";
    throw error;
  }
}

/** The choice of a route's request templates; null: they are chosen by media type. */
export function requestTemplateSelection(
  { websocket }: ApiTable,
  { operation }: RouteTable,
  stageVariables: Readonly<Record<string, string>>,
): Selection | null {
  if (websocket === null) return null;
  const expression = Object.hasOwn(websocket.routes, operation)
    ? websocket.routes[operation]?.templateSelection
    : null;
  if (expression === null || expression === undefined) return () => DEFAULT_KEY;
  return prepareSelection(expression, stageVariables);
}
