import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dayOf, periodStart } from "../../../src/runtime/limits/quota-period.js";
import { createMemoryStore } from "../../../src/runtime/state/memory.js";
import { createRedisStore } from "../../../src/runtime/state/redis.js";
import type { RedisStore, RedisStoreOptions } from "../../../src/runtime/state/redis.js";
import { ADMIT, PERIOD_START } from "../../../src/runtime/state/redis-scripts.js";
import type { Claim } from "../../../src/runtime/state/store.js";
import {
  freePort,
  hasRedisServer,
  redisNote,
  startRedis,
  startRedisCluster,
  until,
} from "../../support/redis-server.js";
import type { RedisServer } from "../../support/redis-server.js";
import { describeStore } from "./store-contract.js";
import type { StoreUnderTest } from "./store-contract.js";

interface Line {
  readonly message: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

function open(
  urls: readonly string[],
  options: Partial<RedisStoreOptions> = {},
): { readonly store: RedisStore; readonly lines: readonly Line[] } {
  const lines: Line[] = [];
  const log = (message: string, facts: Line["facts"]): void => void lines.push({ message, facts });
  const store = createRedisStore({
    urls,
    apiId: "api1",
    keyPrefix: "test:",
    // what is shown here does not depend on a busy machine
    commandTimeoutMs: 10_000,
    connectTimeoutMs: 10_000,
    logger: { warn: log, error: log },
    ...options,
  });
  return { store, lines };
}

const throttle: Claim = {
  buckets: [{ id: "t", rateLimit: 0.001, burstLimit: 1_000_000 }],
  quotas: [],
  usage: null,
};
const limited: Claim = {
  buckets: [],
  quotas: [{ id: "q", limit: 1_000_000, period: "DAY", offset: 0 }],
  usage: null,
};
const PASSED_LIMITED = { outcome: "admitted", limited: true };
const PASSED_UNLIMITED = { outcome: "admitted", limited: false };

/** The store on a running server or cluster, the server's own time, and its state by the wire. */
function underTest(
  store: RedisStore,
  run: (key: string, ...command: readonly string[]) => Promise<unknown>,
  close: () => Promise<void>,
): StoreUnderTest {
  return {
    store,
    nowMs: Date.now,
    pass: async (ms) => {
      const endMs = Date.now() + ms;
      await until(() => Date.now() > endMs);
    },
    setQuota: async (id, start, used, initial) => {
      const key = `test:{api1}:quota:${id}`;
      await run(key, "SET", key, `${start} ${used} ${initial ? 1 : 0}`);
    },
    close,
  };
}

describe.skipIf(!hasRedisServer)(`a Redis server${redisNote}`, () => {
  describeStore("redis", async () => {
    const server = await startRedis();
    const { store } = open([server.url]);
    return underTest(
      store,
      (_key, ...command) => server.command(...command),
      async () => {
        await store.close();
        await server.remove();
      },
    );
  });

  describeStore("redis cluster", async () => {
    const servers = await startRedisCluster();
    const { store } = open(
      servers.map(({ url }) => url),
      { cluster: true },
    );
    const run = async (_key: string, ...command: readonly string[]): Promise<unknown> => {
      for (const server of servers) {
        const answer = await server.command(...command).catch((error: unknown) => error);
        if (!(answer instanceof Error)) return answer;
        if (!answer.message.startsWith("MOVED")) throw answer;
      }
      throw new Error("no node has the slot");
    };
    return underTest(store, run, async () => {
      await store.close();
      await Promise.all(servers.map((server) => server.remove()));
    });
  });

  describe("redis: keys and scripts", () => {
    let server: RedisServer;
    beforeAll(async () => {
      server = await startRedis();
    });
    afterAll(() => server.remove());

    test("the script knows the calendar", async () => {
      const days = Array.from({ length: 3000 }, (_, i) => i * 37 + (i % 5));
      const text = `${PERIOD_START}
        local starts = {}
        for i, day in ipairs(ARGV) do
          for j, period in ipairs({'DAY', 'WEEK', 'MONTH'}) do
            starts[3 * i + j - 3] = period_start(period, tonumber(day))
          end
        end
        return starts`;
      const starts = await server.command("EVAL", text, "0", ...days.map(String));
      const periods = ["DAY", "WEEK", "MONTH"] as const;
      expect(starts).toEqual(
        days.flatMap((day) => periods.map((period) => periodStart(period, day))),
      );
    });

    test("scripts are named by the digest of their text", () => {
      expect(ADMIT.sha1).toBe(createHash("sha1").update(ADMIT.text).digest("hex"));
    });

    test("one request takes one round trip, a server without the script one more", async () => {
      const { store } = open([server.url]);
      await store.opened;
      const claim: Claim = { ...limited, buckets: throttle.buckets, usage: "u" };
      await server.command("SCRIPT", "FLUSH");
      expect(await store.admit(claim)).toMatchObject(PASSED_LIMITED);
      expect(store.counters()).toMatchObject({ commands: 2, scriptLoads: 1 });
      for (let i = 0; i < 10; i++) await store.admit(claim);
      expect(store.counters()).toMatchObject({ commands: 12, scriptLoads: 1 });
      await server.command("SCRIPT", "FLUSH");
      expect(await store.admit(claim)).toMatchObject(PASSED_LIMITED);
      expect(store.counters()).toMatchObject({ commands: 14, scriptLoads: 2, interruptions: 0 });
      await store.close();
    });

    test("every key has the prefix, the hash tag, and an end", async () => {
      await server.command("FLUSHALL");
      const { store } = open([server.url]);
      await store.admit({
        buckets: [{ id: "b", rateLimit: 0.01, burstLimit: 5 }],
        quotas: [{ id: "q", limit: 5, period: "MONTH", offset: 0 }],
        usage: "u",
      });
      await store.write("response", "r", Buffer.from("x"), 60);
      await store.write("authorizer", "a", Buffer.from("x"), 60);
      await store.ready();
      // names of keys that have an end, in one go
      const text = `local names = {}
        for _, key in ipairs(redis.call('KEYS', '*')) do
          if redis.call('PTTL', key) >= 0 then names[#names + 1] = key end
        end
        return names`;
      const keys = await server.command("EVAL", text, "0");
      const names = (Array.isArray(keys) ? keys.map(String) : []).toSorted();
      expect(names).toEqual([
        "test:{api1}:authorizer:a",
        "test:{api1}:bucket:b",
        "test:{api1}:probe",
        "test:{api1}:quota:q",
        "test:{api1}:response:r",
        "test:{api1}:usage:u",
      ]);
      await store.close();
    });

    test("a server that forgot everything never gives a version of records twice", async () => {
      const { store } = open([server.url], { apiId: "forgot" });
      await store.changeRecord("r", null, "one");
      const known = await store.records(null);
      await server.command("DEL", "test:{forgot}:records");
      expect((await store.records(known))?.byId.size).toBe(0);
      await store.changeRecord("r", null, "two");
      const next = await store.records(known);
      expect(next?.version).not.toBe(known?.version);
      expect(next?.byId.get("r")).toBe("two");
      await store.close();
    });

    test("what has no end is kept for good", async () => {
      const { store } = open([server.url], { apiId: "kept" });
      await store.admit({
        buckets: [{ id: "b", rateLimit: 0, burstLimit: 5 }],
        quotas: [{ id: "q", limit: 5, period: "DAY", offset: 1 }],
        usage: null,
      });
      expect(await server.command("PTTL", "test:{kept}:bucket:b")).toBe(-1);
      expect(await server.command("PTTL", "test:{kept}:quota:q")).toBe(-1);
      await store.changeRecord("r", null, "text");
      expect(await server.command("PTTL", "test:{kept}:records")).toBe(-1);
      await store.close();
    });

    test("a server whose clock was set back neither grants nor stops", async () => {
      const { store } = open([server.url], { apiId: "back" });
      const claim: Claim = { ...throttle, buckets: [{ id: "b", rateLimit: 20, burstLimit: 1 }] };
      const aheadUs = (Date.now() + 86_400_000) * 1000;
      await server.command("SET", "test:{back}:bucket:b", `0 ${aheadUs}`);
      expect(await store.admit(claim)).toMatchObject({ outcome: "throttled", retryAfterMs: 50 });
      await until(async () => (await store.admit(claim)).outcome === "admitted", 2000);
      await store.close();
    });

    test("usage of days that are over is forgotten", async () => {
      const { store } = open([server.url], { apiId: "days" });
      const today = dayOf(Date.now());
      const days = [today - 92, "7", today - 91, "8", today - 1, "9"].map(String);
      await server.command("HSET", "test:{days}:usage:u", ...days);
      await store.admit({ buckets: [], quotas: [], usage: "u" });
      expect(await store.usage("u", today - 92, today - 91)).toEqual([0, 8]);
      expect(await store.usage("u", today - 1, today)).toEqual([9, 1]);
      await store.close();
    });

    test("any claims are answered as the store in memory answers them", async () => {
      let round = 0;
      const id = fc.constantFrom("a", "b", "c");
      const few = fc.integer({ min: 0, max: 6 });
      // without refill, so that time makes no difference
      const bucket = fc.record({ id, rateLimit: fc.constant(0), burstLimit: few });
      const period = fc.constantFrom("DAY" as const, "WEEK" as const, "MONTH" as const);
      const quota = fc.record({ id, limit: few, period, offset: fc.integer({ min: 0, max: 2 }) });
      const distinct = { selector: ({ id: name }: { id: string }) => name, maxLength: 3 };
      const claim = fc.record({
        buckets: fc.uniqueArray(bucket, distinct),
        quotas: fc.uniqueArray(quota, distinct),
        usage: fc.constant(null),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(claim, { maxLength: 12 }), async (claims) => {
          const { store } = open([server.url], { apiId: `model-${++round}` });
          const model = createMemoryStore();
          for (const one of claims) {
            const [want, got] = [model.admit(one), await store.admit(one)];
            expect({ ...got, retryAfterMs: 0 }).toEqual({ ...want, retryAfterMs: 0 });
          }
          await store.close();
        }),
        { numRuns: 100 },
      );
    });

    test("two gateways share a bucket: rate times time plus burst", async () => {
      const stores = [open([server.url]).store, open([server.url]).store];
      await Promise.all(stores.map(({ opened }) => opened));
      const [rateLimit, burstLimit] = [100, 200];
      const claim: Claim = { ...throttle, buckets: [{ id: "two", rateLimit, burstLimit }] };
      let admitted = 0;
      const startMs = Date.now();
      await until(async () => {
        const all = await Promise.all([...stores, ...stores].map((store) => store.admit(claim)));
        admitted += all.filter(({ outcome }) => outcome === "admitted").length;
        return Date.now() >= startMs + 1500;
      });
      const allowed = burstLimit + (rateLimit * (Date.now() - startMs)) / 1000;
      // `npm run limits` holds it to 2 % for a minute
      expect(admitted).toBeLessThanOrEqual(Math.ceil(allowed));
      expect(admitted).toBeGreaterThan(allowed * 0.9);
      await Promise.all(stores.map((store) => store.close()));
    });

    test("two APIs on one server have nothing in common", async () => {
      const [one, other] = [open([server.url], { apiId: "x" }), open([server.url], { apiId: "y" })];
      const claim: Claim = { ...throttle, buckets: [{ id: "b", rateLimit: 0, burstLimit: 1 }] };
      expect(await one.store.admit(claim)).toMatchObject({ outcome: "admitted" });
      expect(await one.store.admit(claim)).toMatchObject({ outcome: "throttled" });
      expect(await other.store.admit(claim)).toMatchObject({ outcome: "admitted" });
      await Promise.all([one.store.close(), other.store.close()]);
    });

    test.each<[name: string, options: Partial<RedisStoreOptions>]>([
      ["no address", { urls: [] }],
      ["an address that is none", { urls: ["secret-host:6379"] }],
      ["an address of another protocol", { urls: ["http://secret-host"] }],
      ["an address without a host", { urls: ["redis://"] }],
      ["a database that is no number", { urls: ["redis://secret-host/main"] }],
      ["a password that is not escaped", { urls: ["redis://:50%off@secret-host"] }],
      ["one wrong address of many", { urls: ["redis://localhost", "secret-host"] }],
      ["an id that breaks the hash tag", { apiId: "a}b" }],
      ["no id", { apiId: "" }],
    ])("%s is refused", (_name, options) => {
      expect(() => open([server.url], options)).toThrow(TypeError);
      expect(() => open([server.url], options)).not.toThrow(/secret-host/);
    });

    test("TLS: the server's certificate is checked", async () => {
      const fixture = (name: string): string =>
        fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
      const certificate = fixture("redis-host.crt");
      const port = String(await freePort());
      const files = ["--tls-cert-file", certificate, "--tls-key-file", fixture("redis-host.key")];
      const guarded = await startRedis("--tls-port", port, "--tls-auth-clients", "no", ...files);
      const ca = readFileSync(certificate, "utf8");
      const [byUrl, byOption, unknown, wrongHost] = [
        open([`rediss://127.0.0.1:${port}`], { ca }),
        open([`redis://127.0.0.1:${port}`], { ca, tls: true }),
        open([`rediss://127.0.0.1:${port}`]),
        open([`rediss://localhost:${port}`], { ca }),
      ];
      expect(await byUrl.store.admit(throttle)).toMatchObject(PASSED_LIMITED);
      expect(await byOption.store.admit(throttle)).toMatchObject(PASSED_LIMITED);
      expect(await unknown.store.admit(throttle)).toMatchObject(PASSED_UNLIMITED);
      expect(await wrongHost.store.admit(throttle)).toMatchObject(PASSED_UNLIMITED);
      expect(unknown.lines[0]?.facts["cause"]).toContain("self-signed certificate");
      expect(wrongHost.lines[0]?.facts["cause"]).toContain("altnames");
      await Promise.all([byUrl, byOption, unknown, wrongHost].map(({ store }) => store.close()));
      await guarded.remove();
    });

    test("a password and a database of the address are used", async () => {
      const guarded = await startRedis();
      await guarded.command("ACL", "SETUSER", "gate", "on", ">p@ss:word", "~*", "+@all");
      const address = guarded.url.replace("//", "//gate:p%40ss%3Aword@");
      const { store, lines } = open([`${address}/3`]);
      expect(await store.admit(throttle)).toMatchObject(PASSED_LIMITED);
      expect(String(await guarded.command("INFO", "keyspace"))).toContain("db3:");
      await store.close();
      const wrong = open([guarded.url.replace("//", "//gate:wr0ng@")]);
      await wrong.store.opened;
      expect(await wrong.store.admit(throttle)).toMatchObject(PASSED_UNLIMITED);
      expect(JSON.stringify([lines, wrong.lines])).not.toMatch(/wr0ng|p@ss/);
      expect(wrong.lines[0]?.facts["cause"]).toContain("WRONGPASS");
      await wrong.store.close();
      await guarded.remove();
    });
  });
});
