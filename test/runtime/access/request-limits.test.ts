import { describe, expect, test } from "vitest";
import type { AccessTable, UsagePlanTable } from "../../../src/runtime/contracts.js";
import { allow } from "../../../src/runtime/functions/authorizer.js";
import { call, type Answer } from "../support/client.js";
import { functionProxy, stage } from "../support/table.js";
import {
  authorizer,
  methodSettings,
  openedBy,
  protectedGateway,
  type ProtectedGateway,
  type ProtectedOptions,
} from "./protected-gateway.js";

const values = {
  good: "good-key-0123456789",
  disabled: "disabled-key-0123456789",
  loose: "loose-key-0123456789",
  other: "other-key-0123456789",
} as const;

function limitedGateway(
  plan: Partial<UsagePlanTable> = {},
  { api, functions }: Pick<ProtectedOptions, "api" | "functions"> = {},
): ProtectedGateway {
  const key = (name: string, enabled = true) => ({
    name,
    customerId: null,
    enabled,
    value: { secret: name, key: null },
  });
  const own: Pick<AccessTable, "apiKeys" | "authorizers" | "usagePlans"> = {
    authorizers: { auth: authorizer("token") },
    apiKeys: { k1: key("good"), k2: key("disabled", false), k3: key("loose"), k4: key("other") },
    usagePlans: {
      basic: {
        name: "basic",
        stages: ["dev"],
        keys: ["k1", "k2", "k4"],
        throttle: null,
        quota: null,
        methods: {},
        ...plan,
      },
    },
  };
  const integration = functionProxy("echo");
  return protectedGateway(
    {
      "GET /keyed": { apiKeyRequired: true, integration },
      "GET /also": { apiKeyRequired: true, integration },
      "GET /open": { integration },
      "GET /opened": openedBy("auth", { apiKeyRequired: true, integration }),
    },
    {
      api: { stages: { dev: stage(), prod: stage() }, ...api },
      access: own,
      functions: {
        echo: (event: object) => ({ statusCode: 200, body: JSON.stringify(event) }),
        ...functions,
      },
      secrets: values,
    },
  );
}

const ask = (
  gateway: ProtectedGateway,
  path: string,
  ...headers: readonly string[]
): Promise<Answer> => call(gateway, "GET", path, { headers });

async function statuses(
  gateway: ProtectedGateway,
  path: string,
  count: number,
  ...headers: readonly string[]
): Promise<number[]> {
  const seen: number[] = [];
  for (let i = 0; i < count; i++) seen.push((await ask(gateway, path, ...headers)).status);
  return seen;
}

describe("API keys", () => {
  test.each<[name: string, path: string, headers: readonly string[], status: number]>([
    ["a good one", "/dev/keyed", ["x-api-key", values.good], 200],
    ["any spelling of the header", "/dev/keyed", ["X-API-KEY", values.good], 200],
    ["none", "/dev/keyed", [], 403],
    ["an empty one", "/dev/keyed", ["x-api-key", ""], 403],
    ["an unknown one", "/dev/keyed", ["x-api-key", "nobodys-key-0123456789"], 403],
    ["a good one in capitals", "/dev/keyed", ["x-api-key", values.good.toUpperCase()], 403],
    ["the beginning of a good one", "/dev/keyed", ["x-api-key", values.good.slice(0, -1)], 403],
    ["a disabled one", "/dev/keyed", ["x-api-key", values.disabled], 403],
    ["one without a plan", "/dev/keyed", ["x-api-key", values.loose], 403],
    ["one for another stage", "/prod/keyed", ["x-api-key", values.good], 403],
    ["a good one twice", "/dev/keyed", ["x-api-key", values.good, "x-api-key", values.good], 403],
    [
      "a good one behind a bad one",
      "/dev/keyed",
      ["x-api-key", "nobodys", "x-api-key", values.good],
      403,
    ],
    ["two in one", "/dev/keyed", ["x-api-key", `${values.good},${values.other}`], 403],
    [
      "one that ends at the gateway",
      "/dev/keyed",
      ["x-api-key", values.good, "Connection", "x-api-key"],
      403,
    ],
    ["one in the query", `/dev/keyed?x-api-key=${values.good}`, [], 403],
    ["the key's id", "/dev/keyed", ["x-api-key", "k1"], 403],
    ["a method that asks for none", "/dev/open", [], 200],
  ])("%s", async (_name, path, headers, status) => {
    const answer = await ask(limitedGateway(), path, ...headers);
    expect(answer.status).toBe(status);
    if (status === 200) return;
    expect(answer.text).toBe('{"message":"Forbidden"}');
    expect(answer.header("x-amzn-ErrorType")).toBe("ForbiddenException");
  });

  test("stand in the event with their ids", async () => {
    const { text } = await ask(limitedGateway(), "/dev/keyed", "x-api-key", values.good);
    expect(JSON.parse(text)).toMatchObject({
      requestContext: { identity: { apiKey: values.good, apiKeyId: "k1" } },
    });
  });

  test("come from the authorizer, and then from it alone", async () => {
    const functions = {
      authorizer: ({ authorizationToken }: { readonly authorizationToken: string }) => ({
        ...allow("me", "*"),
        ...(authorizationToken === "none" ? {} : { usageIdentifierKey: authorizationToken }),
      }),
    };
    const gateway = limitedGateway(
      {},
      {
        api: { apiKeySource: "AUTHORIZER" },
        functions,
      },
    );
    expect((await ask(gateway, "/dev/opened", "Authorization", values.good)).status).toBe(200);
    expect(
      (await ask(gateway, "/dev/opened", "Authorization", values.good, "x-api-key", "nobodys"))
        .status,
    ).toBe(200);
    expect(
      (await ask(gateway, "/dev/opened", "Authorization", "none", "x-api-key", values.good)).status,
    ).toBe(403);
    expect((await ask(gateway, "/dev/opened", "Authorization", values.disabled)).status).toBe(403);
    // without an authorizer nobody can name a key
    expect((await ask(gateway, "/dev/keyed", "x-api-key", values.good)).status).toBe(403);
  });

  test("of an authorizer are no keys where headers are the source", async () => {
    const functions = {
      authorizer: () => ({ ...allow("me", "*"), usageIdentifierKey: values.good }),
    };
    const gateway = limitedGateway({}, { functions });
    expect((await ask(gateway, "/dev/opened", "Authorization", "t")).status).toBe(403);
    expect(
      (await ask(gateway, "/dev/opened", "Authorization", "t", "x-api-key", values.good)).status,
    ).toBe(200);
  });
});

