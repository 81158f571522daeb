import { createRemoteJWKSet, jwtVerify } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { headerValues, sendRaw, type RawHeader, type RawResponse } from "../raw-client.js";
import { orderedFromPlain, printOrderedJson } from "../ordered-json.js";
import { startBackends, type Backends } from "./backends.js";
import type { BackendDefinitions, LambdaFunction } from "./behaviour.js";

const FUNCTION_ARN = "arn:aws:lambda:us-east-1:123456789012:function:fn";

let backends: Backends;
beforeAll(async () => {
  backends = await startBackends({
    http: new Set(["backend"]),
    aws: new Set(["sqs"]),
    oidc: new Map([["idp", "RS256"]]),
  });
});
beforeEach(() => backends.use(definitions({})));
afterAll(() => backends.close());

function definitions(given: Partial<BackendDefinitions>): BackendDefinitions {
  return { lambda: new Map(), http: new Map(), aws: [], oidc: new Map(), ...given };
}

function send(
  origin: string | undefined,
  request: {
    readonly method?: string;
    readonly target: string;
    readonly headers?: readonly RawHeader[];
    readonly body?: string;
  },
): Promise<RawResponse> {
  const body = Buffer.from(request.body ?? "");
  const headers: RawHeader[] = [
    ["Host", "h"],
    ...(request.headers ?? []),
    ["Content-Length", String(body.length)],
  ];
  const { method = "POST", target } = request;
  return sendRaw(
    { method, target, headers, body },
    { host: "127.0.0.1", port: Number(new URL(origin ?? "").port) },
  );
}

function invoke(
  name: string,
  payload: string,
  headers: readonly RawHeader[] = [],
): Promise<RawResponse> {
  const target = `/2015-03-31/functions/${encodeURIComponent(name)}/invocations`;
  return send(backends.origins.lambda, { target, headers, body: payload });
}

const text = (response: RawResponse): string => Buffer.from(response.body).toString("utf8");

describe("Lambda endpoint", () => {
  const event = `{"b":1,"10":2}`;

  test.each<[name: string, behaviour: LambdaFunction, body: string, functionError: string[]]>([
    ["return", { do: "return", payload: `{"a":null}`, delayMs: 0 }, `{"a":null}`, []],
    ["return null", { do: "return", payload: "null", delayMs: 0 }, "null", []],
    ["return later", { do: "return", payload: "1", delayMs: 20 }, "1", []],
    ["echo", { do: "echo", delayMs: 0 }, event, []],
    [
      "return-proxy-event",
      { do: "return-proxy-event", delayMs: 0 },
      JSON.stringify({ statusCode: 200, body: event, isBase64Encoded: false }),
      [],
    ],
    [
      "throw",
      { do: "throw", payload: `{"errorMessage":"boom"}`, delayMs: 0 },
      `{"errorMessage":"boom"}`,
      ["Unhandled"],
    ],
  ])("%s", async (_name, behaviour, body, functionError) => {
    backends.use(definitions({ lambda: new Map([["fn", behaviour]]) }));
    const response = await invoke(FUNCTION_ARN, event);
    expect([response.status, text(response)]).toEqual([200, body]);
    expect(headerValues(response.headers, "x-amz-function-error")).toEqual(functionError);
  });

  test.each(["fn", "fn:live", FUNCTION_ARN, `${FUNCTION_ARN}:7`, "123456789012:function:fn"])(
    "%s names fn",
    async (name) => {
      backends.use(definitions({ lambda: new Map([["fn", { do: "echo", delayMs: 0 }]]) }));
      expect((await invoke(name, "{}")).status).toBe(200);
      expect(backends.log.calls.map((call) => call.name)).toEqual(["fn"]);
    },
  );

  test("an Event invocation is accepted at once", async () => {
    backends.use(
      definitions({ lambda: new Map([["fn", { do: "return", payload: "1", delayMs: 60_000 }]]) }),
    );
    const response = await invoke("fn", event, [["X-Amz-Invocation-Type", "Event"]]);
    expect([response.status, text(response)]).toEqual([202, ""]);
    expect(backends.log.calls).toMatchObject([
      { kind: "lambda", name: "fn", invocationType: "Event" },
    ]);
  });

  test("records the payload in its own order", async () => {
    backends.use(definitions({ lambda: new Map([["fn", { do: "echo", delayMs: 0 }]]) }));
    await invoke("fn", event);
    const [call] = backends.log.calls;
    expect(call?.kind === "lambda" ? printOrderedJson(call.event) : undefined).toBe(event);
    expect(call).toMatchObject({ invocationType: "RequestResponse" });
  });

  test.each<[payload: string, recorded: unknown]>([
    ["", null],
    ["{a", "{a"],
  ])("payload %j is recorded as %j", async (payload, recorded) => {
    await invoke("fn", payload);
    expect(backends.log.calls).toMatchObject([{ event: orderedFromPlain(recorded) }]);
  });

  test("an unknown function is a 404 that is recorded", async () => {
    const response = await invoke("other", "{}");
    expect([response.status, headerValues(response.headers, "x-amzn-errortype")]).toEqual([
      404,
      ["ResourceNotFoundException"],
    ]);
    expect(backends.log.calls.map((call) => call.name)).toEqual(["other"]);
  });

  test("nothing else of the Lambda API is there", async () => {
    expect((await send(backends.origins.lambda, { target: "/2015-03-31/functions/" })).status).toBe(
      404,
    );
    expect(backends.log.calls).toEqual([]);
  });
});

