import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { IncomingMessage } from "node:http";
import type { ApiTable, ContentHandling, HttpTable } from "../../../src/runtime/contracts.js";
import { bodyText } from "../../../src/runtime/jsonpath/body-text.js";
import { createGateway } from "../../../src/runtime/gateway.js";
import { httpIntegration } from "../../../src/runtime/integrations/http.js";
import { httpProxyIntegration } from "../../../src/runtime/integrations/http-proxy.js";
import { httpBackend, type Backend } from "../support/backend.js";
import { call, type Answer } from "../support/client.js";
import { apiTable, http, httpProxy, stage } from "../support/table.js";

const silent = { warn: () => undefined, error: () => undefined };

interface Seen {
  line: string;
  headers: IncomingMessage["headers"];
  raw: string[];
  body: Buffer;
}

let backend: Backend;
let seen: Seen[] = [];
let respond: { status: number; headers: Record<string, string | string[]>; body: string | Buffer };

beforeAll(async () => {
  backend = await httpBackend((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const { method = "", url = "", headers, rawHeaders } = incoming;
      seen.push({
        line: `${method} ${url}`,
        headers,
        raw: rawHeaders,
        body: Buffer.concat(chunks),
      });
      outgoing.writeHead(respond.status, respond.headers).end(respond.body);
    });
  });
});
afterAll(() => backend.close());
beforeEach(() => {
  seen = [];
  respond = { status: 200, headers: { "Content-Type": "application/json" }, body: '{"a":{"b":7}}' };
});

type Request = Parameters<typeof call>[3];

async function run(
  table: Partial<HttpTable>,
  request: Request & { method?: string; target?: string } = {},
  api: Partial<ApiTable> = {},
): Promise<Answer> {
  const { method = "POST", target = "/dev/p/7", ...rest } = request;
  const routes = { "ANY /p/{id}": { integration: http([`${backend.origin}/b`], table) } };
  const gateway = createGateway(
    apiTable(routes, api),
    { integrations: { http: httpIntegration } },
    { logger: silent },
  );
  const answer = await call(gateway, method, target, rest);
  await gateway.close();
  return answer;
}

const response = (
  rest: Partial<HttpTable["responses"][number]> = {},
): HttpTable["responses"][number] => ({
  pattern: null,
  statusCode: 200,
  headers: [],
  templates: {},
  contentHandling: null,
  ...rest,
});
const toHeader = (
  name: string,
  from: HttpTable["requestParameters"][number]["from"],
): HttpTable["requestParameters"][number] => ({ to: "header", name, from });

