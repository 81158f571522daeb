import { describe, expect, test } from "vitest";
import type {
  RequestAuthorizerEvent,
  TokenAuthorizerEvent,
} from "../../../src/runtime/functions/authorizer.js";
import { allow, deny } from "../../../src/runtime/functions/authorizer.js";
import type { FunctionHandler } from "../../../src/runtime/functions/registry.js";
import { call } from "../support/client.js";
import { functionProxy, mock, stage, type TestRoute } from "../support/table.js";
import {
  arn,
  authorizer,
  denying,
  noting,
  openedBy,
  protectedGateway,
  type ProtectedGateway,
  type ProtectedOptions,
} from "./protected-gateway.js";

const echo: FunctionHandler = (event: object) => ({ statusCode: 200, body: JSON.stringify(event) });

interface Setup extends Omit<ProtectedOptions, "functions"> {
  readonly table?: ReturnType<typeof authorizer>;
  readonly routes?: Readonly<Record<string, TestRoute>>;
}

/** A gateway with the authorizer `auth` in front of all routes. */
function gatewayWith(handler: FunctionHandler, setup: Setup = {}): ProtectedGateway {
  const { table = authorizer("token"), routes, ...rest } = setup;
  return protectedGateway(
    routes ?? { "GET /pets": openedBy("auth"), "GET /dogs/{id}": openedBy("auth") },
    {
      ...rest,
      access: { authorizers: { auth: table }, ...rest.access },
      functions: { authorizer: handler, echo },
    },
  );
}

const bearer = (token: string) => ({ headers: ["Authorization", token] });
const allowAll = () => allow("me", "*");

describe("events", () => {
  test("a TOKEN authorizer gets method and token, nothing else", async () => {
    const { events, handler } = noting<TokenAuthorizerEvent>(allowAll);
    const gateway = gatewayWith(handler);
    expect((await call(gateway, "GET", "/dev/pets?a=b", bearer("Bearer t"))).status).toBe(200);
    expect(events).toEqual([
      { type: "TOKEN", methodArn: arn("GET/pets"), authorizationToken: "Bearer t" },
    ]);
  });

  test("a REQUEST authorizer gets the request; maps without members are {}", async () => {
    const { events, handler } = noting(allowAll);
    const gateway = gatewayWith(handler, { table: authorizer("request") });
    await call(gateway, "GET", "/dev/dogs/a%2Fb?q=1&q=2", bearer("t"));
    await call(gateway, "GET", "/dev/pets", bearer("other"));
    expect(Object.keys(events[0] ?? {})).toEqual([
      "type",
      "methodArn",
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
    ]);
    expect(events).toMatchObject([
      {
        type: "REQUEST",
        methodArn: arn("GET/dogs/a%2Fb"),
        resource: "/dogs/{id}",
        path: "/dogs/a%2Fb",
        httpMethod: "GET",
        headers: { Authorization: "t" },
        queryStringParameters: { q: "2" },
        multiValueQueryStringParameters: { q: ["1", "2"] },
        stageVariables: {},
        requestContext: { resourcePath: "/dogs/{id}", stage: "dev", apiId: "abcdefghij" },
      },
      { queryStringParameters: {}, multiValueQueryStringParameters: {}, pathParameters: {} },
    ]);
    expect(events[0]?.requestContext).not.toHaveProperty("authorizer");
  });
});

