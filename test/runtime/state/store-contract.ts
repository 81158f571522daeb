import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dayOf } from "../../../src/runtime/limits/quota-period.js";
import type { ConnectionOrder } from "../../../src/runtime/state/connections.js";
import { until as eventually } from "../../support/redis-server.js";
import type {
  Admission,
  BucketClaim,
  Claim,
  QuotaClaim,
  StateStore,
} from "../../../src/runtime/state/store.js";

/** A store under test, and its time. */
export interface StoreUnderTest {
  readonly store: StateStore;
  nowMs(): number;
  /** Lets so much time pass for the store, or a little more. */
  pass(ms: number): Promise<void>;
  /** Puts a quota where an earlier period left it; `initial`: that was its first one. */
  setQuota(id: string, start: number, used: number, initial: boolean): Promise<void>;
  close(): Promise<void>;
}

let ids = 0;
const newId = (): string => `id ${++ids} *{x}`;

function bucket(rateLimit: number, burstLimit: number): BucketClaim {
  return { id: newId(), rateLimit, burstLimit };
}

function quota(limit: number, given: Partial<QuotaClaim> = {}): QuotaClaim {
  return { id: newId(), limit, period: "MONTH", offset: 0, ...given };
}

function claim(given: Partial<Claim>): Claim {
  return { buckets: [], quotas: [], usage: null, ...given };
}