describe("request", () => {
  test("headers are the gateway's few, not the client's", async () => {
    await run(
      {},
      {
        headers: [
          "Accept",
          "text/html",
          "User-Agent",
          "u",
          "X-A",
          "1",
          "Content-Type",
          "text/plain",
        ],
        body: "hi",
      },
    );
    expect(seen[0]).toMatchObject({ line: "POST /b", body: Buffer.from("hi") });
    expect(Object.keys(seen[0]?.headers ?? {}).sort()).toEqual([
      "accept",
      "connection",
      "content-length",
      "content-type",
      "host",
      "user-agent",
      "x-amzn-apigateway-api-id",
      "x-amzn-trace-id",
    ]);
    expect(seen[0]?.headers).toMatchObject({
      accept: "application/json",
      "user-agent": "AmazonAPIGateway_abcdefghij",
      "content-type": "text/plain",
      "x-amzn-apigateway-api-id": "abcdefghij",
    });
  });

  test.each(["GET", "HEAD", "OPTIONS"])("the content type of a %s stays behind", async (method) => {
    await run({}, { method, headers: ["Content-Type", "text/plain"] });
    expect(seen[0]?.headers["content-type"]).toBeUndefined();
  });

  test("mapped headers go out, a few never do", async () => {
    const mapped = [
      "Accept",
      "User-Agent",
      "Content-Type",
      "Authorization",
      "Date",
      "Server",
      "Trailer",
      "Upgrade",
      "Content-MD5",
      "Max-Forwards",
      "WWW-Authenticate",
      "Content-Encoding",
      "Host",
    ];
    const dropped = ["Expect", "Proxy-Authenticate", "TE", "Via"];
    await run({
      requestParameters: [...mapped, ...dropped].map((name) =>
        toHeader(name, { literal: name === "Host" ? "mapped.test" : `mapped-${name}` }),
      ),
    });
    const headers = seen[0]?.headers ?? {};
    for (const name of mapped) expect(headers[name.toLowerCase()]).toContain("mapped");
    for (const name of dropped) expect(headers[name.toLowerCase()]).toBeUndefined();
  });

  test("every source of a mapping", async () => {
    const sources: Record<string, HttpTable["requestParameters"][number]["from"]> = {
      literal: { literal: "l" },
      context: { context: "resourcePath" },
      variable: { stageVariable: "v" },
      path: { path: "id" },
      header: { header: "X-H" },
      multi: { multiValueHeader: "X-H" },
      query: { queryString: "q" },
      "multi-query": { multiValueQueryString: "q" },
      member: { body: bodyText("m") },
      object: { body: bodyText("o") },
      whole: { body: null },
      none: { header: "x-h" },
      null: { body: () => undefined },
    };
    await run(
      {
        requestParameters: Object.entries(sources).map(([name, from]) =>
          toHeader(`X-${name}`, from),
        ),
      },
      {
        target: "/dev/p/a%20b?q=1&q=2%20",
        headers: ["X-H", "1", "X-H", "2"],
        body: '{"m":true,"o":{"a":[1]}}',
      },
      { stages: { dev: stage({ variables: { v: "var" } }) } },
    );
    expect(seen[0]?.headers).toMatchObject({
      "x-literal": "l",
      "x-context": "/p/{id}",
      "x-variable": "var",
      "x-path": "a%20b",
      "x-header": "2",
      "x-multi": "1,2",
      "x-query": "2",
      "x-multi-query": "1,2",
      "x-member": "true",
      "x-object": '{"a":[1]}',
      "x-whole": '{"m":true,"o":{"a":[1]}}',
    });
    expect(seen[0]?.headers["x-none"]).toBeUndefined();
    expect(seen[0]?.headers["x-null"]).toBeUndefined();
  });

  test.each<[why: string, body: string | undefined, status: number, mapped: string | undefined]>([
    ["no body is {}", undefined, 200, undefined],
    ["broken JSON is refused", '{"m":', 400, undefined],
    ["other text has no members", "hello", 200, undefined],
  ])("a body mapping: %s", async (_why, body, status, mapped) => {
    const from = { body: bodyText("m") };
    const answer = await run(
      { requestParameters: [toHeader("X-M", from)] },
      body === undefined ? {} : { body },
    );
    expect(answer.status).toBe(status);
    expect(seen[0]?.headers["x-m"]).toBe(mapped);
  });

  test("query mappings follow the address, repeated ones repeat", async () => {
    await run(
      {
        uri: [`${backend.origin}/b?fixed=1`],
        requestParameters: [
          { to: "querystring", name: "x y", from: { multiValueQueryString: "q" } },
          { to: "querystring", name: "z", from: { header: "None" } },
        ],
      },
      { target: "/dev/p/7?q=a%26b&q=%e2%98%83&other=1" },
    );
    expect(seen[0]?.line).toBe("POST /b?fixed=1&x%20y=a%26b&x%20y=%E2%98%83");
  });

  test.each(["Content-Length", "Transfer-Encoding", "x-amzn-trace-id", "X-Amzn-Apigateway-Api-Id"])(
    "a mapping of %s fails every call",
    async (name) => {
      const answer = await run({ requestParameters: [toHeader(name, { literal: "1" })] });
      expect([answer.status, answer.header("x-amzn-errortype")]).toEqual([
        500,
        "InternalServerErrorException",
      ]);
      expect(seen).toEqual([]);
    },
  );

  test("a value that would split a header never leaves", async () => {
    const answer = await run(
      { requestParameters: [toHeader("X-Q", { queryString: "q" })] },
      { target: "/dev/p/7?q=a%0d%0aX:%201" },
    );
    expect(answer.status).toBe(500);
    expect(seen).toEqual([]);
  });
});

