import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { createDiagnosticSink } from "../../src/diagnostics.js";
import type { Gateway } from "../../src/ir/gateway.js";
import { loadDocument } from "../../src/load/load-document.js";
import { lowerDocument } from "../../src/lower/document.js";
import { invocation, lowerGood, lowerText, summary } from "./lower-text.js";
import { asyncDocument, handler } from "./websocket-text.js";

type Members = Readonly<Record<string, unknown>>;

const channel = { $ref: "#/channels/chat" };
const keys = ({ api }: Gateway): readonly unknown[] =>
  api.operations.map(({ routeKey, operationId }) => [routeKey, operationId]);
const socketOf = ({ api }: Gateway): NonNullable<Gateway["api"]["websocket"]> => {
  if (api.websocket === undefined) throw new Error("no WebSocket API");
  return api.websocket;
};

/** The message of an operation that receives, its payload's member `action` as given. */
function withAction(action: unknown, more: Members = {}): object {
  const payload = { type: "object", properties: { action } };
  return asyncDocument({
    root: { channels: { chat: { messages: { join: { payload } } } }, ...more },
  });
}

describe("operations that receive are routes", () => {
  test.each<[name: string, action: unknown, want: string]>([
    ["by the constant of the message", { const: "join" }, "join"],
    ["by its only value", { enum: ["join"] }, "join"],
    ["by the operation's name", { type: "string" }, "enter"],
    ["by the operation's name, where there are several values", { enum: ["a", "b"] }, "enter"],
  ])("%s", async (_name, action, want) => {
    expect(keys(await lowerGood(withAction(action)))).toEqual([[want, "enter"]]);
  });

  test("by the constant of a schema that the message refers to", async () => {
    const components = { schemas: { Join: { const: "join" } } };
    const document = withAction({ $ref: "#/components/schemas/Join" }, { components });
    expect(keys(await lowerGood(document))).toEqual([["join", "enter"]]);
  });

  test("by the member that the selection reads", async () => {
    const payload = {
      type: "object",
      properties: { head: { type: "object", properties: { kind: { const: "a" } } } },
    };
    const document = asyncDocument({
      root: {
        channels: { chat: { messages: { join: { payload } } } },
        "x-gateway-websocket": { routeSelectionExpression: "$request.body.head.kind" },
      },
    });
    expect(keys(await lowerGood(document))).toEqual([["a", "enter"]]);
  });

  test("by their own key", async () => {
    const document = asyncDocument({ operation: { "x-gateway-route": "$default" } });
    expect(keys(await lowerGood(document))).toEqual([["$default", "enter"]]);
  });

  test("one for each constant of several messages", async () => {
    const message = (action: string): object => ({
      payload: { type: "object", properties: { action: { const: action } } },
    });
    const document = asyncDocument({
      root: { channels: { chat: { messages: { a: message("one"), b: message("two") } } } },
      operation: { messages: undefined },
    });
    expect(keys(await lowerGood(document))).toEqual([
      ["one", undefined],
      ["two", undefined],
    ]);
  });

  test("with the types of messages and answers", async () => {
    const gateway = await lowerGood(
      asyncDocument({
        operation: {
          summary: "Enter a room.",
          reply: { messages: [{ $ref: "#/channels/chat/messages/joined" }] },
        },
      }),
    );
    expect(gateway.api.operations[0]).toMatchObject({
      summary: "Enter a room.",
      integration: { kind: "function", proxy: true },
      body: { content: [{ schema: { shape: { kind: "ref", model: "join" } } }] },
    });
    expect(socketOf(gateway).routes[0]).toMatchObject({
      requestModels: [{ key: "join", model: "join" }],
      hasRouteResponse: true,
      responseModels: [{ key: "joined", model: "joined" }],
    });
    expect(gateway.api.models.map(({ name }) => name)).toEqual(["join", "joined"]);
  });

  test("with an integration by name", async () => {
    const gateway = await lowerGood(
      asyncDocument({
        operation: { "x-gateway-integration": "chat" },
        root: { "x-gateway-websocket": { integrations: { chat: handler } } },
      }),
    );
    expect(gateway.api.operations[0]?.integration).toMatchObject({ kind: "function" });
  });

  test("beside those of the extension", async () => {
    const gateway = await lowerGood(
      asyncDocument({
        root: {
          "x-gateway-websocket": {
            connection: { keepAliveInSeconds: 60 },
            routes: { $disconnect: { integration: handler } },
          },
        },
      }),
    );
    expect(keys(gateway)).toEqual([
      ["$disconnect", undefined],
      ["join", "enter"],
    ]);
    expect(socketOf(gateway).connection.keepAliveSeconds).toBe(60);
  });
});

test("operations that send are pushes", async () => {
  const gateway = await lowerGood(
    asyncDocument({
      root: {
        operations: {
          enter: { action: "receive", channel, "x-gateway-integration": handler },
          tell: {
            action: "send",
            channel,
            summary: "Somebody came.",
            messages: [{ $ref: "#/channels/chat/messages/joined" }],
          },
        },
      },
    }),
  );
  expect(socketOf(gateway).pushes).toMatchObject([
    { name: "tell", description: "Somebody came.", models: ["joined"] },
  ]);
});

