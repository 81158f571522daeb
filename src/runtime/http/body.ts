import { isUtf8 } from "node:buffer";
import { errors } from "../errors/gateway-error.js";

const EMPTY = Buffer.alloc(0);

/** Reads a body whole; more than `maxBytes` is refused as too large. */
export async function readBody(
  body: AsyncIterable<Uint8Array> | Uint8Array | null,
  maxBytes: number,
): Promise<Buffer> {
  if (body === null) return EMPTY;
  if (body instanceof Uint8Array) {
    if (body.byteLength > maxBytes) throw errors.requestTooLarge();
    return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  }
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of body) {
    total += chunk.byteLength;
    if (total > maxBytes) throw errors.requestTooLarge();
    chunks.push(chunk);
  }
  const [only] = chunks;
  if (chunks.length === 1 && only !== undefined) {
    return Buffer.from(only.buffer, only.byteOffset, only.byteLength);
  }
  return Buffer.concat(chunks, total);
}

/** Passes chunks on while they stay within `maxBytes`; as text when `text` is set. */
export async function* limitedBody(
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
  text: boolean,
): AsyncGenerator<Uint8Array> {
  const cleaner = text ? createTextCleaner() : null;
  let total = 0;
  for await (const chunk of body) {
    total += chunk.byteLength;
    if (total > maxBytes) throw errors.requestTooLarge();
    const clean = cleaner === null ? chunk : cleaner.push(chunk);
    if (clean.byteLength > 0) yield clean;
  }
  const rest = cleaner === null ? EMPTY : cleaner.end();
  if (rest.byteLength > 0) yield rest;
}

/** Bytes as UTF-8 text: what is not valid becomes U+FFFD, valid data is not copied. */
export function cleanText(bytes: Buffer): Buffer {
  return isUtf8(bytes) ? bytes : Buffer.from(bytes.toString("utf8"), "utf8");
}

/** {@link cleanText} over chunks: a character may be cut between two of them. */
export interface TextCleaner {
  push(chunk: Uint8Array): Uint8Array;
  end(): Uint8Array;
}

export function createTextCleaner(): TextCleaner {
  let pending: Buffer = EMPTY;
  return {
    push(chunk) {
      const bytes =
        pending.byteLength === 0
          ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
          : Buffer.concat([pending, chunk]);
      const cut = bytes.byteLength - incompleteTail(bytes);
      pending = Buffer.from(bytes.subarray(cut));
      return cleanText(bytes.subarray(0, cut));
    },
    end: () => cleanText(pending),
  };
}

/** Bytes at the end that may still become one character: at most three. */
function incompleteTail(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.byteLength); back += 1) {
    const byte = bytes[bytes.byteLength - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return back < length ? back : 0;
    }
  }
  return 0;
}