describe("address", () => {
  const idPath = [{ to: "path", name: "id", from: { path: "id" } } as const];
  const at = (...rest: HttpTable["uri"]): HttpTable["uri"] => [`${backend.origin}`, ...rest];
  const build = (): [
    string,
    HttpTable["uri"],
    HttpTable["requestParameters"],
    string,
    string | number,
  ][] => [
    [
      "a hole with a mapping",
      at("/x/", { path: "id" }, "/y"),
      idPath,
      "/dev/p/a%2Fb+c@",
      "POST /x/a%2Fb+c@/y",
    ],
    ["a hole without one stays", at("/x/", { path: "other" }), [], "/dev/p/7", "POST /x/{other}"],
    [
      "a hole in the query",
      at("/x?id=", { path: "id" }),
      idPath,
      "/dev/p/a&b=c",
      "POST /x?id=a%26b%3Dc",
    ],
    [
      "a decoded value is one segment",
      at("/x/", { path: "id" }),
      [{ to: "path", name: "id", from: { queryString: "q" } }],
      "/dev/p/7?q=a%2Fb%3Fc",
      "POST /x/a%2Fb%3Fc",
    ],
    ["a dot segment is refused", at("/x/", { path: "id" }), idPath, "/dev/p/..", 400],
    ["an escaped dot segment is refused", at("/x/", { path: "id" }), idPath, "/dev/p/%2e%2E", 400],
    [
      "one behind an escaped slash too",
      at("/x/", { path: "id" }),
      idPath,
      "/dev/p/a%2f..%5cb",
      400,
    ],
    [
      "a value may not become the host",
      ["http://", { path: "id" }, "/x"],
      idPath,
      "/dev/p/@evil.test:80",
      400,
    ],
    [
      "nor the user in front of it",
      ["http://", { path: "id" }, "@127.0.0.1/x"],
      idPath,
      "/dev/p/a",
      500,
    ],
    ["no host", ["http:///x"], [], "/dev/p/7", 500],
    [
      "an undefined stage variable as host",
      ["http://", { stageVariable: "none" }, "/x"],
      [],
      "/dev/p/7",
      500,
    ],
    ["another scheme", ["ftp://x/y"], [], "/dev/p/7", 500],
  ];
  test("holes and hosts", async () => {
    for (const [why, uri, requestParameters, target, want] of build()) {
      seen = [];
      const answer = await run({ uri, requestParameters }, { target });
      if (typeof want === "number")
        expect([why, answer.status, seen.length]).toEqual([why, want, 0]);
      else expect([why, seen[0]?.line]).toEqual([why, want]);
    }
  });

  test("an address without host is a plain internal error", async () => {
    const answer = await run({ uri: ["http://", { stageVariable: "none" }] });
    expect([answer.status, answer.text, answer.header("x-amzn-errortype")]).toEqual([
      500,
      '{"message":"Internal server error"}',
      "InternalServerErrorException",
    ]);
  });

  test("settings may send a host elsewhere, or answer for it", async () => {
    const redirect = (
      match: string,
      target: ApiTable["stages"][string]["backends"][number]["target"],
    ): Partial<ApiTable> => ({
      stages: { dev: stage({ backends: [{ match: [match], target, timeoutMs: null }] }) },
    });
    await run(
      { uri: ["http://stock.internal/v1?a=1"] },
      {},
      redirect("stock.internal", { kind: "url", url: `${backend.origin}/base/` }),
    );
    expect(seen[0]?.line).toBe("POST /base/v1?a=1");
    const fixed = await run(
      {},
      {},
      redirect("ANY /p/{id}", { kind: "mock", statusCode: 202, headers: {}, body: "m" }),
    );
    expect([fixed.status, fixed.text]).toEqual([202, "m"]);
  });
});

