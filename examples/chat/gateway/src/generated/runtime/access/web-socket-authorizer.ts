// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { FunctionAuthorizerTable } from "../contracts.js";
import { webSocketAuthorizerEvent } from "../integrations/web-socket-event.js";
import type { AuthorizerFactory } from "./access.js";
import { createResultReader } from "./authorizer-policy.js";
import { prepareFunctionAuthorizer } from "./function-authorizer.js";

/** A Lambda authorizer of a WebSocket API: REQUEST, asked at `$connect`. */
export const webSocketAuthorizer: AuthorizerFactory<FunctionAuthorizerTable> = (
  table,
  name,
  _scopes,
  setup,
) =>
  prepareFunctionAuthorizer(table, name, setup, {
    event: (exchange, _identity, arn) => webSocketAuthorizerEvent(exchange, arn),
    read: setup.resource(createResultReader).read,
  });
