import { randomFillSync, randomUUID } from "node:crypto";

/** Where random values come from. */
export interface RandomSource {
  /** Lower-case UUID, version 4. */
  uuid(): string;
  /** Base64 text of so many random bytes. */
  base64(bytes: number): string;
  /** Lower-case hex text of so many random bytes. */
  hex(bytes: number): string;
}

const POOL_BYTES = 4096;

/** Cryptographic randomness, taken from the system a few kilobytes at a time. */
export function createRandomSource(): RandomSource {
  const pool = Buffer.alloc(POOL_BYTES);
  let offset = POOL_BYTES;
  const take = (bytes: number): number => {
    if (offset + bytes > POOL_BYTES) {
      randomFillSync(pool);
      offset = 0;
    }
    offset += bytes;
    return offset - bytes;
  };
  return {
    uuid: () => randomUUID(),
    base64: (bytes) => {
      const start = take(bytes);
      return pool.toString("base64", start, start + bytes);
    },
    hex: (bytes) => {
      const start = take(bytes);
      return pool.toString("hex", start, start + bytes);
    },
  };
}
