import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createDiagnosticSink } from "../../src/diagnostics.js";
import type { Gateway } from "../../src/ir/gateway.js";
import type { WebSocketRoute } from "../../src/ir/websocket.js";
import { loadDocument } from "../../src/load/load-document.js";
import { lowerDocument } from "../../src/lower/document.js";
import { invocation, lowerGood, lowerText, summary } from "./lower-text.js";
import {
  handler,
  mockRoute,
  routeDocument,
  sectionWith,
  socketDocument,
} from "./websocket-text.js";

type Members = Readonly<Record<string, unknown>>;

const socketOf = ({ api }: Gateway): NonNullable<Gateway["api"]["websocket"]> => {
  if (api.websocket === undefined) throw new Error("no WebSocket API");
  return api.websocket;
};

function routeOf(
  gateway: Gateway,
  key: string,
): {
  readonly operation: Gateway["api"]["operations"][number];
  readonly route: WebSocketRoute;
} {
  const index = gateway.api.operations.findIndex(({ routeKey }) => routeKey === key);
  const operation = gateway.api.operations[index];
  const route = socketOf(gateway).routes[index];
  if (operation === undefined || route === undefined) throw new Error(`no route ${key}`);
  return { operation, route };
}

describe("ways in", () => {
  const keys = (gateway: Gateway): readonly (string | undefined)[] =>
    gateway.api.operations.map(({ routeKey }) => routeKey);

  test("an extension of the document", async () => {
    const gateway = await lowerGood(socketDocument());
    expect(gateway.api.kind).toBe("websocket");
    expect(keys(gateway)).toEqual(["$default"]);
  });

  test("a section of the settings", async () => {
    const document = { openapi: "3.0.1", info: { title: "chat", version: "1" } };
    const gateway = await lowerGood(document, { websocket: sectionWith({ name: "live" }) });
    expect(gateway.api.name).toBe("live");
    expect(keys(gateway)).toEqual(["$default"]);
  });

  test("one of several sections, by the name of the API", async () => {
    const document = { openapi: "3.0.1", info: { title: "chat", version: "1" } };
    const websockets = {
      a: sectionWith(),
      b: sectionWith({ routes: { ping: { integration: handler } } }),
    };
    const gateway = await lowerGood(document, { websockets, api: { name: "b" } });
    expect(gateway.api.name).toBe("b");
    expect(keys(gateway)).toEqual(["ping"]);
  });

  test("the short form in the manner of OpenAPI", async () => {
    const integration = { type: "aws_proxy", httpMethod: "POST", uri: invocation("def") };
    const gateway = await lowerGood({
      openapi: "3.0.1",
      info: { title: "ws", version: "1" },
      "x-amazon-apigateway-route-selection-expression": "$request.body.action",
      paths: {},
      "x-gateway-websocket-routes": {
        $connect: { integration },
        join: { integration, routeResponse: true },
      },
    });
    expect(keys(gateway)).toEqual(["$connect", "join"]);
    expect(socketOf(gateway).routes.map(({ hasRouteResponse }) => hasRouteResponse)).toEqual([
      false,
      true,
    ]);
    expect(gateway.api.operations[0]?.integration).toMatchObject({ kind: "function", proxy: true });
  });

  test.each<[name: string, settings: object, kind: string, at: string]>([
    ["paths decide", {}, "rest", "warning GG800 #/x-gateway-websocket"],
    ["the settings decide", { api: { kind: "websocket" } }, "websocket", "warning GG800 #/paths"],
  ])("beside paths: %s", async (_name, settings, kind, at) => {
    const get = { responses: { "200": {} }, "x-amazon-apigateway-integration": { type: "mock" } };
    const document = socketDocument({}, { paths: { "/a": { get } } });
    const { gateway, diagnostics } = await lowerText(document, settings);
    expect(gateway?.api.kind).toBe(kind);
    expect(summary(diagnostics)).toContain(at);
  });
});

