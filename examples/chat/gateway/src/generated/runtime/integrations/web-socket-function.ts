// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { errors, type GatewayError } from "../errors/gateway-error.js";
import type { Exchange } from "../exchange.js";
import { bindFunction } from "../functions/binding.js";
import type { GatewayResponse } from "../http/message.js";
import { refuseForbiddenHeader } from "../mapping/request-parameters.js";
import { callFunction, failedResult } from "./function-call.js";
import { readProxyResult } from "./function-result.js";
import type { IntegrationFactory } from "./integration.js";
import { stubIntegration } from "./stub.js";
import { webSocketEvent } from "./web-socket-event.js";

/**
 * AWS_PROXY of a WebSocket API. The status of the result decides about a connection; its body is the
 * answer to a message where the route has a response, and of no interest where it has none.
 */
export const webSocketFunctionIntegration: IntegrationFactory<"aws_proxy"> = (table, setup) => {
  const refusal = refuseForbiddenHeader(table.requestParameters, true);
  if (refusal !== null) return refusal;
  if (table.method !== "POST" && table.method !== "ANY") {
    return () => {
      throw notPost(table.method);
    };
  }
  const { operation } = setup.route;
  const binding = bindFunction(table.function, table.timeoutMs, setup, operation);
  if (binding.kind === "stub") return stubIntegration(binding);
  const routes = setup.api.websocket?.routes ?? {};
  const answers = Object.hasOwn(routes, operation) && routes[operation]?.hasRouteResponse === true;
  return async (exchange) => {
    const event = webSocketEvent(exchange);
    const result = await callFunction(exchange, binding, event, "RequestResponse");
    if (result.functionError !== null) throw failedResult(result, 502);
    return answers || isHandshake(exchange) ? answer(result.payload) : NOTHING;
  };
};

const NOTHING: GatewayResponse = { status: 200, headers: [], body: null };

function isHandshake({ socket }: Exchange): boolean {
  return socket?.type === "CONNECT";
}

function answer(payload: string): GatewayResponse {
  const { status, headers, hasContentType, body } = readProxyResult(payload);
  if (!hasContentType) headers.push("Content-Type", "application/json");
  return { status, headers, body };
}

/** Lambda is called by POST; the service takes the method as defined, and the call fails. */
function notPost(method: string): GatewayError {
  return errors.internal(
    `Execution failed due to configuration error: a function is not called by ${method}`,
  );
}