/** What every store has to do. */
export function describeStore(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(name, () => {
    let under: StoreUnderTest;
    beforeAll(async () => {
      under = await open();
    });
    afterAll(() => under.close());

    const ask = async (wanted: Claim): Promise<Admission> => under.store.admit(wanted);
    const outcomes = async (wanted: Claim, times: number): Promise<readonly string[]> => {
      const all: string[] = [];
      for (let i = 0; i < times; i++) all.push((await ask(wanted)).outcome);
      return all;
    };
    const admitted = async (wanted: Claim, times: number): Promise<number> =>
      (await outcomes(wanted, times)).filter((outcome) => outcome === "admitted").length;

    describe("buckets", () => {
      test("a claim of nothing is admitted", async () => {
        expect(await ask(claim({}))).toEqual({
          outcome: "admitted",
          quotaRemaining: null,
          limited: true,
        });
      });

      test.each<[name: string, rateLimit: number, burstLimit: number, of10: number]>([
        ["starts full", 0.001, 4, 4],
        ["rate and burst of 0 refuse everything", 0, 0, 0],
        ["without a burst nothing passes at any rate", 1000, 0, 0],
        ["a rate of 0 grants the burst once", 0, 3, 3],
        ["a burst of 1", 0.001, 1, 1],
      ])("%s", async (_name, rateLimit, burstLimit, of10) => {
        expect(await admitted(claim({ buckets: [bucket(rateLimit, burstLimit)] }), 10)).toBe(of10);
      });

      test("a rate of 0 stays empty", async () => {
        const wanted = claim({ buckets: [bucket(0, 1)] });
        expect(await admitted(wanted, 2)).toBe(1);
        await under.pass(30);
        expect(await ask(wanted)).toEqual({
          outcome: "throttled",
          id: wanted.buckets[0]?.id,
          retryAfterMs: Infinity,
        });
      });

      test("fills at its rate", async () => {
        const wanted = claim({ buckets: [bucket(2, 1)] });
        expect(await admitted(wanted, 2)).toBe(1);
        const refused = await ask(wanted);
        expect(refused).toMatchObject({ outcome: "throttled", id: wanted.buckets[0]?.id });
        const waitMs = "retryAfterMs" in refused ? refused.retryAfterMs : 0;
        expect(waitMs).toBeGreaterThan(0);
        expect(waitMs).toBeLessThanOrEqual(500);
        await under.pass(waitMs);
        expect(await admitted(wanted, 2)).toBe(1);
      });

      test("fills no further than its burst", async () => {
        const wanted = claim({ buckets: [bucket(100, 3)] });
        await admitted(wanted, 3);
        await under.pass(150);
        const all = await Promise.all(Array.from({ length: 10 }, () => ask(wanted)));
        const granted = all.filter(({ outcome }) => outcome === "admitted").length;
        expect(granted).toBeGreaterThanOrEqual(3);
        // one more where the ten took longer than a token does
        expect(granted).toBeLessThanOrEqual(4);
      });

      test("a limit that became smaller counts at once", async () => {
        const big = bucket(0.001, 100);
        expect(await admitted(claim({ buckets: [big] }), 1)).toBe(1);
        expect(await admitted(claim({ buckets: [{ ...big, burstLimit: 2 }] }), 10)).toBe(2);
      });

      test("a request that one bucket refuses takes nothing from the others", async () => {
        const wide = bucket(0.001, 5);
        const narrow = bucket(0.001, 2);
        expect(await admitted(claim({ buckets: [wide, narrow] }), 10)).toBe(2);
        expect(await admitted(claim({ buckets: [wide] }), 10)).toBe(3);
      });

      test("the first bucket that refuses is named", async () => {
        const [first, second] = [bucket(0.001, 0), bucket(0.001, 0)];
        expect(await ask(claim({ buckets: [first, second] }))).toMatchObject({ id: first.id });
        expect(await ask(claim({ buckets: [second, first] }))).toMatchObject({ id: second.id });
      });

      test("ids that differ are different buckets", async () => {
        const ids = ["a", "a:b", "a/b", "A", "a ", "__proto__", "constructor", "ä", "{a}", "a*"];
        for (const id of ids) {
          const wanted = claim({ buckets: [{ id, rateLimit: 0.001, burstLimit: 1 }] });
          expect(await outcomes(wanted, 2)).toEqual(["admitted", "throttled"]);
        }
      });

      test("requests at the same time are not granted the same token", async () => {
        const wanted = claim({ buckets: [bucket(0.001, 20)] });
        const all = await Promise.all(Array.from({ length: 100 }, () => ask(wanted)));
        expect(all.filter(({ outcome }) => outcome === "admitted")).toHaveLength(20);
      });
    });

    describe("quotas", () => {
      test.each(["DAY", "WEEK", "MONTH"] as const)("as many as a %s has", async (period) => {
        const wanted = claim({ quotas: [quota(3, { period })] });
        expect(await ask(wanted)).toMatchObject({ outcome: "admitted", quotaRemaining: 2 });
        expect(await admitted(wanted, 5)).toBe(2);
        const refused = await ask(wanted);
        expect(refused).toMatchObject({ outcome: "quota-exceeded", id: wanted.quotas[0]?.id });
        const waitMs = "retryAfterMs" in refused ? refused.retryAfterMs : 0;
        expect(waitMs).toBeGreaterThan(0);
        expect(waitMs).toBeLessThanOrEqual(31 * 86_400_000);
      });

      test("a limit of 0 never grants", async () => {
        const wanted = claim({ quotas: [quota(0)] });
        expect(await ask(wanted)).toMatchObject({ retryAfterMs: Infinity });
      });

      test("the offset is taken off the first period", async () => {
        expect(await admitted(claim({ quotas: [quota(5, { offset: 2 })] }), 10)).toBe(3);
      });

      test("an offset above the limit grants nothing at first", async () => {
        expect(await admitted(claim({ quotas: [quota(5, { offset: 9 })] }), 10)).toBe(0);
      });

      test("a new period grants all of the limit", async () => {
        const wanted = quota(5, { offset: 2, period: "DAY" });
        await under.setQuota(wanted.id, dayOf(under.nowMs()) - 1, 3, true);
        expect(await under.store.remaining(wanted)).toBe(5);
        expect(await admitted(claim({ quotas: [wanted] }), 10)).toBe(5);
      });

      test("a period that is going on counts on", async () => {
        const wanted = quota(5, { offset: 2, period: "DAY" });
        await under.setQuota(wanted.id, dayOf(under.nowMs()), 4, false);
        expect(await admitted(claim({ quotas: [wanted] }), 10)).toBe(1);
      });

      test("a clock that was set back opens no earlier period", async () => {
        const wanted = quota(5, { period: "DAY" });
        await under.setQuota(wanted.id, dayOf(under.nowMs()) + 1, 5, false);
        expect(await admitted(claim({ quotas: [wanted] }), 3)).toBe(0);
      });

      test("what is left can be asked without taking it", async () => {
        const wanted = quota(5, { offset: 1 });
        expect(await under.store.remaining(wanted)).toBe(4);
        await ask(claim({ quotas: [wanted] }));
        expect(await under.store.remaining(wanted)).toBe(3);
        expect(await under.store.remaining(wanted)).toBe(3);
      });

      test("what a bucket holds can be asked without taking it", async () => {
        const wanted = bucket(0.001, 5);
        expect(await under.store.tokens(wanted)).toBe(5);
        await ask(claim({ buckets: [wanted] }));
        await ask(claim({ buckets: [wanted] }));
        expect(await under.store.tokens(wanted)).toBeCloseTo(3, 1);
        expect(await under.store.tokens(wanted)).toBeCloseTo(3, 1);
      });

      test("a request that a bucket refuses takes nothing from the quota", async () => {
        const wanted = quota(9);
        expect(await admitted(claim({ buckets: [bucket(0.001, 2)], quotas: [wanted] }), 5)).toBe(2);
        expect(await under.store.remaining(wanted)).toBe(7);
      });

      test("a request that a quota refuses takes no token and nothing from other quotas", async () => {
        const [tokens, wide, narrow] = [bucket(0.001, 5), quota(9), quota(2)];
        const wanted = claim({ buckets: [tokens], quotas: [wide, narrow] });
        expect(await outcomes(wanted, 3)).toEqual(["admitted", "admitted", "quota-exceeded"]);
        expect(await under.store.remaining(wide)).toBe(7);
        expect(await admitted(claim({ buckets: [tokens] }), 9)).toBe(3);
      });

      test("the quota with the fewest requests left is told", async () => {
        const wanted = claim({ quotas: [quota(9), quota(4), quota(7)] });
        expect(await ask(wanted)).toMatchObject({ quotaRemaining: 3 });
      });

      test("requests at the same time never exceed it", async () => {
        const wanted = claim({ quotas: [quota(20)] });
        const all = await Promise.all(Array.from({ length: 100 }, () => ask(wanted)));
        expect(all.filter(({ outcome }) => outcome === "admitted")).toHaveLength(20);
      });
    });

    describe("usage", () => {
      test("admitted requests are counted, refused ones are not", async () => {
        const usage = newId();
        const today = dayOf(under.nowMs());
        await admitted(claim({ buckets: [bucket(0.001, 3)], quotas: [quota(9)], usage }), 5);
        expect(await under.store.usage(usage, today - 2, today + 1)).toEqual([0, 0, 3, 0]);
      });

      test("it is counted without any limit, too", async () => {
        const usage = newId();
        const today = dayOf(under.nowMs());
        await admitted(claim({ usage }), 2);
        expect(await under.store.usage(usage, today, today)).toEqual([2]);
      });

      test("nothing was counted for an unknown counter, and no days have no counts", async () => {
        expect(await under.store.usage("unknown", 20_000, 20_001)).toEqual([0, 0]);
        expect(await under.store.usage("unknown", 20_001, 20_000)).toEqual([]);
      });
    });

    describe("connections", () => {
      const described = {
        kind: "described",
        facts: { connectedAtMs: 1, lastActiveAtMs: 2, sourceIp: "192.0.2.1", userAgent: null },
      } as const;

      test("an order on a connection of this gateway is carried out at once", async () => {
        const orders: ConnectionOrder[] = [];
        const hub = under.store.joinConnections((order) => {
          orders.push(order);
          return order.kind === "describe" ? described : { kind: "done" };
        });
        expect(hub.node).toMatch(/^[0-9a-f]{8}$/);
        const at = { stage: "prod", id: `${hub.node}abc=` };
        const given: readonly ConnectionOrder[] = [
          { ...at, kind: "send", data: Buffer.from([0, 10, 255]) },
          { ...at, kind: "describe" },
          { ...at, kind: "close" },
        ];
        expect(given.map((order) => hub.order(order))).toEqual([
          { kind: "done" },
          described,
          { kind: "done" },
        ]);
        expect(orders).toEqual(given);
        await hub.close();
      });

      test("a connection of nobody is gone", async () => {
        const hub = under.store.joinConnections(() => ({ kind: "gone" }));
        for (const id of ["", "x", "00000000AAAA=", "no such thing", "{a}*", "ffffffff\n"]) {
          // whether there is anybody is known when the state can be asked
          await eventually(async () => {
            const outcome = await hub.order({ kind: "describe", stage: "prod", id });
            return outcome.kind === "gone";
          });
        }
        await hub.close();
      });
    });

    describe("caches", () => {
      const bytes = Buffer.from([0, 1, 13, 10, 255, 254]);

      test("what is not there is null", async () => {
        expect(await under.store.read("response", newId())).toBeNull();
      });

      test("bytes come back as they were", async () => {
        const key = newId();
        await under.store.write("response", key, bytes, 60);
        expect(await under.store.read("response", key)).toEqual(bytes);
        expect(await under.store.read("response", `${key}x`)).toBeNull();
      });

      test("nothing is a value, too", async () => {
        const key = newId();
        await under.store.write("response", key, Buffer.alloc(0), 60);
        expect(await under.store.read("response", key)).toEqual(Buffer.alloc(0));
      });

      test("spaces are apart", async () => {
        const key = newId();
        await under.store.write("response", key, bytes, 60);
        expect(await under.store.read("authorizer", key)).toBeNull();
        await under.store.remove("authorizer", key);
        expect(await under.store.read("response", key)).toEqual(bytes);
      });

      test("the last write counts", async () => {
        const key = newId();
        await under.store.write("response", key, bytes, 60);
        await under.store.write("response", key, Buffer.from("later"), 60);
        expect(String(await under.store.read("response", key))).toBe("later");
      });

      test("what was removed is gone", async () => {
        const key = newId();
        await under.store.write("response", key, bytes, 60);
        await under.store.remove("response", key);
        expect(await under.store.read("response", key)).toBeNull();
      });

      test("what is out of time is gone", async () => {
        const key = newId();
        await under.store.write("response", key, bytes, 0.2);
        expect(await under.store.read("response", key)).toEqual(bytes);
        await under.pass(210);
        expect(await under.store.read("response", key)).toBeNull();
      });

      test("a megabyte fits", async () => {
        const key = newId();
        const large = Buffer.alloc(1024 * 1024, 7);
        await under.store.write("response", key, large, 60);
        expect(large.equals((await under.store.read("response", key)) ?? bytes)).toBe(true);
      });

      test("a flush removes what begins with the prefix, taken literally", async () => {
        const keys = ["f*[a]/1", "f*[a]/2", "f*[b]/1", "fx[a]/1", "fa/1"];
        for (const key of keys) await under.store.write("response", key, bytes, 60);
        await under.store.write("authorizer", "f*[a]/1", bytes, 60);
        expect(await under.store.flush("response", "f*[a]/")).toBe(2);
        const left = await Promise.all(keys.map(async (key) => under.store.read("response", key)));
        expect(left.map((value) => value !== null)).toEqual([false, false, true, true, true]);
        expect(await under.store.read("authorizer", "f*[a]/1")).toEqual(bytes);
      });

      test("a flush of everything leaves limits alone", async () => {
        const wanted = claim({ buckets: [bucket(0.001, 1)], quotas: [quota(5)] });
        await ask(wanted);
        const written = Array.from({ length: 2500 }, (_, i) =>
          under.store.write("response", `all/${i}`, bytes, 60),
        );
        await Promise.all(written);
        expect(await under.store.flush("response", "")).toBeGreaterThanOrEqual(2500);
        expect(await under.store.read("response", "all/7")).toBeNull();
        expect((await ask(wanted)).outcome).toBe("throttled");
      });
    });

    describe("records", () => {
      const change = async (
        id: string,
        before: string | null,
        after: string | null,
      ): Promise<boolean | null> => under.store.changeRecord(id, before, after);
      const read = async (id: string): Promise<string | undefined> =>
        (await under.store.records(null))?.byId.get(id);

      test("a record that is not there can be made, once", async () => {
        const id = newId();
        expect(await read(id)).toBeUndefined();
        expect(await change(id, null, "one")).toBe(true);
        expect(await change(id, null, "two")).toBe(false);
        expect(await read(id)).toBe("one");
      });

      test("a record is changed and removed by who knows it as it is", async () => {
        const id = newId();
        await change(id, null, "one");
        expect(await change(id, "other", "two")).toBe(false);
        expect(await change(id, "one", "two")).toBe(true);
        expect(await read(id)).toBe("two");
        expect(await change(id, "one", null)).toBe(false);
        expect(await change(id, "two", null)).toBe(true);
        expect(await read(id)).toBeUndefined();
        expect(await change(id, "two", null)).toBe(false);
      });

      test("an empty text is a record, too", async () => {
        const id = newId();
        expect(await change(id, null, "")).toBe(true);
        expect(await read(id)).toBe("");
        expect(await change(id, null, "x")).toBe(false);
        expect(await change(id, "", "x")).toBe(true);
      });

      test("one of those who change a record at the same time is first", async () => {
        const id = newId();
        await change(id, null, "0");
        const all = await Promise.all(
          Array.from({ length: 20 }, (_, i) => change(id, "0", `by ${i}`)),
        );
        expect(all.filter((isFirst) => isFirst === true)).toHaveLength(1);
        expect(await read(id)).toBe(`by ${all.indexOf(true)}`);
      });

      test("what is known comes back until something changes", async () => {
        const id = newId();
        await change(id, null, "one");
        const known = await under.store.records(null);
        expect(await under.store.records(known)).toBe(known);
        await change(id, "other", "two");
        expect(await under.store.records(known)).toBe(known);
        await change(id, "one", "two");
        const next = await under.store.records(known);
        expect(next?.version).not.toBe(known?.version);
        expect(next?.byId.get(id)).toBe("two");
        expect(known?.byId.get(id)).toBe("one");
        await change(id, "two", "one");
        expect((await under.store.records(next))?.byId.get(id)).toBe("one");
      });

      test.each(["a", "A", "a/b", "__proto__", "ä", "{a}", "a*", "a\nb"])(
        "%j is an id",
        async (id) => {
          expect(await change(id, null, `text of ${id}`)).toBe(true);
          expect(await read(id)).toBe(`text of ${id}`);
          expect(await change(id, `text of ${id}`, null)).toBe(true);
        },
      );

      test("a flush leaves them alone", async () => {
        const id = newId();
        await change(id, null, "one");
        await under.store.flush("response", "");
        expect(await read(id)).toBe("one");
      });
    });

    test("it is ready", async () => {
      expect(await under.store.ready()).toBe(true);
    });
  });
}
