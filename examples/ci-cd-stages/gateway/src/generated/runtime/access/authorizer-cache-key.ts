// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { hash } from "node:crypto";

/** What a caller showed: all values of every identity source. */
export type Identity = readonly (readonly string[])[];

/**
 * Where the result of an authorizer is kept: the scope in clear, so that it can be flushed, and a
 * digest, since what identifies callers must not stand readable in a shared store.
 */
export function authorizerCacheKey(scope: string, name: string, identity: Identity): string {
  const digest = hash("sha256", JSON.stringify([scope, name, identity]), "base64url");
  return `${authorizerCachePrefix(scope)}${digest}`;
}

/** How the keys of a scope begin: those of a stage, or of its canary. */
export function authorizerCachePrefix(scope: string): string {
  return `${encodeURIComponent(scope)}/`;
}
