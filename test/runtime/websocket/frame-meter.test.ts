import { describe, expect, test } from "vitest";
import { FrameMeter } from "../../../src/runtime/server/frame-meter.js";

/** A masked frame of a client with so many bytes. */
function frame(bytes: number, isMasked = true): Buffer {
  const mask = isMasked ? 0x80 : 0;
  const head =
    bytes < 126
      ? Buffer.from([0x81, mask | bytes])
      : bytes < 65_536
        ? Buffer.from([0x81, mask | 126, bytes >> 8, bytes & 255])
        : Buffer.concat([Buffer.from([0x81, mask | 127]), longLength(bytes)]);
  return Buffer.concat([head, Buffer.alloc((isMasked ? 4 : 0) + bytes, 0xff)]);
}

function longLength(bytes: number): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE(BigInt(bytes));
  return length;
}

describe("a meter of frames", () => {
  const LENGTHS = [0, 1, 125, 126, 127, 999, 1000, 0, 3];

  test.each([1, 2, 3, 5, 7, 13, 14, 15, 64, 1000, 100_000])(
    "passes what is short enough, in pieces of %i bytes",
    (size) => {
      const meter = new FrameMeter(1000);
      const bytes = Buffer.concat(LENGTHS.map((length) => frame(length)));
      for (let at = 0; at < bytes.length; at += size) {
        expect(meter.read(bytes.subarray(at, at + size))).toBe("fine");
      }
      expect(meter.read(frame(1001))).toBe("too-long");
    },
  );

  test.each<[name: string, length: number, isMasked: boolean]>([
    ["just too long", 1001, true],
    ["with a long length", 70_000, true],
    ["without a mask", 5000, false],
  ])("notices a frame %s by its head alone, in any pieces", (_name, length, isMasked) => {
    const head = frame(length, isMasked).subarray(0, isMasked ? 14 : 10);
    for (const size of [1, 3, 14]) {
      const meter = new FrameMeter(1000);
      const verdicts: string[] = [];
      expect(meter.read(frame(10))).toBe("fine");
      for (let at = 0; at < head.length; at += size) {
        verdicts.push(meter.read(head.subarray(at, at + size)));
        if (verdicts.at(-1) === "too-long") break;
      }
      expect(verdicts.at(-1)).toBe("too-long");
    }
  });

  test("a length beyond all numbers is too long", () => {
    const meter = new FrameMeter(1000);
    expect(meter.read(Buffer.from([0x81, 0xff, ...Array<number>(8).fill(0xff)]))).toBe("fine");
    expect(meter.read(Buffer.alloc(4))).toBe("too-long");
  });
});
