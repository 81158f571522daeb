// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { CognitoAuthorizerTable, UserPoolTable } from "../contracts.js";
import { GatewayError } from "../errors/gateway-error.js";
import type { Exchange } from "../exchange.js";
import { filledText } from "../mapping/uri.js";
import { bearerToken, grantsOneOf } from "../tokens/authorization-claims.js";
import type { KeySourceOptions } from "../tokens/key-source.js";
import { createVerifiers } from "../tokens/shared-verifiers.js";
import { readClaims, readToken, TokenProblem, type TokenObject } from "../tokens/token.js";
import type { TokenVerifier } from "../tokens/verifier.js";
import type { AuthorizerFactory } from "./access.js";
import { prepareIdentity } from "./identity.js";

/**
 * Tokens of Cognito user pools: with scopes on the method an access token that grants one of them,
 * without scopes an identity token. Source: developer guide, "Integrate a REST API with a user pool".
 */
export const cognitoAuthorizer: AuthorizerFactory<CognitoAuthorizerTable> = (
  table,
  name,
  scopes,
  setup,
) => {
  const header = prepareIdentity({ header: table.header }, setup.stageVariables);
  const pools = new Map(
    table.pools.map((pool) => {
      const arn = filledText(pool.arn, setup.stageVariables);
      const issuer = pool.issuer ?? poolAddress(arn, awsEndpoint(arn));
      const verifiers = setup.resource(createVerifiers);
      return [issuer, verifiers.of(issuer, keyAddress(arn, pool), setup.around)] as const;
    }),
  );
  const check = scopes.length === 0 ? checkIdentityToken(table) : checkAccessToken(scopes);
  const admit = (exchange: Exchange, claims: TokenObject, startedMs: number): void => {
    const problem = check(claims);
    if (problem !== null) throw unauthorized(name, problem);
    exchange.authorizer = {
      principalId: null,
      context: new Map(),
      values: null,
      claims: claimTexts(claims),
      scopes: null,
      usageIdentifierKey: null,
      latencyMs: setup.around.clock() - startedMs,
      requestId: null,
    };
  };
  return (exchange) => {
    const values = header(exchange);
    const token = values.length === 1 ? bearerToken(values[0] ?? "") : null;
    if (token === null) throw unauthorized(name, "no token was sent");
    const startedMs = setup.around.clock();
    try {
      const claims = verifierOf(token, pools).verify(token);
      if (!(claims instanceof Promise)) return admit(exchange, claims, startedMs);
      return claims.then(
        (verified) => admit(exchange, verified, startedMs),
        (error: unknown) => {
          throw refused(name, error);
        },
      );
    } catch (error) {
      throw refused(name, error);
    }
  };
};

/**
 * The settings' own address of the keys, else that of the settings' issuer, else the pool's; an
 * emulator of the service is found as the SDKs find it.
 */
function keyAddress(arn: string, { issuer, jwksUri }: UserPoolTable): KeySourceOptions["address"] {
  if (jwksUri !== null) return { jwksUri };
  if (issuer !== null) return { issuer };
  const { AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: own, AWS_ENDPOINT_URL: all } = process.env;
  const endpoint = own ?? all ?? awsEndpoint(arn);
  return { jwksUri: `${poolAddress(arn, endpoint)}/.well-known/jwks.json` };
}

function awsEndpoint(arn: string): string {
  const [, partition, , region = ""] = arn.split(":");
  const suffix = partition === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
  return `https://cognito-idp.${region}.${suffix}`;
}

function poolAddress(arn: string, endpoint: string): string {
  return `${endpoint.replace(/\/$/, "")}/${arn.slice(arn.indexOf("/") + 1)}`;
}

/** Which pool a token is from is what the token says; the pool's keys then prove it. */
function verifierOf(token: string, pools: ReadonlyMap<string, TokenVerifier>): TokenVerifier {
  const [only] = pools.values();
  if (pools.size === 1 && only !== undefined) return only;
  const { iss } = readClaims(readToken(token));
  const verifier = typeof iss === "string" ? pools.get(iss) : undefined;
  if (verifier === undefined) throw new TokenProblem("issuer", "the issuer is no pool of the API");
  return verifier;
}

/** Says what is wrong with verified claims; null: nothing. */
type ClaimsCheck = (claims: TokenObject) => string | null;

function checkIdentityToken({ validation }: CognitoAuthorizerTable): ClaimsCheck {
  return ({ token_use: use, aud }) => {
    if (use !== "id") return "a method without scopes takes identity tokens alone";
    if (validation !== null && !(typeof aud === "string" && validation.test(aud))) {
      return "the audience does not match the validation expression";
    }
    return null;
  };
}

function checkAccessToken(scopes: readonly string[]): ClaimsCheck {
  return (claims) => {
    if (claims["token_use"] !== "access") return "a method with scopes takes access tokens alone";
    return grantsOneOf({ scope: claims["scope"] }, scopes) ? null : "the token lacks the scopes";
  };
}

/** Claims as events show them: all texts. Dates as in published events; lists joined, assumed. */
function claimTexts(claims: TokenObject): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(claims).map(([name, value]): [string, string] => {
      if ((name === "exp" || name === "iat") && typeof value === "number") {
        return [name, dateText(value)];
      }
      if (typeof value === "string") return [name, value];
      return [name, Array.isArray(value) ? value.join(",") : JSON.stringify(value)];
    }),
  );
}

/** `Thu Feb 22 02:06:53 UTC 2018`. */
function dateText(seconds: number): string {
  const [weekday = "", day, month, year, time] = new Date(seconds * 1000).toUTCString().split(" ");
  return `${weekday.slice(0, 3)} ${month} ${day} ${time} UTC ${year}`;
}

function unauthorized(name: string, detail: string): GatewayError {
  return new GatewayError("UNAUTHORIZED", { detail: `the authorizer "${name}": ${detail}` });
}

function refused(name: string, error: unknown): unknown {
  if (!(error instanceof TokenProblem)) return error;
  const detail = `the authorizer "${name}": ${error.message}`;
  // source: developer guide, "Gateway response types": the user pool cannot be reached
  if (error.kind === "keys-unavailable") {
    return new GatewayError("AUTHORIZER_CONFIGURATION_ERROR", { detail });
  }
  return error.kind === "expired"
    ? new GatewayError("UNAUTHORIZED", { message: "The incoming token has expired", detail })
    : new GatewayError("UNAUTHORIZED", { detail });
}
