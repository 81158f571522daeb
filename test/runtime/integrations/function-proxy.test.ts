import { describe, expect, test } from "vitest";
import type { ApiTable, FunctionProxyTable } from "../../../src/runtime/contracts.js";
import {
  FunctionFailure,
  type FunctionInvocation,
  type FunctionResult,
  type ModuleInvoker,
} from "../../../src/runtime/functions/invoker.js";
import { createGateway } from "../../../src/runtime/gateway.js";
import { functionProxyIntegration } from "../../../src/runtime/integrations/function-proxy.js";
import { call, type Answer } from "../support/client.js";
import { apiTable, functionProxy, stage } from "../support/table.js";

const silent = { warn: () => undefined, error: () => undefined };

interface Run {
  answer: Answer;
  event: Record<string, unknown>;
  invocation: FunctionInvocation<"module"> | null;
}

interface Setup {
  result?: unknown;
  invoke?: () => Promise<FunctionResult>;
  table?: Partial<FunctionProxyTable>;
  api?: Partial<ApiTable>;
  request?: Parameters<typeof call>[3];
  method?: string;
  target?: string;
}

async function run(setup: Setup = {}): Promise<Run> {
  let invocation: FunctionInvocation<"module"> | null = null;
  const module: ModuleInvoker = {
    names: ["fn"],
    invoke: (made) => {
      invocation = made;
      const payload = JSON.stringify(setup.result ?? {});
      return setup.invoke?.() ?? Promise.resolve({ payload, functionError: null });
    },
    close: () => Promise.resolve(),
  };
  const routes = { "ANY /{proxy+}": { integration: functionProxy("fn", setup.table) } };
  const gateway = createGateway(
    apiTable(routes, setup.api),
    { integrations: { aws_proxy: functionProxyIntegration }, functions: { module } },
    { logger: silent, clock: () => Date.UTC(2024, 7, 2, 23, 34, 43) },
  );
  const { method = "GET", target = "/dev/a/b", request } = setup;
  const answer = await call(gateway, method, target, request);
  const seen = invocation as FunctionInvocation<"module"> | null;
  const event = seen === null ? {} : (JSON.parse(seen.payload) as Record<string, unknown>);
  return { answer, event, invocation: seen };
}

describe("event", () => {
  test("members stand in the recorded order, empty ones are null", async () => {
    const { event } = await run();
    expect(Object.keys(event)).toEqual([
      "resource",
      "path",
      "httpMethod",
      "headers",
      "multiValueHeaders",
      "queryStringParameters",
      "multiValueQueryStringParameters",
      "pathParameters",
      "stageVariables",
      "requestContext",
      "body",
      "isBase64Encoded",
    ]);
    const context = event["requestContext"] as Record<string, unknown>;
    expect(Object.keys(context)).toEqual([
      "resourceId",
      "resourcePath",
      "httpMethod",
      "extendedRequestId",
      "requestTime",
      "path",
      "accountId",
      "protocol",
      "stage",
      "domainPrefix",
      "requestTimeEpoch",
      "requestId",
      "identity",
      "domainName",
      "deploymentId",
      "apiId",
    ]);
    expect(Object.keys(context["identity"] as object)).toEqual([
      "cognitoIdentityPoolId",
      "accountId",
      "cognitoIdentityId",
      "caller",
      "sourceIp",
      "principalOrgId",
      "accessKey",
      "cognitoAuthenticationType",
      "cognitoAuthenticationProvider",
      "userArn",
      "userAgent",
      "user",
    ]);
    expect(event).toMatchObject({
      resource: "/{proxy+}",
      path: "/a/b",
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      pathParameters: { proxy: "a/b" },
      stageVariables: null,
      body: null,
      isBase64Encoded: false,
    });
    expect(context).toMatchObject({
      requestTime: "02/Aug/2024:23:34:43 +0000",
      requestTimeEpoch: 1722641683000,
      path: "/dev/a/b",
      domainName: "abcdefghij.execute-api.us-east-1.amazonaws.com",
      domainPrefix: "abcdefghij",
      protocol: "HTTP/1.1",
      identity: { sourceIp: "192.0.2.7", userAgent: null, user: null },
    });
  });

  test("headers keep their spelling, are sorted, and come with the gateway's own", async () => {
    const { event } = await run({
      request: {
        headers: [
          "tEsT",
          "1",
          "authorization",
          "a",
          "X-Two",
          "1",
          "X-Two",
          "2",
          "Host",
          "h.test:81",
          "X-Forwarded-For",
          "1.1.1.1",
          "__proto__",
          "p",
          "Connection",
          "x",
        ],
      },
    });
    expect(Object.entries(event["headers"] as object).map(([name]) => name)).toEqual([
      "Authorization",
      "Host",
      "X-Amzn-Trace-Id",
      "X-Forwarded-For",
      "X-Forwarded-Port",
      "X-Forwarded-Proto",
      "X-Two",
      "__proto__",
      "tEsT",
    ]);
    expect(event["headers"]).toMatchObject({
      "X-Two": "2",
      "X-Forwarded-For": "1.1.1.1, 192.0.2.7",
      "X-Forwarded-Port": "443",
      "X-Forwarded-Proto": "https",
    });
    expect(event["multiValueHeaders"]).toMatchObject({ "X-Two": ["1", "2"], tEsT: ["1"] });
    expect(event["requestContext"]).toMatchObject({ domainName: "h.test", domainPrefix: "h" });
  });

  test.each<[why: string, headers: string[], body: Buffer, want: unknown]>([
    ["text", [], Buffer.from("h\u00e9"), { body: "h\u00e9", isBase64Encoded: false }],
    [
      "bytes that are no text",
      [],
      Buffer.from([0xff, 0x41]),
      { body: "\ufffdA", isBase64Encoded: false },
    ],
    [
      "a binary type",
      ["content-type", "image/png;x=y"],
      Buffer.from([0xff, 0x41]),
      { body: "/0E=", isBase64Encoded: true },
    ],
    [
      "a binary type without body",
      ["content-type", "image/png"],
      Buffer.alloc(0),
      { body: null, isBase64Encoded: false },
    ],
  ])("body: %s", async (_why, headers, body, want) => {
    const { event } = await run({
      request: { headers, body },
      api: { binaryMediaTypes: ["image/png"] },
    });
    expect(event).toMatchObject(want as object);
  });

  test("stage variables reach the event and choose the function", async () => {
    const variables = { alias: "fn", empty: "" };
    const { event, invocation } = await run({
      api: { stages: { dev: stage({ variables }) } },
      table: {
        function: ["arn:aws:lambda:us-east-1:123456789012:function:", { stageVariable: "alias" }],
      },
    });
    expect(event["stageVariables"]).toEqual(variables);
    expect(invocation).toMatchObject({
      name: "fn",
      arn: "arn:aws:lambda:us-east-1:123456789012:function:fn",
      invocationType: "RequestResponse",
      timeoutMs: 5000,
    });
  });
});