describe("limits", () => {
  const good = ["x-api-key", values.good] as const;
  const other = ["x-api-key", values.other] as const;

  test("a bucket fills again with time, for each key by itself", async () => {
    const gateway = limitedGateway({ throttle: { rateLimit: 1, burstLimit: 2 } });
    expect(await statuses(gateway, "/dev/keyed", 3, ...good)).toEqual([200, 200, 429]);
    expect(await statuses(gateway, "/dev/also", 1, ...good)).toEqual([429]);
    expect(await statuses(gateway, "/dev/keyed", 1, ...other)).toEqual([200]);
    gateway.advance(1000);
    expect(await statuses(gateway, "/dev/keyed", 2, ...good)).toEqual([200, 429]);
  });

  test("a method of the plan has a bucket of its own", async () => {
    const gateway = limitedGateway({
      throttle: { rateLimit: 1, burstLimit: 1 },
      methods: { "GET /also": { rateLimit: 1, burstLimit: 2 } },
    });
    expect(await statuses(gateway, "/dev/keyed", 2, ...good)).toEqual([200, 429]);
    expect(await statuses(gateway, "/dev/also", 3, ...good)).toEqual([200, 200, 429]);
  });

  test("a method of the stage is limited for all callers together", async () => {
    const throttle = { rateLimit: 1, burstLimit: 1 };
    const stages = {
      dev: stage({ methods: { "GET /open": methodSettings({ throttle }) } }),
      prod: stage(),
    };
    const gateway = limitedGateway({}, { api: { stages } });
    expect(await statuses(gateway, "/dev/open", 2)).toEqual([200, 429]);
    expect(await statuses(gateway, "/prod/open", 2)).toEqual([200, 200]);
  });

  test("a quota is for a period", async () => {
    const gateway = limitedGateway({ quota: { limit: 3, period: "DAY", offset: 1 } });
    expect(await statuses(gateway, "/dev/keyed", 3, ...good)).toEqual([200, 200, 429]);
    expect(await statuses(gateway, "/dev/keyed", 1, ...other)).toEqual([200]);
    gateway.advance(24 * 3600_000);
    expect(await statuses(gateway, "/dev/keyed", 4, ...good)).toEqual([200, 200, 200, 429]);
  });

  test("both say which one it was", async () => {
    const throttled = limitedGateway({ throttle: { rateLimit: 0, burstLimit: 0 } });
    const answer = await ask(throttled, "/dev/keyed", ...good);
    expect(answer).toMatchObject({ status: 429, text: '{"message":"Too Many Requests"}' });
    expect(answer.header("x-amzn-ErrorType")).toBe("TooManyRequestsException");
    const used = limitedGateway({ quota: { limit: 0, period: "MONTH", offset: 0 } });
    const over = await ask(used, "/dev/keyed", ...good);
    expect(over).toMatchObject({ status: 429, text: '{"message":"Limit Exceeded"}' });
    expect(over.header("x-amzn-ErrorType")).toBe("LimitExceededException");
  });

  test("requests that are refused before use nothing up", async () => {
    const gateway = limitedGateway(
      { throttle: { rateLimit: 1, burstLimit: 1 } },
      {
        functions: { authorizer: () => allow("me", []) },
      },
    );
    expect(await statuses(gateway, "/dev/opened", 3, "Authorization", "t", ...good)).toEqual([
      403, 403, 403,
    ]);
    expect(await statuses(gateway, "/dev/keyed", 2, ...good)).toEqual([200, 429]);
  });
});
