// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { errors, type GatewayError } from "../errors/gateway-error.js";
import type { Exchange } from "../exchange.js";
import { findStage } from "../routing/address.js";
import type { ApiKindPart } from "./api-kind.js";

/**
 * WebSocket APIs, as far as they answer over HTTP: handshakes, and refusals of everything else. A
 * plain request gets 403, which is assumed.
 */
export const webSocketApi: ApiKindPart = () => ({
  router: { find: () => null },
  findStage,
  noStage: () => errors.forbidden("no stage has this path"),
  noRoute: () => errors.forbidden("the request is no WebSocket handshake"),
  disabledEndpoint: () => errors.forbidden("the endpoint is disabled"),
  answerFirst: () => null,
  answerError: (exchange, error) => ({
    status: error.status,
    headers: ["Content-Type", "application/json", "x-amzn-ErrorType", error.errorType],
    body: errorText(exchange, error),
  }),
  finish: (exchange, { headers }) => {
    // frames have no headers
    if (exchange.socket?.type === "MESSAGE") return;
    headers.push("x-amzn-RequestId", exchange.requestId);
  },
});

/** Of refused handshakes and of messages alike; that names the connection is seen, not documented. */
function errorText(exchange: Exchange, error: GatewayError): string {
  const { type, validationErrors } = error;
  const message = clientText(error);
  exchange.error = { type, clientMessage: message, validationErrors };
  return JSON.stringify({
    message,
    connectionId: exchange.socket?.connection.id,
    requestId: exchange.requestId,
  });
}

function clientText({ type, status, clientMessage }: GatewayError): string {
  if (type === "BAD_REQUEST_BODY") return "Bad request body";
  return clientMessage ?? (status >= 500 ? "Internal server error" : "Forbidden");
}
