// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { ApiTable, RouteTable } from "./contracts.js";
import { GatewayError } from "./errors/gateway-error.js";
import type { Exchange } from "./exchange.js";
import type { Handler } from "./integrations/integration.js";
import type { RequestCheck } from "./validation/request-validation.js";

/**
 * Chains the steps of one route, in the service's order: resource policy, authorization, API key,
 * validation, integration. A step that the route does not use is not in the chain.
 */
export function prepareRoute(
  route: RouteTable,
  api: ApiTable,
  check: RequestCheck | null,
  integrate: Handler,
): Handler {
  const refusal = prepareRefusal(route, api);
  if (refusal !== null) {
    return (exchange) => {
      throw refusal(exchange);
    };
  }
  return check === null ? integrate : withValidation(route, check, integrate);
}

/** Protections that this gateway cannot check: the route is closed, as it would be unprotected. */
function prepareRefusal(
  route: RouteTable,
  api: ApiTable,
): ((exchange: Exchange) => GatewayError) | null {
  if (api.hasResourcePolicy) {
    return (exchange) =>
      new GatewayError("ACCESS_DENIED", {
        message: `User: anonymous is not authorized to perform: execute-api:Invoke on resource: ${maskedArn(exchange)}`,
      });
  }
  const { kind } = route.authorization;
  if (kind !== "none") {
    const detail = `authorization "${kind}" cannot be checked`;
    return (exchange) =>
      kind === "iam" && !isSigned(exchange)
        ? new GatewayError("MISSING_AUTHENTICATION_TOKEN")
        : new GatewayError("AUTHORIZER_CONFIGURATION_ERROR", { detail });
  }
  return route.apiKeyRequired ? () => new GatewayError("INVALID_API_KEY") : null;
}

/** Something that may be a signature was sent, as a header or in the query string. */
function isSigned(exchange: Exchange): boolean {
  return (
    exchange.headers.authorization !== null || exchange.query.last("X-Amz-Signature") !== undefined
  );
}

/** The method's ARN as error messages show it: the account but for its last four digits. */
function maskedArn(exchange: Exchange): string {
  const { region, accountId, apiId } = exchange.around.api;
  const { stage, path } = exchange.addressed;
  const account = `********${accountId.slice(-4)}`;
  return `arn:aws:execute-api:${region}:${account}:${apiId}/${stage}/${exchange.method}${path}`;
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
  return async (exchange) => {
    parameters(exchange);
    await exchange.readBody();
    check.body(exchange);
    exchange.trace?.({ kind: "validated", what: "body", operation: route.operation });
    return integrate(exchange);
  };
}
