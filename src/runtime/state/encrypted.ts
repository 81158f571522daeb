import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";
import type { CacheSpace, StateStore } from "./store.js";

const CIPHER = "aes-256-gcm";
const KEY_BYTES = 32;
const VERSION = 1;
const SALT_BYTES = 24;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + SALT_BYTES + IV_BYTES + TAG_BYTES;

/**
 * The same store, with cached values encrypted by AES-256-GCM. Limits, records and the keys of entries
 * stay readable. An entry that was changed, moved to another key, or written with another secret is a
 * miss. Each entry has a key of its own, derived from the secret and a random salt: with random
 * vectors under one key, GCM is safe for 2^32 entries only, which a busy gateway writes in weeks.
 * @param secret 32 bytes.
 */
export function encryptedStore(store: StateStore, secret: Buffer): StateStore {
  if (secret.byteLength !== KEY_BYTES) throw new TypeError(`the key has not ${KEY_BYTES} bytes`);
  const opened = (space: CacheSpace, key: string, value: Buffer | null): Buffer | null =>
    value === null ? null : decrypt(secret, place(space, key), value);
  return {
    admit: (claim) => store.admit(claim),
    read(space, key) {
      const kept = store.read(space, key);
      return kept instanceof Promise
        ? kept.then((value) => opened(space, key, value))
        : opened(space, key, kept);
    },
    write: (space, key, value, ttlSeconds) =>
      store.write(space, key, encrypt(secret, place(space, key), value), ttlSeconds),
    remove: (space, key) => store.remove(space, key),
    flush: (space, prefix) => store.flush(space, prefix),
    usage: (counter, firstDay, lastDay) => store.usage(counter, firstDay, lastDay),
    remaining: (quota) => store.remaining(quota),
    tokens: (bucket) => store.tokens(bucket),
    records: (known) => store.records(known),
    changeRecord: (id, before, after) => store.changeRecord(id, before, after),
    joinConnections: (holder) => store.joinConnections(holder),
    ready: () => store.ready(),
    close: () => store.close(),
  };
}

/** What an entry is bound to. */
function place(space: CacheSpace, key: string): Buffer {
  return Buffer.from(`${space}\n${key}`);
}

/** Version, salt, vector, tag, text. */
function encrypt(secret: Buffer, boundTo: Buffer, value: Buffer): Buffer {
  const random = randomBytes(SALT_BYTES + IV_BYTES);
  const salt = random.subarray(0, SALT_BYTES);
  const cipher = createCipheriv(CIPHER, entryKey(secret, salt), random.subarray(SALT_BYTES));
  cipher.setAAD(boundTo);
  const text = cipher.update(value);
  cipher.final();
  return Buffer.concat([Buffer.from([VERSION]), random, cipher.getAuthTag(), text]);
}

/** Null: it is not an entry that was made with this secret for this place. */
function decrypt(secret: Buffer, boundTo: Buffer, entry: Buffer): Buffer | null {
  if (entry.byteLength < HEAD_BYTES || entry[0] !== VERSION) return null;
  const salt = entry.subarray(1, 1 + SALT_BYTES);
  const iv = entry.subarray(1 + SALT_BYTES, 1 + SALT_BYTES + IV_BYTES);
  const decipher = createDecipheriv(CIPHER, entryKey(secret, salt), iv, {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(boundTo);
  decipher.setAuthTag(entry.subarray(HEAD_BYTES - TAG_BYTES, HEAD_BYTES));
  const value = decipher.update(entry.subarray(HEAD_BYTES));
  try {
    decipher.final();
    return value;
  } catch {
    return null;
  }
}

function entryKey(secret: Buffer, salt: Buffer): Buffer {
  return createHmac("sha256", secret).update("gen-gateway cache entry").update(salt).digest();
}
