import { describe, expect, test } from "vitest";
import { planProject, type Plan } from "../../src/plan/plan.js";
import { Reference } from "../../src/plan/value.js";
import { invocation, lowerGood } from "../lower/lower-text.js";
import { handler, mockRoute, routeDocument, socketDocument } from "../lower/websocket-text.js";

type Members = Readonly<Record<string, unknown>>;

const plan = async (document: object, settings: object = {}): Promise<Plan> =>
  planProject(await lowerGood(document, settings));

const fixed = (text: string, more: Members = {}): object => ({
  ...mockRoute,
  integrationResponses: { $default: { responseTemplates: { $default: text } } },
  ...more,
});
const message = (type: string): object => ({
  type: "object",
  required: ["type"],
  properties: { type: { enum: [type] } },
});

describe("tables", () => {
  test("selections refer to accessors, of which there is one for each path", async () => {
    const { tables, selections } = await plan(
      socketDocument({
        routeSelectionExpression: "${request.body.a}/${request.body.b.c}",
        models: { M: { type: "object" } },
        routes: {
          "x/y": {
            integration: {
              ...mockRoute,
              templateSelectionExpression: "$request.body.a",
              integrationResponses: {
                $default: { templateSelectionExpression: "$integration.response.body.a" },
              },
            },
            modelSelectionExpression: "$request.body.kind",
            requestModels: { k: "M" },
          },
        },
      }),
    );
    expect(selections).toEqual([
      { name: "aOfBody", jsonPath: "a" },
      { name: "bcOfBody", jsonPath: "b.c" },
      { name: "kindOfBody", jsonPath: "kind" },
    ]);
    const accessor = (name: string): Reference =>
      new Reference(name, "selections", "src/generated/selections.ts");
    expect(tables.websocket).toEqual({
      routeSelection: [
        { body: accessor("aOfBody") },
        { literal: "/" },
        { body: accessor("bcOfBody") },
      ],
      connection: {
        idleTimeoutSeconds: 600,
        maxDurationSeconds: 7200,
        maxMessageBytes: 131_072,
        maxFrameBytes: 32_768,
        keepAliveSeconds: null,
        subprotocols: [],
      },
      routes: {
        xy: {
          modelSelection: [{ body: accessor("kindOfBody") }],
          models: { k: "M" },
          templateSelection: [{ body: accessor("aOfBody") }],
          hasRouteResponse: false,
        },
      },
    });
    expect(tables.integrations["xy"]).toMatchObject({
      responses: [{ templateSelection: [{ responseBody: accessor("aOfBody") }] }],
    });
    expect(tables.routes).toMatchObject([{ operation: "xy", method: "ANY", path: "x/y" }]);
  });
});

describe("parts of the run-time", () => {
  test.each<[name: string, document: object, settings: object, want: readonly string[]]>([
    [
      "a function",
      socketDocument(),
      {},
      [
        "websocket-api",
        "websocket-function",
        "sockets",
        "admin",
        "memory-state",
        "workers",
        "views",
        "metrics",
      ],
    ],
    [
      "no admin listener",
      routeDocument({ integration: mockRoute }),
      { runtime: { adminPort: null } },
      ["mock", "websocket-api", "websocket-function", "sockets", "workers"],
    ],
    [
      "an HTTP proxy, checked parameters, callers who sign, Redis",
      socketDocument({
        routes: {
          $connect: {
            integration: {
              integrationType: "HTTP_PROXY",
              integrationMethod: "POST",
              integrationUri: "http://a.example",
            },
            requestParameters: { "route.request.header.X": true },
          },
        },
      }),
      {
        runtime: { adminPort: null, state: { driver: "redis", url: "redis://127.0.0.1" } },
        principals: {
          a: {
            arn: "arn:aws:iam::123456789012:user/a",
            accessKeyId: "AKIAIOSFODNN7EXAMPLE",
            secretAccessKey: { secret: "a" },
          },
        },
      },
      ["websocket-api", "websocket-proxy", "message-validation", "managed-sockets", "redis-state"],
    ],
    [
      "an authorizer",
      socketDocument({
        authorizers: { a: { authorizerType: "REQUEST", authorizerUri: invocation("a") } },
        routes: { $connect: { integration: mockRoute, authorizer: "a" } },
      }),
      { runtime: { adminPort: null } },
      ["mock", "websocket-api", "websocket-authorizer", "sockets", "workers"],
    ],
  ])("%s", async (_name, document, settings, want) => {
    expect((await plan(document, settings)).features.toSorted()).toEqual(want.toSorted());
  });
});

