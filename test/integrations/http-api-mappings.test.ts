import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { buildInMemory, type MemoryBuild } from "../../src/dev/memory-bundle.js";
import { generate } from "../../src/generate.js";
import type { Gateway } from "../../src/runtime/gateway.js";
import { call, type Answer } from "../runtime/support/client.js";
import type { HttpAnswer } from "../support/backends/behaviour.js";
import {
  startLoopbackServer,
  type LoopbackServer,
  type ReceivedRequest,
} from "../support/backends/loopback-server.js";

/** Parameter mappings of HTTP APIs, from the document to what the backend and the client see. */

let backend: LoopbackServer;
let seen: ReceivedRequest[] = [];
let respond: HttpAnswer;
const open: { gateway: Gateway; build: MemoryBuild }[] = [];

beforeAll(async () => {
  backend = await startLoopbackServer((request) => {
    seen.push(request);
    return Promise.resolve(respond);
  });
});
afterAll(() => backend.close());
beforeEach(async () => {
  seen = [];
  respond = {
    status: 200,
    headers: [
      ["Content-Type", "application/json"],
      ["X-Own", "1"],
      ["X-Own", "2"],
    ],
    body: Buffer.from('{"user":{"id":7},"list":["a","b"]}'),
  };
  for (const { gateway, build } of open.splice(0)) {
    await gateway.close();
    await build.dispose();
  }
});

type Mappings = Readonly<Record<string, unknown>>;
interface Api {
  readonly request?: Mappings;
  readonly response?: Mappings;
  readonly path?: string;
  readonly uri?: string;
  /** More of the integration. */
  readonly integration?: Mappings;
  readonly settings?: object;
  readonly files?: Readonly<Record<string, string>>;
}

async function gatewayOf(api: Api): Promise<Gateway> {
  const { request, response, path = "/p/{id}", uri = `${backend.origin}/base?own=1` } = api;
  const integration = {
    type: "http_proxy",
    httpMethod: "ANY",
    payloadFormatVersion: "1.0",
    uri,
    ...(request === undefined ? {} : { requestParameters: request }),
    ...(response === undefined ? {} : { responseParameters: response }),
    ...api.integration,
  };
  const document = {
    openapi: "3.0.1",
    info: { title: "mapped", version: "1" },
    paths: {
      [path]: {
        "x-amazon-apigateway-any-method": {
          responses: {},
          "x-amazon-apigateway-integration": integration,
        },
      },
    },
  };
  const { files, diagnostics } = await generate({
    input: "api.json",
    text: JSON.stringify(document),
    settings: {
      api: { kind: "http" },
      stages: { $default: { variables: { color: "red" } }, dev: { variables: { color: "blue" } } },
      ...api.settings,
    },
  });
  expect(diagnostics.filter(({ severity }) => severity !== "info")).toEqual([]);
  const changed = files.map((file) => {
    const content = api.files?.[file.path];
    return content === undefined ? file : { ...file, content };
  });
  const build = await buildInMemory(changed);
  const gateway = await build.createGateway();
  open.push({ gateway, build });
  return gateway;
}

interface Sent {
  readonly target?: string;
  readonly headers?: readonly string[];
  readonly body?: string;
}

async function ask(api: Api, sent: Sent = {}): Promise<Answer> {
  const gateway = await gatewayOf(api);
  const { target = "/p/7?a=1&b=2&a=3", headers = [], body } = sent;
  return call(gateway, "POST", target, { headers, ...(body === undefined ? {} : { body }) });
}

function received(): ReceivedRequest {
  const [request] = seen;
  if (request === undefined || seen.length !== 1) throw new Error("not one request arrived");
  return request;
}

/** Values of one header as they arrived. */
const headers = (name: string): readonly string[] =>
  received()
    .headers.filter(([key]) => key.toLowerCase() === name)
    .map(([, value]) => value);