describe("context", () => {
  const result = () => ({ ...allow("me", "*", { tier: "gold", level: 3, beta: true }) });

  test("arrives as text in templates", async () => {
    const integration = mock("", {
      responses: [
        {
          pattern: null,
          statusCode: 200,
          headers: [],
          templates: {
            "application/json": (input) =>
              ["principalId", "tier", "level", "beta", "absent"]
                .map((name) => input.context(`authorizer.${name}`))
                .join("|"),
          },
          contentHandling: null,
        },
      ],
    });
    const gateway = gatewayWith(result, {
      routes: { "GET /pets": openedBy("auth", { integration }) },
    });
    expect((await call(gateway, "GET", "/dev/pets", bearer("t"))).text).toBe("me|gold|3|true|");
  });

  test("arrives as text in proxy events", async () => {
    const integration = functionProxy("echo");
    const gateway = gatewayWith(result, {
      routes: { "GET /pets": openedBy("auth", { integration }) },
    });
    const { text } = await call(gateway, "GET", "/dev/pets", bearer("t"));
    expect(JSON.parse(text)).toMatchObject({
      requestContext: {
        authorizer: {
          principalId: "me",
          tier: "gold",
          level: "3",
          beta: "true",
          integrationLatency: 0,
        },
      },
    });
  });

  test("cannot take the place of the principal", async () => {
    const integration = functionProxy("echo");
    const gateway = gatewayWith(() => allow("me", "*", { principalId: "root" }), {
      routes: { "GET /pets": openedBy("auth", { integration }) },
    });
    const { text } = await call(gateway, "GET", "/dev/pets", bearer("t"));
    expect(JSON.parse(text)).toMatchObject({
      requestContext: { authorizer: { principalId: "me" } },
    });
  });
});

describe("kept results", () => {
  test("serve the same identity until their time is up", async () => {
    const { events, handler } = noting(allowAll);
    const gateway = gatewayWith(handler, { table: authorizer("token", { ttlSeconds: 10 }) });
    await call(gateway, "GET", "/dev/pets", bearer("a"));
    await call(gateway, "GET", "/dev/pets", bearer("a"));
    expect(events).toHaveLength(1);
    await call(gateway, "GET", "/dev/pets", bearer("b"));
    expect(events).toHaveLength(2);
    gateway.advance(9999);
    await call(gateway, "GET", "/dev/pets", bearer("a"));
    expect(events).toHaveLength(2);
    gateway.advance(2);
    await call(gateway, "GET", "/dev/pets", bearer("a"));
    expect(events).toHaveLength(3);
  });

  test("are not there with a time of 0", async () => {
    const { events, handler } = noting(allowAll);
    const gateway = gatewayWith(handler, { table: authorizer("token", { ttlSeconds: 0 }) });
    await call(gateway, "GET", "/dev/pets", bearer("a"));
    await call(gateway, "GET", "/dev/pets", bearer("a"));
    expect(events).toHaveLength(2);
  });

  test("are evaluated for each method anew", async () => {
    const { events, handler } = noting(() => allow("me", arn("GET/pets")));
    const gateway = gatewayWith(handler);
    expect((await call(gateway, "GET", "/dev/pets", bearer("a"))).status).toBe(200);
    expect((await call(gateway, "GET", "/dev/dogs/1", bearer("a"))).status).toBe(403);
    expect((await call(gateway, "GET", "/dev/pets", bearer("a"))).status).toBe(200);
    expect(events).toHaveLength(1);
  });

  test("keep a denial, too", async () => {
    const { events, handler } = noting(() => deny("me", "*"));
    const gateway = gatewayWith(handler);
    for (let i = 0; i < 3; i++) {
      expect(await call(gateway, "GET", "/dev/pets", bearer("a"))).toMatchObject({
        status: 403,
        text: '{"Message":"User is not authorized to access this resource with an explicit deny"}',
      });
    }
    expect(events).toHaveLength(1);
  });

  test("are asked for once by requests that come together", async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const { events, handler } = noting(() => held.then(allowAll));
    const gateway = gatewayWith(handler);
    const answers = Array.from({ length: 20 }, () =>
      call(gateway, "GET", "/dev/pets", bearer("a")),
    );
    const other = call(gateway, "GET", "/dev/pets", bearer("b"));
    release();
    for (const { status } of await Promise.all([...answers, other])) expect(status).toBe(200);
    expect(events).toHaveLength(2);
  });

  test("of one stage are none of another", async () => {
    const { events, handler } = noting(allowAll);
    const gateway = gatewayWith(handler, { api: { stages: { dev: stage(), prod: stage() } } });
    await call(gateway, "GET", "/dev/pets", bearer("a"));
    await call(gateway, "GET", "/prod/pets", bearer("a"));
    expect(events).toHaveLength(2);
  });

  test("of one authorizer are none of another with the same function", async () => {
    const { events, handler } = noting(allowAll);
    const gateway = gatewayWith(handler, {
      routes: { "GET /pets": openedBy("auth"), "GET /dogs": openedBy("strict") },
      access: { authorizers: { auth: authorizer("token"), strict: authorizer("token") } },
    });
    await call(gateway, "GET", "/dev/pets", bearer("a"));
    await call(gateway, "GET", "/dev/dogs", bearer("a"));
    expect(events).toHaveLength(2);
  });
});