describe("result", () => {
  test.each<
    [
      why: string,
      result: unknown,
      status: number,
      rest?: { text?: string; headers?: Record<string, string> },
    ]
  >([
    [
      "a status alone",
      { statusCode: 200 },
      200,
      { text: "", headers: { "content-type": "application/json" } },
    ],
    ["nothing at all", {}, 200, { text: "" }],
    [
      "headers alone",
      { headers: { "test-header": "value" } },
      200,
      { headers: { "test-header": "value" } },
    ],
    ["a numeric text", { statusCode: "201" }, 201],
    ["a text that is no number", { statusCode: "test" }, 502],
    ["a status that is no integer", { statusCode: 200.5 }, 502],
    ["a status out of range", { statusCode: 1000 }, 502],
    ["an informational status", { statusCode: 101 }, 502],
    [
      "header values that are no text",
      { headers: { a: true, b: 7 } },
      200,
      { headers: { a: "true", b: "7" } },
    ],
    ["no headers", { headers: null, multiValueHeaders: null, body: null }, 200, { text: "" }],
    ["an unknown member", { statusCode: 200, wrong: 1 }, 502],
    ["a multi value that is no list", { multiValueHeaders: { a: "b" } }, 502],
    ["a header that is an object", { headers: { a: {} } }, 502],
    [
      "the same name in both maps",
      { multiValueHeaders: { "tesT-Multi": ["m"] }, headers: { "test-multi": "s" } },
      200,
      { headers: { "test-multi": "m, s" } },
    ],
    [
      "the same pair in both maps",
      { multiValueHeaders: { A: ["1", "2"] }, headers: { a: "2" } },
      200,
      { headers: { a: "1, 2" } },
    ],
    ["a string", "text", 502],
    ["a number", 7, 502],
    ["a list", [], 502],
    ["a body that is an object", { body: {} }, 502],
    ["a body that is a number", { body: 7 }, 502],
    ["a flag that is no flag", { body: "", isBase64Encoded: "yes" }, 502],
    [
      "a redirect of another type",
      { statusCode: 300, headers: { "content-type": "application/xml" }, body: "<a/>" },
      300,
      { text: "<a/>", headers: { "content-type": "application/xml" } },
    ],
    ["a line break in a header", { headers: { a: "b\r\nc: d" } }, 502],
    ["a name that is no header name", { headers: { "a b": "c" } }, 502],
    [
      "bookkeeping headers",
      {
        headers: {
          Date: "d",
          "Content-Length": "9",
          Server: "s",
          "WWW-Authenticate": "w",
          "Transfer-Encoding": "t",
          "x-amzn-RequestId": "r",
        },
      },
      200,
      {
        headers: {
          "x-amzn-remapped-date": "d",
          "x-amzn-remapped-content-length": "9",
          "x-amzn-remapped-server": "s",
          "x-amzn-remapped-www-authenticate": "w",
        },
      },
    ],
  ])("%s", async (_why, result, status, rest = {}) => {
    const { answer } = await run({ result });
    expect(answer.status).toBe(status);
    if (status === 502) {
      expect(answer.text).toBe('{"message":"Internal server error"}');
      expect(answer.header("x-amzn-errortype")).toBe("InternalServerErrorException");
      expect(answer.header("x-amzn-trace-id")).toBeUndefined();
    } else {
      expect(answer.header("x-amzn-trace-id")).toContain("Root=1-");
      expect(answer.header("transfer-encoding")).toBeUndefined();
    }
    if (rest.text !== undefined) expect(answer.text).toBe(rest.text);
    for (const [name, value] of Object.entries(rest.headers ?? {})) {
      expect(answer.header(name)).toBe(value);
    }
  });

  test("null is refused", async () => {
    const invoke = (): Promise<FunctionResult> =>
      Promise.resolve({ payload: "null", functionError: null });
    expect((await run({ invoke })).answer.status).toBe(502);
  });

  const png = "iVBORw0=";
  test.each<[types: string[], accept: string | null, flag: boolean, decodes: boolean]>([
    [[], "image/png", true, false],
    [["image/png"], "image/png", true, true],
    [["image/png"], "image/png", false, false],
    [["image/png"], "image/jpg", true, false],
    [["image/png"], "image/*", true, false],
    [["image/png"], "*/*", true, false],
    [["image/png"], "image/webp,image/png", true, false],
    [["image/png"], "image/png,image/webp", true, true],
    [["image/png", "application/*"], "application/whatever", true, true],
    [["image/png", "application/*"], "application/*", true, true],
    [["application/*"], "application", true, false],
    [["image/png"], null, true, false],
    [["*/*"], null, true, true],
  ])(
    "types %j, Accept %s, flag %s decodes: %s",
    async (binaryMediaTypes, accept, flag, decodes) => {
      const { answer } = await run({
        result: { body: png, isBase64Encoded: flag },
        api: { binaryMediaTypes },
        request: { headers: accept === null ? [] : ["Accept", accept] },
      });
      expect(answer.bytes).toEqual(decodes ? Buffer.from(png, "base64") : Buffer.from(png));
    },
  );

  test("a flagged body that is no base64 is a 500", async () => {
    const { answer } = await run({
      result: { body: "not base64!", isBase64Encoded: true },
      api: { binaryMediaTypes: ["image/png"] },
      request: { headers: ["Accept", "image/png"] },
    });
    expect(answer.status).toBe(500);
  });
});

