import {
  CreateApiKeyCommand,
  CreateUsagePlanCommand,
  CreateUsagePlanKeyCommand,
  DeleteApiKeyCommand,
  DeleteUsagePlanKeyCommand,
  FlushStageAuthorizersCacheCommand,
  FlushStageCacheCommand,
  GetApiKeyCommand,
  GetApiKeysCommand,
  GetResourceCommand,
  GetResourcesCommand,
  GetRestApiCommand,
  GetRestApisCommand,
  GetStageCommand,
  GetStagesCommand,
  GetUsageCommand,
  GetUsagePlanCommand,
  GetUsagePlanKeyCommand,
  GetUsagePlanKeysCommand,
  GetUsagePlansCommand,
  paginateGetApiKeys,
  UpdateApiKeyCommand,
  type APIGatewayClient,
} from "@aws-sdk/client-api-gateway";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { memoryState } from "../../../src/runtime/state/memory-state.js";
import {
  hasRedisServer,
  redisNote,
  startRedis,
  until,
  type RedisServer,
} from "../../support/redis-server.js";
import {
  ACME_KEY,
  NOW_MS,
  redisAt,
  startManaged,
  TRIAL_KEY,
  type Managed,
} from "./managed-gateway.js";

const restApiId = "abcdefghij";

