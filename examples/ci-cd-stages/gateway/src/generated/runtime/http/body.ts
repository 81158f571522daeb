// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { isUtf8 } from "node:buffer";
import { GatewayError, errors } from "../errors/gateway-error.js";

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
  const whole = await startBody(body, maxBytes, maxBytes);
  if (Buffer.isBuffer(whole)) return whole;
  throw errors.requestTooLarge();
}

/**
 * Reads the beginning of a body: the whole of one that ends within `upTo` bytes, else a stream of
 * it, which fails when it grows over `maxBytes`. So a small body is known to be well-formed before
 * anything of it goes on.
 */
export async function startBody(
  body: AsyncIterable<Uint8Array>,
  upTo: number,
  maxBytes: number,
): Promise<Buffer | AsyncIterable<Uint8Array>> {
  const source = body[Symbol.asyncIterator]();
  const begun: Uint8Array[] = [];
  let total = 0;
  while (total <= upTo) {
    const next = await nextChunk(source);
    if (next === null) return Buffer.concat(begun, total);
    total += next.byteLength;
    if (total > maxBytes) throw errors.requestTooLarge();
    begun.push(next);
  }
  return continued(begun, source, total, maxBytes);
}

async function* continued(
  begun: readonly Uint8Array[],
  source: AsyncIterator<Uint8Array>,
  begunBytes: number,
  maxBytes: number,
): AsyncGenerator<Uint8Array> {
  yield* begun;
  let total = begunBytes;
  for (;;) {
    const next = await nextChunk(source);
    if (next === null) return;
    total += next.byteLength;
    if (total > maxBytes) throw errors.requestTooLarge();
    yield next;
  }
}

/** A client that breaks its request off gets a 400, if it still hears it. */
async function nextChunk(source: AsyncIterator<Uint8Array>): Promise<Uint8Array | null> {
  try {
    const next = await source.next();
    return next.done === true ? null : next.value;
  } catch (error) {
    if (error instanceof GatewayError) throw error;
    throw errors.clientBroke(error);
  }
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
