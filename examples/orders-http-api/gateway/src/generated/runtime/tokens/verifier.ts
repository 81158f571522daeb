// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { KeySet } from "./key-set.js";
import type { KeySource } from "./key-source.js";
import { verifySignature } from "./signature.js";
import {
  readClaims,
  readToken,
  TokenProblem,
  type TokenObject,
  type UnverifiedToken,
} from "./token.js";

/** Verifies the tokens of one issuer. */
export interface TokenVerifier {
  /**
   * The claims of a token, at once where the same token was verified before.
   * @throws TokenProblem, or rejects with one.
   */
  verify(token: string): TokenObject | Promise<TokenObject>;
}

export interface VerifierOptions {
  /** What `iss` must say, exactly. */
  readonly issuer: string;
  readonly keys: KeySource;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** Tokens whose verification is remembered, and characters of the longest of them. */
const REMEMBERED = 1000;
const LONGEST_REMEMBERED = 8192;

interface Verified {
  readonly claims: TokenObject;
  readonly keyId: string;
  /** The set that the key was found in. */
  readonly keys: KeySet;
}

/** A verified token stays verified as long as its key is in use; its times are looked at each time. */
export function createTokenVerifier({ issuer, keys, clock }: VerifierOptions): TokenVerifier {
  const known = new Map<string, Verified>();
  const remember = (token: string, verified: Verified): void => {
    if (token.length > LONGEST_REMEMBERED) return;
    if (known.size >= REMEMBERED) {
      const [oldest] = known.keys();
      if (oldest !== undefined) known.delete(oldest);
    }
    known.set(token, verified);
  };
  const verifyWith = async (
    token: string,
    unverified: UnverifiedToken,
    set: KeySet,
  ): Promise<TokenObject> => {
    const claims = readClaims(unverified);
    await verifySignature(token, unverified, set);
    if (claims["iss"] !== issuer) throw new TokenProblem("issuer", "the issuer is another one");
    remember(token, { claims, keyId: unverified.keyId, keys: set });
    return checkTimes(claims, clock());
  };
  return {
    verify: (token) => {
      const verified = known.get(token);
      if (verified !== undefined && keys.find(verified.keyId) === verified.keys) {
        return checkTimes(verified.claims, clock());
      }
      const unverified = readToken(token);
      const found = keys.find(unverified.keyId);
      return found instanceof Promise
        ? found.then((set) => verifyWith(token, unverified, set))
        : verifyWith(token, unverified, found);
    },
  };
}

/** `exp` must lie ahead; `nbf` and `iat`, where they stand, must not. Seconds since 1970. */
function checkTimes(claims: TokenObject, nowMs: number): TokenObject {
  const { exp, nbf, iat } = claims;
  const now = nowMs / 1000;
  if (!isTime(exp)) throw new TokenProblem("malformed", "the token does not say when it expires");
  if (exp <= now) throw new TokenProblem("expired", "the token has expired");
  for (const start of [nbf, iat]) {
    if (start === undefined) continue;
    if (!isTime(start)) throw new TokenProblem("malformed", "a time of the token is no number");
    if (start > now) throw new TokenProblem("not-yet-valid", "the token is not valid yet");
  }
  return claims;
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}