describe("values", () => {
  test.each<[value: string, want: string | undefined]>([
    ["plain text", "plain text"],
    ["$request.header.X-Tenant", "a,b"],
    ["$request.header.missing", undefined],
    ["$request.querystring.a", "1,3"],
    ["$request.querystring.A", undefined],
    ["$request.path", "/p/x%20y"],
    ["$request.path.id", "x y"],
    ["$request.body.user.name", "ann"],
    ["$request.body.tags", '["t"]'],
    ["$request.body.user.none", undefined],
    ["$context.stage", "$default"],
    ["$context.routeKey", "ANY /p/{id}"],
    ["$context.identity.sourceIp", "192.0.2.7"],
    ["$stageVariables.color", "red"],
    ["${request.path.id}/${context.stage} - ${stageVariables.color}", "x y/$default - red"],
    ["a ${request.header.missing} b", "a  b"],
    ["${request.header.missing}", undefined],
    ["100 $", "100 $"],
  ])("%s", async (value, want) => {
    await ask(
      { request: { "overwrite:header.x-to": value } },
      {
        target: "/p/x%20y?a=1&b=2&a=3",
        headers: ["X-Tenant", "a", "x-tenant", "b", "Content-Type", "application/json"],
        body: '{"user":{"name":"ann"},"tags":["t"]}',
      },
    );
    expect(headers("x-to")).toEqual(want === undefined ? [] : [want]);
  });

  test("the whole body is not cut, a body under a path is cut at 100 KB", async () => {
    const long = JSON.stringify({ a: "x", pad: "y".repeat(100 * 1024) });
    const request = { "append:querystring.a": "$request.body.a" };
    await ask({ request }, { body: long });
    expect(received().query).toBe("own=1&a=1&b=2&a=3");
    seen = [];
    await ask({ request }, { body: '{"a":"x"}' });
    expect(received().query).toBe("own=1&a=1&b=2&a=3&a=x");
  });

  test("the stage decides over its variables", async () => {
    const request = { "append:header.x-to": "${stageVariables.color} ${context.stage}" };
    await ask({ request }, { target: "/dev/p/7" });
    expect(headers("x-to")).toEqual(["blue dev"]);
  });

  test("the request id is the one that the client is told", async () => {
    const answer = await ask({ request: { "append:header.x-id": "$context.requestId" } });
    expect(headers("x-id")).toEqual([answer.header("apigw-requestid")]);
  });
});

describe("headers of requests", () => {
  test.each<[name: string, request: Mappings, want: readonly string[]]>([
    ["append", { "append:header.x-a": "new" }, ["old", "new"]],
    ["overwrite", { "overwrite:header.X-A": "new" }, ["new"]],
    ["remove", { "remove:header.X-a": "" }, []],
    ["overwrite without a value", { "overwrite:header.x-a": "$request.header.none" }, ["old"]],
  ])("%s", async (_name, request, want) => {
    await ask({ request }, { headers: ["x-A", "old"] });
    expect(headers("x-a")).toEqual(want);
  });

  test("a renamed header keeps its value, whatever is removed", async () => {
    const request = { "remove:header.a": "", "append:header.b": "$request.header.a" };
    await ask({ request }, { headers: ["a", "1"] });
    expect([headers("a"), headers("b")]).toEqual([[], ["1"]]);
  });

  test("Host may be set", async () => {
    await ask({ request: { "overwrite:header.Host": "shop.internal" } });
    expect(headers("host")).toEqual(["shop.internal"]);
  });

  test("a value of the client cannot begin another header", async () => {
    const request = { "append:header.x-to": "$request.body.a" };
    const answer = await ask({ request }, { body: '{"a":"1\\r\\nx-evil: 2"}' });
    expect(answer.status).toBe(500);
    expect(seen).toEqual([]);
  });
});

