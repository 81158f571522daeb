// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { createHash, timingSafeEqual } from "node:crypto";
import { resolveSecret, SecretProblem, variableName, type SecretSource } from "../secrets.js";
import { AdminError } from "./admin-error.js";

const TOKEN = "gateway/admin-token";
/** Characters; a shorter token might be guessed. */
const SHORTEST_TOKEN = 16;

/** Refuses requests without the token. */
export type TokenCheck = (authorization: string | undefined) => void;

/**
 * Prepares the check of `Authorization: Bearer TOKEN`.
 * @throws SecretProblem when there is no token, or it is too short.
 */
export function prepareTokenCheck(secrets: SecretSource): TokenCheck {
  const token = resolveSecret({ secret: TOKEN, key: null }, secrets);
  if (token.length < SHORTEST_TOKEN) {
    throw new SecretProblem(
      `the secret "${TOKEN}" (${variableName(TOKEN)}) has less than ${SHORTEST_TOKEN} characters`,
    );
  }
  const expected = digest(token);
  return (authorization) => {
    const [, shown] = /^Bearer +(\S+) *$/i.exec(authorization ?? "") ?? [];
    if (shown !== undefined && timingSafeEqual(digest(shown), expected)) return;
    throw new AdminError("UnauthorizedException", "the request has no valid bearer token");
  };
}

/** Of one length whatever was sent, so that the comparison takes one time. */
function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
