import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { httpFunctionAuthorizer } from "../../../src/runtime/access/http-function-authorizer.js";
import { iamAccess } from "../../../src/runtime/access/iam-access.js";
import { jwtAuthorizer } from "../../../src/runtime/access/jwt-authorizer.js";
import type {
  AccessTable,
  ApiTable,
  CorsTable,
  FunctionAuthorizerTable,
} from "../../../src/runtime/contracts.js";
import { createInThreadInvoker } from "../../../src/runtime/functions/in-thread.js";
import { createGateway, type Gateway } from "../../../src/runtime/gateway.js";
import { httpApiFunctionIntegration } from "../../../src/runtime/integrations/http-api-function.js";
import { httpApiProxyIntegration } from "../../../src/runtime/integrations/http-api-proxy.js";
import { httpApi } from "../../../src/runtime/kinds/http-api.js";
import { memoryState } from "../../../src/runtime/state/memory-state.js";
import { httpBackend, type Backend } from "../support/backend.js";
import { call, type Answer } from "../support/client.js";
import {
  apiTable,
  httpApiFunction,
  httpApiProxy,
  stage,
  type TestRoute,
} from "../support/table.js";

/** An HTTP API whose functions are given; each is called by the name of its function. */
function httpGateway(
  routes: Readonly<Record<string, TestRoute>>,
  functions: Readonly<Record<string, (event: never) => unknown>> = {},
  rest: Partial<ApiTable> = {},
): Gateway {
  const api = apiTable(routes, {
    kind: "http",
    stages: { $default: stage({ variables: { color: "red" } }), dev: stage() },
    defaultStage: "$default",
    ...rest,
  });
  const registry = Object.fromEntries(
    Object.entries(functions).map(([name, handler]) => [
      name,
      () => Promise.resolve({ handler: handler as (event: never) => unknown }),
    ]),
  );
  return createGateway(
    api,
    {
      kind: httpApi,
      integrations: {
        http_api_function: httpApiFunctionIntegration,
        http_api_proxy: httpApiProxyIntegration,
      },
      authorizers: { jwt: jwtAuthorizer, request: httpFunctionAuthorizer },
      iam: iamAccess,
      state: memoryState,
      functions: { module: createInThreadInvoker(registry) },
    },
    { logger: { warn: () => undefined, error: () => undefined } },
  );
}

const version2 = (name: string): TestRoute => ({
  integration: httpApiFunction(name),
});
const echo = (event: unknown): unknown => event;
const shown = (answer: Answer): [status: number, text: string] => [answer.status, answer.text];

describe("routes of HTTP APIs", () => {
  const names: Record<string, (event: never) => unknown> = {};
  for (const name of ["static", "variable", "greedy", "any", "rest"]) names[name] = () => name;
  const gateway = httpGateway(
    {
      "GET /pets/dog": version2("static"),
      "GET /pets/{id}": version2("variable"),
      "GET /files/{proxy+}": version2("greedy"),
      "ANY /open": version2("any"),
      "ANY $default": version2("rest"),
    },
    names,
  );

  test.each<[method: string, target: string, want: string]>([
    ["GET", "/pets/dog", "static"],
    ["GET", "/pets/cat", "variable"],
    ["GET", "/dev/pets/cat", "variable"],
    ["GET", "/files/a/b", "greedy"],
    ["PATCH", "/open", "any"],
    ["POST", "/pets/dog", "rest"],
    ["GET", "/pets/dog/", "rest"],
    ["GET", "/files/", "rest"],
    ["GET", "/", "rest"],
  ])("%s %s", async (method, target, want) => {
    expect(shown(await call(gateway, method, target))).toEqual([200, want]);
  });

  test("without a default route there is 404, for a wrong method too", async () => {
    const closed = httpGateway({ "GET /a": version2("static") }, names);
    for (const [method, target] of [
      ["GET", "/b"],
      ["POST", "/a"],
      ["GET", "/a/"],
    ] as const) {
      const answer = await call(closed, method, target);
      expect(shown(answer)).toEqual([404, '{"message":"Not Found"}']);
      expect(answer.header("apigw-requestid")).toMatch(/=$/);
      expect(answer.header("x-amzn-requestid")).toBeUndefined();
      expect(answer.header("x-amzn-errortype")).toBeUndefined();
    }
  });
});

