// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { bearerToken, grantsOneOf, isForAudience } from "../tokens/authorization-claims.js";
import { TokenProblem, type TokenObject } from "../tokens/token.js";
import type { TokenVerifier } from "../tokens/verifier.js";

/** What a JWT authorizer asks for. */
export interface JwtRequirements {
  readonly verifier: TokenVerifier;
  /** One of them must be the token's. */
  readonly audience: readonly string[];
  /** One of them must be granted; empty: none is asked for. */
  readonly scopes: readonly string[];
}

/** What became of the values that were sent as a token; `challenge` is for `WWW-Authenticate`. */
export type JwtDecision =
  | { readonly kind: "allowed"; readonly claims: TokenObject }
  | { readonly kind: "unauthorized"; readonly challenge: string }
  | { readonly kind: "forbidden"; readonly challenge: string };

/**
 * Decides by a token alone, as the JWT authorizers of HTTP APIs do. `values`: all values of the
 * identity source. The challenge of an audience is recorded, the other descriptions are assumed.
 */
export async function authorizeJwt(
  values: readonly string[],
  { verifier, audience, scopes }: JwtRequirements,
): Promise<JwtDecision> {
  const token = values.length === 1 ? bearerToken(values[0] ?? "") : null;
  if (token === null) return { kind: "unauthorized", challenge: "Bearer" };
  try {
    const claims = await verifier.verify(token);
    if (!isForAudience(claims, audience)) {
      return invalid("the token does not have a valid audience");
    }
    if (scopes.length > 0 && !grantsOneOf(claims, scopes)) return insufficient(scopes);
    return { kind: "allowed", claims };
  } catch (error) {
    if (error instanceof TokenProblem) return invalid(DESCRIPTIONS[error.kind]);
    throw error;
  }
}

const DESCRIPTIONS: Readonly<Record<TokenProblem["kind"], string>> = {
  malformed: "the token is not well-formed",
  key: "the token is signed with an unknown key",
  signature: "the token has an invalid signature",
  issuer: "the token does not have a valid issuer",
  expired: "the token has expired",
  "not-yet-valid": "the token is not valid yet",
  "keys-unavailable": "OIDC discovery endpoint communication error",
};

function invalid(description: string): JwtDecision {
  const challenge = `Bearer scope="" error="invalid_token" error_description="${description}"`;
  return { kind: "unauthorized", challenge };
}

function insufficient(scopes: readonly string[]): JwtDecision {
  const description = "the token does not have a sufficient scope";
  const challenge = `Bearer scope="${scopes.join(" ")}" error="insufficient_scope" error_description="${description}"`;
  return { kind: "forbidden", challenge };
}
