// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { randomFillSync } from "node:crypto";

/** Where random values come from. */
export interface RandomSource {
  /** Lower-case UUID, version 4. */
  uuid(): string;
  /** Fifteen characters of base64url and `=`, as an extended request id has them. */
  extendedId(): string;
  /** Lower-case hex text of so many random bytes, at most 32. */
  hex(bytes: number): string;
}

/** Ids made at once: one system call and one string for all of them. */
const BATCH = 512;
const UUID_LENGTH = 36;
const EXTENDED_LENGTH = 15;
const HEX_BYTES = 8192;

/**
 * Cryptographic randomness. Ids are cut out of longer texts made in batches: a request then costs
 * a slice instead of a call into the system or a dozen small strings.
 */
export function createRandomSource(): RandomSource {
  const uuids = createSlices(UUID_LENGTH, () => uuidBatch());
  const extended = createSlices(EXTENDED_LENGTH, () => base64Batch());
  let hexText = "";
  let hexAt = 0;
  return {
    uuid: uuids,
    extendedId: () => `${extended()}=`,
    hex: (bytes) => {
      if (hexAt + bytes * 2 > hexText.length) {
        hexText = randomBuffer(HEX_BYTES).toString("hex");
        hexAt = 0;
      }
      hexAt += bytes * 2;
      return hexText.slice(hexAt - bytes * 2, hexAt);
    },
  };
}

/** Gives pieces of one length out of texts that `refill` makes. */
function createSlices(length: number, refill: () => string): () => string {
  let text = "";
  let at = 0;
  return () => {
    if (at + length > text.length) {
      text = refill();
      at = 0;
    }
    at += length;
    return text.slice(at - length, at);
  };
}

function base64Batch(): string {
  return randomBuffer((BATCH * EXTENDED_LENGTH * 3) / 4).toString("base64url");
}

function uuidBatch(): string {
  const hex = randomBuffer(BATCH * 16).toString("hex");
  let batch = "";
  for (let at = 0; at < hex.length; at += 32) {
    const variant = "89ab".charAt(Number.parseInt(hex.charAt(at + 16), 16) & 3);
    batch +=
      `${hex.slice(at, at + 8)}-${hex.slice(at + 8, at + 12)}-4${hex.slice(at + 13, at + 16)}` +
      `-${variant}${hex.slice(at + 17, at + 20)}-${hex.slice(at + 20, at + 32)}`;
  }
  // Through a buffer: slices of one flat string cost nothing, those of a rope flatten it.
  return Buffer.from(batch, "latin1").toString("latin1");
}

function randomBuffer(bytes: number): Buffer {
  return randomFillSync(Buffer.alloc(bytes));
}