describe("functions behind HTTP APIs", () => {
  test("version 2.0 leaves out what is not there", async () => {
    const gateway = httpGateway({ "GET /a/{id}": version2("echo") }, { echo });
    const event = JSON.parse((await call(gateway, "GET", "/dev/a/x%2Fy")).text) as object;
    expect(event).toMatchObject({
      version: "2.0",
      routeKey: "GET /a/{id}",
      rawPath: "/dev/a/x%2Fy",
      rawQueryString: "",
      pathParameters: { id: "x/y" },
      isBase64Encoded: false,
      requestContext: { stage: "dev", http: { method: "GET", path: "/dev/a/x%2Fy" } },
    });
    for (const name of ["cookies", "queryStringParameters", "body", "stageVariables"]) {
      expect(event).not.toHaveProperty(name);
    }
    expect(event).not.toHaveProperty("requestContext.authorizer");
  });

  test.each<[type: string, body: string, base64: boolean]>([
    ["application/json", "{}", false],
    ["text/csv; charset=utf-8", "a,b", false],
    ["application/vnd.api+json", "{}", false],
    ["application/octet-stream", "AAH/", true],
    ["application/x-www-form-urlencoded", "YT0x", true],
  ])("a body of %s", async (type, body, base64) => {
    const gateway = httpGateway({ "POST /a": version2("echo") }, { echo });
    const answer = await call(gateway, "POST", "/a", {
      headers: ["Content-Type", type],
      body: base64 ? Buffer.from(body, "base64") : body,
    });
    expect(JSON.parse(answer.text)).toMatchObject({ body, isBase64Encoded: base64 });
  });

  test("version 1.0 names claims and scopes, and no resource id", async () => {
    const integration = httpApiFunction("echo", { payloadFormat: "1.0" });
    const wrap = (event: unknown) => ({ statusCode: 200, body: JSON.stringify(event) });
    const gateway = httpGateway({ "GET /a": { integration } }, { echo: wrap });
    const event = JSON.parse((await call(gateway, "GET", "/a")).text) as object;
    expect(event).toMatchObject({
      version: "1.0",
      resource: "/a",
      queryStringParameters: null,
      requestContext: { authorizer: { claims: null, scopes: null } },
    });
    expect(event).not.toHaveProperty("requestContext.resourceId");
  });

  test.each<[name: string, result: unknown, want: [number, string]]>([
    ["null", null, [200, "null"]],
    ["a list", [1, 2], [200, "[1,2]"]],
    ["numeric text as status", { statusCode: "201", body: "x" }, [201, "x"]],
    ["base64", { statusCode: 200, isBase64Encoded: true, body: "aGk=" }, [200, "hi"]],
    ["a status that is none", { statusCode: 7 }, [500, '{"message":"Internal Server Error"}']],
    [
      "a header that is none",
      { statusCode: 200, headers: { a: "x\r\ny: z" } },
      [500, '{"message":"Internal Server Error"}'],
    ],
  ])("%s as the result", async (_name, result, want) => {
    const gateway = httpGateway({ "GET /a": version2("fn") }, { fn: () => result });
    expect(shown(await call(gateway, "GET", "/a"))).toEqual(want);
  });

  test("a function that throws is 500, one that hangs 503", async () => {
    const gateway = httpGateway(
      {
        "GET /throws": version2("throws"),
        "GET /hangs": {
          integration: httpApiFunction("hangs", { timeoutMs: 60 }),
        },
      },
      {
        throws: () => {
          throw new Error("boom");
        },
        hangs: () => new Promise(() => undefined),
      },
    );
    expect(shown(await call(gateway, "GET", "/throws"))).toEqual([
      500,
      '{"message":"Internal Server Error"}',
    ]);
    expect(shown(await call(gateway, "GET", "/hangs"))).toEqual([
      503,
      '{"message":"Service Unavailable"}',
    ]);
  });
});

describe("HTTP backends behind HTTP APIs", () => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await httpBackend((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const { method, url, headers } = request;
        response.writeHead(418, { "Content-Type": "application/json", "X-Own": "kept" });
        response.end(JSON.stringify({ method, url, headers, body: String(Buffer.concat(chunks)) }));
      });
    });
  });
  afterAll(() => backend.close());

  test("request and answer pass, path values fill the URI, the client is told", async () => {
    const integration = httpApiProxy([`${backend.origin}/x/`, { path: "proxy" }]);
    const gateway = httpGateway({ "ANY /up/{proxy+}": { integration } });
    const answer = await call(gateway, "PUT", "/up/a%2Fb/c?q=1", {
      headers: ["Host", "api.example", "X-Mine", "1", "Forwarded", "for=10.0.0.1"],
      body: "data",
    });
    expect(answer.status).toBe(418);
    expect(answer.header("x-own")).toBe("kept");
    expect(JSON.parse(answer.text)).toMatchObject({
      method: "PUT",
      url: "/x/a%2Fb/c?q=1",
      body: "data",
      headers: {
        "x-mine": "1",
        forwarded: "for=10.0.0.1, for=192.0.2.7;host=api.example;proto=https",
        via: "HTTP/1.1 AmazonAPIGateway",
      },
    });
  });

  test("behind the default route the path follows the URI", async () => {
    const gateway = httpGateway({
      "ANY $default": { integration: httpApiProxy([`${backend.origin}/base/`]) },
    });
    const answer = await call(gateway, "GET", "/any/path?x=1");
    expect(JSON.parse(answer.text)).toMatchObject({ url: "/base/any/path?x=1" });
  });

  test("a backend that is not there is 503", async () => {
    const gateway = httpGateway({
      "GET /a": { integration: httpApiProxy(["http://127.0.0.1:1/"]) },
    });
    expect(shown(await call(gateway, "GET", "/a"))).toEqual([
      503,
      '{"message":"Service Unavailable"}',
    ]);
  });
});

