import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { createRedisStore } from "../../../src/runtime/state/redis.js";
import type { RedisStore, RedisStoreOptions } from "../../../src/runtime/state/redis.js";
import type { Admission, Claim } from "../../../src/runtime/state/store.js";
import {
  addReplica,
  caughtUp,
  clusterNodeOf,
  hasRedisServer,
  redisNote,
  startRedis,
  startRedisCluster,
  until,
} from "../../support/redis-server.js";
import type { RedisServer } from "../../support/redis-server.js";

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
const LIMITED = { outcome: "admitted", limited: true };
const UNLIMITED = { outcome: "admitted", limited: false };
const UNAVAILABLE = { outcome: "unavailable" };

/** Longest that a request may take when Redis is in trouble: its own limit and some scheduling. */
const COMMAND_TIMEOUT_MS = 150;
const SOON_MS = COMMAND_TIMEOUT_MS + 600;

describe.skipIf(!hasRedisServer)(`a Redis server in trouble${redisNote}`, () => {
  let server: RedisServer;
  let store: RedisStore;
  let lines: { readonly level: string; readonly message: string; readonly cause: string }[];
  let opened: RedisStore[];

  const open = (options: Partial<RedisStoreOptions> = {}): RedisStore => {
    const log =
      (level: string) =>
      (message: string, facts: Readonly<Record<string, unknown>>): void =>
        void lines.push({ level, message, cause: String(facts["cause"]) });
    const one = createRedisStore({
      urls: [server.url],
      apiId: "api1",
      commandTimeoutMs: COMMAND_TIMEOUT_MS,
      logger: { warn: log("warn"), error: log("error") },
      ...options,
    });
    opened.push(one);
    return one;
  };
  const timed = async (claim: Claim, of = store): Promise<readonly [Admission, number]> => {
    const startMs = performance.now();
    const admission = await of.admit(claim);
    return [admission, performance.now() - startMs];
  };
  const limitsWork = (of = store): Promise<void> =>
    until(async () => {
      const admission = await of.admit(throttle);
      return admission.outcome === "admitted" && admission.limited;
    });

  beforeEach(async () => {
    lines = [];
    opened = [];
    server = await startRedis();
    store = open();
    await limitsWork();
  });
  afterEach(async () => {
    await Promise.all(opened.map((one) => one.close()));
    await server.remove();
  });

  test("hangs: requests pass late once, then at once; it recovers by itself", async () => {
    server.pause();
    const waiting = await Promise.all([timed(throttle), timed(limited)]);
    for (const [admission, ms] of waiting) {
      expect(admission).toMatchObject(UNLIMITED);
      expect(ms).toBeLessThan(SOON_MS);
    }
    await until(() => store.counters().interruptions === 1);
    for (let i = 0; i < 20; i++) {
      const [admission, ms] = await timed(throttle);
      expect(admission).toMatchObject(UNLIMITED);
      expect(ms).toBeLessThan(COMMAND_TIMEOUT_MS);
    }
    expect(await store.ready()).toBe(false);
    server.resume();
    await limitsWork();
    expect(await store.ready()).toBe(true);
    expect(lines.map(({ level, message }) => `${level}: ${message}`)).toEqual([
      "error: a Redis command failed",
      "error: Redis cannot be used: throttling is off, caches miss",
      "warn: Redis is back",
    ]);
  });

  test("is killed and started again: the script is sent anew", async () => {
    await server.kill();
    await until(() => store.counters().interruptions === 1);
    const [admission, ms] = await timed(throttle);
    expect(admission).toMatchObject(UNLIMITED);
    expect(ms).toBeLessThan(COMMAND_TIMEOUT_MS);
    const { scriptLoads, unlimited } = store.counters();
    expect(unlimited).toBeGreaterThan(0);
    await server.start();
    await limitsWork();
    expect(store.counters()).toMatchObject({ scriptLoads: scriptLoads + 1, interruptions: 1 });
    expect(lines.filter(({ level }) => level === "error")).toHaveLength(1);
  });

  test("is killed with requests in flight: none is lost or late", async () => {
    server.pause();
    const waiting = Array.from({ length: 50 }, () => timed(throttle));
    await server.kill();
    for (const [admission, ms] of await Promise.all(waiting)) {
      expect(admission).toMatchObject(UNLIMITED);
      expect(ms).toBeLessThan(SOON_MS);
    }
  });

  test("closed on failure: requests with a quota are refused, others pass", async () => {
    const closed = open({ onFailure: "closed" });
    await closed.opened;
    expect(await closed.admit(limited)).toMatchObject(LIMITED);
    await server.kill();
    await until(() => closed.counters().interruptions === 1);
    expect(await closed.admit(limited)).toEqual(UNAVAILABLE);
    expect(await closed.admit(throttle)).toMatchObject(UNLIMITED);
    expect(closed.counters()).toMatchObject({ unavailable: 1, unlimited: 1 });
    await server.start();
    await limitsWork(closed);
    expect(await closed.admit(limited)).toMatchObject(LIMITED);
  });

  test("caches miss, reports say that they do not know", async () => {
    await store.write("response", "k", Buffer.from("x"), 60);
    await server.kill();
    await until(() => store.counters().interruptions === 1);
    expect(await store.read("response", "k")).toBeNull();
    expect(await store.write("response", "k", Buffer.from("y"), 60)).toBeUndefined();
    expect(await store.remove("response", "k")).toBeUndefined();
    expect(await store.flush("response", "")).toBe(0);
    expect(await store.usage("u", 20_000, 20_001)).toBeNull();
    expect(await store.remaining({ id: "q", limit: 5, period: "DAY", offset: 0 })).toBeNull();
    expect(await store.tokens({ id: "b", rateLimit: 1, burstLimit: 5 })).toBeNull();
    expect(await store.records(null)).toBeNull();
    expect(await store.changeRecord("r", null, "text")).toBeNull();
    expect(store.counters().cacheFailures).toBe(4);
  });

  test("becomes a replica: it is left, and used again when it is a master", async () => {
    await server.command("REPLICAOF", "127.0.0.1", "1");
    expect(await store.admit(throttle)).toMatchObject(UNLIMITED);
    await until(() => store.counters().interruptions === 1);
    expect(lines.at(-1)?.cause).toContain("READONLY");
    await server.command("REPLICAOF", "NO", "ONE");
    await limitsWork();
  });

  test("has too few replicas to write: limits are off until it has", async () => {
    await server.command("CONFIG", "SET", "min-replicas-to-write", "1");
    expect(await store.admit(throttle)).toMatchObject(UNLIMITED);
    await until(() => store.counters().interruptions === 1);
    expect(lines.at(-1)?.cause).toContain("NOREPLICAS");
    await server.command("CONFIG", "SET", "min-replicas-to-write", "0");
    await limitsWork();
  });

  test("is out of memory: limits are off until it is not", async () => {
    await server.command("CONFIG", "SET", "maxmemory-policy", "noeviction");
    await server.command("CONFIG", "SET", "maxmemory", "1");
    expect(await store.admit(throttle)).toMatchObject(UNLIMITED);
    await until(() => store.counters().interruptions === 1);
    expect(lines.at(-1)?.cause).toContain("OOM");
    await server.command("CONFIG", "SET", "maxmemory", "0");
    await limitsWork();
  });

  test("runs a slow script of somebody else: requests pass in time", async () => {
    await server.command("CONFIG", "SET", "busy-reply-threshold", "50");
    const text = "while true do end";
    const slow = server.command("EVAL", text, "0").catch(() => null);
    let slowestMs = 0;
    await until(async () => {
      const [admission, ms] = await timed(throttle);
      slowestMs = Math.max(slowestMs, ms);
      return admission.outcome === "admitted" && !admission.limited;
    });
    expect(slowestMs).toBeLessThan(SOON_MS);
    await server.command("SCRIPT", "KILL");
    await slow;
    await limitsWork();
  });

  test("answers while this process is busy: that is not late", async () => {
    const waiting = store.admit(throttle);
    await new Promise((resolve) => setImmediate(resolve));
    const endMs = performance.now() + 2 * COMMAND_TIMEOUT_MS;
    while (performance.now() < endMs);
    expect(await waiting).toMatchObject(LIMITED);
    expect(store.counters().interruptions).toBe(0);
  });

  test("one failing command does not take the link down", async () => {
    await server.command("SET", "gen-gateway:{api1}:usage:wrong", "not a hash");
    expect(await store.usage("wrong", 20_000, 20_001)).toBeNull();
    expect(lines.at(-1)).toMatchObject({ message: "a Redis command failed" });
    expect(lines.at(-1)?.cause).toContain("WRONGTYPE");
    await limitsWork();
    expect(store.counters().interruptions).toBe(0);
  });

  test("drops its connections, again and again, under load: no request fails or hangs", async () => {
    let slowestMs = 0;
    for (let i = 0; i < 10; i++) {
      const waiting = Array.from({ length: 40 }, () => timed(throttle));
      await server.command("CLIENT", "KILL", "TYPE", "normal");
      for (const [admission, ms] of await Promise.all(waiting)) {
        expect(admission.outcome).toBe("admitted");
        slowestMs = Math.max(slowestMs, ms);
      }
    }
    expect(slowestMs).toBeLessThan(SOON_MS);
    await limitsWork();
  });

  test("is not there at the start: the store is, and finds it later", async () => {
    await server.kill();
    const early = open();
    expect(await early.admit(throttle)).toMatchObject(UNLIMITED);
    await early.opened;
    expect(await early.ready()).toBe(false);
    await server.start();
    await limitsWork(early);
  });

  test("takes connections and says nothing: the start is bounded in time", async () => {
    const mute = createServer(() => undefined).listen(0, "127.0.0.1");
    await once(mute, "listening");
    const { port } = mute.address() as AddressInfo;
    const early = open({ urls: [`redis://127.0.0.1:${port}`], connectTimeoutMs: 100 });
    const [admission, ms] = await timed(throttle, early);
    expect(admission).toMatchObject(UNLIMITED);
    expect(ms).toBeLessThan(100 + SOON_MS);
    await early.close();
    mute.close();
  });

  test("speaks another protocol: the store goes on without it", async () => {
    const other = createServer((socket) =>
      socket.on("error", () => undefined).end("HTTP/1.1 400 Bad Request\r\n\r\n"),
    );
    other.listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    const early = open({ urls: [`redis://127.0.0.1:${port}`], connectTimeoutMs: 300 });
    expect(await early.admit(throttle)).toMatchObject(UNLIMITED);
    await early.close();
    other.close();
  });

  test("a store that was closed passes and refuses as if Redis were away, and stays closed", async () => {
    const closed = open({ onFailure: "closed" });
    await closed.opened;
    await closed.close();
    expect(await closed.admit(limited)).toEqual(UNAVAILABLE);
    expect(await closed.admit(throttle)).toMatchObject(UNLIMITED);
    expect(await closed.ready()).toBe(false);
    const early = open();
    await early.close();
    await early.opened;
    expect(await early.ready()).toBe(false);
  });
});

