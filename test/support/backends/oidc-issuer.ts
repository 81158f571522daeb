import { exportJWK, generateKeyPair, SignJWT, type JWK } from "jose";
import type { HttpAnswer } from "./behaviour.js";
import { startLoopbackServer, type LoopbackServer } from "./loopback-server.js";

/** An OpenID Connect issuer on the loopback: discovery document, key set, tokens. */
export interface OidcIssuer {
  /** The `iss` of its tokens. */
  readonly issuer: string;
  /** A signed token: `iss`, `iat` now, `exp` in an hour, then `claims` laid over them. */
  sign(claims: Readonly<Record<string, unknown>>): Promise<string>;
  close(): Promise<void>;
}

const TOKEN_LIFETIME_SECONDS = 3600;
const KEY_ID = "key-1";

/** Starts an issuer with a fresh key pair of a JWS algorithm such as `RS256`. */
export async function startOidcIssuer(alg: string): Promise<OidcIssuer> {
  const { publicKey, privateKey } = await generateKeyPair(alg);
  const key: JWK = { ...(await exportJWK(publicKey)), kid: KEY_ID, alg, use: "sig" };
  const server: LoopbackServer = await startLoopbackServer((request) =>
    Promise.resolve(answerDiscovery(request.path, server.origin, key)),
  );
  const issuer = server.origin;
  return {
    issuer,
    async sign(claims) {
      const now = Math.floor(Date.now() / 1000);
      const payload = { iss: issuer, iat: now, exp: now + TOKEN_LIFETIME_SECONDS, ...claims };
      return new SignJWT(payload).setProtectedHeader({ alg, kid: KEY_ID }).sign(privateKey);
    },
    close: () => server.close(),
  };
}

function answerDiscovery(path: string, issuer: string, key: JWK): HttpAnswer {
  switch (path) {
    case "/.well-known/openid-configuration":
      return json(200, {
        issuer,
        jwks_uri: `${issuer}/.well-known/jwks.json`,
        response_types_supported: ["id_token"],
        subject_types_supported: ["public"],
        id_token_signing_alg_values_supported: [key.alg],
      });
    case "/.well-known/jwks.json":
      return json(200, { keys: [key] });
    default:
      return json(404, { error: "not_found" });
  }
}

function json(status: number, value: unknown): HttpAnswer {
  return {
    status,
    headers: [["Content-Type", "application/json"]],
    body: Buffer.from(JSON.stringify(value)),
  };
}