describe("CORS", () => {
  const cors: CorsTable = {
    allowOrigins: ["https://app.example", "http://*"],
    allowMethods: ["GET"],
    allowHeaders: ["x-a"],
    exposeHeaders: ["date"],
    allowCredentials: true,
    maxAge: 60,
  };
  const own = () => ({
    statusCode: 200,
    headers: { "Access-Control-Allow-Origin": "*", "x-b": "1" },
    body: "x",
  });
  const gateway = httpGateway({ "GET /a": version2("own") }, { own }, { cors });

  test.each<[origin: string, allowed: string | undefined]>([
    ["https://app.example", "https://app.example"],
    ["http://other.example", "http://other.example"],
    ["https://other.example", undefined],
    ["https://app.example.evil", undefined],
  ])("%s may read: %s", async (origin, allowed) => {
    const answer = await call(gateway, "GET", "/a", { headers: ["Origin", origin] });
    expect(answer.status).toBe(200);
    expect(answer.header("x-b")).toBe("1");
    expect(answer.header("access-control-allow-origin")).toBe(allowed);
    expect(answer.header("access-control-expose-headers")).toBe(allowed && "date");
  });

  test("a preflight of an origin that is not allowed gets no headers", async () => {
    const headers = ["Origin", "https://evil.example", "Access-Control-Request-Method", "GET"];
    const answer = await call(gateway, "OPTIONS", "/a", { headers });
    expect(answer.status).toBe(204);
    expect(answer.header("access-control-allow-origin")).toBeUndefined();
    expect(answer.header("access-control-allow-methods")).toBeUndefined();
  });

  test("a refusal may be read, too", async () => {
    const answer = await call(gateway, "GET", "/none", {
      headers: ["Origin", "https://app.example"],
    });
    expect(answer.status).toBe(404);
    expect(answer.header("access-control-allow-origin")).toBe("https://app.example");
  });
});

function access(rest: Partial<AccessTable>): AccessTable {
  return {
    resourcePolicy: null,
    authorizers: {},
    principals: [],
    apiKeys: {},
    usagePlans: {},
    ...rest,
  };
}

