import { authorizeJwt } from "../../src/runtime/access/jwt-authorization.js";
import { readKeySet } from "../../src/runtime/tokens/key-set.js";
import { verifySignature } from "../../src/runtime/tokens/signature.js";
import { readToken } from "../../src/runtime/tokens/token.js";
import { createTokenVerifier } from "../../src/runtime/tokens/verifier.js";
import type { JwtCase, JwtCases, SignatureVector } from "./cases.js";

/** What became of one case. */
export interface JwtOutcome {
  readonly id: string;
  readonly why: string;
  readonly passed: boolean;
  readonly seen: string;
  /** Where the case asks for more than the public rules say. */
  readonly soft: boolean;
}

/** The decision of the JWT authorizer, asked without a gateway around it. */
export async function runJwtCase(cases: JwtCases, item: JwtCase): Promise<JwtOutcome> {
  const keys = readKeySet(cases.keySets.a);
  const verifier = createTokenVerifier({
    issuer: cases.issuer,
    keys: { find: () => keys },
    clock: Date.now,
  });
  const scopes = item.route === "/jwt-scope" ? ["pets/read", "pets/admin"] : [];
  const values =
    item.headers?.map(([, value]) => value) ?? (item.header === null ? [] : [item.header]);
  const decision = await authorizeJwt(values, { verifier, audience: [cases.audience], scopes });
  return outcome(item, { allowed: 200, unauthorized: 401, forbidden: 403 }[decision.kind]);
}

/** Compares the status that a case got. */
export function outcome(item: JwtCase, status: number): JwtOutcome {
  const isAllowed = status >= 200 && status < 300;
  const isExpected =
    item.expect === "allow" ? isAllowed : (item.status ?? []).includes(status) && status < 500;
  return {
    id: item.id,
    why: item.why,
    passed: isExpected || (item.alsoAccepted === "allow" && isAllowed),
    seen: String(status),
    soft: item.confidence !== undefined,
  };
}

const accepted = ["RS256", "RS384", "RS512"];

/**
 * Checks a vector's signature with its keys alone. What is invalid must be refused; what is valid must
 * pass where the service knows the algorithm and the token names its key, as the service asks for.
 */
export async function runVector(vector: SignatureVector): Promise<JwtOutcome> {
  const isVerified = await isSigned(vector);
  const mustPass =
    vector.result === "valid" &&
    vector.algorithms.every((name) => accepted.includes(name)) &&
    namesKey(vector.token);
  const mustFail =
    vector.result === "invalid" || !vector.algorithms.some((name) => accepted.includes(name));
  return {
    id: vector.id,
    why: vector.comment,
    passed: mustPass ? isVerified : mustFail ? !isVerified : true,
    seen: isVerified ? "verified" : "refused",
    soft: false,
  };
}

async function isSigned({ token, keySet }: SignatureVector): Promise<boolean> {
  try {
    await verifySignature(token, readToken(token), readKeySet(keySet));
    return true;
  } catch {
    return false;
  }
}

function namesKey(token: string): boolean {
  const head = Buffer.from(token.split(".")[0] ?? "", "base64url").toString("utf8");
  return head.includes('"kid"');
}
