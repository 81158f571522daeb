// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { compactVerify } from "jose";
import type { KeySet } from "./key-set.js";
import { algorithms, TokenProblem, type UnverifiedToken } from "./token.js";

/**
 * Checks that a key of the set signed a token.
 * @throws TokenProblem `key` or `signature`, as a rejection.
 */
export async function verifySignature(
  token: string,
  { keyId }: UnverifiedToken,
  keys: KeySet,
): Promise<void> {
  if (!keys.has(keyId)) throw new TokenProblem("key", "the issuer has no such key");
  try {
    await compactVerify(token, keys.key, { algorithms: [...algorithms] });
  } catch {
    throw new TokenProblem("signature", "the signature does not fit the key");
  }
}