describe("query of requests", () => {
  test.each<[name: string, request: Mappings, want: string]>([
    ["append", { "append:querystring.a": "é&" }, "own=1&a=1&b=2&a=3&a=%C3%A9%26"],
    ["overwrite", { "overwrite:querystring.a": "9" }, "own=1&b=2&a=9"],
    ["remove", { "remove:querystring.a": "" }, "own=1&b=2"],
    ["names are exact", { "remove:querystring.A": "" }, "own=1&a=1&b=2&a=3"],
  ])("%s", async (_name, request, want) => {
    await ask({ request });
    expect(received().query).toBe(want);
  });
});

describe("path of requests", () => {
  test.each<[value: string, want: string]>([
    ["/fixed", "/fixed"],
    ["no slash", "/no%20slash"],
    ["$request.path", "/p/x%2Fy"],
    ["/v2/${request.path.id}/end", "/v2/x%2Fy/end"],
    ["/by/${request.header.x-a}", "/by/q%3F%2F%23"],
    ["/${request.header.none}", "/"],
  ])("%s", async (value, want) => {
    await ask(
      { request: { "overwrite:path": value } },
      { target: "/dev/p/x%2Fy?a=1", headers: ["X-A", "q?/#"] },
    );
    expect(received()).toMatchObject({ path: want, query: "own=1&a=1" });
  });

  test.each([
    ["/files/${request.header.x-a}", ".."],
    ["/files/.${request.header.x-a}/x", "."],
    ["/files/${request.header.x-a}${request.header.x-a}/x", "."],
  ])("%s does not climb", async (value, sent) => {
    const answer = await ask({ request: { "overwrite:path": value } }, { headers: ["X-A", sent] });
    expect(answer.status).toBe(400);
    expect(seen).toEqual([]);
  });
});

describe("responses", () => {
  test("are changed by the status of the backend", async () => {
    const response = {
      200: {
        "append:header.x-user": "$response.body.user.id",
        "overwrite:header.x-own": "${response.header.X-Own};${stageVariables.color}",
        "remove:header.content-type": "",
        "append:header.x-list": "$response.body.list",
      },
      500: { "overwrite:statuscode": "403", "append:header.x-id": "$context.requestId" },
    };
    const answer = await ask({ response });
    expect([answer.status, answer.text]).toEqual([200, '{"user":{"id":7},"list":["a","b"]}']);
    expect(answer.header("x-user")).toBe("7");
    expect(answer.header("x-own")).toBe("1,2;red");
    expect(answer.header("x-list")).toBe('["a","b"]');
    expect(answer.header("content-type")).toBeUndefined();
    respond = { ...respond, status: 500 };
    const failed = await ask({ response });
    expect(failed.status).toBe(403);
    expect(failed.header("x-id")).toBe(failed.header("apigw-requestid"));
    expect(failed.header("x-own")).toBe("1, 2");
  });

  test.each([
    ["no status", { "overwrite:statuscode": "$response.header.x-text" }, 200],
    ["a status", { "overwrite:statuscode": "$response.header.x-code" }, 201],
    ["no value", { "overwrite:statuscode": "$response.header.none" }, 200],
  ])("a status out of the answer: %s", async (_name, changes, want) => {
    respond = {
      ...respond,
      headers: [
        ["x-text", "fine"],
        ["x-code", "201"],
      ],
    };
    expect((await ask({ response: { 200: changes } })).status).toBe(want);
  });

  test("a body that is no JSON, or is coded, has no member", async () => {
    const response = { 200: { "append:header.x-user": "$response.body.user.id" } };
    respond = { ...respond, body: Buffer.from("<user/>") };
    expect((await ask({ response })).header("x-user")).toBeUndefined();
    const body = gzipSync('{"user":{"id":7}}');
    respond = { status: 200, headers: [["Content-Encoding", "gzip"]], body };
    const coded = await ask({ response });
    expect(coded.header("x-user")).toBeUndefined();
    expect(coded.bytes).toEqual(body);
  });

  test("the gateway's own errors stay as they are", async () => {
    const response = { 503: { "overwrite:statuscode": "200" } };
    const gone = await startLoopbackServer(() => Promise.reject(new Error("never called")));
    await gone.close();
    expect((await ask({ response, uri: gone.origin })).status).toBe(503);
  });

  test("a large answer passes as it is", async () => {
    const body = Buffer.alloc(300_000, "x");
    respond = { status: 200, headers: [], body };
    const plain = await ask({ response: { 200: { "append:header.a": "b" } } });
    expect([plain.bytes.byteLength, plain.header("a")]).toEqual([body.byteLength, "b"]);
    const read = await ask({ response: { 200: { "append:header.a": "$response.body" } } });
    expect(read.bytes.byteLength).toBe(body.byteLength);
  });
});