describe.skipIf(!hasRedisServer)(`a Redis Cluster in trouble${redisNote}`, () => {
  test("loses the master of the API's keys: its replica is found, state is kept", async () => {
    const servers = await startRedisCluster();
    const master = await clusterNodeOf(servers, "{api1}");
    const replica = await addReplica(servers, master);
    onTestFinished(async () => {
      await Promise.all([...servers, replica].map((server) => server.remove()));
    });
    const store = createRedisStore({
      urls: servers.map(({ url }) => url),
      cluster: true,
      apiId: "api1",
      onFailure: "closed",
      commandTimeoutMs: COMMAND_TIMEOUT_MS,
      logger: { warn: () => undefined, error: () => undefined },
    });
    const few: Claim = { ...limited, quotas: [{ id: "f", limit: 3, period: "MONTH", offset: 0 }] };
    expect(await store.admit(few)).toMatchObject({ quotaRemaining: 2 });
    await caughtUp(replica, master);
    await master.kill();
    const outcomes = new Set<string>();
    let slowestMs = 0;
    await until(async () => {
      const startMs = performance.now();
      const { outcome } = await store.admit(few);
      slowestMs = Math.max(slowestMs, performance.now() - startMs);
      outcomes.add(outcome);
      return outcome === "quota-exceeded";
    });
    expect(slowestMs).toBeLessThan(SOON_MS);
    expect([...outcomes].toSorted()).toEqual(["admitted", "quota-exceeded", "unavailable"]);
    await store.close();
  });
});