describe.each([
  { name: "memory", isRedis: false },
  { name: "redis", isRedis: true },
])("the control plane, state in $name", ({ isRedis }) => {
  describe.skipIf(isRedis && !hasRedisServer)(isRedis ? `on a server${redisNote}` : "", () => {
    let redis: RedisServer | null = null;
    let managed: Managed;
    let client: APIGatewayClient;

    beforeAll(async () => {
      redis = isRedis ? await startRedis() : null;
      const state = redis === null ? memoryState : redisAt(redis.url);
      // what Redis counts is counted on the server's clock
      managed = await startManaged(isRedis ? { state, clock: Date.now } : { state });
      client = managed.client;
    });
    afterAll(async () => {
      await managed.stop();
      await redis?.remove();
    });

    /** A change is there at once in memory, within about a second in Redis. */
    const soon = (key: string, status: number): Promise<void> =>
      until(async () => (await managed.call(key)) === status, isRedis ? 5000 : 500);

    describe("API keys", () => {
      test("those of the settings are listed, never with values", async () => {
        const { items, warnings } = await client.send(
          new GetApiKeysCommand({ includeValues: true }),
        );
        expect(items).toEqual([
          { id: "acme", name: "Acme", customerId: "42", enabled: true, stageKeys: [] },
          { id: "off", name: "off", enabled: false, stageKeys: [] },
          { id: "trial", name: "trial", enabled: true, stageKeys: [] },
        ]);
        expect(warnings).toHaveLength(1);
        const one = await client.send(new GetApiKeyCommand({ apiKey: "acme", includeValue: true }));
        expect(one.value).toBeUndefined();
      });

      test("they are found by the beginning of the name and by the customer", async () => {
        const ids = async (query: GetApiKeysCommand["input"]): Promise<unknown> =>
          (await client.send(new GetApiKeysCommand(query))).items?.map(({ id }) => id);
        expect(await ids({ nameQuery: "tri" })).toEqual(["trial"]);
        expect(await ids({ customerId: "42" })).toEqual(["acme"]);
        expect(await ids({ nameQuery: "Acme", customerId: "41" })).toEqual([]);
      });

      test("a key is made, opens what its plan opens, is changed, and goes", async () => {
        const made = await client.send(
          new CreateApiKeyCommand({
            name: "made",
            description: "for a test",
            customerId: "7",
            enabled: true,
          }),
        );
        const { id = "", value = "" } = made;
        expect(made).toMatchObject({ name: "made", description: "for a test", customerId: "7" });
        expect(id).toMatch(/^[a-z0-9]{10}$/);
        expect(value).toMatch(/^[A-Za-z0-9]{40}$/);
        expect(made.createdDate?.getTime()).toBeGreaterThanOrEqual(NOW_MS - 86_400_000 * 3650);
        expect((await client.send(new GetApiKeyCommand({ apiKey: id }))).value).toBeUndefined();
        expect(await managed.call(value)).toBe(403);

        const membership = { usagePlanId: "gold", keyId: id };
        const joined = await client.send(
          new CreateUsagePlanKeyCommand({ ...membership, keyType: "API_KEY" }),
        );
        expect(joined).toMatchObject({ id, type: "API_KEY", name: "made" });
        await soon(value, 200);

        const patched = await client.send(
          new UpdateApiKeyCommand({
            apiKey: id,
            patchOperations: [
              { op: "replace", path: "/enabled", value: "false" },
              { op: "replace", path: "/name", value: "changed" },
              { op: "replace", path: "/description", value: "another" },
            ],
          }),
        );
        expect(patched).toMatchObject({ name: "changed", description: "another", enabled: false });
        await soon(value, 403);
        const enabling = [{ op: "replace", path: "/enabled", value: "true" } as const];
        await client.send(new UpdateApiKeyCommand({ apiKey: id, patchOperations: enabling }));
        await soon(value, 200);

        await client.send(new DeleteUsagePlanKeyCommand(membership));
        await soon(value, 403);
        await client.send(new CreateUsagePlanKeyCommand({ ...membership, keyType: "API_KEY" }));
        await soon(value, 200);
        await client.send(new DeleteApiKeyCommand({ apiKey: id }));
        await soon(value, 403);
        await expect(client.send(new GetApiKeyCommand({ apiKey: id }))).rejects.toMatchObject({
          name: "NotFoundException",
          message: "Invalid API Key identifier specified",
        });
        await expect(client.send(new GetUsagePlanKeyCommand(membership))).rejects.toMatchObject({
          name: "NotFoundException",
        });
      });

      test("a value of one's own works, once, and stands nowhere in clear", async () => {
        const value = "a-value-of-ones-own-0123456789";
        const { id } = await client.send(new CreateApiKeyCommand({ name: "own", value }));
        for (const taken of [value, ACME_KEY]) {
          const again = client.send(new CreateApiKeyCommand({ name: "again", value: taken }));
          await expect(again).rejects.toMatchObject({
            name: "ConflictException",
            message: "API Key already exists",
            $metadata: { httpStatusCode: 409 },
          });
        }
        const records = await managed.gateway.store.records(null);
        expect(records?.byId.size).toBeGreaterThan(0);
        expect(JSON.stringify([...(records?.byId ?? [])])).not.toContain(value);
        await client.send(new DeleteApiKeyCommand({ apiKey: id ?? "" }));
      });

      test("a key of the settings is disabled and enabled again, and is not deleted", async () => {
        const set = (apiKey: string, value: string) =>
          client.send(
            new UpdateApiKeyCommand({
              apiKey,
              patchOperations: [{ op: "replace", path: "/enabled", value }],
            }),
          );
        expect(await managed.call(ACME_KEY)).toBe(200);
        expect(await set("acme", "false")).toMatchObject({ id: "acme", enabled: false });
        await soon(ACME_KEY, 403);
        await set("acme", "true");
        await soon(ACME_KEY, 200);
        await expect(
          client.send(new DeleteApiKeyCommand({ apiKey: "acme" })),
        ).rejects.toMatchObject({ name: "BadRequestException" });
        await expect(set("off", "true")).rejects.toMatchObject({ name: "BadRequestException" });
      });

      test("pages hold as many as asked", async () => {
        const ids: (string | undefined)[] = [];
        for await (const { items = [] } of paginateGetApiKeys({ client, pageSize: 2 }, {})) {
          expect(items.length).toBeLessThanOrEqual(2);
          ids.push(...items.map(({ id }) => id));
        }
        expect(ids).toEqual(["acme", "off", "trial"]);
      });
    });

    describe("usage plans", () => {
      test("plans", async () => {
        const gold = {
          id: "gold",
          name: "Gold",
          apiStages: [
            {
              apiId: restApiId,
              stage: "dev",
              throttle: { "/pets/GET": { burstLimit: 20, rateLimit: 10 } },
            },
          ],
          throttle: { burstLimit: 200, rateLimit: 100 },
          quota: { limit: 1000, offset: 0, period: "DAY" },
        };
        const { items } = await client.send(new GetUsagePlansCommand({}));
        expect(items).toMatchObject([gold, { id: "other", name: "Other" }]);
        expect(await client.send(new GetUsagePlanCommand({ usagePlanId: "gold" }))).toMatchObject(
          gold,
        );
        const ofKey = await client.send(new GetUsagePlansCommand({ keyId: "acme" }));
        expect(ofKey.items?.map(({ id }) => id)).toEqual(["gold"]);
        await expect(
          client.send(new GetUsagePlanCommand({ usagePlanId: "constructor" })),
        ).rejects.toMatchObject({
          name: "NotFoundException",
          message: "Invalid Usage Plan ID specified",
        });
      });

      test("keys of a plan", async () => {
        const { items } = await client.send(new GetUsagePlanKeysCommand({ usagePlanId: "gold" }));
        expect(items).toEqual([
          { id: "acme", type: "API_KEY", name: "Acme" },
          { id: "off", type: "API_KEY", name: "off" },
        ]);
      });

      test("a key of the settings gets a plan at run time, and only one for a stage", async () => {
        const trial = { usagePlanId: "other", keyId: "trial", keyType: "API_KEY" };
        expect(await managed.call(TRIAL_KEY)).toBe(403);
        await client.send(new CreateUsagePlanKeyCommand(trial));
        await soon(TRIAL_KEY, 200);
        for (const usagePlanId of ["other", "gold"]) {
          const again = client.send(new CreateUsagePlanKeyCommand({ ...trial, usagePlanId }));
          await expect(again).rejects.toMatchObject({ name: "ConflictException" });
        }
        await client.send(new DeleteUsagePlanKeyCommand(trial));
        await soon(TRIAL_KEY, 403);
        await expect(
          client.send(new DeleteUsagePlanKeyCommand({ usagePlanId: "gold", keyId: "acme" })),
        ).rejects.toMatchObject({ name: "BadRequestException" });
      });

      test("what was used, and what is left", async () => {
        const today = new Date(isRedis ? Date.now() : NOW_MS).toISOString().slice(0, 10);
        const range = { usagePlanId: "gold", startDate: today, endDate: today };
        const used = async (keyId?: string) =>
          (
            await client.send(
              new GetUsageCommand(keyId === undefined ? range : { ...range, keyId }),
            )
          ).items;
        const [[before = 0, left = 0] = []] = (await used("acme"))?.["acme"] ?? [];
        expect(before + left).toBe(1000);
        await managed.call(ACME_KEY);
        await managed.call(ACME_KEY);
        expect(await used("acme")).toEqual({ acme: [[before + 2, left - 2]] });
        expect(await used()).toMatchObject({ acme: [[before + 2, left - 2]], off: [[0, 1000]] });
      });

      test.each([
        ["2026-11-02", "2026-11-01", undefined, "BadRequestException"],
        ["2026-02-30", "2026-03-01", undefined, "BadRequestException"],
        ["yesterday", "today", undefined, "BadRequestException"],
        ["2026-01-01", "2026-04-01", undefined, "BadRequestException"],
        ["2026-11-01", "2026-11-02", "nobody", "NotFoundException"],
        ["2026-11-01", "2026-11-02", "trial", "NotFoundException"],
      ])("usage from %s to %s of %s: %s", async (startDate, endDate, keyId, name) => {
        const input = { usagePlanId: "gold", startDate, endDate };
        const command = new GetUsageCommand(keyId === undefined ? input : { ...input, keyId });
        await expect(client.send(command)).rejects.toMatchObject({ name });
      });
    });

    describe("the API", () => {
      test("APIs and stages", async () => {
        const api = { id: restApiId, name: "Pets", version: "1", apiKeySource: "HEADER" };
        expect((await client.send(new GetRestApisCommand({}))).items).toMatchObject([api]);
        expect(await client.send(new GetRestApiCommand({ restApiId }))).toMatchObject(api);
        const { item } = await client.send(new GetStagesCommand({ restApiId }));
        expect(item?.map(({ stageName }) => stageName)).toEqual(["dev", "next-1"]);
        const dev = await client.send(new GetStageCommand({ restApiId, stageName: "dev" }));
        expect(dev).toMatchObject({
          cacheClusterEnabled: true,
          variables: { host: "one" },
          canarySettings: { percentTraffic: 0, stageVariableOverrides: { host: "two" } },
          methodSettings: {
            "~1cached~1{id}/GET": {
              throttlingRateLimit: 100,
              cacheTtlInSeconds: 300,
              loggingLevel: "INFO",
            },
          },
        });
        await expect(
          client.send(new GetRestApiCommand({ restApiId: "other" })),
        ).rejects.toMatchObject({
          name: "NotFoundException",
          message: "Invalid API identifier specified 123456789012:other",
        });
        await expect(
          client.send(new GetStageCommand({ restApiId, stageName: "toString" })),
        ).rejects.toMatchObject({ message: "Invalid stage identifier specified" });
      });

      test("resources", async () => {
        const { items } = await client.send(new GetResourcesCommand({ restApiId }));
        expect(items?.map(({ path }) => path)).toEqual([
          "/pets",
          "/cached/{id}",
          "/pets/{petId}",
          "/readings",
        ]);
        const embed = ["methods"];
        const pet = { id: "pet001", parentId: "abc123", pathPart: "{petId}" };
        expect(
          await client.send(new GetResourceCommand({ restApiId, resourceId: "pet001", embed })),
        ).toMatchObject({
          ...pet,
          resourceMethods: { GET: { httpMethod: "GET", authorizationType: "CUSTOM" } },
        });
      });
    });

    describe("caches", () => {
      const get = async (path: string): Promise<void> => {
        const headers = { authorization: "someone" };
        await fetch(`http://127.0.0.1:${managed.publicPort}/dev${path}`, { headers });
      };

      test("kept answers of one stage are forgotten", async () => {
        const { store } = managed.gateway;
        const kept = async (key: string): Promise<boolean> =>
          (await store.read("response", key)) !== null;
        const keys = [
          "dev/base/pets/1",
          "dev/canary/pets/1",
          "dev2/base/pets/1",
          "next-1/base/x/1",
        ];
        for (const key of keys) await store.write("response", key, Buffer.from("x"), 60);
        await client.send(new FlushStageCacheCommand({ restApiId, stageName: "dev" }));
        expect(await Promise.all(keys.map(kept))).toEqual([false, false, true, true]);
      });

      test("results of authorizers of one stage are forgotten", async () => {
        const before = managed.authorized();
        await get("/pets/1");
        await get("/pets/2");
        expect(managed.authorized()).toBe(before + 1);
        await client.send(
          new FlushStageAuthorizersCacheCommand({ restApiId, stageName: "next-1" }),
        );
        await get("/pets/1");
        expect(managed.authorized()).toBe(before + 1);
        await client.send(new FlushStageAuthorizersCacheCommand({ restApiId, stageName: "dev" }));
        await get("/pets/1");
        expect(managed.authorized()).toBe(before + 2);
      });

      test("kept answers of a method, or of one request, are forgotten", async () => {
        const answer = async (target: string): Promise<string> =>
          (await fetch(`http://127.0.0.1:${managed.publicPort}/dev/cached/${target}`)).text();
        const targets = ["1?unit=C", "1", "2?unit=C", "a%20b"];
        const answers = (): Promise<readonly string[]> => Promise.all(targets.map(answer));
        const forget = async (path: string): Promise<number> => {
          const url = `http://127.0.0.1:${managed.port}/cache/${path}`;
          return (await fetch(url, { method: "DELETE" })).status;
        };
        const first = await answers();
        expect(new Set(first).size).toBe(targets.length);
        expect(await answers()).toEqual(first);
        const id = "method.request.path.id";
        for (const [query, forgotten] of [
          [`${id}=1&method.request.querystring.unit=C`, 0],
          [`${id}=1`, 1],
          [`${id}=a%2520b`, 3],
        ] as const) {
          const before = await answers();
          expect(await forget(`dev/cached?${query}`)).toBe(202);
          const after = await answers();
          expect(after.map((text, i) => text !== before[i])).toEqual(
            targets.map((_target, i) => i === forgotten),
          );
        }
        const before = await answers();
        expect(await forget("dev/cached")).toBe(202);
        const after = await answers();
        expect(after.every((text, i) => text !== before[i])).toBe(true);
        expect(await forget("dev/cached?id=1")).toBe(400);
        expect(await forget("dev/listPets")).toBe(404);
        expect(await forget("prod/cached")).toBe(404);
        expect(await forget("dev/__proto__")).toBe(404);
      });

      test.each([
        ["other", "dev"],
        [restApiId, "prod"],
      ])("API %s, stage %s: not found", async (id, stageName) => {
        const command = new FlushStageCacheCommand({ restApiId: id, stageName });
        await expect(client.send(command)).rejects.toMatchObject({ name: "NotFoundException" });
      });
    });

    test.each<[name: string, input: CreateApiKeyCommand["input"]]>([
      ["a value that is too short", { value: "short" }],
      ["a value that is too long", { value: "x".repeat(129) }],
      ["a name that is too long", { name: "x".repeat(2000) }],
      ["stages", { stageKeys: [{ restApiId, stageName: "dev" }] }],
      ["tags", { tags: { a: "b" } }],
    ])("a key is not made with %s", async (_name, input) => {
      await expect(client.send(new CreateApiKeyCommand(input))).rejects.toMatchObject({
        name: "BadRequestException",
        $metadata: { httpStatusCode: 400 },
      });
    });

    test.each([
      ["/enabled", "yes"],
      ["/value", "another-value-0123456789"],
      ["/labels", "x"],
      ["/__proto__", "x"],
    ])("a key is not changed at %s to %s", async (path, value) => {
      const patchOperations = [{ op: "replace", path, value } as const];
      await expect(
        client.send(new UpdateApiKeyCommand({ apiKey: "acme", patchOperations })),
      ).rejects.toMatchObject({ name: "BadRequestException" });
    });

    test("what is not served is not found", async () => {
      await expect(client.send(new CreateUsagePlanCommand({ name: "new" }))).rejects.toMatchObject({
        name: "NotFoundException",
      });
    });

    test("the view of limits", async () => {
      const answer = await fetch(`http://127.0.0.1:${managed.port}/limits?limit=1`);
      expect(await answer.json()).toMatchObject({
        plans: [{ id: "gold", quota: { limit: 1000 } }, { id: "other" }],
        keys: [{ id: "acme", enabled: true, origin: "settings", plans: [{ id: "gold" }] }],
        position: expect.any(String),
      });
    });
  });
});

