// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { crc32 } from "node:zlib";

/** A message of `application/vnd.amazon.eventstream`. */
export interface EventMessage {
  /** Headers that are texts, by name: `:message-type`, `:event-type`, `:exception-type`. */
  readonly headers: ReadonlyMap<string, string>;
  readonly payload: Buffer;
}

/** Most bytes of one message. Source: Smithy, "Amazon Event Stream Specification", 16 MB of payload. */
const MAX_MESSAGE = 16 * 1024 * 1024 + 128 * 1024 + 16;
/** Total length, length of the headers, checksum of both. */
const PRELUDE = 12;
const CHECKSUM = 4;

/**
 * Reads the messages of a stream as they arrive. Source: Smithy, "Amazon Event Stream Specification".
 * @throws Error for a stream that is none, or ends inside of a message.
 */
export async function* readEvents(source: AsyncIterable<Uint8Array>): AsyncGenerator<EventMessage> {
  let held: Buffer = Buffer.alloc(0);
  for await (const chunk of source) {
    held = held.byteLength === 0 ? Buffer.from(chunk) : Buffer.concat([held, chunk]);
    for (;;) {
      const length = messageLength(held);
      if (length === undefined || held.byteLength < length) break;
      yield readMessage(held.subarray(0, length));
      held = held.subarray(length);
    }
  }
  if (held.byteLength > 0) throw new Error("the event stream ends inside of a message");
}

/** Undefined until the prelude is there. */
function messageLength(held: Buffer): number | undefined {
  if (held.byteLength < PRELUDE) return undefined;
  if (crc32(held.subarray(0, 8)) !== held.readUInt32BE(8)) throw new Error("no event stream");
  const length = held.readUInt32BE(0);
  if (length < PRELUDE + CHECKSUM || length > MAX_MESSAGE) throw new Error("no event stream");
  return length;
}

function readMessage(message: Buffer): EventMessage {
  const end = message.byteLength - CHECKSUM;
  if (crc32(message.subarray(0, end)) !== message.readUInt32BE(end)) {
    throw new Error("a message of the event stream is damaged");
  }
  const headersEnd = PRELUDE + message.readUInt32BE(4);
  if (headersEnd > end) throw new Error("a message of the event stream is damaged");
  return {
    headers: readHeaders(message.subarray(PRELUDE, headersEnd)),
    payload: message.subarray(headersEnd, end),
  };
}

/** Bytes of a value by its type; those of types 6 and 7 say their length. */
const SIZES: readonly (number | undefined)[] = [0, 0, 1, 2, 4, 8, undefined, undefined, 8, 16];
const TEXT = 7;

function readHeaders(bytes: Buffer): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  let at = 0;
  while (at < bytes.byteLength) {
    const nameLength = bytes.readUInt8(at);
    const name = bytes.toString("utf8", at + 1, at + 1 + nameLength);
    at += 1 + nameLength;
    const type = bytes.readUInt8(at++);
    if (type >= SIZES.length) throw new Error("a header of the event stream has no known type");
    let size = SIZES[type];
    if (size === undefined) {
      size = bytes.readUInt16BE(at);
      at += 2;
    }
    if (type === TEXT) headers.set(name, bytes.toString("utf8", at, at + size));
    at += size;
  }
  return headers;
}
