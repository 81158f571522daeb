import { describe, expect, test } from "vitest";
import { createRandomSource } from "../../../src/runtime/context/ids.js";
import { requestTime } from "../../../src/runtime/context/request-time.js";
import { traceHeader } from "../../../src/runtime/context/trace-header.js";
import { createGateway, type GatewayOptions } from "../../../src/runtime/gateway.js";
import { mockIntegration } from "../../../src/runtime/integrations/mock.js";
import type { TraceEvent } from "../../../src/runtime/trace.js";
import { call } from "../support/client.js";
import { apiTable, mock } from "../support/table.js";

describe("ids", () => {
  test("are well formed and never the same, over many batches", () => {
    const random = createRandomSource();
    const seen = new Set<string>();
    for (let round = 0; round < 3000; round += 1) {
      const uuid = random.uuid();
      const extended = random.extendedId();
      expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(extended).toMatch(/^[\w-]{15}=$/);
      expect(random.hex(12)).toMatch(/^[0-9a-f]{24}$/);
      seen.add(uuid).add(extended);
    }
    expect(seen.size).toBe(6000);
  });

  test("a client may choose the request id, if it is one", async () => {
    const gateway = createGateway(apiTable({ "GET /m": {} }), {
      integrations: { mock: mockIntegration },
    });
    const chosen = "0a1b2c3d-0000-4000-8000-0123456789ab";
    const kept = await call(gateway, "GET", "/dev/m", { headers: ["X-Amzn-RequestId", chosen] });
    expect(kept.header("x-amzn-requestid")).toBe(chosen);
    const made = await call(gateway, "GET", "/dev/m", { headers: ["X-Amzn-RequestId", "not one"] });
    expect(made.header("x-amzn-requestid")).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe("trace header", () => {
  const root = "1-3152b799-8954dae64eda91bc9a23a7e8";
  test.each<[sent: string | null, want: RegExp]>([
    [
      `Root=${root};Parent=7fa8c0f79203be72;Sampled=1`,
      new RegExp(`^Root=${root};Parent=7fa8c0f79203be72;Sampled=1$`),
    ],
    [`Self=1-1-1;Root=${root}`, new RegExp(`^Root=${root};Parent=[0-9a-f]{16};Sampled=0$`)],
    [null, /^Root=1-66ad6c33-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$/],
    ["Root=1-x;evil=\r\n", /^Root=1-66ad6c33-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$/],
  ])("%s", (sent, want) => {
    expect(traceHeader(sent, 0x66ad6c33 * 1000, createRandomSource())).toMatch(want);
  });
});

test("request time", () => {
  expect(requestTime(Date.UTC(2024, 0, 2, 3, 4, 5))).toBe("02/Jan/2024:03:04:05 +0000");
});

describe("context in templates", () => {
  test.each<[name: string, want: string | RegExp]>([
    ["apiId", "abcdefghij"],
    ["accountId", "123456789012"],
    ["stage", "dev"],
    ["path", "/dev/m/7/"],
    ["resourcePath", "/m/{id}"],
    ["resourceId", "abc123"],
    ["httpMethod", "PUT"],
    ["protocol", "HTTP/1.1"],
    ["identity.sourceIp", "192.0.2.7"],
    ["identity.userAgent", "agent"],
    ["identity.user", ""],
    ["domainName", "h.test"],
    ["domainPrefix", "h"],
    ["requestId", /^[0-9a-f-]{36}$/],
    ["extendedRequestId", /=$/],
    ["requestTimeEpoch", "1722641683000"],
    ["requestTime", "02/Aug/2024:23:34:43 +0000"],
    ["operationName", "getM"],
    ["error.message", ""],
    ["__proto__", ""],
  ])("$context.%s", async (name, want) => {
    const integration = mock("", {
      responses: [
        {
          pattern: null,
          statusCode: 200,
          headers: [],
          contentHandling: null,
          templates: { "application/json": (input) => input.context(name) },
        },
      ],
    });
    const options: GatewayOptions = { clock: () => Date.UTC(2024, 7, 2, 23, 34, 43) };
    const api = apiTable({ "ANY /m/{id}": { integration, operationName: "getM" } });
    const gateway = createGateway(api, { integrations: { mock: mockIntegration } }, options);
    const answer = await call(gateway, "POST", "/dev/m/7/", {
      headers: ["user-agent", "agent", "Host", "h.test:8080", "X-HTTP-Method-Override", "PUT"],
    });
    if (typeof want === "string") expect(answer.text).toBe(want);
    else expect(answer.text).toMatch(want);
  });
});

test("who listens to a request hears its steps", async () => {
  const events: TraceEvent[] = [];
  const options: GatewayOptions = { trace: () => (event) => events.push(event) };
  const gateway = createGateway(
    apiTable({ "GET /m": {} }),
    { integrations: { mock: mockIntegration } },
    options,
  );
  await call(gateway, "GET", "/dev/m");
  await call(gateway, "GET", "/dev/none");
  expect(events.map(({ kind }) => kind)).toEqual([
    "matched",
    "answered",
    "sent",
    "gateway-error",
    "answered",
    "sent",
  ]);
});
