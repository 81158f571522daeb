// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { guarded, type Guard } from "./access/guard.js";
import type { RouteTable } from "./contracts.js";
import type { Exchange } from "./exchange.js";
import type { Handler } from "./integrations/integration.js";
import type { RequestCheck } from "./validation/request-validation.js";

/** What stands between a request and its answer. */
export interface RouteSteps {
  /** Who may call, and how often. */
  readonly guards: readonly Guard[];
  readonly check: RequestCheck | null;
  readonly integrate: Handler;
}

/**
 * Chains the steps of one route, in the service's order: resource policy, authorization, API key and
 * throttle, validation, cache and integration. A step that the route does not use is not in the chain.
 */
export function prepareRoute(route: RouteTable, { guards, check, integrate }: RouteSteps): Handler {
  return guarded(guards, check === null ? integrate : withValidation(route, check, integrate));
}

function withValidation(route: RouteTable, check: RequestCheck, integrate: Handler): Handler {
  const parameters = (exchange: Exchange): void => {
    check.parameters(exchange);
    exchange.trace?.({ kind: "validated", what: "parameters", operation: route.operation });
  };
  if (!check.needsBody) {
    return (exchange) => {
      parameters(exchange);
      return integrate(exchange);
    };
  }
  const body = (exchange: Exchange): ReturnType<Handler> => {
    check.body(exchange);
    exchange.trace?.({ kind: "validated", what: "body", operation: route.operation });
    return integrate(exchange);
  };
  return (exchange) => {
    parameters(exchange);
    return exchange.bodySoFar === null
      ? exchange.readBody().then(() => body(exchange))
      : body(exchange);
  };
}
