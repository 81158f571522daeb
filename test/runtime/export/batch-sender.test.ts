import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { createBatchSender, type BatchOptions } from "../../../src/runtime/export/batch-sender.js";
import { eventually } from "../support/backend.js";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

interface Receiver {
  readonly url: string;
  readonly bodies: unknown[];
}

/** Answers with the statuses in turn, then with 200. `release`: waits for it before each answer. */
async function receiver(
  statuses: readonly number[] = [],
  release: Promise<void> = Promise.resolve(),
): Promise<Receiver> {
  const bodies: unknown[] = [];
  const left = [...statuses];
  const server = createServer((incoming, outgoing) => {
    let body = "";
    incoming.on("data", (chunk: Buffer) => (body += chunk.toString()));
    incoming.on("end", () => {
      bodies.push(JSON.parse(body));
      void release.then(() => outgoing.writeHead(left.shift() ?? 200).end("{}"));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, bodies };
}

const warnings: object[] = [];

function options(url: string, more: Partial<BatchOptions<number>> = {}): BatchOptions<number> {
  warnings.length = 0;
  return {
    name: "numbers",
    url,
    headers: { "X-Key": "k" },
    encode: (items) => ({ body: JSON.stringify(items) }),
    logger: { warn: (_message, facts) => void warnings.push(facts), error: () => undefined },
    retryMs: 1,
    ...more,
  };
}

describe("batches", () => {
  test("what waits is sent together, the rest when it closes", async () => {
    const { url, bodies } = await receiver();
    const sender = createBatchSender(options(url, { batchSize: 3, waitMs: 60_000 }));
    for (let i = 0; i < 4; i += 1) sender.add(i);
    await sender.close();
    expect(bodies).toEqual([[0, 1, 2], [3]]);
    expect(sender.dropped).toBe(0);
  });

  test("one at a time; what comes meanwhile waits", async () => {
    let answer = (): void => undefined;
    const release = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const { url, bodies } = await receiver([], release);
    const sender = createBatchSender(options(url, { batchSize: 1 }));
    sender.add(1);
    while (bodies.length === 0) await new Promise((resolve) => setImmediate(resolve));
    sender.add(2);
    sender.add(3);
    expect(bodies).toEqual([[1]]);
    answer();
    await sender.close();
    expect(bodies).toEqual([[1], [2], [3]]);
  });
});

test("what comes while a batch is sent, and fills none, waits for others", async () => {
  const { url, bodies } = await receiver();
  const sender = createBatchSender(options(url, { batchSize: 2, waitMs: 60_000 }));
  for (let i = 1; i <= 3; i += 1) sender.add(i);
  await eventually(() => bodies.length === 1);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(bodies).toEqual([[1, 2]]);
  sender.add(4);
  await eventually(() => bodies.length === 2);
  await sender.close();
  expect(bodies).toEqual([
    [1, 2],
    [3, 4],
  ]);
});

describe("what is lost", () => {
  test("a full queue drops what is new, counts it and says so once", async () => {
    const { url } = await receiver();
    const sender = createBatchSender(options(url, { queueSize: 2, waitMs: 60_000 }));
    for (let i = 0; i < 7; i += 1) sender.add(i);
    expect(sender.dropped).toBe(5);
    expect(warnings).toEqual([{ what: "numbers", dropped: 1, reason: "the queue is full" }]);
    await sender.close();
  });

  test("what may go well another time is tried again, thrice in all", async () => {
    const { url, bodies } = await receiver([503, 429]);
    const sender = createBatchSender(options(url, { batchSize: 1 }));
    sender.add(1);
    while (bodies.length < 3) await new Promise((resolve) => setTimeout(resolve, 1));
    await sender.close();
    expect(bodies).toEqual([[1], [1], [1]]);
    expect(sender.dropped).toBe(0);
  });

  test("closing ends the wait for another attempt, and makes it", async () => {
    const { url, bodies } = await receiver([503, 503, 503]);
    const sender = createBatchSender(options(url, { batchSize: 1, retryMs: 3_600_000 }));
    sender.add(1);
    while (bodies.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await sender.close();
    expect(bodies.length).toBeLessThanOrEqual(2);
    expect(sender.dropped).toBe(1);
  });

  test("what is refused is not tried again", async () => {
    const { url, bodies } = await receiver([400]);
    const sender = createBatchSender(options(url, { batchSize: 1 }));
    sender.add(1);
    await sender.close();
    expect(bodies).toEqual([[1]]);
    expect(sender.dropped).toBe(1);
    expect(warnings).toEqual([
      { what: "numbers", dropped: 1, reason: "the other side answers 400" },
    ]);
  });
});
