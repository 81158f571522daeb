import { Writable } from "node:stream";
import { describe, expect, test } from "vitest";
import { EventReader } from "../../src/console/event-source.js";
import { EventStream } from "../../src/runtime/console/event-stream.js";

/** A client that takes nothing until it is told to. */
class SlowClient extends Writable {
  text = "";
  #go: (() => void) | null = null;
  isReading = false;

  constructor() {
    super({ highWaterMark: 64 });
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    if (this.isReading) done();
    else this.#go = done;
  }

  read(): void {
    this.isReading = true;
    this.#go?.();
  }
}

const line = (text: string) => ({ timeMs: 1, level: "info", text }) as const;

describe("a stream of events", () => {
  test("drops the oldest for a client that does not read, and says how many", async () => {
    const client = new SlowClient();
    const stream = new EventStream(client, () => undefined);
    for (let i = 0; i < 1000; i++) stream.send("line", line(`line ${i} `));
    client.read();
    await expect.poll(() => client.text).toContain("line 999 ");
    const events = new EventReader().read(client.text);
    const missed = events.filter(({ name }) => name === "missed");
    expect(missed).toHaveLength(1);
    const { count } = JSON.parse(missed[0]?.data ?? "") as { readonly count: number };
    expect(count).toBeGreaterThan(700);
    expect(events.length - 1 + count).toBe(1000);
    stream.end();
  });

  test("what it says was missed is never lost itself", async () => {
    const client = new SlowClient();
    const stream = new EventStream(client, () => undefined);
    for (let i = 0; i < 1000; i++) {
      stream.send("line", line(`line ${i} `));
      stream.send("missed", { count: 3 });
    }
    client.read();
    await expect.poll(() => client.text).toContain("line 999 ");
    const events = new EventReader().read(client.text);
    const counts = events.map(({ name, data }) =>
      name === "missed" ? (JSON.parse(data) as { readonly count: number }).count : 1,
    );
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(4000);
    stream.end();
  });

  test("ends when the client goes", async () => {
    const client = new SlowClient();
    let ended = 0;
    const stream = new EventStream(client, () => (ended += 1));
    client.destroy();
    await expect.poll(() => ended).toBe(1);
    stream.send("line", line("nobody reads it"));
    expect(client.text).toBe("");
  });

  test("is read back in whatever pieces it comes", () => {
    const text = 'event: line\ndata: {"a":1}\n\n:\n\nevent: missed\ndata: {"count":2}\n\n';
    const whole = new EventReader().read(text);
    expect(whole).toEqual([
      { name: "line", data: '{"a":1}' },
      { name: "missed", data: '{"count":2}' },
    ]);
    for (let size = 1; size < text.length; size++) {
      const reader = new EventReader();
      const pieces = text.match(new RegExp(`[^]{1,${size}}`, "g")) ?? [];
      expect(pieces.flatMap((piece) => reader.read(piece))).toEqual(whole);
    }
  });
});
