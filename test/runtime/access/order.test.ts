import { describe, expect, test } from "vitest";
import type {
  ApiTable,
  GatewayResponseTable,
  GatewayResponseType,
} from "../../../src/runtime/contracts.js";
import { allow, deny } from "../../../src/runtime/functions/authorizer.js";
import { call, type Answer } from "../support/client.js";
import { createGateway } from "../../../src/runtime/gateway.js";
import { mockIntegration } from "../../../src/runtime/integrations/mock.js";
import { apiTable, stage, type TestRoute } from "../support/table.js";
import {
  arn,
  authorizer,
  denying,
  methodSettings,
  openedBy,
  policy,
  protectedGateway,
  signed,
  type ProtectedGateway,
} from "./protected-gateway.js";

const goodKey = "good-key-0123456789";

/** Every step has something to refuse: policy, authorizer, key, throttle, validation. */
function strictGateway(rest: Partial<ApiTable> = {}): ProtectedGateway {
  const validation = {
    requiredHeaders: [],
    requiredPath: [],
    requiredQuery: ["must"],
    bodyModels: null,
  };
  return protectedGateway(
    {
      "GET /pets": openedBy("auth", { apiKeyRequired: true, validation }),
      "POST /pets": openedBy("auth", {
        validation: {
          ...validation,
          requiredQuery: [],
          bodyModels: { "application/json": "never" },
        },
      }),
      "GET /denied": openedBy("auth", { validation }),
      "GET /signed": { ...signed, apiKeyRequired: true, validation },
    },
    {
      api: {
        stages: {
          dev: stage({
            methods: { "GET /pets": methodSettings({ throttle: { rateLimit: 1, burstLimit: 1 } }) },
          }),
        },
        validators: { never: () => false },
        ...rest,
      },
      access: {
        resourcePolicy: denying(arn("GET/denied")),
        authorizers: { auth: authorizer("token") },
        apiKeys: {
          k1: { name: "k1", customerId: null, enabled: true, value: { secret: "k1", key: null } },
        },
        usagePlans: {
          p: { name: "p", stages: ["dev"], keys: ["k1"], throttle: null, quota: null, methods: {} },
        },
      },
      functions: {
        authorizer: ({ authorizationToken: token }: { readonly authorizationToken: string }) => {
          if (token === "unknown") throw new Error("Unauthorized");
          if (token === "broken") throw new Error("broken");
          return token === "denied" ? deny("me", "*") : allow("me", "*");
        },
      },
      secrets: { k1: goodKey },
    },
  );
}

const ask = (
  gateway: ProtectedGateway,
  target: string,
  ...headers: readonly string[]
): Promise<Answer> => call(gateway, "GET", target, { headers });

describe("the first step that refuses is the one that answers", () => {
  test.each<
    [name: string, target: string, headers: readonly string[], status: number, text: RegExp]
  >([
    ["the policy before the token", "/dev/denied", [], 403, /explicit deny/],
    ["no token before key and validation", "/dev/pets", [], 401, /Unauthorized/],
    [
      "a bad token before key and validation",
      "/dev/pets",
      ["Authorization", "unknown"],
      401,
      /Unauthorized/,
    ],
    [
      "a denial before key and validation",
      "/dev/pets",
      ["Authorization", "denied"],
      403,
      /explicit deny/,
    ],
    ["a failure before key and validation", "/dev/pets", ["Authorization", "broken"], 500, /null/],
    ["the key before validation", "/dev/pets", ["Authorization", "t"], 403, /Forbidden/],
    ["validation last", "/dev/pets", ["Authorization", "t", "x-api-key", goodKey], 400, /must/],
    [
      "no signature before key and validation",
      "/dev/signed",
      ["x-api-key", goodKey],
      403,
      /Missing Authentication Token/,
    ],
  ])("%s", async (_name, target, headers, status, text) => {
    const answer = await ask(strictGateway(), target, ...headers);
    expect(answer.status).toBe(status);
    expect(answer.text).toMatch(text);
  });

  test("the throttle before validation", async () => {
    const gateway = strictGateway();
    const known = ["Authorization", "t", "x-api-key", goodKey];
    expect((await ask(gateway, "/dev/pets", ...known)).status).toBe(400);
    expect((await ask(gateway, "/dev/pets", ...known)).status).toBe(429);
    // who is not known uses nothing up, and hears nothing of the throttle
    expect((await ask(gateway, "/dev/pets")).status).toBe(401);
    gateway.advance(1000);
    expect((await ask(gateway, "/dev/pets", ...known)).status).toBe(400);
  });

  test("a body is not looked at for somebody who is not known", async () => {
    const gateway = strictGateway();
    const body = "{";
    const headers = ["Content-Type", "application/json"];
    expect((await call(gateway, "POST", "/dev/pets", { headers, body })).status).toBe(401);
    const known = { headers: [...headers, "Authorization", "t"], body };
    expect((await call(gateway, "POST", "/dev/pets", known)).status).toBe(400);
  });
});

