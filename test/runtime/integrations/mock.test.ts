import { describe, expect, test } from "vitest";
import { createGateway } from "../../../src/runtime/gateway.js";
import { mockIntegration } from "../../../src/runtime/integrations/mock.js";
import { readMockStatus } from "../../../src/runtime/integrations/mock-status.js";
import type { MockTable } from "../../../src/runtime/contracts.js";
import { call, type Answer } from "../support/client.js";
import { apiTable, mock } from "../support/table.js";

describe("status of a rendered template", () => {
  test.each<[text: string, want: number | null]>([
    ['{"statusCode": 200}', 200],
    ["{statusCode: 200}", 200],
    [" \n{ statusCode : 200 }\n ", 200],
    ["{'statusCode': 200, '': ''}", 200],
    ['{"statusCode": 200 ,, }', 200],
    ['{,"statusCode": 200}', 200],
    ['{"statusCode": 0}', 0],
    ['{"statusCode": -1000}', -1000],
    ['{"a": {"statusCode": 1}, "statusCode": 404, "b": [1, null, {c: d}]}', 404],
    ['{"statusCode": 200, odd key: 1}', null],
    ["{odd-key: x, statusCode: 201}", 201],
    ['{"statusCode": "200"}', null],
    ['{"statusCode": 200.5}', null],
    ['{"statusCode": 200', null],
    ["statusCode: 200", null],
    ["{'statusCode\": 200}", null],
    ['{"statusCode": 200} x', null],
    ['{"other": 200}', null],
    ["", null],
    ["[200]", null],
    ['{"statusCode": "unclosed}', null],
    ['{"__proto__": {"statusCode": 200}}', null],
    [`{"a": ${"[".repeat(100_000)}`, null],
  ])("%.60s", (text, want) => expect(readMockStatus(text)).toBe(want));
});

describe("mock", () => {
  const run = (
    table: MockTable,
    ...request: Parameters<typeof call> extends [unknown, ...infer R] ? R : never
  ): Promise<Answer> => {
    const api = apiTable({ "ANY /m": { integration: table } });
    const silent = { warn: () => undefined, error: () => undefined };
    const gateway = createGateway(
      api,
      { integrations: { mock: mockIntegration } },
      { logger: silent },
    );
    return call(gateway, ...request);
  };
  const response = (
    statusCode: number,
    rest: Partial<MockTable["responses"][number]> = {},
  ): MockTable["responses"][number] => ({
    pattern: null,
    statusCode,
    headers: [],
    templates: {},
    contentHandling: null,
    ...rest,
  });

  test("the status chooses the response, the whole of it", async () => {
    const table = mock("", {
      requestTemplates: { "application/json": (input) => `{"statusCode": ${input.param("s")}}` },
      responses: [
        response(400, { pattern: /4\d{2}/ }),
        response(418, { pattern: /4|418/ }),
        response(200),
      ],
    });
    expect((await run(table, "GET", "/dev/m?s=404")).status).toBe(400);
    expect((await run(table, "GET", "/dev/m?s=1404")).status).toBe(200);
    expect((await run(table, "GET", "/dev/m?s=4")).status).toBe(418);
  });

  test("no response fits: a configuration error", async () => {
    const table = mock("", { responses: [response(200, { pattern: /500/ })] });
    const answer = await run(table, "GET", "/dev/m");
    expect([answer.status, answer.header("x-amzn-errortype")]).toEqual([
      500,
      "ApiConfigurationException",
    ]);
  });

  test("without a response template the answer is empty", async () => {
    const answer = await run(mock("", { responses: [response(200)] }), "GET", "/dev/m");
    expect([answer.status, answer.text]).toEqual([200, ""]);
    expect(answer.header("content-type")).toBe("application/json");
  });

  test("constant and computed headers go out under the names the service gives them", async () => {
    const headers = [
      { name: "Server", from: { literal: "mine" } },
      { name: "Transfer-Encoding", from: { literal: "chunked" } },
      { name: "X-Set", from: { stageVariable: "none" } },
      { name: "Content-Type", from: { literal: "text/plain" } },
    ];
    const fixed = await run(mock("", { responses: [response(200, { headers })] }), "GET", "/dev/m");
    const computed = await run(
      mock("", {
        responses: [
          response(200, { headers: [...headers, { name: "X-Q", from: { queryString: "q" } }] }),
        ],
      }),
      "GET",
      "/dev/m?q=a%20b",
    );
    expect(computed.header("x-q")).toBe("a b");
    for (const answer of [fixed, computed]) {
      expect(answer.header("x-amzn-remapped-server")).toBe("mine");
      expect(answer.header("transfer-encoding")).toBeUndefined();
      expect(answer.header("x-set")).toBeUndefined();
      expect(answer.header("content-type")).toBe("text/plain");
    }
  });

  test("a mapped value with a line break is a 500", async () => {
    const headers = [{ name: "X-Q", from: { queryString: "q" } }];
    const table = mock("", { responses: [response(200, { headers })] });
    expect((await run(table, "GET", "/dev/m?q=a%0d%0aX-In:%201")).status).toBe(500);
  });

  test.each<[why: string, rest: Partial<MockTable>, want: number]>([
    ["NEVER", { passthroughBehavior: "NEVER" }, 415],
    ["WHEN_NO_TEMPLATES", { passthroughBehavior: "WHEN_NO_TEMPLATES" }, 415],
    ["WHEN_NO_MATCH takes the body, which chooses nothing", {}, 400],
  ])("no template for the type: %s", async (_why, rest, want) => {
    const answer = await run(mock("", rest), "POST", "/dev/m", {
      headers: ["Content-Type", "text/plain"],
      body: "hello",
    });
    expect(answer.status).toBe(want);
  });

  test("the body chooses where there are no templates", async () => {
    const table = mock("", {
      requestTemplates: {},
      responses: [response(201, { pattern: /201/ }), response(200)],
    });
    expect((await run(table, "POST", "/dev/m", { body: "{statusCode: 201}" })).status).toBe(201);
    expect((await run(table, "GET", "/dev/m")).status).toBe(500);
  });

  test("the response template follows Accept", async () => {
    const table = mock("", {
      responses: [
        response(200, { templates: { "application/json": () => "json", "text/xml": () => "xml" } }),
      ],
    });
    const accept = (type: string): Promise<Answer> =>
      run(table, "GET", "/dev/m", { headers: ["Accept", type] });
    expect((await accept("text/xml;q=1, */*")).text).toBe("xml");
    expect((await accept("*/*")).text).toBe("json");
    expect((await run(table, "GET", "/dev/m")).text).toBe("json");
  });

  test("constant answers are not shared between requests", async () => {
    const api = apiTable({ "GET /m": {} });
    const gateway = createGateway(api, { integrations: { mock: mockIntegration } });
    const [one, two] = [await call(gateway, "GET", "/dev/m"), await call(gateway, "GET", "/dev/m")];
    expect(one.headers).toHaveLength(two.headers.length);
    expect(one.header("x-amzn-requestid")).not.toBe(two.header("x-amzn-requestid"));
  });
});