describe("functions", () => {
  const integration = {
    type: "aws_proxy",
    httpMethod: "POST",
    uri: "arn:aws:lambda:eu-west-1:123456789012:function:echo",
  };
  const handler = `export const handler = async (event) => ({
  statusCode: 201,
  headers: { "x-own": "1" },
  body: JSON.stringify(event),
});
`;

  test.each<[version: string, want: object]>([
    [
      "2.0",
      {
        rawPath: "/other/7",
        rawQueryString: "b=2&c=red",
        queryStringParameters: { b: "2", c: "red" },
        headers: { "x-a": "old,new" },
        pathParameters: { id: "7" },
        requestContext: { http: { path: "/p/7" } },
      },
    ],
    [
      "1.0",
      {
        path: "/other/7",
        queryStringParameters: { b: "2", c: "red" },
        multiValueHeaders: { "x-a": ["old", "new"] },
        requestContext: { path: "/p/7" },
      },
    ],
  ])(
    "see the changed request in payload %s, and their result is changed",
    async (version, want) => {
      const answer = await ask(
        {
          request: {
            "append:header.x-a": "new",
            "remove:querystring.a": "",
            "append:querystring.c": "$stageVariables.color",
            "overwrite:path": "/other/${request.path.id}",
          },
          response: {
            201: {
              "overwrite:statuscode": "202",
              "overwrite:header.x-own": "$response.body.version",
            },
          },
          integration: { ...integration, payloadFormatVersion: version },
          files: { "src/handlers/echo.ts": handler },
        },
        { headers: ["x-a", "old"] },
      );
      expect([answer.status, answer.header("x-own")]).toEqual([202, version]);
      expect(JSON.parse(answer.text)).toMatchObject(want);
    },
  );
});

describe("private integrations", () => {
  const listener =
    "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/lb/50dc6c495c0c9188/0467ef3c8400ae65";
  const cloudMap =
    "arn:aws:servicediscovery:eu-west-1:123456789012:service/srv-id?stage=prod&deployment=green";
  const integration = { connectionType: "VPC_LINK", connectionId: "link" };
  const linked = (): object => ({ vpcLinks: { link: { upstream: `${backend.origin}/up` } } });

  test.each([listener, cloudMap])("%s", async (uri) => {
    const settings = linked();
    await ask({ uri, integration, settings }, { target: "/dev/p/7?a=1" });
    await ask({ uri, integration, settings }, { target: "/p/7?a=1" });
    // the stage is part of the path but for the default stage
    expect(seen.map(({ path, query }) => [path, query])).toEqual([
      ["/up/dev/p/7", "a=1"],
      ["/up/p/7", "a=1"],
    ]);
  });

  test("the path without the stage, as the guide has it", async () => {
    const request = { "overwrite:path": "$request.path" };
    await ask(
      { uri: listener, integration, settings: linked(), request },
      { target: "/dev/p/7?a=1" },
    );
    expect(received().path).toBe("/up/p/7");
  });

  test("a backend of the settings for the ARN comes first", async () => {
    const settings = { ...linked(), backends: { lb: { match: listener, url: backend.origin } } };
    await ask({ uri: listener, integration, settings });
    expect(received().path).toBe("/p/7");
  });
});
