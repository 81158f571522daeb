import type { JwtAuthorizerTable } from "../contracts.js";
import { GatewayError } from "../errors/gateway-error.js";
import type { Exchange } from "../exchange.js";
import { createKeySource } from "../tokens/key-source.js";
import type { TokenObject } from "../tokens/token.js";
import { createTokenVerifier, type TokenVerifier } from "../tokens/verifier.js";
import type { AccessSetup, AuthorizerFactory } from "./access.js";
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
  const verifier = setup.resource(createVerifiers).of(table, setup);
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
  };
}

/** Claims are text in events; lists print as `[a b]`: field reports. */
function claimText(value: unknown): string {
  if (typeof value === "string") return value;
  return Array.isArray(value) ? `[${value.map(claimText).join(" ")}]` : JSON.stringify(value);
}

/** One verifier for all routes of an issuer: they share its keys and what was verified. */
function createVerifiers(): {
  of(table: JwtAuthorizerTable, setup: AccessSetup): TokenVerifier;
  close(): Promise<void>;
} {
  const known = new Map<string, TokenVerifier>();
  return {
    of: ({ issuer, jwksUri }, { around: { clock, logger } }) => {
      const key = JSON.stringify([issuer, jwksUri]);
      const before = known.get(key);
      if (before !== undefined) return before;
      const address = jwksUri === null ? { issuer } : { jwksUri };
      const keys = createKeySource({ address, clock, logger });
      const verifier = createTokenVerifier({ issuer, keys, clock });
      known.set(key, verifier);
      return verifier;
    },
    close: () => Promise.resolve(),
  };
}