/** Identities that careless joining, folding or picking would take for one another. */
describe("identities that must not be confused", () => {
  const sources = [{ header: "A" }, { header: "B" }] as const;
  const query = [{ queryString: "a" }] as const;
  test.each<[string, readonly (typeof sources | typeof query)[number][], [string, string[]][]]>([
    [
      "a separator within a value",
      sources,
      [
        ["/dev/pets", ["A", "x,y", "B", "z"]],
        ["/dev/pets", ["A", "x", "B", "y,z"]],
      ],
    ],
    [
      "quotes and brackets within a value",
      sources,
      [
        ["/dev/pets", ["A", 'x"],["y', "B", "z"]],
        ["/dev/pets", ["A", "x", "B", 'y"],["z']],
      ],
    ],
    [
      "values in each other's place",
      sources,
      [
        ["/dev/pets", ["A", "x", "B", "y"]],
        ["/dev/pets", ["A", "y", "B", "x"]],
      ],
    ],
    [
      "a header sent twice",
      sources,
      [
        ["/dev/pets", ["A", "good", "B", "z"]],
        ["/dev/pets", ["A", "evil", "A", "good", "B", "z"]],
        ["/dev/pets", ["A", "good", "A", "evil", "B", "z"]],
      ],
    ],
    [
      "a second value of one source and of the other",
      sources,
      [
        ["/dev/pets", ["A", "x", "A", "y", "B", "z"]],
        ["/dev/pets", ["A", "x", "B", "y", "B", "z"]],
      ],
    ],
    [
      "another case of a value",
      sources,
      [
        ["/dev/pets", ["A", "Token", "B", "z"]],
        ["/dev/pets", ["A", "token", "B", "z"]],
      ],
    ],
    [
      "a query parameter sent twice",
      query,
      [
        ["/dev/pets?a=good", []],
        ["/dev/pets?a=evil&a=good", []],
        ["/dev/pets?a=good&a=evil", []],
      ],
    ],
  ])("%s", async (_name, identitySources, requests) => {
    const { events, handler } = noting((event) =>
      event.multiValueHeaders["A"]?.includes("evil") === true ? deny("no", "*") : allow("me", "*"),
    );
    const gateway = gatewayWith(handler, { table: authorizer("request", { identitySources }) });
    for (const [target, headers] of requests) await call(gateway, "GET", target, { headers });
    expect(events).toHaveLength(requests.length);
  });
});