describe("refusals are answered as the API defines", () => {
  const own = (
    type: GatewayResponseType,
  ): Partial<Record<GatewayResponseType, GatewayResponseTable>> => ({
    [type]: {
      statusCode: 418,
      headers: [{ name: "X-Kind", from: { context: "error.responseType" } }],
      templates: {
        "application/json": [
          '{"said":',
          { context: "error.messageString" },
          ',"by":"',
          { context: "authorizer.principalId" },
          '"}',
        ],
      },
    },
  });
  const known = ["Authorization", "t", "x-api-key", goodKey];
  test.each<[type: GatewayResponseType, target: string, headers: readonly string[], body: string]>([
    ["UNAUTHORIZED", "/dev/pets", [], '{"said":"Unauthorized","by":""}'],
    [
      "ACCESS_DENIED",
      "/dev/pets",
      ["Authorization", "denied"],
      '{"said":"User is not authorized to access this resource with an explicit deny","by":"me"}',
    ],
    [
      "AUTHORIZER_CONFIGURATION_ERROR",
      "/dev/pets",
      ["Authorization", "broken"],
      '{"said":null,"by":""}',
    ],
    ["INVALID_API_KEY", "/dev/pets", ["Authorization", "t"], '{"said":"Forbidden","by":"me"}'],
    [
      "MISSING_AUTHENTICATION_TOKEN",
      "/dev/signed",
      [],
      '{"said":"Missing Authentication Token","by":""}',
    ],
    [
      "BAD_REQUEST_PARAMETERS",
      "/dev/pets",
      known,
      '{"said":"Missing required request parameters: [must]","by":"me"}',
    ],
  ])("%s", async (type, target, headers, body) => {
    const answer = await ask(strictGateway({ gatewayResponses: own(type) }), target, ...headers);
    expect(answer).toMatchObject({ status: 418, text: body });
    expect(answer.header("X-Kind")).toBe(type);
  });

  test("THROTTLED and QUOTA_EXCEEDED", async () => {
    const gateway = strictGateway({ gatewayResponses: own("THROTTLED") });
    await ask(gateway, "/dev/pets", ...known);
    expect(await ask(gateway, "/dev/pets", ...known)).toMatchObject({
      status: 418,
      text: '{"said":"Too Many Requests","by":"me"}',
    });
  });

  test("INVALID_SIGNATURE", async () => {
    const answer = await ask(
      strictGateway({ gatewayResponses: own("INVALID_SIGNATURE") }),
      "/dev/signed",
      "Authorization",
      "t",
    );
    expect(answer.status).toBe(418);
    expect(answer.header("X-Kind")).toBe("INVALID_SIGNATURE");
  });

  test("all of 4xx together", async () => {
    const gateway = strictGateway({ gatewayResponses: own("DEFAULT_4XX") });
    expect((await ask(gateway, "/dev/pets")).status).toBe(418);
    expect((await ask(gateway, "/dev/denied")).status).toBe(418);
    expect((await ask(gateway, "/dev/pets", "Authorization", "broken")).status).toBe(500);
  });
});

describe("a gateway does not start without the part that protects a route", () => {
  const access = {
    resourcePolicy: null,
    authorizers: { auth: authorizer("token") },
    principals: [],
    apiKeys: {},
    usagePlans: {},
  };
  const throttle = { rateLimit: 1, burstLimit: 1 };
  const throttled = stage({ methods: { "GET /pets": methodSettings({ throttle }) } });
  test.each<[part: string, route: TestRoute, rest: Partial<ApiTable>]>([
    ["authorizers.token", openedBy("auth"), { access }],
    ["iam", signed, { access }],
    ["limits", { apiKeyRequired: true }, { access }],
    ["limits", {}, { stages: { dev: throttled } }],
    ["resourcePolicy", {}, { access: { ...access, resourcePolicy: policy() } }],
  ])("%s", (part, route, rest) => {
    const parts = { integrations: { mock: mockIntegration } };
    expect(() => createGateway(apiTable({ "GET /pets": route }, rest), parts)).toThrow(
      `route GET /pets needs the part "${part}", which is not wired`,
    );
  });

  test("or without the authorizer", () => {
    expect(() => protectedGateway({ "GET /pets": openedBy("nobody") })).toThrow(
      'needs the authorizer "nobody"',
    );
  });
});
