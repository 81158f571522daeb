import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createRedisStore, type RedisStore } from "../../../src/runtime/state/redis.js";
import {
  hasRedisServer,
  redisNote,
  startRedis,
  type RedisServer,
} from "../../support/redis-server.js";
import { call } from "../support/client.js";
import { stage } from "../support/table.js";
import { methodSettings, protectedGateway, type ProtectedGateway } from "./protected-gateway.js";

const KEY = "good-key-0123456789";

describe.skipIf(!hasRedisServer)(`limits in Redis${redisNote}`, () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.remove());

  function limitedGateway(): { readonly gateway: ProtectedGateway; readonly store: RedisStore } {
    const store = createRedisStore({
      urls: [redis.url],
      apiId: "abcdefghij",
      // what is shown here does not depend on a busy machine
      commandTimeoutMs: 10_000,
      connectTimeoutMs: 10_000,
      logger: { warn: () => undefined, error: () => undefined },
    });
    const throttle = { rateLimit: 1000, burstLimit: 1000 };
    const quota = { limit: 1_000_000, period: "DAY", offset: 0 } as const;
    const gateway = protectedGateway(
      { "GET /keyed": { apiKeyRequired: true }, "GET /throttled": {}, "GET /open": {} },
      {
        api: {
          stages: {
            dev: stage({
              methods: {
                "GET /keyed": methodSettings({ throttle }),
                "GET /throttled": methodSettings({ throttle }),
              },
            }),
          },
        },
        access: {
          apiKeys: {
            k1: { name: "k1", customerId: null, enabled: true, value: { secret: "k1", key: null } },
          },
          usagePlans: {
            p: { name: "p", stages: ["dev"], keys: ["k1"], throttle, quota, methods: {} },
          },
        },
        secrets: { k1: KEY },
        parts: { state: () => ({ store, encrypted: () => store }) },
      },
    );
    return { gateway, store };
  }

  /** Commands that the server has run for scripts, by its own count. */
  async function evaluations(): Promise<number> {
    const text = String(await redis.command("INFO", "commandstats"));
    return [...text.matchAll(/cmdstat_eval(?:sha)?:calls=(\d+)/g)].reduce(
      (sum, [, calls]) => sum + Number(calls),
      0,
    );
  }

  test.each([
    ["key, plan, quota and throttle", "/dev/keyed", 1],
    ["a throttle alone", "/dev/throttled", 1],
    ["no limit", "/dev/open", 0],
  ])("%s: round trips of a request", async (_name, path, trips) => {
    const { gateway, store } = limitedGateway();
    try {
      const ask = async (): Promise<void> => {
        expect((await call(gateway, "GET", path, { headers: ["x-api-key", KEY] })).status).toBe(
          200,
        );
      };
      await store.opened;
      await ask();
      const [before, ranBefore] = [store.counters().commands, await evaluations()];
      for (let i = 0; i < 50; i++) await ask();
      expect(store.counters().commands - before).toBe(50 * trips);
      expect((await evaluations()) - ranBefore).toBe(50 * trips);
      expect(store.counters()).toMatchObject({ unlimited: 0, unavailable: 0 });
    } finally {
      await gateway.close();
    }
  });
});