describe("requests that the function never hears of", () => {
  test.each<[name: string, target: string, headers: readonly string[]]>([
    ["no token", "/dev/pets", []],
    ["an empty token", "/dev/pets", ["Authorization", ""]],
    ["a blank token", "/dev/pets", ["Authorization", "  "]],
    ["a token that the expression refuses", "/dev/pets", ["Authorization", "Basic x"]],
    [
      "a good token beside a bad one",
      "/dev/pets",
      ["Authorization", "Bearer x", "Authorization", "y"],
    ],
    [
      "a token that ends at the gateway",
      "/dev/pets",
      ["Authorization", "Bearer x", "Connection", "authorization"],
    ],
    [
      "a token among several options",
      "/dev/pets",
      ["Authorization", "Bearer x", "connection", "close, AUTHORIZATION"],
    ],
    ["a token in the query", "/dev/pets?Authorization=Bearer%20x", []],
    ["a token under another name", "/dev/pets", ["X-Amzn-Remapped-Authorization", "Bearer x"]],
  ])("%s: 401", async (_name, target, headers) => {
    const { events, handler } = noting(allowAll);
    const table = authorizer("token", { validation: /^Bearer [^,]+$/ });
    const gateway = gatewayWith(handler, { table });
    expect(await call(gateway, "GET", target, { headers })).toMatchObject({
      status: 401,
      text: '{"message":"Unauthorized"}',
    });
    expect(events).toEqual([]);
  });

  test("one of several sources is missing: 401", async () => {
    const { events, handler } = noting(allowAll);
    const identitySources = [{ header: "A" }, { queryString: "b" }, { stageVariable: "c" }];
    const stages = { dev: stage({ variables: { c: "1" } }), bare: stage() };
    const table = authorizer("request", { identitySources });
    const gateway = gatewayWith(handler, { table, api: { stages } });
    const headers = ["a", "1"];
    expect((await call(gateway, "GET", "/dev/pets?b=1", { headers })).status).toBe(200);
    expect((await call(gateway, "GET", "/dev/pets", { headers })).status).toBe(401);
    expect((await call(gateway, "GET", "/dev/pets?b=", { headers })).status).toBe(401);
    expect((await call(gateway, "GET", "/dev/pets?b=1")).status).toBe(401);
    expect((await call(gateway, "GET", "/bare/pets?b=1", { headers })).status).toBe(401);
    expect(events).toHaveLength(1);
  });

  test("what the resource policy denies: 403, whatever the function would say", async () => {
    const { events, handler } = noting(allowAll);
    const gateway = gatewayWith(handler, {
      access: {
        resourcePolicy: denying(arn("GET/dogs/*")),
        authorizers: { auth: authorizer("token") },
      },
    });
    const answer = await call(gateway, "GET", "/dev/dogs/1", bearer("a"));
    expect(answer.status).toBe(403);
    expect(answer.text).toBe(
      '{"Message":"User: anonymous is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:********9012:abcdefghij/dev/GET/dogs/1 with an explicit deny"}',
    );
    expect(events).toEqual([]);
    expect((await call(gateway, "GET", "/dev/pets", bearer("a"))).status).toBe(200);
  });
});

const nothing = { status: 500, text: '{"message":null}' };
const misbehaving: readonly (readonly [string, (event: never) => unknown])[] = [
  [
    "throws",
    () => {
      throw new Error("broken");
    },
  ],
  [
    "throws something that is no error",
    () => {
      throw "Unauthorized!";
    },
  ],
  [
    "says unauthorized in another way",
    () => {
      throw new Error("unauthorized");
    },
  ],
  ["hangs", () => new Promise(() => undefined)],
  ["gives nothing", () => undefined],
  ["gives null", () => null],
  ["gives a text", () => "Allow"],
  ["gives a number", () => 1],
  ["gives true", () => true],
  ["gives a list", () => [allow("me", "*")]],
  ["gives an empty object", () => ({})],
  ["gives a simple response", () => ({ isAuthorized: true })],
  ["gives no principal", () => ({ ...allow("me", "*"), principalId: undefined })],
  ["gives a principal that is no text", () => ({ ...allow("me", "*"), principalId: 7 })],
  ["gives no policy", () => ({ principalId: "me" })],
  [
    "gives a policy as text",
    () => ({ principalId: "me", policyDocument: JSON.stringify(allow("me", "*").policyDocument) }),
  ],
  ["gives a policy without statements", () => ({ principalId: "me", policyDocument: {} })],
  [
    "gives an effect in lower case",
    () => policyOf({ Effect: "allow", Action: "*", Resource: "*" }),
  ],
  ["gives a statement without an action", () => policyOf({ Effect: "Allow", Resource: "*" })],
  ["gives a statement without a resource", () => policyOf({ Effect: "Allow", Action: "*" })],
  [
    "gives a condition that is none",
    () =>
      policyOf({
        Effect: "Allow",
        Action: "*",
        Resource: "*",
        Condition: { Looks: { "aws:SourceIp": "1" } },
      }),
  ],
  ["gives a context with an object", () => ({ ...allow("me", "*"), context: { a: {} } })],
  ["gives more than 8 KB", () => allow("me", "*", { a: "x".repeat(8192) })],
  [
    "gives a circle",
    () => {
      const circle: { self?: unknown } = {};
      circle.self = circle;
      return circle;
    },
  ],
];

