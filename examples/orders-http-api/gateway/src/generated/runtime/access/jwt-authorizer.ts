// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { JwtAuthorizerTable } from "../contracts.js";
import { GatewayError } from "../errors/gateway-error.js";
import type { Exchange } from "../exchange.js";
import { createVerifiers } from "../tokens/shared-verifiers.js";
import type { TokenObject } from "../tokens/token.js";
import type { AuthorizerFactory } from "./access.js";
import { prepareIdentity } from "./identity.js";
import { authorizeJwt } from "./jwt-authorization.js";

/** Tokens of one issuer, as HTTP APIs take them. */
export const jwtAuthorizer: AuthorizerFactory<JwtAuthorizerTable> = (
  table,
  name,
  scopes,
  setup,
) => {
  const readIdentity = prepareIdentity(table.identitySource, setup.stageVariables);
  const { issuer, jwksUri } = table;
  const address = jwksUri === null ? { issuer } : { jwksUri };
  const verifier = setup.resource(createVerifiers).of(issuer, address, setup.around);
  const requirements = { verifier, audience: table.audience, scopes };
  return async (exchange) => {
    const startedMs = setup.around.clock();
    const decision = await authorizeJwt(readIdentity(exchange), requirements);
    if (decision.kind === "allowed") {
      admit(exchange, decision.claims, scopes, setup.around.clock() - startedMs);
      return;
    }
    const { challenge } = decision;
    const detail = `the authorizer "${name}" answers: ${challenge}`;
    throw decision.kind === "unauthorized"
      ? new GatewayError("UNAUTHORIZED", { challenge, detail })
      : new GatewayError("ACCESS_DENIED", { message: "Forbidden", challenge, detail });
  };
};

function admit(
  exchange: Exchange,
  claims: TokenObject,
  scopes: readonly string[],
  latencyMs: number,
): void {
  exchange.authorizer = {
    principalId: null,
    context: new Map(),
    values: null,
    claims: new Map(Object.entries(claims).map(([claim, value]) => [claim, claimText(value)])),
    scopes: scopes.length === 0 ? null : scopes,
    usageIdentifierKey: null,
    latencyMs,
    requestId: null,
  };
}

/** Claims are text in events; lists print as `[a b]`: field reports. */
function claimText(value: unknown): string {
  if (typeof value === "string") return value;
  return Array.isArray(value) ? `[${value.map(claimText).join(" ")}]` : JSON.stringify(value);
}