describe("the typed client", () => {
  const routes = { join: { integration: handler } };

  test("fills in the route key, and tells messages apart by a constant", async () => {
    const { client } = await plan(
      socketDocument({ models: { Joined: message("joined"), Left: message("left") }, routes }),
    );
    expect(client).toMatchObject({
      messages: [{ routeKey: "join", models: [] }],
      keyMember: "action",
      incoming: ["Joined", "Left"],
      tag: {
        member: "type",
        values: [
          { value: "joined", model: "Joined" },
          { value: "left", model: "Left" },
        ],
      },
    });
  });

  test.each<[name: string, section: Members]>([
    ["one has no constant", { models: { A: message("a"), B: { type: "object" } } }],
    ["two have the same", { models: { A: message("a"), B: message("a") } }],
  ])("tells nothing apart where %s", async (_name, section) => {
    expect((await plan(socketDocument({ routes, ...section }))).client?.tag).toBeUndefined();
  });

  test.each(["$request.body.a.b", "${request.body.a}-${request.body.b}", "x-${request.body.a}"])(
    "leaves the key to the caller for %s",
    async (routeSelectionExpression) => {
      const { client } = await plan(socketDocument({ routes, routeSelectionExpression }));
      expect(client?.keyMember).toBeUndefined();
    },
  );
});

test("pushes have names of their own", async () => {
  const models = { "user joined": {}, UserJoined: {}, postToConnection: {} };
  const { pushes } = await plan(socketDocument({ models }));
  expect(pushes.map(({ name }) => name)).toEqual([
    "userJoined",
    "userJoined2",
    "postToConnection2",
  ]);
});

describe("tests of routes", () => {
  const cases = async (routes: object, section: Members = {}): Promise<Plan["routeTests"]> =>
    (await plan(socketDocument({ routes, ...section }))).routeTests;

  test("a message for each route, and what a fixed mock says", async () => {
    const answering = { routeResponseSelectionExpression: "$default" };
    const found = await cases(
      {
        ping: { integration: fixed("pong"), ...answering },
        quiet: { integration: fixed("pong") },
        rendered: { integration: fixed("$input.body"), ...answering },
        $default: { integration: handler },
      },
      { routeSelectionExpression: "$request.body.head.action" },
    );
    expect(found?.routes).toEqual([
      { operation: "ping", message: '{"head":{"action":"ping"}}', calls: null, answer: "pong" },
      { operation: "quiet", message: '{"head":{"action":"quiet"}}', calls: null, answer: null },
      {
        operation: "rendered",
        message: '{"head":{"action":"rendered"}}',
        calls: null,
        answer: null,
      },
      { operation: "defaultRoute", message: "{}", calls: "function", answer: null },
    ]);
  });

  test("no message where the selection cannot be turned round", async () => {
    const routeSelectionExpression = "${request.body.a}/${request.body.b}";
    const found = await cases({ "a/b": { integration: handler } }, { routeSelectionExpression });
    expect(found?.routes).toEqual([]);
  });

  test.each<
    [name: string, connect: Members | undefined, opens: boolean | null, status: number | null]
  >([
    ["is not declared", undefined, true, null],
    ["is a function", { integration: handler }, true, null],
    ["is a mock", { integration: mockRoute }, true, null],
    [
      "is a mock that refuses",
      { integration: { ...mockRoute, requestTemplates: { $default: '{"statusCode": 403}' } } },
      null,
      null,
    ],
    ["wants a signature", { integration: handler, authorizationType: "AWS_IAM" }, false, 403],
    ["wants a key", { integration: mockRoute, apiKeyRequired: true }, false, 403],
  ])("$connect that %s", async (_name, connect, opens, anonymous) => {
    const routes = {
      ...(connect === undefined ? {} : { $connect: connect }),
      $default: { integration: handler },
    };
    expect((await cases(routes))?.connect).toMatchObject({ opens, anonymous });
  });
});
