import { crc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readEvents } from "../../../src/runtime/aws/event-stream.js";
import { eventMessage } from "../support/event-message.js";

async function read(pieces: readonly Uint8Array[]) {
  const source = async function* () {
    yield* pieces;
  };
  const read: { headers: Record<string, string>; payload: string }[] = [];
  for await (const { headers, payload } of readEvents(source())) {
    read.push({ headers: Object.fromEntries(headers), payload: payload.toString("latin1") });
  }
  return read;
}

describe("an event stream", () => {
  // a message without headers and payload, and one without headers, with the checksums of the specification's own tests
  test.each([
    ["empty", "000000100000000005c248eb7d98c8ff", {}, ""],
    [
      "payload without headers",
      "0000001d00000000fd528c5a7b27666f6f273a27626172277dc3653936",
      {},
      "{'foo':'bar'}",
    ],
  ])("is read as specified: %s", async (_what, hex, headers, payload) => {
    expect(await read([Buffer.from(hex, "hex")])).toEqual([{ headers, payload }]);
  });

  test("is the same in any pieces", async () => {
    const message = fc.record({
      headers: fc.dictionary(
        fc.stringMatching(/^[a-z:-]{1,10}$/),
        fc.stringMatching(/^[ -~]{0,20}$/),
        { maxKeys: 3, noNullPrototype: true },
      ),
      payload: fc.uint8Array({ maxLength: 40 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(message, { maxLength: 4 }),
        fc.array(fc.nat(60), { minLength: 1, maxLength: 20 }),
        async (messages, sizes) => {
          const bytes = Buffer.concat(
            messages.map(({ headers, payload }) => eventMessage(headers, payload)),
          );
          const pieces: Buffer[] = [];
          for (let at = 0, index = 0; at < bytes.byteLength; index++) {
            const end = at + 1 + (sizes[index % sizes.length] ?? 0);
            pieces.push(bytes.subarray(at, end));
            at = end;
          }
          expect(await read(pieces)).toEqual(
            messages.map(({ headers, payload }) => ({
              headers: { ...headers },
              payload: Buffer.from(payload).toString("latin1"),
            })),
          );
        },
      ),
    );
  });

  test("skips headers that are no texts", async () => {
    const flag = Buffer.from([1, 0x61, 0]);
    const number = Buffer.from([1, 0x62, 4, 0, 0, 0, 7]);
    const text = Buffer.from([1, 0x63, 7, 0, 1, 0x78]);
    const headers = Buffer.concat([flag, number, text]);
    const message = Buffer.alloc(12 + headers.byteLength + 4);
    message.writeUInt32BE(message.byteLength, 0);
    message.writeUInt32BE(headers.byteLength, 4);
    message.writeUInt32BE(crc32(message.subarray(0, 8)), 8);
    headers.copy(message, 12);
    message.writeUInt32BE(
      crc32(message.subarray(0, message.byteLength - 4)),
      message.byteLength - 4,
    );
    expect(await read([message])).toEqual([{ headers: { c: "x" }, payload: "" }]);
  });

  test.each<[what: string, damage: (bytes: Buffer) => Buffer]>([
    [
      "another checksum",
      (bytes) => (bytes.writeUInt8((bytes.at(-1) ?? 0) ^ 1, bytes.length - 1), bytes),
    ],
    [
      "another payload",
      (bytes) => (bytes.writeUInt8((bytes.at(-6) ?? 0) ^ 1, bytes.length - 6), bytes),
    ],
    ["another length", (bytes) => (bytes.writeUInt32BE(17, 0), bytes)],
    ["an early end", (bytes) => bytes.subarray(0, -1)],
    ["something behind it", (bytes) => Buffer.concat([bytes, Buffer.from("x")])],
    ["no such form at all", () => Buffer.from("HTTP/1.1 200 OK\r\n\r\n")],
  ])("with %s is refused", async (_what, damage) => {
    await expect(
      read([damage(eventMessage({ a: "b" }, Buffer.from("payload")))]),
    ).rejects.toThrow();
  });
});
