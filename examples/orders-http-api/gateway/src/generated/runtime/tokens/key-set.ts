// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { createLocalJWKSet, type CompactVerifyGetKey, type JWK } from "jose";
import { isRecord } from "../json-record.js";
import { algorithms } from "./token.js";
import { isWeakModulus } from "./weak-modulus.js";

/** Keys that verify signatures. */
export interface KeySet {
  has(keyId: string): boolean;
  /** Finds the key of a token by its header. */
  readonly key: CompactVerifyGetKey;
}

/** Bits of the shortest RSA key that is used. */
const SHORTEST_KEY = 2048;

/**
 * Reads a JSON Web Key Set. What cannot verify RSA signatures is left out, as are keys whose id stands
 * twice: which of them is meant cannot be told.
 * @throws SyntaxError when the text is no key set.
 */
export function readKeySet(text: string): KeySet {
  const set: unknown = JSON.parse(text);
  const listed = isRecord(set) ? set["keys"] : undefined;
  if (!Array.isArray(listed)) throw new SyntaxError("not a key set");
  const usable = listed.filter(isUsable);
  const keys = usable.filter(({ kid }) => usable.filter((other) => other.kid === kid).length === 1);
  const ids = new Set(keys.map(({ kid }) => kid));
  return { has: (keyId) => ids.has(keyId), key: createLocalJWKSet({ keys }) };
}

type UsableKey = JWK & { readonly kid: string; readonly n: string };

/** A public RSA key for signatures. */
function isUsable(value: unknown): value is UsableKey {
  if (!isRecord(value)) return false;
  const { kty, kid, n, e, use, alg, key_ops: operations } = value;
  if (kty !== "RSA" || typeof kid !== "string" || typeof n !== "string") return false;
  if (typeof e !== "string" || !isOddExponent(e)) return false;
  if (use !== undefined && use !== "sig") return false;
  if (alg !== undefined && !algorithms.some((known) => known === alg)) return false;
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes("verify"))) {
    return false;
  }
  const modulus = integerOf(n);
  return modulus.toString(2).length >= SHORTEST_KEY && !isWeakModulus(modulus);
}

/** The exponent 1 verifies anything. */
function isOddExponent(text: string): boolean {
  const exponent = integerOf(text);
  return exponent >= 3n && exponent % 2n === 1n;
}

function integerOf(text: string): bigint {
  const hex = Buffer.from(text, "base64url").toString("hex");
  return hex === "" ? 0n : BigInt(`0x${hex}`);
}
