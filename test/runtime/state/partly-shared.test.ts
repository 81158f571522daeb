import { describe, expect, test } from "vitest";
import type { StateUse } from "../../../src/runtime/contracts.js";
import { createMemoryStore } from "../../../src/runtime/state/memory.js";
import { partlyShared } from "../../../src/runtime/state/partly-shared.js";
import type { Claim, StateStore } from "../../../src/runtime/state/store.js";

/** A store whose answers come later, as those of a shared one do. */
function later(store: StateStore): StateStore {
  return new Proxy(store, {
    get: (target, name: keyof StateStore) => {
      const member = target[name] as (...args: unknown[]) => unknown;
      return async (...args: unknown[]) => Reflect.apply(member, target, args);
    },
  });
}

/** Two processes on one shared store, each with `local` uses of its own. */
function processes(local: readonly StateUse[]): readonly [StateStore, StateStore] {
  const shared = later(createMemoryStore());
  const make = (): StateStore => partlyShared(shared, createMemoryStore(), new Set(local));
  return [make(), make()];
}

const bucket = { id: "b", rateLimit: 0.001, burstLimit: 2 };
const quota = { id: "q", limit: 3, period: "DAY", offset: 0 } as const;
const both: Claim = { buckets: [bucket], quotas: [quota], usage: "plan/key" };

/** Outcomes of requests, made in turns by the two processes. */
async function outcomes(stores: readonly StateStore[], count: number, claim = both) {
  const found: string[] = [];
  for (let made = 0; made < count; made++) {
    const admission = await stores[made % stores.length]?.admit(claim);
    found.push(admission?.outcome ?? "");
  }
  return found;
}

const yes = "admitted";

describe("limits", () => {
  test("nothing local: one bucket and one quota for both", async () => {
    expect(await outcomes(processes([]), 4)).toEqual([yes, yes, "throttled", "throttled"]);
  });

  test("a bucket of each, one quota for both", async () => {
    const stores = processes(["throttle"]);
    expect(await outcomes(stores, 5)).toEqual([yes, yes, yes, "quota-exceeded", "throttled"]);
    const today = Math.floor(Date.now() / 86_400_000);
    for (const store of stores) {
      expect(await store.usage("plan/key", today, today)).toEqual([3]);
      expect(await store.remaining(quota)).toBe(0);
    }
    expect(await stores[0].tokens(bucket)).toBeCloseTo(0, 1);
  });

  test("one bucket for both, a quota of each", async () => {
    const wide = { ...bucket, burstLimit: 9 };
    const claim = { ...both, buckets: [wide], quotas: [{ ...quota, limit: 1 }] };
    const stores = processes(["quota"]);
    expect(await outcomes(stores, 3, claim)).toEqual([yes, yes, "quota-exceeded"]);
    expect(await stores[1].tokens(wide)).toBeCloseTo(6, 1);
  });

  test("both of each", async () => {
    const [one, other] = processes(["throttle", "quota"]);
    expect(await outcomes([one], 3)).toEqual([yes, yes, "throttled"]);
    expect(await outcomes([other], 3)).toEqual([yes, yes, "throttled"]);
  });

  test("what is left of a quota is told, whatever has the buckets", async () => {
    const [one] = processes(["throttle"]);
    expect(await one.admit(both)).toEqual({ outcome: yes, quotaRemaining: 2, limited: true });
    const free = { buckets: [bucket], quotas: [], usage: null };
    expect(await one.admit(free)).toEqual({ outcome: yes, quotaRemaining: null, limited: true });
    const counted = { buckets: [], quotas: [quota], usage: null };
    expect(await one.admit(counted)).toMatchObject({ outcome: yes, quotaRemaining: 1 });
  });

  test("a shared store that cannot be asked limits what is its own alone", async () => {
    const passing = { outcome: yes, quotaRemaining: null, limited: false };
    const away = { admit: () => Promise.resolve(passing) } as unknown as StateStore;
    const store = partlyShared(away, createMemoryStore(), new Set<StateUse>(["throttle"]));
    expect(await store.admit(both)).toMatchObject({ outcome: yes, limited: false });
    expect(await outcomes([store], 2)).toEqual([yes, "throttled"]);
  });
});

describe("caches", () => {
  test.each([
    ["authorizer", "authorizerCache"],
    ["response", "cache"],
  ] as const)("%s stays in the process with %s", async (space, use) => {
    const kept = async (local: readonly StateUse[]): Promise<(string | undefined)[]> => {
      const stores = processes(local);
      await stores[0].write(space, "key", Buffer.from("value"), 60);
      const seen = await Promise.all(stores.map((store) => store.read(space, "key")));
      return seen.map((value) => value?.toString());
    };
    expect(await kept([use])).toEqual(["value", undefined]);
    expect(await kept([])).toEqual(["value", "value"]);
    const [one, other] = processes([use]);
    await one.write(space, "key", Buffer.from("value"), 60);
    expect(await other.flush(space, "k")).toBe(0);
    await one.remove(space, "key");
    expect(await one.read(space, "key")).toBeNull();
  });
});

test("records are shared, whatever is not", async () => {
  const [one, other] = processes(["throttle", "quota", "cache", "authorizerCache", "connections"]);
  expect(await one.changeRecord("id", null, "text")).toBe(true);
  expect((await other.records(null))?.byId.get("id")).toBe("text");
  expect(await other.ready()).toBe(true);
  await Promise.all([one.close(), other.close()]);
});
