import { describe, expect, test } from "vitest";
import type { ApiTable } from "../../../src/runtime/contracts.js";
import { createGateway } from "../../../src/runtime/gateway.js";
import { mockIntegration } from "../../../src/runtime/integrations/mock.js";
import { call, type Answer } from "../support/client.js";
import { apiTable, mock, stage, type TestRoute } from "../support/table.js";

const silent = { warn: () => undefined, error: () => undefined };

function run(
  api: Partial<ApiTable>,
  target: string,
  headers: string[] = [],
  route: TestRoute = {},
): Promise<Answer> {
  const broken = mock("", { requestTemplates: { "application/json": () => "broken" } });
  const table = apiTable({ "GET /ok": route, "GET /broken": { integration: broken } }, api);
  const gateway = createGateway(
    table,
    { integrations: { mock: mockIntegration } },
    { logger: silent },
  );
  return call(gateway, "GET", target, { headers });
}

const definition = { statusCode: null, headers: [], templates: {} };

describe("defaults", () => {
  test.each<
    [
      why: string,
      target: string,
      headers: string[],
      api: Partial<ApiTable>,
      route: TestRoute,
      want: [number, string, string],
    ]
  >([
    [
      "no such path",
      "/dev/none",
      [],
      {},
      {},
      [403, "MissingAuthenticationTokenException", '{"message":"Missing Authentication Token"}'],
    ],
    [
      "no such stage",
      "/none/ok",
      [],
      {},
      {},
      [403, "ForbiddenException", '{"message":"Forbidden"}'],
    ],
    [
      "a disabled endpoint",
      "/dev/ok",
      ["Host", "a.execute-api.us-east-1.amazonaws.com"],
      { disableExecuteApiEndpoint: true },
      {},
      [403, "ForbiddenException", '{"message":"Forbidden"}'],
    ],
    [
      "a mock that cannot work",
      "/dev/broken",
      [],
      {},
      {},
      [500, "InternalServerErrorException", '{"message":"Internal server error"}'],
    ],
    [
      "no such path, with a plain authorization",
      "/dev/none",
      ["Authorization", "secret"],
      {},
      {},
      [
        403,
        "IncompleteSignatureException",
        `{"message":"Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=secret"}`,
      ],
    ],
    [
      "no such path, with a token",
      "/dev/none",
      ["Authorization", "Bearer x"],
      {},
      {},
      [
        403,
        "IncompleteSignatureException",
        `{"message":"'x' not a valid key=value pair (missing equal-sign) in Authorization header: 'Bearer x'."}`,
      ],
    ],
  ])("%s", async (_why, target, headers, api, route, [status, type, text]) => {
    const answer = await run(api, target, headers, route);
    expect([answer.status, answer.header("x-amzn-errortype"), answer.text]).toEqual([
      status,
      type,
      text,
    ]);
    const names = answer.headers
      .filter((_text, index) => index % 2 === 0)
      .map((name) => name.toLowerCase());
    expect(names.sort()).toEqual([
      "content-type",
      "x-amz-apigw-id",
      "x-amzn-errortype",
      "x-amzn-requestid",
    ]);
  });
});

describe("definitions", () => {
  test("headers and templates read the request, the context and the stage", async () => {
    const answer = await run(
      {
        stages: { dev: stage({ variables: { v: "var" } }) },
        gatewayResponses: {
          MISSING_AUTHENTICATION_TOKEN: {
            statusCode: 404,
            headers: [
              { name: "Access-Control-Allow-Origin", from: { literal: "a.b.c" } },
              { name: "x-accept", from: { header: "Accept" } },
              { name: "x-query", from: { queryString: "q" } },
              { name: "x-variable", from: { stageVariable: "v" } },
              { name: "x-nothing", from: { header: "None" } },
              { name: "x-body", from: { body: null } },
              { name: "Server", from: { literal: "s" } },
            ],
            templates: {
              "application/json": [
                '{"m": ',
                { context: "error.messageString" },
                ', "t": "',
                { context: "error.responseType" },
                '", "s": "',
                { context: "stage" },
                '", "n": "',
                { context: "none" },
                '"}',
              ],
            },
          },
        },
      },
      "/dev/none?q=cat",
      ["Accept", "application/json"],
    );
    expect(answer.status).toBe(404);
    expect(answer.text).toBe(
      '{"m": "Missing Authentication Token", "t": "MISSING_AUTHENTICATION_TOKEN", "s": "dev", "n": ""}',
    );
    expect(answer.header("access-control-allow-origin")).toBe("a.b.c");
    expect(answer.header("x-accept")).toBe("application/json");
    expect(answer.header("x-query")).toBe("cat");
    expect(answer.header("x-variable")).toBe("var");
    expect(answer.header("x-nothing")).toBeUndefined();
    expect(answer.header("x-body")).toBeUndefined();
    expect(answer.header("x-amzn-remapped-server")).toBe("s");
  });

  test("a type without definition takes the default one whole, status included", async () => {
    const gatewayResponses = {
      DEFAULT_4XX: { ...definition, statusCode: 418, templates: { "text/plain": ["4xx"] } },
      DEFAULT_5XX: {
        ...definition,
        statusCode: 599,
        headers: [{ name: "X-D", from: { literal: "5" } }],
      },
    };
    const missing = await run({ gatewayResponses }, "/dev/none");
    expect([missing.status, missing.text]).toEqual([418, "4xx"]);
    const broken = await run({ gatewayResponses }, "/dev/broken");
    expect([broken.status, broken.header("x-d"), broken.text]).toEqual([
      599,
      "5",
      '{"message":"Internal server error"}',
    ]);
  });

  test("a type with any definition of its own inherits nothing", async () => {
    const gatewayResponses = {
      DEFAULT_4XX: { ...definition, statusCode: 418, templates: { "application/json": ["4xx"] } },
      MISSING_AUTHENTICATION_TOKEN: {
        ...definition,
        headers: [{ name: "X-Own", from: { literal: "1" } }],
      },
    };
    const answer = await run({ gatewayResponses }, "/dev/none");
    expect([answer.status, answer.header("x-own"), answer.text]).toEqual([
      403,
      "1",
      '{"message":"Missing Authentication Token"}',
    ]);
  });

  test("templates follow Accept, then JSON, then the first", async () => {
    const templates = { "text/html": ["html"], "application/json": ["json"] };
    const gatewayResponses = { DEFAULT_4XX: { ...definition, templates } };
    expect((await run({ gatewayResponses }, "/dev/none", ["Accept", "text/html"])).text).toBe(
      "html",
    );
    expect((await run({ gatewayResponses }, "/dev/none", ["Accept", "image/png"])).text).toBe(
      "json",
    );
  });

  test("a header that would split is left out", async () => {
    const headers = [{ name: "X-Q", from: { queryString: "q" } }];
    const gatewayResponses = { DEFAULT_4XX: { ...definition, headers } };
    const answer = await run({ gatewayResponses }, "/dev/none?q=a%0d%0aX:%201");
    expect([answer.status, answer.header("x-q")]).toEqual([403, undefined]);
  });

  test("an unknown stage knows no definitions", async () => {
    const gatewayResponses = { DEFAULT_4XX: { ...definition, statusCode: 418 } };
    expect((await run({ gatewayResponses }, "/none/ok")).status).toBe(403);
  });
});

test.each(["/ping", "/sping"])("%s is a health check", async (path) => {
  const answer = await run({}, path);
  expect([answer.status, answer.text]).toEqual([200, "healthy"]);
});
