import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { createDiagnosticSink } from "../../src/diagnostics.js";
import { loadDocument } from "../../src/load/load-document.js";
import { lowerDocument } from "../../src/lower/document.js";

const folder = mkdtempSync(join(tmpdir(), "gen-gateway-merge-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const settings = { api: { import: { mode: "merge", over: "below.yaml" } } };
const below = `openapi: 3.0.1
info: { title: Below, version: "1" }
security: [{ token: [] }]
paths:
  /a:
    parameters:
      - { name: q, in: query, schema: { type: string } }
    get:
      operationId: belowGetA
      x-amazon-apigateway-integration: &mock
        type: mock
        requestTemplates: { application/json: '{"statusCode": 200}' }
        responses: { default: { statusCode: "200" } }
    post:
      operationId: belowPostA
      parameters:
        - { name: q, in: query, required: true, schema: { type: string } }
      x-amazon-apigateway-integration: *mock
  /b:
    get:
      operationId: belowGetB
      responses: { "200": { description: ok, content: { application/json: { schema: { $ref: "#/components/schemas/Shared" } } } } }
      x-amazon-apigateway-integration: { type: moc }
components:
  securitySchemes:
    token: { type: apiKey, in: header, name: Authorization, x-amazon-apigateway-authtype: awsSigv4 }
  schemas:
    Shared: { type: object, title: Below }
    Own: { type: object }
x-amazon-apigateway-binary-media-types: [image/heif, image/png]
x-amazon-apigateway-gateway-responses:
  ACCESS_DENIED: { statusCode: 410 }
  UNAUTHORIZED: { statusCode: 411 }
`;
const above = `openapi: 3.0.1
info: { title: Above, version: "2" }
paths:
  /a:
    get:
      operationId: aboveGetA
      security: []
      x-amazon-apigateway-integration: &mock
        type: mock
        requestTemplates: { application/json: '{"statusCode": 200}' }
        responses: { default: { statusCode: "200" } }
  /c:
    get: { operationId: aboveGetC, security: [], x-amazon-apigateway-integration: *mock }
components:
  schemas:
    Shared: { type: object, title: Above }
x-amazon-apigateway-binary-media-types: [image/png, image/jpg]
x-amazon-apigateway-gateway-responses:
  ACCESS_DENIED: { statusCode: 409 }
`;

function write(name: string, text: string): void {
  writeFileSync(join(folder, name), text);
}

async function merged() {
  const sink = createDiagnosticSink();
  const document = await loadDocument({ input: join(folder, "above.yaml"), settings }, sink);
  const gateway = document && lowerDocument(document, sink);
  return { document, gateway, diagnostics: sink.list() };
}

describe("a document put over another one", () => {
  beforeEach(() => {
    write("above.yaml", above);
    write("below.yaml", below.replace("type: moc }", "type: mock }"));
  });

  test("keeps the methods of both, the later ones over the earlier", async () => {
    const { gateway } = await merged();
    const operations = gateway?.api.operations ?? [];
    expect(operations.map(({ operationId }) => operationId)).toEqual([
      "aboveGetA",
      "belowPostA",
      "belowGetB",
      "aboveGetC",
    ]);
    expect(gateway?.api).toMatchObject({ name: "Above", version: "2" });
  });

  test("what root and path said for a method still holds for it, and for no other", async () => {
    const { gateway } = await merged();
    const of = (id: string) =>
      gateway?.api.operations.find(({ operationId }) => operationId === id);
    expect(of("belowPostA")?.authorization.kind).toBe("iam");
    expect(of("aboveGetA")?.authorization.kind).toBe("none");
    expect(of("aboveGetA")?.parameters).toEqual([]);
    expect(of("belowPostA")?.parameters).toMatchObject([{ name: "q", required: true }]);
  });

  test("models, gateway responses and binary types are those of both", async () => {
    const { gateway } = await merged();
    const { models, gatewayResponses, binaryMediaTypes } = gateway?.api ?? {};
    expect(models?.map(({ name, schema }) => [name, schema.title])).toEqual([
      ["Own", undefined],
      ["Shared", "Above"],
    ]);
    expect(gatewayResponses?.map(({ type, statusCode }) => [type, statusCode])).toEqual([
      ["UNAUTHORIZED", 411],
      ["ACCESS_DENIED", 409],
    ]);
    expect(binaryMediaTypes).toEqual(["image/heif", "image/png", "image/jpg"]);
  });

  test("a problem is reported where it was written", async () => {
    write("below.yaml", below);
    const { diagnostics, document } = await merged();
    const problem = diagnostics.find(({ code }) => code === "GG402");
    expect(problem && document?.locate(problem.at)).toMatchObject({ file: "below.yaml", line: 23 });
  });

  test.each<[name: string, text: string]>([
    ["no OpenAPI document", "a: 1"],
    ["a document of another version", 'swagger: "2.0"\ninfo: {}\npaths: {}'],
  ])("%s cannot lie below", async (_name, text) => {
    write("below.yaml", text);
    const { diagnostics, document } = await merged();
    expect(document).toBeUndefined();
    expect(diagnostics.map(({ code }) => code)).toContain("GG024");
  });

  test("a file that is not there cannot lie below", async () => {
    rmSync(join(folder, "below.yaml"));
    const { diagnostics, document } = await merged();
    expect(document).toBeUndefined();
    expect(diagnostics.map(({ severity }) => severity)).toContain("error");
  });
});