describe("failures", () => {
  test.each<[why: string, invoke: () => Promise<FunctionResult>, status: number, message: string]>([
    [
      "a function error",
      () => Promise.resolve({ payload: '{"errorMessage":"secret"}', functionError: "Unhandled" }),
      502,
      "Internal server error",
    ],
    [
      "a missed time limit",
      () => Promise.reject(new FunctionFailure("timeout", "late")),
      504,
      "Endpoint request timed out",
    ],
    [
      "throttling",
      () => Promise.reject(new FunctionFailure("throttled", "busy")),
      500,
      "Internal server error",
    ],
    [
      "no permission",
      () => Promise.reject(new FunctionFailure("not_allowed", "no")),
      500,
      "Internal server error",
    ],
    [
      "a fault of the invoker",
      () => Promise.reject(new Error("bug")),
      500,
      "Internal server error",
    ],
  ])("%s", async (_why, invoke, status, message) => {
    const { answer } = await run({ invoke });
    expect([answer.status, answer.text]).toEqual([status, JSON.stringify({ message })]);
  });

  test.each<[why: string, table: Partial<FunctionProxyTable>]>([
    ["a method that Lambda does not take", { method: "GET" }],
    ["ANY, which repeats the client's method", { method: "ANY" }],
    ...[
      "Content-Length",
      "transfer-encoding",
      "X-Amzn-Trace-Id",
      "Authorization",
      "Connection",
      "Expect",
      "Proxy-Authenticate",
      "TE",
    ].map((name): [string, Partial<FunctionProxyTable>] => [
      `a mapping of ${name}`,
      { requestParameters: [{ to: "header", name, from: { literal: "x" } }] },
    ]),
  ])("%s fails every call", async (_why, table) => {
    const { answer, invocation } = await run({ table });
    expect([answer.status, answer.text]).toEqual([500, '{"message":"Internal server error"}']);
    expect(invocation).toBeNull();
  });

  test("a function that nothing runs is answered with the reason", async () => {
    const { answer } = await run({
      table: { function: ["arn:aws:lambda:r:a:function:other:live"] },
    });
    expect(answer.status).toBe(501);
    expect(JSON.parse(answer.text)).toEqual({
      message:
        'Function "other" cannot be run: there is no handler module "other" and no backend of the settings matches it',
    });
  });

  test("settings may put a fixed answer in its place", async () => {
    const target = {
      kind: "mock",
      statusCode: 203,
      headers: { "X-A": "b" },
      body: "fixed",
    } as const;
    const backends = [{ match: ["arn:*:function:fn"], target, timeoutMs: null }];
    const { answer } = await run({ api: { stages: { dev: stage({ backends }) } } });
    expect([answer.status, answer.text, answer.header("x-a")]).toEqual([203, "fixed", "b"]);
  });
});