describe("Lambda authorizers of HTTP APIs", () => {
  const table = (rest: Partial<FunctionAuthorizerTable>): FunctionAuthorizerTable => ({
    kind: "request",
    function: ["arn:aws:lambda:us-east-1:123456789012:function:auth"],
    identitySources: [{ header: "Authorization" }],
    validation: null,
    ttlSeconds: 60,
    timeoutMs: 100,
    payloadFormat: "2.0",
    simpleResponses: true,
    ...rest,
  });
  const guarded: TestRoute = {
    ...version2("echo"),
    authorization: { kind: "authorizer", name: "auth", scopes: [] },
  };
  const gatewayOf = (
    auth: (event: never) => unknown,
    rest: Partial<FunctionAuthorizerTable> = {},
  ): Gateway =>
    httpGateway(
      { "GET /a": guarded },
      { auth, echo },
      { access: access({ authorizers: { auth: table(rest) } }) },
    );
  const sent = { headers: ["Authorization", "me"] };

  test("a simple result lets in, its context keeps its types, and it is kept", async () => {
    const events: unknown[] = [];
    const gateway = gatewayOf((event) => {
      events.push(event);
      return { isAuthorized: true, context: { n: 1, list: ["a"], text: "t" } };
    });
    const answer = await call(gateway, "GET", "/a", sent);
    expect(JSON.parse(answer.text)).toMatchObject({
      requestContext: { authorizer: { lambda: { n: 1, list: ["a"], text: "t" } } },
    });
    await call(gateway, "GET", "/a", sent);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      version: "2.0",
      type: "REQUEST",
      routeArn: "arn:aws:execute-api:us-east-1:123456789012:abcdefghij/$default/GET/a",
      identitySource: ["me"],
      routeKey: "GET /a",
    });
    expect(events[0]).not.toHaveProperty("body");
  });

  test.each<[name: string, result: unknown, want: [number, string]]>([
    ["no", { isAuthorized: false }, [403, '{"message":"Forbidden"}']],
    ["nothing", undefined, [500, '{"message":"Internal Server Error"}']],
    ["text", { isAuthorized: "true" }, [500, '{"message":"Internal Server Error"}']],
    [
      "a policy",
      { principalId: "x", policyDocument: {} },
      [500, '{"message":"Internal Server Error"}'],
    ],
  ])("%s as a simple result", async (_name, result, want) => {
    expect(
      shown(
        await call(
          gatewayOf(() => result),
          "GET",
          "/a",
          sent,
        ),
      ),
    ).toEqual(want);
  });

  test("a policy of version 1.0 decides", async () => {
    const events: unknown[] = [];
    const gateway = gatewayOf(
      (event: { readonly methodArn: string }) => {
        events.push(event);
        const Statement = [
          { Effect: "Allow", Action: "execute-api:Invoke", Resource: event.methodArn },
        ];
        return { principalId: "p", policyDocument: { Version: "2012-10-17", Statement } };
      },
      { payloadFormat: "1.0", simpleResponses: false },
    );
    expect((await call(gateway, "GET", "/a", sent)).status).toBe(200);
    expect(events[0]).toMatchObject({
      version: "1.0",
      identitySource: "me",
      authorizationToken: "me",
    });
  });

  test("without its identity source nobody is asked, and a hanging function is 500", async () => {
    let asked = 0;
    const gateway = gatewayOf(() => {
      asked++;
      return new Promise(() => undefined);
    });
    expect(shown(await call(gateway, "GET", "/a"))).toEqual([401, '{"message":"Unauthorized"}']);
    expect(asked).toBe(0);
    expect(shown(await call(gateway, "GET", "/a", sent))).toEqual([
      500,
      '{"message":"Internal Server Error"}',
    ]);
  });
});

describe("JWT and IAM of HTTP APIs", () => {
  test("claims and scopes reach the function; a missing scope is 403 with its challenge", async () => {
    const { publicKey, privateKey } = await generateKeyPair("RS256");
    const jwk = { ...(await exportJWK(publicKey)), kid: "k" };
    const issuer = await httpBackend((_request, response) =>
      response.end(JSON.stringify({ keys: [jwk] })),
    );
    const token = (claims: object): Promise<string> =>
      new SignJWT({ aud: "web", ...claims })
        .setProtectedHeader({ alg: "RS256", kid: "k" })
        .setIssuer("https://issuer.example")
        .setExpirationTime("1h")
        .sign(privateKey);
    const gateway = httpGateway(
      {
        "GET /a": {
          ...version2("echo"),
          authorization: { kind: "authorizer", name: "jwt", scopes: ["read", "write"] },
        },
      },
      { echo },
      {
        access: access({
          authorizers: {
            jwt: {
              kind: "jwt",
              issuer: "https://issuer.example",
              jwksUri: issuer.origin,
              audience: ["web"],
              identitySource: { header: "Authorization" },
            },
          },
        }),
      },
    );
    const ask = async (claims: object): Promise<Answer> =>
      call(gateway, "GET", "/a", { headers: ["Authorization", `Bearer ${await token(claims)}`] });
    const allowed = await ask({ scope: "read other", groups: ["a", "b"], admin: true });
    expect(JSON.parse(allowed.text)).toMatchObject({
      requestContext: {
        authorizer: {
          jwt: { claims: { groups: "[a b]", admin: "true" }, scopes: ["read", "write"] },
        },
      },
    });
    const refused = await ask({ scope: "reads" });
    expect(shown(refused)).toEqual([403, '{"message":"Forbidden"}']);
    expect(refused.header("www-authenticate")).toMatch(
      /^Bearer scope="read write" error="insufficient_scope"/,
    );
    const anonymous = await call(gateway, "GET", "/a");
    expect(shown(anonymous)).toEqual([401, '{"message":"Unauthorized"}']);
    expect(anonymous.header("www-authenticate")).toBe("Bearer");
    await issuer.close();
  });

  test("an unsigned call is 403", async () => {
    const gateway = httpGateway(
      { "GET /a": { ...version2("echo"), authorization: { kind: "iam" } } },
      { echo },
      { access: access({}) },
    );
    expect(shown(await call(gateway, "GET", "/a"))).toEqual([403, '{"message":"Forbidden"}']);
  });
});