describe.skipIf(!hasRedisServer)(`gateways that share a server${redisNote}`, () => {
  let redis: RedisServer;
  let first: Managed;
  let second: Managed;
  beforeAll(async () => {
    redis = await startRedis();
    const options = { state: redisAt(redis.url), clock: Date.now };
    [first, second] = await Promise.all([startManaged(options), startManaged(options)]);
  });
  afterAll(async () => {
    await Promise.all([first.stop(), second.stop()]);
    await redis.remove();
  });

  test("a change is seen by the others, without a round trip of a request", async () => {
    const { id = "", value = "" } = await first.client.send(
      new CreateApiKeyCommand({ name: "shared", enabled: true }),
    );
    expect(await second.client.send(new GetApiKeyCommand({ apiKey: id }))).toMatchObject({ id });
    const membership = { usagePlanId: "gold", keyId: id, keyType: "API_KEY" };
    await first.client.send(new CreateUsagePlanKeyCommand(membership));
    const startMs = Date.now();
    await until(async () => (await second.call(value)) === 200);
    expect(Date.now() - startMs).toBeLessThan(2000);
    await second.client.send(new DeleteApiKeyCommand({ apiKey: id }));
    await until(async () => (await first.call(value)) === 403);
  });

  test("a request makes one round trip, whether keys are managed or not", async () => {
    const scripts = async (): Promise<number> => {
      const stats = String(await redis.command("INFO", "commandstats"));
      return Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1] ?? 0);
    };
    await first.call(ACME_KEY);
    const [before, startMs] = [await scripts(), Date.now()];
    for (let i = 0; i < 100; i++) expect([200, 429]).toContain(await first.call(ACME_KEY));
    // both gateways ask for changes, once a second each
    const asked = 2 * (Math.ceil((Date.now() - startMs) / 1000) + 1);
    const made = (await scripts()) - before;
    expect(made).toBeGreaterThanOrEqual(100);
    expect(made).toBeLessThanOrEqual(100 + asked);
  });

  test("changes at the same time are all made", async () => {
    const make = (of: Managed) =>
      of.client.send(
        new UpdateApiKeyCommand({
          apiKey: "acme",
          patchOperations: [{ op: "replace", path: "/name", value: "at once" }],
        }),
      );
    await Promise.all([make(first), make(second), make(first), make(second)]);
    expect(await first.client.send(new GetApiKeyCommand({ apiKey: "acme" }))).toMatchObject({
      name: "at once",
    });
  });

  test("without the server the keys stay as they are, and nothing can be changed", async () => {
    await redis.kill();
    await until(async () => !(await first.gateway.store.ready()));
    expect(await first.call(ACME_KEY)).toBe(200);
    for (const command of [
      new CreateApiKeyCommand({ name: "late" }),
      new DeleteApiKeyCommand({ apiKey: "acme" }),
      new FlushStageCacheCommand({ restApiId, stageName: "dev" }),
    ]) {
      await expect(first.client.send(command as CreateApiKeyCommand)).rejects.toMatchObject({
        name: "ServiceUnavailableException",
        $metadata: { httpStatusCode: 503 },
      });
    }
    const late = await startManaged({ state: redisAt(redis.url), clock: Date.now });
    // which keys were disabled is not known
    expect(await late.call(ACME_KEY)).toBe(503);
    await redis.start();
    await until(async () => (await late.call(ACME_KEY)) === 200);
    await late.stop();
  });
});
