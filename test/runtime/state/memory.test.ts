import { describe, expect, test } from "vitest";
import { createMemoryStore } from "../../../src/runtime/state/memory.js";
import { USAGE_DAYS } from "../../../src/runtime/state/store.js";
import type { Claim } from "../../../src/runtime/state/store.js";
import { describeStore } from "./store-contract.js";

const DAY_MS = 86_400_000;
const NOON = Date.UTC(2026, 10, 25, 12);

function clockAt(startMs: number) {
  let nowMs = startMs;
  return {
    clock: (): number => nowMs,
    set: (ms: number): void => void (nowMs = ms),
    pass: (ms: number): void => void (nowMs += ms),
  };
}

function throttle(rateLimit: number, burstLimit: number, id = "b"): Claim {
  return { buckets: [{ id, rateLimit, burstLimit }], quotas: [], usage: null };
}

describeStore("memory", async () => {
  const time = clockAt(NOON);
  const store = createMemoryStore({ clock: time.clock });
  return {
    store,
    nowMs: time.clock,
    pass: async (ms) => time.pass(ms),
    // an earlier or later day is lived through; the contract gives no offset to a quota it sets
    setQuota: async (id, start, used, initial) => {
      const nowMs = time.clock();
      const limit = used + 2;
      const claim = { id, limit, period: "DAY", offset: 0 } as const;
      time.set((initial ? start : start - 1) * DAY_MS);
      store.admit({ buckets: [], quotas: [claim], usage: null });
      time.set(start * DAY_MS);
      for (let i = initial ? 1 : 0; i < used; i++) {
        store.admit({ buckets: [], quotas: [claim], usage: null });
      }
      time.set(nowMs);
    },
    close: () => store.close(),
  };
});

describe("memory: time", () => {
  test.each([0.1, 3, 7, 1000 / 3, 10_000])(
    "a bucket of %d a second grants rate times time plus burst, at any pace",
    (rateLimit) => {
      const time = clockAt(NOON);
      const store = createMemoryStore({ clock: time.clock });
      const claim = throttle(rateLimit, 5);
      const seconds = 2000 / rateLimit;
      let admitted = 0;
      for (let i = 0; i < 8000; i++) {
        time.set(NOON + (seconds * 1000 * i) / 8000);
        if (store.admit(claim).outcome === "admitted") admitted++;
      }
      expect(admitted).toBeGreaterThanOrEqual(2004);
      expect(admitted).toBeLessThanOrEqual(2005);
    },
  );

  test("a token is granted at the millisecond it is due", () => {
    const time = clockAt(NOON);
    const store = createMemoryStore({ clock: time.clock });
    const claim = throttle(10, 1);
    for (let i = 0; i < 10_000; i++) {
      expect(store.admit(claim).outcome).toBe("admitted");
      time.pass(99);
      expect(store.admit(claim).outcome).toBe("throttled");
      time.pass(1);
    }
  });

  test("a clock that was set back neither grants nor stops", () => {
    const time = clockAt(NOON);
    const store = createMemoryStore({ clock: time.clock });
    const claim = throttle(10, 1);
    store.admit(claim);
    time.pass(-DAY_MS);
    expect(store.admit(claim)).toMatchObject({ outcome: "throttled", retryAfterMs: 100 });
    time.pass(100);
    expect(store.admit(claim).outcome).toBe("admitted");
  });

  test.each<[period: "DAY" | "WEEK" | "MONTH", last: string, next: string]>([
    ["DAY", "2026-11-25T23:59:59.999Z", "2026-11-26T00:00:00Z"],
    ["WEEK", "2026-11-28T23:59:59.999Z", "2026-11-29T00:00:00Z"],
    ["MONTH", "2026-11-30T23:59:59.999Z", "2026-12-01T00:00:00Z"],
  ])("a quota by %s starts anew in UTC", (period, last, next) => {
    const time = clockAt(Date.parse(last));
    const store = createMemoryStore({ clock: time.clock });
    const quota = { id: "q", limit: 3, period, offset: 2 };
    const claim: Claim = { buckets: [], quotas: [quota], usage: null };
    expect(store.admit(claim)).toMatchObject({ outcome: "admitted", quotaRemaining: 0 });
    expect(store.admit(claim)).toMatchObject({ outcome: "quota-exceeded", retryAfterMs: 1 });
    time.set(Date.parse(next));
    expect(store.admit(claim)).toMatchObject({ outcome: "admitted", quotaRemaining: 2 });
  });

  test("usage is forgotten after its time", () => {
    const time = clockAt(NOON);
    const store = createMemoryStore({ clock: time.clock });
    const claim: Claim = { buckets: [], quotas: [], usage: "u" };
    const day = Math.floor(NOON / DAY_MS);
    store.admit(claim);
    time.pass((USAGE_DAYS - 1) * DAY_MS);
    store.admit(claim);
    expect(store.usage("u", day, day)).toEqual([1]);
    time.pass(DAY_MS);
    store.admit(claim);
    expect(store.usage("u", day, day)).toEqual([0]);
  });

  test("buckets that are full again are dropped, others are not", () => {
    const time = clockAt(NOON);
    const store = createMemoryStore({ clock: time.clock });
    store.admit(throttle(0, 1, "kept"));
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < 200_000; i++) {
      store.admit(throttle(1, 1, `client ${i} ${"x".repeat(100)}`));
      if (i % 1000 === 0) time.pass(61_000);
    }
    // 200,000 buckets would be above 40 MB
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(30 * 1024 * 1024);
    expect(store.admit(throttle(0, 1, "kept")).outcome).toBe("throttled");
  });
});

describe("memory: room for caches", () => {
  const value = (letter: string): Buffer => Buffer.alloc(1000, letter);

  test("the least recently used entries go first", () => {
    const store = createMemoryStore({ maxCacheBytes: 3600 });
    for (const key of ["a", "b", "c"]) store.write("response", key, value(key), 60);
    store.read("response", "a");
    store.write("response", "d", value("d"), 60);
    const kept = ["a", "b", "c", "d"].filter((key) => store.read("response", key) !== null);
    expect(kept).toEqual(["a", "c", "d"]);
  });

  test("what has no room at all is not kept, and drives nothing out but its old value", () => {
    const store = createMemoryStore({ maxCacheBytes: 3600 });
    store.write("response", "a", value("a"), 60);
    store.write("response", "b", value("b"), 60);
    store.write("response", "b", Buffer.alloc(5000), 60);
    expect(store.read("response", "a")).toEqual(value("a"));
    expect(store.read("response", "b")).toBeNull();
  });

  test("writing the same key again and again takes room once", () => {
    const store = createMemoryStore({ maxCacheBytes: 3600 });
    store.write("response", "a", value("a"), 60);
    for (let i = 0; i < 100; i++) store.write("response", "b", value("b"), 60);
    expect(store.read("response", "a")).toEqual(value("a"));
  });

  test("a slice does not keep what it was cut from", () => {
    const store = createMemoryStore();
    const whole = Buffer.alloc(1_000_000, 1);
    store.write("response", "a", whole.subarray(10, 20), 60);
    expect(store.read("response", "a")?.buffer.byteLength).toBe(10);
  });
});
