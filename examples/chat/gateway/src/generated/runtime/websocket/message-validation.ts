// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { ApiTable, ModelValidator, RouteTable } from "../contracts.js";
import type { Exchange } from "../exchange.js";
import { DEFAULT_KEY, prepareSelection } from "../mapping/selection.js";
import {
  checkBody,
  modelValidator,
  requestValidation,
  type ValidationPart,
} from "../validation/request-validation.js";

/**
 * Validation of a WebSocket API: the presence of the handshake's parameters, and the model that a
 * message selects. A message that selects none passes.
 */
export const messageValidation: ValidationPart = (table, route, api, stageVariables) => {
  const { parameters } = requestValidation({ ...table, bodyModels: null }, route, api, {});
  const findModel = prepareModels(route, api, stageVariables);
  return {
    needsBody: findModel !== null,
    parameters,
    body(exchange) {
      const validate = findModel?.(exchange);
      if (validate !== undefined) checkBody(validate, exchange);
    },
  };
};

type FindModel = (exchange: Exchange) => ModelValidator | undefined;

function prepareModels(
  route: RouteTable,
  { websocket, validators }: Pick<ApiTable, "validators" | "websocket">,
  stageVariables: Readonly<Record<string, string>>,
): FindModel | null {
  const routes = websocket?.routes ?? {};
  const own = Object.hasOwn(routes, route.operation) ? routes[route.operation] : undefined;
  if (own === undefined || own.modelSelection === null) return null;
  const select = prepareSelection(own.modelSelection, stageVariables);
  const models = new Map(
    Object.entries(own.models).map(([key, model]) => [
      key,
      modelValidator(model, route, validators),
    ]),
  );
  return (exchange) => models.get(select(exchange)) ?? models.get(DEFAULT_KEY);
}