describe("response", () => {
  test("only mapped headers, under the names they leave with", async () => {
    respond.headers = { "X-One": ["1", "2"], "X-Two": "t", "Content-Type": "text/html" };
    const answer = await run({
      responses: [
        response({
          headers: [
            { name: "X-Last", from: { responseHeader: "x-one" } },
            { name: "X-All", from: { multiValueResponseHeader: "X-One" } },
            {
              name: "X-Body",
              from: { responseBody: bodyText("a", "b") },
            },
            { name: "X-None", from: { responseHeader: "X-Three" } },
            { name: "Date", from: { literal: "d" } },
            { name: "x-amzn-RequestId", from: { literal: "r" } },
          ],
        }),
      ],
    });
    const names = answer.headers.filter((_text, index) => index % 2 === 0);
    expect(names).toEqual([
      "X-Last",
      "X-All",
      "X-Body",
      "x-amzn-Remapped-Date",
      "Content-Type",
      "X-Amzn-Trace-Id",
      "x-amzn-RequestId",
      "x-amz-apigw-id",
    ]);
    expect(answer.header("x-last")).toBe("2");
    expect(answer.header("x-all")).toBe("1,2");
    expect(answer.header("x-body")).toBe("7");
    expect(answer.header("content-type")).toBe("application/json");
  });

  test.each<[status: number, want: number]>([
    [404, 400],
    [200, 200],
    [500, 200],
  ])("backend status %i becomes %i", async (status, want) => {
    respond.status = status;
    const responses = [response({ pattern: /4\d{2}/, statusCode: 400 }), response()];
    const answer = await run({ responses });
    expect([answer.status, answer.text]).toEqual([want, '{"a":{"b":7}}']);
  });

  test("a template renders the answer; an empty one reads as {}", async () => {
    respond.body = "";
    const responses = [
      response({ templates: { "application/json": (input) => `[${input.body}]` } }),
    ];
    expect((await run({ responses })).text).toBe("[{}]");
  });

  test("a response mapping of a body that is broken JSON is a 500", async () => {
    respond.body = "{";
    const responses = [
      response({ headers: [{ name: "X", from: { responseBody: bodyText("a") } }] }),
    ];
    expect((await run({ responses })).status).toBe(500);
  });
});

// The tables of the service's semantics, section "Binary payloads": rows by registered types, columns by handling.
const raw = Buffer.from([0x1f, 0x8b, 0xff, 0x00, 0x41]);
const encoded = Buffer.from(raw.toString("base64"));
const cleaned = Buffer.from(raw.toString("utf8"));
const TEXT = "CONVERT_TO_TEXT";
const BINARY = "CONVERT_TO_BINARY";

describe("binary requests", () => {
  test.each<
    [types: string[], type: string, handling: ContentHandling, body: Buffer, want: Buffer | 500]
  >([
    [[], "image/png", null, raw, cleaned],
    [[], "image/png", TEXT, raw, cleaned],
    [[], "image/png", BINARY, raw, 500],
    [[], "image/png", BINARY, encoded, raw],
    [["image/png"], "text/plain", null, raw, cleaned],
    [["image/png"], "text/plain", BINARY, encoded, raw],
    [["image/png"], "image/png", null, raw, raw],
    [["image/png"], "image/png", TEXT, raw, encoded],
    [["image/png"], "image/png", BINARY, raw, raw],
  ])("types %j, %s, %s", async (binaryMediaTypes, type, contentHandling, body, want) => {
    const answer = await run(
      { contentHandling },
      { headers: ["Content-Type", type], body },
      { binaryMediaTypes },
    );
    if (want === 500) expect(answer.status).toBe(500);
    else expect(seen[0]?.body).toEqual(want);
  });

  test("bytes never meet a template", async () => {
    const requestTemplates = { "image/png": () => "x" };
    const answer = await run(
      { requestTemplates },
      { headers: ["Content-Type", "image/png"], body: "ascii" },
      { binaryMediaTypes: ["image/png"] },
    );
    expect(answer.status).toBe(500);
  });
});

