import { createHash } from "node:crypto";

/** What a caller showed: all values of every identity source. */
export type Identity = readonly (readonly string[])[];

/**
 * Where the result of an authorizer is kept: the scope in clear, so that it can be flushed, and a
 * digest, since what identifies callers must not stand readable in a shared store.
 */
export function authorizerCacheKey(scope: string, name: string, identity: Identity): string {
  const digest = createHash("sha256").update(JSON.stringify([scope, name, identity]));
  return `${authorizerCachePrefix(scope)}${digest.digest("base64url")}`;
}

/** How the keys of a scope begin: those of a stage, or of its canary. */
export function authorizerCachePrefix(scope: string): string {
  return `${encodeURIComponent(scope)}/`;
}
