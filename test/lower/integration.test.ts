import { describe, expect, test } from "vitest";
import type { Integration } from "../../src/ir/integration.js";
import { functionNameOf } from "../../src/language/uri-template.js";
import {
  documentWith,
  invocation,
  lambdaProxy,
  lowerGood,
  lowerText,
  summary,
} from "./lower-text.js";

type Members = Readonly<Record<string, unknown>>;

async function integrationOf(
  integration: Members,
  more: { readonly path?: string; readonly operation?: Members; readonly root?: Members } = {},
  settings: object = {},
): Promise<Integration> {
  const { api } = await lowerGood(documentWith({ integration, ...more }), settings);
  const [operation] = api.operations;
  if (!operation) throw new Error("the document has no operation");
  return operation.integration;
}

const http = { type: "HTTP_PROXY", httpMethod: "any", uri: "http://backend.example/a" };

test.each<[name: string, integration: Members, want: object]>([
  [
    "defaults of a mock",
    { type: "mock", responses: { default: {} } },
    {
      kind: "mock",
      passthroughBehavior: "WHEN_NO_MATCH",
      cacheKeyParameters: [],
      contentHandling: undefined,
      responses: [{ pattern: undefined, statusCode: 200 }],
    },
  ],
  [
    "an HTTP proxy has no responses and templates",
    {
      ...http,
      requestTemplates: { "application/json": "#set($x = 1)" },
      responses: { default: {} },
    },
    {
      kind: "http",
      proxy: true,
      method: "ANY",
      timeoutMs: 29_000,
      requestTemplates: [],
      responses: [],
      vpcLink: undefined,
      insecureSkipVerification: false,
      transfer: "BUFFERED",
    },
  ],
  [
    "HTTP",
    {
      ...http,
      type: "http",
      httpMethod: "POST",
      timeoutInMillis: 100,
      tlsConfig: { insecureSkipVerification: true },
      responses: { default: {} },
    },
    { kind: "http", proxy: false, method: "POST", timeoutMs: 100, insecureSkipVerification: true },
  ],
  [
    "a VPC link",
    {
      ...http,
      connectionType: "VPC_LINK",
      connectionId: "${stageVariables.link}",
      integrationTarget: "arn:x",
    },
    {
      vpcLink: {
        connectionId: [{ kind: "stageVariable", name: "link" }],
        integrationTarget: "arn:x",
      },
    },
  ],
  [
    "a function",
    { ...lambdaProxy, credentials: "arn:aws:iam::123456789012:role/r" },
    {
      kind: "function",
      proxy: true,
      method: "POST",
      payloadFormat: "1.0",
      transfer: "BUFFERED",
      credentials: "arn:aws:iam::123456789012:role/r",
    },
  ],
  [
    "a function without proxy",
    { ...lambdaProxy, type: "AWS", responses: { "4\\d{2}": { statusCode: 404 }, default: {} } },
    {
      kind: "function",
      proxy: false,
      responses: [
        { pattern: "4\\d{2}", statusCode: 404 },
        { pattern: undefined, statusCode: 200 },
      ],
    },
  ],
  [
    "payload format as a number",
    { ...lambdaProxy, payloadFormatVersion: 2.0 },
    { payloadFormat: "2.0" },
  ],
  [
    "a service action",
    {
      type: "aws",
      httpMethod: "POST",
      uri: "arn:aws:apigateway:r:dynamodb:action/PutItem",
      responses: { default: {} },
    },
    {
      kind: "service",
      service: "dynamodb",
      action: [{ kind: "text", text: "PutItem" }],
      method: "POST",
      unserved: undefined,
    },
  ],
  [
    "a service path",
    {
      type: "aws",
      httpMethod: "GET",
      uri: "arn:aws:apigateway:r:s3:path/{bucket}",
      responses: { default: {} },
    },
    {
      kind: "service",
      service: "s3",
      action: undefined,
      path: [
        { kind: "text", text: "/" },
        { kind: "path", name: "bucket" },
      ],
    },
  ],
  [
    "content handling in any case",
    { ...http, contentHandling: "convert_to_text", passthroughBehavior: "never" },
    { contentHandling: "CONVERT_TO_TEXT", passthroughBehavior: "NEVER" },
  ],
  [
    "cache keys",
    { ...http, cacheNamespace: "ns", cacheKeyParameters: ["method.request.path.a"] },
    { cacheNamespace: "ns", cacheKeyParameters: ["method.request.path.a"] },
  ],
  [
    "a template of null passes the body through",
    { type: "mock", responses: { default: { responseTemplates: { "application/json": null } } } },
    { responses: [{ templates: [] }] },
  ],
  [
    "media types of templates are plain",
    {
      type: "mock",
      requestTemplates: { "Application/JSON; charset=utf-8": "{}" },
      responses: { default: {} },
    },
    {
      requestTemplates: [
        { mediaType: "application/json", text: "{}", nodes: [{ kind: "text", text: "{}" }] },
      ],
    },
  ],
])("%s", async (_name, integration, want) => {
  const operation = { responses: { "200": { description: "" }, "404": { description: "" } } };
  expect(
    await integrationOf(
      integration,
      { operation: { ...operation, "x-amazon-apigateway-integration": integration } },
      { api: { kind: "rest" }, stages: { s: { variables: { link: "l" } } } },
    ),
  ).toMatchObject(want);
});

