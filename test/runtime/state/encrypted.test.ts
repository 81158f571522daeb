import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { encryptedStore } from "../../../src/runtime/state/encrypted.js";
import { createMemoryStore } from "../../../src/runtime/state/memory.js";
import type { StateStore } from "../../../src/runtime/state/store.js";
import { describeStore } from "./store-contract.js";

const secret = randomBytes(32);

describeStore("encrypted memory", async () => {
  let nowMs = Date.UTC(2026, 10, 25, 12);
  const plain = createMemoryStore({ clock: () => nowMs });
  const store = encryptedStore(plain, secret);
  return {
    store,
    nowMs: () => nowMs,
    pass: async (ms) => void (nowMs += ms),
    setQuota: async (id, start, used, initial) => {
      const now = nowMs;
      const quotas = [{ id, limit: used + 2, period: "DAY", offset: 0 } as const];
      const countOn = (day: number): void => {
        nowMs = day * 86_400_000;
        plain.admit({ buckets: [], quotas, usage: null });
      };
      if (!initial) countOn(start - 1);
      for (let i = 0; i < used; i++) countOn(start);
      nowMs = now;
    },
    close: () => store.close(),
  };
});

describe("encrypted values", () => {
  const value = Buffer.from("the answer of an integration");

  function stores() {
    const plain = createMemoryStore();
    return { plain, store: encryptedStore(plain, secret) };
  }

  test("cannot be read in the store behind, and never look alike", async () => {
    const { plain, store } = stores();
    await store.write("response", "k", value, 60);
    const first = plain.read("response", "k");
    await store.write("response", "k", value, 60);
    const second = plain.read("response", "k");
    expect(first?.includes("answer")).toBe(false);
    expect(first?.byteLength).toBe(value.byteLength + 53);
    expect(first?.equals(second ?? value)).toBe(false);
  });

  test("each changed byte makes a miss", async () => {
    const { plain, store } = stores();
    await store.write("response", "k", value, 60);
    const entry = plain.read("response", "k") ?? Buffer.alloc(0);
    for (let i = 0; i < entry.byteLength; i++) {
      const changed = Buffer.from(entry);
      changed.writeUInt8(changed.readUInt8(i) ^ 1, i);
      plain.write("response", "k", changed, 60);
      expect(await store.read("response", "k"), `byte ${i}`).toBeNull();
    }
  });

  test("each cut entry, and a plain one, is a miss", async () => {
    const { plain, store } = stores();
    await store.write("response", "k", value, 60);
    const entry = plain.read("response", "k") ?? Buffer.alloc(0);
    for (const bytes of [...Array(entry.byteLength).keys()].map((n) => entry.subarray(0, n))) {
      plain.write("response", "k", bytes, 60);
      expect(await store.read("response", "k")).toBeNull();
    }
    plain.write("response", "k", value, 60);
    expect(await store.read("response", "k")).toBeNull();
  });

  test("an entry that was moved is a miss", async () => {
    const { plain, store } = stores();
    await store.write("response", "k", value, 60);
    const entry = plain.read("response", "k") ?? Buffer.alloc(0);
    plain.write("response", "other", entry, 60);
    plain.write("authorizer", "k", entry, 60);
    expect(await store.read("response", "other")).toBeNull();
    expect(await store.read("authorizer", "k")).toBeNull();
  });

  test("another secret makes a miss", async () => {
    const { plain, store } = stores();
    await store.write("response", "k", value, 60);
    expect(await encryptedStore(plain, randomBytes(32)).read("response", "k")).toBeNull();
  });

  test("a store that answers later is waited for", async () => {
    const plain = createMemoryStore();
    const later: StateStore = { ...plain, read: async (space, key) => plain.read(space, key) };
    const store = encryptedStore(later, secret);
    await store.write("response", "k", value, 60);
    expect(await store.read("response", "k")).toEqual(value);
    expect(await store.read("response", "none")).toBeNull();
  });

  test.each([0, 16, 31, 33])("a key of %d bytes is refused", (bytes) => {
    expect(() => encryptedStore(createMemoryStore(), randomBytes(bytes))).toThrow(TypeError);
  });
});