describe("HTTP backend", () => {
  const origin = (): string | undefined => backends.origins.http["backend"];

  test("records what was sent, byte by byte", async () => {
    backends.use(definitions({ http: new Map([["backend", { do: "echo-body" }]]) }));
    const response = await send(origin(), {
      method: "PATCH",
      target: "/a//b%2f?x=%20&x=?",
      headers: [
        ["x-B", "1"],
        ["X-b", "2"],
      ],
      body: "é",
    });
    expect([response.status, text(response)]).toEqual([200, "é"]);
    expect(backends.log.calls).toEqual([
      {
        kind: "http",
        name: "backend",
        method: "PATCH",
        path: "/a//b%2f",
        query: "x=%20&x=?",
        headers: [
          ["Host", "h"],
          ["x-B", "1"],
          ["X-b", "2"],
          ["Content-Length", "2"],
        ],
        body: Buffer.from("é"),
      },
    ]);
  });

  test("its headers replace those of the server", async () => {
    const headers: RawHeader[] = [
      ["dATE", "Wed, 11 Dec 2024 15:28:47 GMT"],
      ["Server", "gunicorn"],
      ["Connection", "keep-alive"],
      ["x-A", "1"],
      ["X-a", "2"],
    ];
    backends.use(
      definitions({
        http: new Map([
          ["backend", { do: "respond", status: 418, headers, body: Buffer.from("tea") }],
        ]),
      }),
    );
    const response = await send(origin(), { target: "/" });
    expect([response.status, text(response)]).toEqual([418, "tea"]);
    expect(response.headers).toEqual([...headers, ["Content-Length", "3"]]);
  });

  test("a case that gives it no behaviour gets a 501", async () => {
    expect((await send(origin(), { target: "/" })).status).toBe(501);
    expect(backends.log.calls.length).toBe(1);
  });
});

test("an AWS service answers and is recorded under its name", async () => {
  const answer = {
    service: "sqs",
    status: 200,
    headers: [["x-amzn-RequestId", "r"]] as const,
    body: Buffer.from([0xff]),
  };
  backends.use(definitions({ aws: [answer] }));
  const response = await send(backends.origins.aws["sqs"], {
    target: "/1/q?Action=SendMessage",
    body: "x",
  });
  expect([response.status, [...response.body]]).toEqual([200, [0xff]]);
  expect(backends.log.calls).toMatchObject([
    { kind: "aws", name: "sqs", path: "/1/q", query: "Action=SendMessage" },
  ]);
});

test("calls of all backends are recorded in order; a new case starts with none", async () => {
  await send(backends.origins.http["backend"], { target: "/1" });
  await invoke("fn", "{}");
  await send(backends.origins.aws["sqs"], { target: "/2" });
  expect(backends.log.calls.map((call) => call.kind)).toEqual(["http", "lambda", "aws"]);
  backends.use(definitions({}));
  expect(backends.log.calls).toEqual([]);
});

test("a call can be waited for", async () => {
  const arrived = backends.log.waitFor((calls) => calls.length === 1, 2000);
  await invoke("fn", "{}");
  expect(await arrived).toBe(true);
  expect(await backends.log.waitFor((calls) => calls.length === 2, 20)).toBe(false);
});

describe("OIDC issuer", () => {
  test("signs tokens that its key set verifies", async () => {
    const issuer = backends.origins.oidc["idp"] ?? "";
    const token = await backends.signToken("idp", { aud: "client-1", exp: 4102444800 });
    const discovery = await fetch(`${issuer}/.well-known/openid-configuration`);
    const found: unknown = await discovery.json();
    expect(found).toMatchObject({ issuer, jwks_uri: `${issuer}/.well-known/jwks.json` });
    const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`));
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      issuer,
      audience: "client-1",
    });
    expect(protectedHeader).toEqual({ alg: "RS256", kid: "key-1" });
    expect(payload).toMatchObject({ iss: issuer, aud: "client-1", exp: 4102444800 });
  });

  test("claims are laid over the defaults of an hour", async () => {
    const [, payload = ""] = (await backends.signToken("idp", { iss: "other" })).split(".");
    const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString());
    expect(claims).toMatchObject({ iss: "other" });
    const { iat, exp } = Object.assign({ iat: 0, exp: 0 }, claims);
    expect(exp - iat).toBe(3600);
  });

  test("its own calls are not backend calls", async () => {
    await fetch(`${backends.origins.oidc["idp"] ?? ""}/.well-known/jwks.json`);
    expect(backends.log.calls).toEqual([]);
  });
});