function policyOf(item: object): object {
  return { principalId: "me", policyDocument: { Version: "2012-10-17", Statement: [item] } };
}

describe("a function that misbehaves", () => {
  test.each(misbehaving)("%s: 500, and it recovers by itself", async (_name, misbehave) => {
    const { events, handler } = noting<never>((event, count) =>
      count === 1 ? misbehave(event) : allow("me", "*"),
    );
    const gateway = gatewayWith(handler, { table: authorizer("token", { timeoutMs: 20 }) });
    const refused = await call(gateway, "GET", "/dev/pets", bearer("a"));
    expect(refused).toMatchObject(nothing);
    expect(refused.header("x-amzn-ErrorType")).toBe("AuthorizerConfigurationException");
    expect((await call(gateway, "GET", "/dev/pets", bearer("a"))).status).toBe(200);
    expect(events).toHaveLength(2);
  });

  test("throws Unauthorized: 401, and it recovers by itself", async () => {
    const { handler } = noting<never>((_event, count) => {
      if (count === 1) throw new Error("Unauthorized");
      return allow("me", "*");
    });
    const gateway = gatewayWith(handler);
    expect(await call(gateway, "GET", "/dev/pets", bearer("a"))).toMatchObject({
      status: 401,
      text: '{"message":"Unauthorized"}',
    });
    expect((await call(gateway, "GET", "/dev/pets", bearer("a"))).status).toBe(200);
  });

  test("is not there: 500", async () => {
    const gateway = protectedGateway(
      { "GET /pets": openedBy("auth") },
      { access: { authorizers: { auth: authorizer("token") } } },
    );
    expect(await call(gateway, "GET", "/dev/pets", bearer("a"))).toMatchObject(nothing);
  });

  test("fails all requests that wait for it, and none after", async () => {
    const { events, handler } = noting<never>((_event, count) => {
      if (count === 1) throw new Error("broken");
      return allow("me", "*");
    });
    const gateway = gatewayWith(handler);
    const together = await Promise.all(
      [1, 2, 3].map(() => call(gateway, "GET", "/dev/pets", bearer("a"))),
    );
    expect(together.map(({ status }) => status)).toEqual([500, 500, 500]);
    expect((await call(gateway, "GET", "/dev/pets", bearer("a"))).status).toBe(200);
    expect(events).toHaveLength(2);
  });
});

test("policies: no match is 403 without more words, and the trace tells who decided", async () => {
  const gateway = gatewayWith(() => allow("me", arn("POST/*")));
  expect(await call(gateway, "GET", "/dev/pets", bearer("a"))).toMatchObject({
    status: 403,
    text: '{"Message":"User is not authorized to access this resource"}',
  });
  expect(gateway.trace).toContainEqual({
    kind: "authorized",
    outcome: "ImplicitDeny",
    by: null,
    statement: null,
  });
});

test("policies may depend on the request", async () => {
  const fromHere = { IpAddress: { "aws:SourceIp": "192.0.2.0/24" } };
  const handler = ({ headers }: RequestAuthorizerEvent) => {
    const Condition =
      headers["Authorization"] === "near"
        ? fromHere
        : { IpAddress: { "aws:SourceIp": "198.51.100.0/24" } };
    return policyOf({ Effect: "Allow", Action: "execute-api:Invoke", Resource: "*", Condition });
  };
  const gateway = gatewayWith(handler, { table: authorizer("request") });
  expect((await call(gateway, "GET", "/dev/pets", bearer("near"))).status).toBe(200);
  expect((await call(gateway, "GET", "/dev/pets", bearer("far"))).status).toBe(403);
});
