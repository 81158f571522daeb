import { describe, expect, test } from "vitest";
import type { Operation } from "../../src/ir/operation.js";
import { documentWith, lambdaProxy, lowerGood, lowerText, summary } from "./lower-text.js";

async function first(document: object | string, settings: object = {}): Promise<Operation> {
  const { api } = await lowerGood(document, settings);
  const [operation] = api.operations;
  if (!operation) throw new Error("the document has no operation");
  return operation;
}

const done = { responses: {}, "x-amazon-apigateway-integration": lambdaProxy };

describe("parameters", () => {
  test("path variables come first, in path order, declared or not; then as declared", async () => {
    const operation = await first(
      documentWith({
        path: "/{a}/{b}/{proxy+}",
        operation: {
          parameters: [
            { name: "q", in: "query", required: true, schema: { type: "integer" } },
            {
              name: "b",
              in: "path",
              required: true,
              description: "B",
              schema: { type: "integer" },
            },
            { name: "X-H", in: "header", deprecated: true },
          ],
        },
      }),
    );
    const shown = operation.parameters.map(
      ({ in: place, name, required, greedy, schema }) =>
        `${place} ${name} ${required} ${greedy} ${schema.shape.kind}`,
    );
    expect(shown).toEqual([
      "path a true false string",
      "path b true false number",
      "path proxy true true string",
      "query q true false number",
      "header X-H false false unknown",
    ]);
  });

  test("the operation's own replace those of the path", async () => {
    const parameters = (type: string): object[] => [{ name: "q", in: "query", schema: { type } }];
    const operation = await first(
      documentWith({
        root: {
          paths: {
            "/a": {
              parameters: [...parameters("string"), { name: "p", in: "query" }],
              get: { ...done, parameters: parameters("boolean") },
            },
          },
        },
      }),
    );
    expect(operation.parameters.map(({ name, schema }) => `${name} ${schema.shape.kind}`)).toEqual([
      "q boolean",
      "p unknown",
    ]);
  });

  test("references are followed to their end", async () => {
    const operation = await first(
      documentWith({
        root: {
          components: {
            parameters: { A: { $ref: "#/components/parameters/B" }, B: { name: "q", in: "query" } },
          },
        },
        operation: { parameters: [{ $ref: "#/components/parameters/A" }] },
      }),
    );
    expect(operation.parameters).toMatchObject([
      { name: "q", at: "openapi.json#/components/parameters/B" },
    ]);
  });
});

describe("bodies", () => {
  const swagger = (operation: object, more: object = {}): object => ({
    swagger: "2.0",
    info: { title: "t", version: "1" },
    paths: { "/a": { post: { ...done, ...operation } } },
    ...more,
  });

  test("a body of 2.0 has a content for each media type that is consumed", async () => {
    const schema = { $ref: "#/definitions/Pet" };
    const operation = await first(
      swagger(
        { parameters: [{ in: "body", name: "b", required: true, description: "D", schema }] },
        {
          consumes: ["application/json", "Application/XML; charset=utf-8"],
          definitions: { Pet: { type: "object", example: { a: 1 } } },
        },
      ),
    );
    expect(operation.parameters).toEqual([]);
    expect(operation.body).toMatchObject({
      required: true,
      description: "D",
      content: [
        { mediaType: "application/json", model: "Pet" },
        { mediaType: "application/xml", model: "Pet" },
      ],
    });
  });

  test.each<[name: string, fields: object[], consumes: string[] | undefined, mediaType: string]>([
    [
      "form fields",
      [{ in: "formData", name: "a", type: "string", required: true }],
      undefined,
      "application/x-www-form-urlencoded",
    ],
    ["a file", [{ in: "formData", name: "a", type: "file" }], undefined, "multipart/form-data"],
    [
      "as consumed",
      [{ in: "formData", name: "a", type: "string" }],
      ["multipart/form-data"],
      "multipart/form-data",
    ],
  ])("2.0: %s", async (_name, parameters, consumes, mediaType) => {
    const operation = await first(swagger({ parameters, ...(consumes ? { consumes } : {}) }));
    expect(operation.body?.content).toMatchObject([
      {
        mediaType,
        schema: {
          shape: {
            kind: "object",
            properties: [{ name: "a", required: parameters[0] && "required" in parameters[0] }],
          },
        },
      },
    ]);
  });

  test("3.x: examples as JSON text, from wherever they stand", async () => {
    const operation = await first(
      documentWith({
        root: { components: { examples: { E: { value: { e: 1 } } } } },
        operation: {
          requestBody: {
            content: {
              "application/json": { example: { a: 1 } },
              "text/plain": { examples: { one: { value: "x" } } },
              "application/a": { examples: { one: { $ref: "#/components/examples/E" } } },
              "application/b": { schema: { type: "string", example: "s" } },
              "application/c": {},
            },
          },
        },
      }),
    );
    expect(operation.body?.content.map(({ mediaType, example }) => [mediaType, example])).toEqual([
      ["application/json", '{"a":1}'],
      ["text/plain", '"x"'],
      ["application/a", '{"e":1}'],
      ["application/b", '"s"'],
      ["application/c", undefined],
    ]);
  });

  const inline = { type: "object", required: ["a"] };
  test.each<
    [name: string, operationId: string | undefined, validated: boolean, model: string | undefined]
  >([
    ["named by operationId when a validator checks it", "create", true, "createRequest"],
    ["named by method and path otherwise", undefined, true, "getAIdRequest"],
    ["stays inline without a validator", "create", false, undefined],
  ])("an inline schema: %s", async (_name, operationId, validated, model) => {
    const operation = await first(
      documentWith({
        path: "/a/{id}",
        root: {
          "x-amazon-apigateway-request-validators": { v: { validateRequestBody: validated } },
        },
        operation: {
          ...(operationId === undefined ? {} : { operationId }),
          "x-amazon-apigateway-request-validator": "v",
          requestBody: { content: { "application/json": { schema: inline } } },
        },
      }),
    );
    expect(operation.body?.content[0]?.model).toBe(model);
    expect(operation.body?.content[0]?.schema?.shape.kind).toBe(
      model === undefined ? "object" : "ref",
    );
    expect(operation.validator).toMatchObject({
      name: "v",
      validateBody: validated,
      validateParameters: false,
    });
  });
});