describe("$connect", () => {
  const ticket = {
    type: "httpApiKey",
    in: "query",
    name: "ticket",
    "x-gateway-authorizer": {
      authorizerType: "REQUEST",
      authorizerUri: invocation("ticket"),
      identitySource: ["route.request.querystring.ticket"],
    },
  };
  const secured = (scheme: Members, more: Members = {}): object =>
    asyncDocument({
      root: {
        servers: {
          live: {
            host: "chat.example",
            protocol: "wss",
            security: [{ $ref: "#/components/securitySchemes/ticket" }],
          },
        },
        components: { securitySchemes: { ticket: scheme } },
        ...more,
      },
    });

  test("is made where the security asks for it", async () => {
    const { api } = await lowerGood(secured(ticket));
    expect(api.operations[0]).toMatchObject({
      routeKey: "$connect",
      authorization: { kind: "authorizer", authorizer: "ticket" },
      integration: { kind: "mock", requestTemplates: [{ text: '{"statusCode":200}' }] },
    });
    expect(api.authorizers).toMatchObject([{ kind: "request", name: "ticket" }]);
  });

  test("keeps its own integration", async () => {
    const extension = { routes: { $connect: { integration: handler } } };
    const { api } = await lowerGood(secured(ticket, { "x-gateway-websocket": extension }));
    expect(api.operations[0]).toMatchObject({
      routeKey: "$connect",
      authorization: { kind: "authorizer", authorizer: "ticket" },
      integration: { kind: "function" },
    });
  });

  test.each<[name: string, scheme: Members, want: object]>([
    [
      "an API key",
      { type: "httpApiKey", in: "header", name: "X-API-Key" },
      { apiKeyRequired: true, authorization: { kind: "none" } },
    ],
    [
      "IAM",
      { type: "userPassword", "x-gateway-authorizer": "AWS_IAM" },
      { authorization: { kind: "iam" } },
    ],
  ])("%s", async (_name, scheme, want) => {
    expect((await lowerGood(secured(scheme))).api.operations[0]).toMatchObject(want);
  });

  test("has the parameters of the binding", async () => {
    const chat = {
      messages: {},
      bindings: {
        ws: {
          query: { type: "object", required: ["a"], properties: { a: { type: "string" }, b: {} } },
          headers: { type: "object", properties: { "X-C": { type: "string" } } },
        },
      },
    };
    const document = asyncDocument({
      root: { channels: { chat } },
      operation: { messages: undefined },
    });
    expect((await lowerGood(document)).api.operations[0]).toMatchObject({
      routeKey: "$connect",
      validator: { validateParameters: true },
      parameters: [
        { name: "a", in: "query", required: true },
        { name: "b", in: "query", required: false },
        { name: "X-C", in: "header", required: false },
      ],
    });
  });
});

test("one channel of several, by the name of the API", async () => {
  const operation = (name: string): object => ({
    action: "receive",
    channel: { $ref: `#/channels/${name}` },
    "x-gateway-integration": handler,
  });
  const document = asyncDocument({
    root: { channels: { a: {}, b: {} }, operations: { one: operation("a"), two: operation("b") } },
  });
  expect(keys(await lowerGood(document, { api: { name: "b" } }))).toEqual([["two", "two"]]);
});

test.each<[name: string, pathname: string | undefined, settings: object, want: readonly string[]]>([
  ["the path of a server", "/prod", {}, ["prod"]],
  ["none but the default", undefined, {}, ["dev"]],
  ["those of the settings", "/prod", { stages: { live: {} } }, ["live"]],
  ["a path that names none", "/a/b", {}, ["dev"]],
])("stages: %s", async (_name, pathname, settings, want) => {
  const servers = { live: { host: "chat.example", protocol: "wss", pathname } };
  const { gateway, diagnostics } = await lowerText(asyncDocument({ root: { servers } }), settings);
  expect(gateway?.deployment.stages.map(({ name }) => name)).toEqual(want);
  const isUsed = pathname === undefined || pathname === `/${want[0]}`;
  expect(summary(diagnostics).includes("info GG811 #/servers/live/pathname")).toBe(!isUsed);
});

describe("payloads", () => {
  const message = (members: Members): object =>
    asyncDocument({
      root: { channels: { chat: { messages: { join: members, joined: members } } } },
    });

  test.each<[name: string, members: Members, want: readonly string[]]>([
    [
      "in a schema format of their own",
      { payload: { schemaFormat: "application/schema+json;version=draft-07", schema: {} } },
      ["join"],
    ],
    [
      "in another format",
      { payload: { schemaFormat: "application/vnd.apache.avro", schema: {} } },
      [],
    ],
    ["that are no JSON", { contentType: "image/png", payload: {} }, []],
    ["by the name of the message", { name: "JoinRoom", payload: {} }, ["JoinRoom"]],
  ])("%s", async (_name, members, want) => {
    const { gateway, diagnostics } = await lowerText(message(members));
    expect(gateway?.api.models.map(({ name }) => name)).toEqual(want);
    expect(summary(diagnostics).some((line) => line.includes("GG811"))).toBe(want.length === 0);
  });
});

describe("files", () => {
  const work = mkdtempSync(join(tmpdir(), "gen-gateway-asyncapi-"));
  afterAll(() => rmSync(work, { recursive: true, force: true }));

  test("YAML with a schema in a file of its own, problems with their lines", async () => {
    const text = `asyncapi: 3.1.0
info: { title: chat, version: "1" }
channels:
  chat: { messages: { join: { payload: { $ref: "./join.yaml#/Join" } } } }
operations:
  enter:
    action: receive
    channel: { $ref: "#/channels/chat" }
    x-gateway-route: $enter
`;
    writeFileSync(join(work, "chat.yaml"), text);
    writeFileSync(join(work, "join.yaml"), "Join: { type: object }\n");
    const sink = createDiagnosticSink();
    const document = await loadDocument({ input: join(work, "chat.yaml") }, sink);
    const gateway = document && lowerDocument(document, sink);
    expect(gateway?.api.models.map(({ name }) => name)).toEqual(["Join"]);
    const found = sink.list().find(({ code }) => code === "GG803");
    expect(found?.position).toMatchObject({ file: "chat.yaml", line: 6 });
  });
});