test("parameter mappings, in order, with their places", async () => {
  const integration = await integrationOf(
    {
      ...http,
      requestParameters: {
        "integration.request.path.id": "method.request.path.id",
        "integration.request.header.X-A": "'a'",
        "integration.request.querystring.q": "context.requestId",
      },
    },
    { path: "/{id}" },
  );
  expect(integration).toMatchObject({
    requestParameters: [
      { to: "path", name: "id", from: { kind: "path", name: "id" } },
      { to: "header", name: "X-A", from: { kind: "literal", text: "a" } },
      { to: "querystring", name: "q", from: { kind: "context", name: "requestId" } },
    ],
  });
});

test("an integration by reference", async () => {
  const root = { components: { "x-amazon-apigateway-integrations": { shared: lambdaProxy } } };
  const integration = await integrationOf(
    { $ref: "#/components/x-amazon-apigateway-integrations/shared" },
    { root },
    { api: { kind: "rest" } },
  );
  expect(integration).toMatchObject({
    kind: "function",
    at: "openapi.json#/components/x-amazon-apigateway-integrations/shared",
  });
});

describe("placeholders", () => {
  test.each<[name: string, uri: unknown, want: string]>([
    [
      "Fn::Sub",
      {
        "Fn::Sub":
          "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Orders.Arn}/invocations",
      },
      "Orders",
    ],
    [
      "Fn::Join",
      {
        "Fn::Join": [
          "",
          [
            "arn:aws:apigateway:",
            { Ref: "AWS::Region" },
            ":lambda:path/2015-03-31/functions/",
            { "Fn::GetAtt": ["Orders", "Arn"] },
            "/invocations",
          ],
        ],
      },
      "Orders",
    ],
    [
      "Terraform",
      "arn:aws:apigateway:${region}:lambda:path/2015-03-31/functions/${orders}/invocations",
      "orders",
    ],
    [
      "given by the settings",
      { "Fn::Sub": "arn:aws:apigateway:r:lambda:path/2015-03-31/functions/${Given}/invocations" },
      "real",
    ],
  ])("%s: the function's name is found", async (_name, uri, want) => {
    const integration = await integrationOf(
      { ...lambdaProxy, uri },
      {},
      { parameters: { Given: "arn:aws:lambda:r:1:function:real" } },
    );
    expect(integration.kind === "function" && functionNameOf(integration.function)).toBe(want);
  });

  test("reported once per name; a warning where a route needs the value", async () => {
    const { diagnostics } = await lowerText(
      documentWith({
        integration: { ...http, uri: "http://${Host}/${Host}" },
        root: { info: { title: "${Title}", version: "1" }, "x-a": "${Title}" },
      }),
    );
    expect(summary(diagnostics)).toEqual([
      "info GG030 #/info/title",
      "warning GG030 #/paths/~1a/get/x-amazon-apigateway-integration/uri",
    ]);
  });
});

describe("gateway responses", () => {
  test("definitions in document order, partial as they are", async () => {
    const responses = {
      THROTTLED: {
        statusCode: 429,
        responseParameters: {
          "gatewayresponse.header.Retry-After": "'1'",
          "gatewayresponse.header.x-path": "method.request.path.id",
        },
        responseTemplates: { "application/json": '{"m":$context.error.messageString}' },
      },
      DEFAULT_5XX: {},
    };
    const { api } = await lowerGood(
      documentWith({ root: { "x-amazon-apigateway-gateway-responses": responses } }),
    );
    expect(api.gatewayResponses).toMatchObject([
      {
        type: "THROTTLED",
        statusCode: 429,
        headers: [
          { name: "Retry-After", from: { kind: "literal", text: "1" } },
          { name: "x-path", from: { kind: "path", name: "id" } },
        ],
        templates: [
          {
            mediaType: "application/json",
            parts: ['{"m":', { kind: "context", name: "error.messageString" }, "}"],
          },
        ],
      },
      { type: "DEFAULT_5XX", statusCode: undefined, headers: [], templates: [] },
    ]);
  });
});

test("a function's own ARN is taken, with a word about it", async () => {
  const { gateway, diagnostics } = await lowerText(
    documentWith({
      integration: { ...lambdaProxy, uri: "arn:aws:lambda:us-east-1:123456789012:function:f" },
    }),
  );
  expect(gateway?.api.operations[0]?.integration.kind).toBe("function");
  expect(diagnostics.map(({ code }) => code)).toEqual(["GG404"]);
});

test("an invocation keeps its URI as written", async () => {
  expect(await integrationOf(lambdaProxy)).toMatchObject({ uri: invocation("f") });
});