describe("responses", () => {
  test("statuses, headers and contents", async () => {
    const operation = await first(
      documentWith({
        operation: {
          responses: {
            "200": {
              description: "ok",
              headers: {
                "X-A": { description: "h", schema: { type: "integer" } },
                "X-B": { type: "string" },
              },
              content: { "application/json": { schema: { type: "string" } } },
            },
            "4xx": { $ref: "#/components/responses/Bad" },
            default: { description: "d" },
            "x-note": {},
          },
        },
        root: { components: { responses: { Bad: { description: "bad" } } } },
      }),
    );
    expect(
      operation.responses.map(({ status, description }) => `${status} ${description}`),
    ).toEqual(["200 ok", "4XX bad", "default d"]);
    expect(
      operation.responses[0]?.headers.map(({ name, schema }) => `${name} ${schema.shape.kind}`),
    ).toEqual(["X-A number", "X-B string"]);
  });

  test("2.0: what is produced, application/json without", async () => {
    const document = {
      swagger: "2.0",
      info: { title: "t", version: "1" },
      paths: {
        "/a": {
          get: {
            ...done,
            produces: ["text/html", "application/json"],
            responses: {
              "200": {
                description: "",
                schema: { type: "string" },
                examples: { "text/html": "<p>" },
              },
            },
          },
          put: { ...done, responses: { 200: { description: "", schema: { type: "string" } } } },
        },
      },
    };
    const { api } = await lowerGood(document);
    const contents = api.operations.map(({ responses }) =>
      responses[0]?.content.map(({ mediaType, example }) => [mediaType, example]),
    );
    expect(contents).toEqual([
      [
        ["text/html", '"<p>"'],
        ["application/json", undefined],
      ],
      [["application/json", undefined]],
    ]);
  });
});

describe("paths and methods", () => {
  test("methods in document order, ANY among them", async () => {
    const { api } = await lowerGood(
      documentWith({
        root: {
          paths: {
            "/b": { post: done, "x-amazon-apigateway-any-method": done, GET: done },
            "/a": { $ref: "#/x-item" },
          },
          "x-item": { get: done },
        },
      }),
    );
    expect(api.operations.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "POST /b",
      "ANY /b",
      "GET /b",
      "GET /a",
    ]);
  });

  const withServer = { servers: [{ url: "https://x.example/v1/api?x=1" }] };
  const withVariable = {
    servers: [{ url: "https://x.example", variables: { basePath: { default: "base/var" } } }],
  };
  test.each<[name: string, root: object, basepath: string, want: string]>([
    ["ignore", withServer, "ignore", "/a"],
    ["prepend the server's path", withServer, "prepend", "/v1/api/a"],
    ["split drops the first part", withServer, "split", "/api/a"],
    ["a server variable counts even unused", withVariable, "prepend", "/base/var/a"],
    ["no base path", {}, "prepend", "/a"],
  ])("base path: %s", async (_name, root, basepath, want) => {
    const operation = await first(documentWith({ root: { ...root } }), {
      api: { import: { basepath } },
    });
    expect(operation.path).toBe(want);
  });

  test("base path of 2.0", async () => {
    const document = {
      swagger: "2.0",
      info: { title: "t", version: "1" },
      basePath: "/base/",
      paths: { "/": { get: done } },
    };
    expect((await first(document, { api: { import: { basepath: "prepend" } } })).path).toBe(
      "/base",
    );
    expect((await first(document)).path).toBe("/");
  });

  test("a document whose operations all lack an integration says so once", async () => {
    const { gateway, diagnostics } = await lowerText(
      documentWith({
        root: { paths: { "/a": { get: { responses: {} } }, "/b": { get: { responses: {} } } } },
      }),
    );
    expect(summary(diagnostics)).toEqual(["warning GG401 #/paths"]);
    expect(gateway?.api.operations.map(({ integration }) => integration.kind)).toEqual([
      "none",
      "none",
    ]);
  });
});