describe("routes", () => {
  test("a message route", async () => {
    const gateway = await lowerGood(
      socketDocument({
        models: { Join: { type: "object" }, Joined: { type: "object" } },
        integrations: { chat: handler },
        routes: {
          join: {
            operationName: "joinRoom",
            summary: "Enter a room.",
            integration: "chat",
            requestModels: { join: "Join" },
            routeResponseSelectionExpression: "$default",
            routeResponses: { $default: { responseModels: { $default: "Joined" } } },
          },
        },
      }),
    );
    const { operation, route } = routeOf(gateway, "join");
    expect(operation).toMatchObject({
      method: "ANY",
      path: "join",
      operationId: "joinRoom",
      summary: "Enter a room.",
      authorization: { kind: "none" },
      apiKeyRequired: false,
      integration: { kind: "function", proxy: true, timeoutMs: 29_000 },
      body: { content: [{ schema: { shape: { kind: "ref", model: "Join" } } }] },
    });
    expect(route).toMatchObject({
      routeKey: "join",
      modelSelection: undefined,
      requestModels: [{ key: "join", model: "Join" }],
      hasRouteResponse: true,
      responseModels: [{ key: "$default", model: "Joined" }],
    });
    expect(socketOf(gateway).pushes).toMatchObject([{ name: "Joined", models: ["Joined"] }]);
  });

  test("models of the document keep their names", async () => {
    const gateway = await lowerGood(
      socketDocument(
        {
          models: { Join: { $ref: "#/components/schemas/JoinRoom" } },
          routes: { join: { integration: handler, requestModels: { join: "Join" } } },
        },
        { components: { schemas: { JoinRoom: { type: "object" } } } },
      ),
    );
    expect(routeOf(gateway, "join").route.requestModels).toMatchObject([{ model: "JoinRoom" }]);
    expect(gateway.api.models.map(({ name }) => name)).toEqual(["JoinRoom"]);
  });

  test("models of the settings may lead into the document", async () => {
    const document = {
      openapi: "3.0.1",
      info: { title: "chat", version: "1" },
      components: { schemas: { JoinRoom: { type: "object" } } },
    };
    const gateway = await lowerGood(document, {
      websocket: sectionWith({
        models: { Join: { $ref: "#/components/schemas/JoinRoom" } },
        routes: { join: { integration: handler, requestModels: { join: "Join" } } },
      }),
    });
    expect(routeOf(gateway, "join").route.requestModels).toMatchObject([{ model: "JoinRoom" }]);
  });

  test("models of a settings file may lead to other files, as seen from it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "gen-gateway-websocket-"));
    const section = sectionWith({
      models: { Join: { $ref: "./models.yaml#/Join" }, Left: { $ref: "./chat.yaml#/x-left" } },
      routes: {
        join: { integration: handler, requestModels: { join: "Join", left: "Left" } },
      },
    });
    writeFileSync(join(folder, "chat.yaml"), "openapi: 3.0.1\nx-left: { type: object }\n");
    writeFileSync(join(folder, "models.yaml"), "Join: { type: object }\n");
    writeFileSync(join(folder, "gateway.config.json"), JSON.stringify({ websocket: section }));
    const sink = createDiagnosticSink();
    const document = await loadDocument({ input: join(folder, "chat.yaml") }, sink);
    const gateway = document && lowerDocument(document, sink);
    rmSync(folder, { recursive: true });
    expect(sink.list().filter(({ severity }) => severity === "error")).toEqual([]);
    expect(gateway?.api.models.map(({ name }) => name)).toEqual(["Join", "x-left"]);
  });

  test("who connects", async () => {
    const gateway = await lowerGood(
      socketDocument({
        apiKeySelectionExpression: "$context.authorizer.usageIdentifierKey",
        authorizers: {
          ticket: {
            authorizerType: "REQUEST",
            authorizerUri: invocation("ticket"),
            identitySource: [
              "route.request.querystring.ticket",
              "route.request.header.X-Id",
              "context.stage",
            ],
          },
        },
        routes: {
          $connect: {
            integration: handler,
            authorizationType: "CUSTOM",
            authorizer: "ticket",
            apiKeyRequired: true,
            requestParameters: {
              "route.request.querystring.ticket": { required: true },
              "route.request.header.X-Id": false,
            },
          },
        },
      }),
    );
    expect(gateway.api.apiKeySource).toBe("AUTHORIZER");
    expect(gateway.api.authorizers).toMatchObject([
      {
        kind: "request",
        name: "ticket",
        ttlSeconds: 0,
        identity: [
          { kind: "queryString", name: "ticket" },
          { kind: "header", name: "X-Id" },
          { kind: "context", name: "stage" },
        ],
      },
    ]);
    expect(routeOf(gateway, "$connect").operation).toMatchObject({
      authorization: { kind: "authorizer", authorizer: "ticket", scopes: [] },
      apiKeyRequired: true,
      validator: { validateParameters: true, validateBody: false },
      parameters: [
        { name: "ticket", in: "query", required: true },
        { name: "X-Id", in: "header", required: false },
      ],
    });
  });

  test("an authorizer by itself is asked", async () => {
    const gateway = await lowerGood(
      socketDocument({
        authorizers: { a: { authorizerType: "REQUEST", authorizerUri: invocation("a") } },
        routes: { $connect: { integration: handler, authorizer: "a" } },
      }),
    );
    expect(routeOf(gateway, "$connect").operation.authorization).toMatchObject({ authorizer: "a" });
  });

  test("IAM", async () => {
    const document = routeDocument({ authorizationType: "AWS_IAM" }, "$connect");
    const gateway = await lowerGood(document);
    expect(routeOf(gateway, "$connect").operation.authorization.kind).toBe("iam");
  });

  test("settings of a route lie under those of a stage", async () => {
    const throttle = { rateLimit: 5, burstLimit: 6 };
    const document = routeDocument({ throttle, loggingLevel: "INFO", dataTraceEnabled: true });
    const { deployment } = await lowerGood(document, {
      stages: { dev: {}, prod: { methodSettings: { join: { loggingLevel: "ERROR" } } } },
    });
    expect(deployment.stages.map(({ methods }) => methods)).toMatchObject([
      [{ method: { path: "join" }, throttle, loggingLevel: "INFO", dataTrace: true }],
      [{ method: { path: "join" }, throttle, loggingLevel: "ERROR", dataTrace: true }],
    ]);
  });
});

