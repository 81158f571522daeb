// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { createHash, hash } from "node:crypto";

const BLOCK_BYTES = 64;
const HASH_BYTES = 32;

/** HMAC-SHA-256 of texts under one key, in base64. */
export type KeyedHash = (text: string) => string;

/**
 * Prepares HMAC-SHA-256 (RFC 2104) as the two hashes that it is made of: `createHmac` makes objects for
 * each call and takes more than twice as long, which every request with an API key would pay. Hashes
 * come as text, since Node makes that sooner than buffers.
 */
export function createKeyedHash(key: Buffer): KeyedHash {
  const block = Buffer.alloc(BLOCK_BYTES);
  (key.byteLength > BLOCK_BYTES ? createHash("sha256").update(key).digest() : key).copy(block);
  const innerPad = Buffer.from(block.map((byte) => byte ^ 0x36));
  const outer = Buffer.alloc(BLOCK_BYTES + HASH_BYTES);
  outer.set(block.map((byte) => byte ^ 0x5c));
  return (text) => {
    const inner = Buffer.allocUnsafe(BLOCK_BYTES + Buffer.byteLength(text));
    innerPad.copy(inner);
    inner.write(text, BLOCK_BYTES);
    outer.write(hash("sha256", inner, "binary"), BLOCK_BYTES, "binary");
    return hash("sha256", outer, "base64");
  };
}
