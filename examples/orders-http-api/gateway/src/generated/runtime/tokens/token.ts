// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { isRecord } from "../json-record.js";
import { hasRepeatedMember } from "./repeated-member.js";

/** Members of a token's header or payload. */
export type TokenObject = Readonly<Record<string, unknown>>;

/** A signed token taken apart; nothing of it is verified. */
export interface UnverifiedToken {
  readonly algorithm: Algorithm;
  readonly keyId: string;
  /** Coded as it came. */
  readonly payload: string;
}

/** What the service's authorizers accept: RSA signatures. Source: developer guide, "JWT authorizers". */
export const algorithms = ["RS256", "RS384", "RS512"] as const;
export type Algorithm = (typeof algorithms)[number];

/** Characters; the header values of a request have no more together. */
const LONGEST_TOKEN = 10_240;

/** Why a token is refused. */
export type TokenProblemKind =
  "malformed" | "key" | "signature" | "issuer" | "expired" | "not-yet-valid" | "keys-unavailable";

export class TokenProblem extends Error {
  override readonly name = "TokenProblem";
  readonly kind: TokenProblemKind;

  constructor(kind: TokenProblemKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

/**
 * Takes a compact token apart, more strictly than JWS asks for: base64url in its one canonical form,
 * UTF-8, no member twice, no extension of the format. The payload is not looked into.
 * @throws TokenProblem `malformed`
 */
export function readToken(token: string): UnverifiedToken {
  if (token.length > LONGEST_TOKEN) return malformed("the token is too long");
  const parts = token.split(".", 4);
  const [head, payload, signature] = parts;
  if (parts.length !== 3 || head === undefined || payload === undefined) {
    return malformed("a token has three parts");
  }
  if (signature === undefined || !isCanonical(signature)) {
    return malformed("the signature is not base64url");
  }
  const { alg, kid, crit, zip, b64 } = readObject(head, "header");
  const algorithm = algorithms.find((known) => known === alg);
  if (algorithm === undefined) return malformed("the algorithm is not supported");
  if (typeof kid !== "string") return malformed("the header names no key");
  if (crit !== undefined || zip !== undefined || b64 !== undefined) {
    return malformed("the header asks for an extension");
  }
  return { algorithm, keyId: kid, payload };
}

/**
 * The claims in a token's payload.
 * @throws TokenProblem `malformed`
 */
export function readClaims({ payload }: UnverifiedToken): TokenObject {
  return readObject(payload, "payload");
}

function readObject(part: string, name: string): TokenObject {
  if (!isCanonical(part)) return malformed(`the ${name} is not base64url`);
  const bytes = Buffer.from(part, "base64url");
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    const value: unknown = JSON.parse(text);
    if (!isRecord(value)) return malformed(`the ${name} is no object`);
    if (hasRepeatedMember(text)) return malformed(`the ${name} names a member twice`);
    return value;
  } catch (error) {
    if (error instanceof TokenProblem) throw error;
    return malformed(`the ${name} is no JSON`);
  }
}

function isCanonical(part: string): boolean {
  return Buffer.from(part, "base64url").toString("base64url") === part;
}

function malformed(message: string): never {
  throw new TokenProblem("malformed", message);
}
