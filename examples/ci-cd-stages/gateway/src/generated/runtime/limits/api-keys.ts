// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { hash, randomBytes, timingSafeEqual } from "node:crypto";

/**
 * API keys as they may stand in a file: no key can be read from it.
 *
 * A key is hashed by SHA-256 behind the salt of its table. A slow hash (scrypt) protects passwords,
 * which are guessed from a small set; API keys are drawn from at least 20 characters, so that
 * guessing is hopeless at any speed, and every request pays for the hash: a microsecond, not tens of
 * milliseconds. The salt keeps tables made for other salts useless.
 */
export interface HashedApiKeys {
  /** Base64, 16 bytes or more. */
  readonly salt: string;
  readonly keys: readonly HashedApiKey[];
}
export interface HashedApiKey extends ApiKeyFacts {
  /** Base64 of SHA-256 over the salt's text and the key's value. */
  readonly hash: string;
}

export interface ApiKeyFacts {
  readonly id: string;
  readonly name: string;
  readonly customerId: string | null;
  readonly enabled: boolean;
  /** The usage plan by stage; a key may be in several plans, and in one plan a stage. */
  readonly plans: readonly ApiKeyPlan[];
}
export interface ApiKeyPlan {
  readonly stage: string;
  readonly planId: string;
}

/** A key that was found. */
export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly customerId: string | null;
  readonly enabled: boolean;
  /** Id of the usage plan by stage. */
  readonly plans: ReadonlyMap<string, string>;
}

export interface ApiKeys {
  /** The key with a value, disabled ones, too; null: there is none. */
  find(value: string): ApiKey | null;
}

/** Characters of the longest key. Source: API Gateway, "API Key value exceeds maximum size". */
export const LONGEST_KEY = 128;
/** Characters of a key's value on the service; recorded. A shorter one works here, with a warning. */
export const SHORTEST_KEY = 20;
const SALT_BYTES = 16;

/**
 * Prepares a table of keys for look-ups. Where two keys have one value, the first counts.
 * @throws TypeError when the salt or a hash is not one.
 */
export function createApiKeys(table: HashedApiKeys): ApiKeys {
  const { salt } = table;
  const saltBytes = Buffer.from(salt, "base64").byteLength;
  if (saltBytes < SALT_BYTES) throw new TypeError("the salt of the API keys is too short");
  const byHash = new Map<string, KnownKey>();
  for (const key of table.keys) {
    const known = { key: prepared(key), hash: hashOf(key) };
    const place = known.hash.toString("base64");
    if (!byHash.has(place)) byHash.set(place, known);
  }
  return {
    find(value) {
      // nothing that long is a key: no work is done for it
      if (value.length > LONGEST_KEY) return null;
      const shown = hashApiKey(value, salt);
      // who measures the look-up learns about the hash, and cannot choose one without the salt
      const known = byHash.get(shown);
      if (known === undefined) return null;
      return timingSafeEqual(known.hash, Buffer.from(shown, "base64")) ? known.key : null;
    },
  };
}

/** Hashes one key's value for a table with that salt (base64). */
export function hashApiKey(value: string, salt: string): string {
  return hash("sha256", salt + value, "base64");
}

/** A salt for a table, base64. */
export function newSalt(): string {
  return randomBytes(SALT_BYTES).toString("base64");
}

interface KnownKey {
  readonly key: ApiKey;
  readonly hash: Buffer;
}

function prepared({ id, name, customerId, enabled, plans }: ApiKeyFacts): ApiKey {
  const byStage = new Map(plans.map(({ stage, planId }) => [stage, planId]));
  return { id, name, customerId, enabled, plans: byStage };
}

function hashOf({ id, hash }: HashedApiKey): Buffer {
  const bytes = Buffer.from(hash, "base64");
  if (bytes.byteLength !== 32) throw new TypeError(`the hash of API key "${id}" is not one`);
  return bytes;
}