describe("integrations", () => {
  const integrated = async (integration: Members): Promise<ReturnType<typeof routeOf>> =>
    routeOf(await lowerGood(routeDocument({ integration })), "join");

  test("a mock with its templates by key", async () => {
    const { operation, route } = await integrated({
      integrationType: "MOCK",
      templateSelectionExpression: "${request.body.kind}",
      requestTemplates: { "a/B; c": '{"statusCode": 200}' },
      integrationResponses: {
        $default: {
          templateSelectionExpression: "200",
          responseTemplates: { "200": "ok" },
          contentHandlingStrategy: "CONVERT_TO_TEXT",
        },
        "/4\\d\\d/": { responseParameters: { "route.response.header.X": "'1'" } },
      },
    });
    expect(route.templateSelection).toEqual([{ kind: "body", jsonPath: "kind" }]);
    expect(operation.integration).toMatchObject({
      kind: "mock",
      requestTemplates: [{ mediaType: "a/B; c" }],
      responses: [
        {
          pattern: undefined,
          templateSelection: [{ kind: "literal", text: "200" }],
          templates: [{ mediaType: "200", text: "ok" }],
          contentHandling: "CONVERT_TO_TEXT",
        },
        { pattern: "4\\d\\d", headers: [{ name: "X" }] },
      ],
    });
  });

  test("HTTP with parameters", async () => {
    const { operation } = await integrated({
      integrationType: "HTTP",
      integrationMethod: "PUT",
      integrationUri: "https://backend.example/{id}",
      timeoutInMillis: 1000,
      requestParameters: {
        "integration.request.path.id": "route.request.body.user.id",
        "integration.request.header.X": "context.connectionId",
      },
    });
    expect(operation.integration).toMatchObject({
      kind: "http",
      proxy: false,
      method: "PUT",
      timeoutMs: 1000,
      requestParameters: [
        { to: "path", name: "id", from: { kind: "body", jsonPath: "user.id" } },
        { to: "header", name: "X", from: { kind: "context", name: "connectionId" } },
      ],
    });
  });

  test.each<[name: string, integration: Members, want: object]>([
    [
      "an HTTP proxy behind a VPC link",
      {
        integrationType: "HTTP_PROXY",
        integrationMethod: "POST",
        integrationUri: "http://private.internal/a",
        connectionType: "VPC_LINK",
        connectionId: "link",
      },
      { kind: "http", proxy: true, vpcLink: { connectionId: [{ kind: "text", text: "link" }] } },
    ],
    [
      "a function without proxy",
      { ...handler, integrationType: "AWS" },
      { kind: "function", proxy: false },
    ],
    [
      "a service",
      {
        integrationType: "AWS",
        integrationMethod: "POST",
        integrationUri: "arn:aws:apigateway:eu-west-1:sqs:path/1/jobs",
        credentialsArn: "arn:aws:iam::123456789012:role/r",
      },
      { kind: "service", service: "sqs", region: "eu-west-1" },
    ],
  ])("%s", async (_name, integration, want) => {
    expect((await integrated(integration)).operation.integration).toMatchObject(want);
  });

  test("messages are checked for non-proxy integrations alone", async () => {
    const checked = { modelSelectionExpression: "$request.body.kind", requestModels: { a: "M" } };
    const route = async (integration: Members, head: Members = {}): Promise<WebSocketRoute> => {
      const routes = { join: { integration, ...checked } };
      const document = socketDocument({ models: { M: { type: "object" } }, routes, ...head });
      return routeOf(await lowerGood(document), "join").route;
    };
    expect((await route(mockRoute)).modelSelection).toEqual([{ kind: "body", jsonPath: "kind" }]);
    expect((await route(handler)).modelSelection).toBeUndefined();
    const off = await route(mockRoute, { disableSchemaValidation: true });
    expect(off.modelSelection).toBeUndefined();
  });
});

describe("connections", () => {
  test("limits of the service by default", async () => {
    expect(socketOf(await lowerGood(socketDocument())).connection).toEqual({
      idleTimeoutSeconds: 600,
      maxDurationSeconds: 7200,
      maxMessageBytes: 131_072,
      maxFrameBytes: 32_768,
      keepAliveSeconds: undefined,
      subprotocols: [],
    });
  });

  test("limits of the section", async () => {
    const connection = {
      idleTimeoutInSeconds: 60,
      maxDurationInSeconds: 120,
      maxMessageBytes: 1024,
      maxFrameBytes: 512,
      keepAliveInSeconds: 30,
      subprotocols: ["chat.v1"],
    };
    expect(socketOf(await lowerGood(socketDocument({ connection }))).connection).toEqual({
      idleTimeoutSeconds: 60,
      maxDurationSeconds: 120,
      maxMessageBytes: 1024,
      maxFrameBytes: 512,
      keepAliveSeconds: 30,
      subprotocols: ["chat.v1"],
    });
  });
});
