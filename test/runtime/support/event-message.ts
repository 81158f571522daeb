import { crc32 } from "node:zlib";

/** A message of an event stream whose headers are texts. */
export function eventMessage(
  headers: Readonly<Record<string, string>>,
  payload: Uint8Array,
): Buffer {
  const parts = Object.entries(headers).map(([name, value]) => {
    const text = Buffer.from(value);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(text.byteLength);
    return Buffer.concat([
      Buffer.from([name.length]),
      Buffer.from(name),
      Buffer.from([7]),
      length,
      text,
    ]);
  });
  const head = Buffer.concat(parts);
  const message = Buffer.alloc(12 + head.byteLength + payload.byteLength + 4);
  message.writeUInt32BE(message.byteLength, 0);
  message.writeUInt32BE(head.byteLength, 4);
  message.writeUInt32BE(crc32(message.subarray(0, 8)), 8);
  message.set(head, 12);
  message.set(payload, 12 + head.byteLength);
  message.writeUInt32BE(crc32(message.subarray(0, -4)), message.byteLength - 4);
  return message;
}