describe("binary responses", () => {
  const png = ["image/png"];
  test.each<
    [
      types: string[],
      backend: string,
      accept: string,
      handling: ContentHandling,
      body: Buffer,
      want: Buffer | 500,
    ]
  >([
    [[], "image/png", "image/png", null, raw, cleaned],
    [[], "image/png", "image/png", TEXT, raw, cleaned],
    [[], "image/png", "image/png", BINARY, encoded, raw],
    [[], "image/png", "image/png", BINARY, raw, 500],
    [png, "text/a", "text/b", null, raw, cleaned],
    [png, "text/a", "text/b", BINARY, encoded, raw],
    [png, "text/a", "image/png", null, encoded, raw],
    [png, "text/a", "image/png", null, raw, 500],
    [png, "text/a", "image/png", TEXT, raw, cleaned],
    [png, "text/a", "image/png", BINARY, encoded, raw],
    [png, "image/png", "text/b", null, raw, encoded],
    [png, "image/png", "text/b", TEXT, raw, encoded],
    [png, "image/png", "text/b", BINARY, raw, raw],
    [png, "image/png", "image/png", null, raw, raw],
    [png, "image/png", "image/png", TEXT, raw, encoded],
    [png, "image/png", "image/png", BINARY, raw, raw],
  ])(
    "types %j, backend %s, Accept %s, %s",
    async (binaryMediaTypes, type, accept, contentHandling, body, want) => {
      respond = { status: 200, headers: { "Content-Type": type }, body };
      const answer = await run(
        { responses: [response({ contentHandling })] },
        { headers: ["Accept", accept] },
        { binaryMediaTypes },
      );
      if (want === 500) expect(answer.status).toBe(500);
      else expect(answer.bytes).toEqual(want);
    },
  );
});

describe("proxy", () => {
  test("mapped headers and query lie over the client's", async () => {
    const routes = {
      "POST /p/{id}": {
        integration: httpProxy([`${backend.origin}/?testVar=`, { path: "p" }], {
          method: "POST",
          requestParameters: [
            { to: "path", name: "p", from: { path: "id" } },
            { to: "header", name: "headerVar", from: { header: "foobar" } },
            { to: "querystring", name: "q", from: { queryString: "q" } },
          ],
        }),
      },
    };
    const gateway = createGateway(
      apiTable(routes),
      { integrations: { http_proxy: httpProxyIntegration } },
      { logger: silent },
    );
    respond.headers = {
      Date: "d",
      "X-A": ["1", "2"],
      Via: "v",
      "x-amzn-RequestId": "r",
      "WWW-Authenticate": "w",
      "Keep-Alive": "k",
    };
    const answer = await call(gateway, "POST", "/dev/p/v?q=1&testVar=2", {
      headers: [
        "foobar",
        "mapped",
        "HeaderVar",
        "mine",
        "Via",
        "v",
        "Host",
        "h.test",
        "X-Forwarded-For",
        "9.9.9.9",
      ],
    });
    expect(seen[0]?.line).toBe("POST /?testVar=v&q=1&testVar=2&q=1");
    expect(seen[0]?.headers).toMatchObject({
      headervar: "mapped",
      foobar: "mapped",
      "x-forwarded-for": "9.9.9.9, 192.0.2.7",
    });
    expect(seen[0]?.headers["via"]).toBeUndefined();
    expect(seen[0]?.headers["host"]).toBe(backend.origin.slice(7));
    const names = answer.headers.filter((_text, index) => index % 2 === 0);
    expect(names.filter((name) => name === "X-A")).toHaveLength(2);
    expect(names).toEqual(
      expect.arrayContaining([
        "x-amzn-Remapped-Date",
        "x-amzn-Remapped-x-amzn-RequestId",
        "WWW-Authenticate",
      ]),
    );
    for (const absent of ["via", "keep-alive", "x-amzn-trace-id"])
      expect(answer.header(absent)).toBeUndefined();
    expect(answer.header("content-type")).toBe("application/json");
    await gateway.close();
  });
});
