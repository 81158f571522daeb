import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { generateManifests } from "../../src/generate-manifests.js";
import { lintDocument } from "../../src/lint/lint-document.js";
import { documentWith } from "../lower/lower-text.js";
import { hasSpecs, listSpecs } from "../specs/generate-specs.js";
import { at, members, walk, type Tree } from "./checks/tree.js";
import { examples, fileOf, makeExample, makeManifests, type Made } from "./made.js";

const bodyPath = "deploy/cloudformation/openapi.json";

const bodyOf = (made: Made): Tree => JSON.parse(fileOf(made, bodyPath)) as Tree;
const bodyFor = async (document: object | string, settings: object = {}): Promise<Tree> =>
  bodyOf(await makeManifests(document, settings, ["cloudformation"]));

/** Rules of lint for what an import refuses or reads otherwise, and a body can be without. */
const mended = new Set([
  "aws-openapi-version",
  "aws-outside-reference",
  "aws-response-reference",
  "aws-server-override",
  "aws-empty-description",
  "aws-root-security",
  "aws-response-key",
  "aws-response-schema",
  "aws-model-name",
  "aws-model-empty",
  "aws-model-reference",
  "aws-model-annotation",
]);

async function complaints(body: string): Promise<readonly string[]> {
  const { findings } = await lintDocument({
    input: "openapi.json",
    text: body,
    settings: {},
    target: "aws",
  });
  return findings
    .filter(({ code, severity }) => mended.has(code) || severity === "error")
    .map(({ code, message, at: place }) => `${code} ${place} ${message}`);
}

describe("the body for the import", () => {
  test.each(examples.filter((name) => name !== "chat"))(
    "of %s has nothing that lint finds",
    async (name) => {
      const made = await makeExample(name, ["cloudformation"]);
      expect(await complaints(fileOf(made, bodyPath))).toEqual([]);
    },
  );

  test.skipIf(!hasSpecs)(
    "of real specs has nothing that lint finds (skipped where ../shared/specs is missing)",
    { timeout: 300_000 },
    async () => {
      let bodies = 0;
      for (const input of listSpecs()) {
        const made = await generateManifests({ input, targets: ["cloudformation"] });
        const body = made.files.find(({ path }) => path === bodyPath)?.content;
        if (body === undefined) continue;
        bodies++;
        expect(await complaints(body), input).toEqual([]);
        for (const [path, value] of walk(JSON.parse(body))) {
          if (path.at(-1) === "$ref" && path.at(-2) !== "properties" && typeof value === "string") {
            const target = value.slice(2).split("/");
            expect(at(JSON.parse(body), ...target), `${input} ${value}`).toBeDefined();
          }
        }
      }
      expect(bodies).toBeGreaterThan(100);
    },
  );

  test("OpenAPI 3.1 is written as 3.0.1", async () => {
    const schema = {
      type: "object",
      properties: {
        a: { type: ["string", "null"] },
        b: { const: 5 },
        c: { type: "number", exclusiveMinimum: 3 },
        d: { type: ["string", "integer"] },
        e: { type: "array", prefixItems: [{ type: "string" }], items: { type: "string" } },
      },
      if: { required: ["a"] },
      $defs: { x: { type: "string" } },
    };
    const document = {
      ...documentWith({ root: { components: { schemas: { Thing: schema } } } }),
      openapi: "3.1.0",
    };
    const made = await makeManifests(document, {}, ["cloudformation"]);
    expect(at(bodyOf(made), "openapi")).toBe("3.0.1");
    expect(at(bodyOf(made), "components", "schemas", "Thing")).toEqual({
      type: "object",
      properties: {
        a: { type: "string" },
        b: { enum: [5] },
        c: { type: "number", minimum: 3 },
        d: { anyOf: [{ type: "string" }, { type: "integer" }] },
        e: { type: "array", items: { type: "string" } },
      },
    });
    const told = made.diagnostics
      .filter(({ code }) => code === "GG120")
      .map(({ message }) => message);
    expect(told.join("\n")).toMatch(
      /"null".*[\s\S]*"const".*[\s\S]*"exclusiveMinimum".*[\s\S]*"prefixItems"/,
    );
  });

  test("Swagger 2.0 is written as 3.0.1", async () => {
    const body = await bodyFor({
      swagger: "2.0",
      info: { title: "old", version: "1" },
      basePath: "/v1",
      consumes: ["application/json"],
      produces: ["application/json"],
      definitions: { Pet: { type: "object", properties: { name: { type: "string" } } } },
      paths: {
        "/pets": {
          post: {
            parameters: [
              { name: "body", in: "body", required: true, schema: { $ref: "#/definitions/Pet" } },
              { name: "q", in: "query", type: "integer" },
            ],
            responses: { "200": { description: "ok", schema: { $ref: "#/definitions/Pet" } } },
            "x-amazon-apigateway-integration": {
              type: "mock",
              responses: { default: { statusCode: "200" } },
            },
          },
        },
      },
    });
    const ref = { $ref: "#/components/schemas/Pet" };
    const post = at(body, "paths", "/pets", "post");
    expect(at(post, "requestBody", "content", "application/json", "schema")).toEqual(ref);
    expect(at(post, "responses", "200", "content", "application/json", "schema")).toEqual(ref);
    expect(at(post, "parameters", 0)).toMatchObject({ name: "q", in: "query", required: false });
    expect(at(body, "components", "schemas", "Pet", "type")).toBe("object");
  });

  test("names of models are letters and digits, each its own, and told", async () => {
    const schema = (type: string): object => ({ type: "object", properties: { a: { type } } });
    const document = documentWith({
      root: {
        components: {
          schemas: {
            "New-Pet": schema("string"),
            NewPet: schema("number"),
            "New.Pet": schema("boolean"),
          },
        },
      },
    });
    const made = await makeManifests(document, {}, ["cloudformation"]);
    expect(members(bodyOf(made), "components", "schemas").map(([name]) => name)).toEqual([
      "NewPet2",
      "NewPet",
      "NewPet3",
    ]);
    expect(made.diagnostics.filter(({ code }) => code === "GG121")).toHaveLength(2);
  });

  test("security is at each operation, and schemes are those that an import reads", async () => {
    const document = documentWith({
      root: {
        security: [{ pool: [] }],
        components: {
          securitySchemes: {
            pool: {
              type: "http",
              scheme: "bearer",
              in: "header",
              name: "Authorization",
              "x-amazon-apigateway-authtype": "cognito_user_pools",
              "x-amazon-apigateway-authorizer": {
                type: "cognito_user_pools",
                providerARNs: ["arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_A"],
              },
            },
          },
        },
      },
    });
    const body = await bodyFor(document);
    expect(at(body, "security")).toBeUndefined();
    expect(at(body, "paths", "/a", "get", "security")).toEqual([{ pool: [] }]);
    expect(at(body, "components", "securitySchemes", "pool")).toMatchObject({
      type: "apiKey",
      in: "header",
      "x-amazon-apigateway-authorizer": {
        providerARNs: [
          {
            "Fn::Sub":
              "arn:${AWS::Partition}:cognito-idp:${AWS::Region}:${AWS::AccountId}:userpool/us-east-1_A",
          },
        ],
      },
    });
  });

  test("an operation without an integration answers 501, and it is told", async () => {
    const document = documentWith({ operation: { "x-amazon-apigateway-integration": undefined } });
    const made = await makeManifests(document, {}, ["cloudformation"]);
    const integration = at(bodyOf(made), "paths", "/a", "get", "x-amazon-apigateway-integration");
    expect(integration).toMatchObject({
      type: "mock",
      responses: { default: { statusCode: "501" } },
    });
    expect(at(bodyOf(made), "paths", "/a", "get", "responses", "501")).toBeDefined();
    expect(made.diagnostics.map(({ code }) => code)).toContain("GG122");
  });

  test("nothing of the settings is in it", async () => {
    const document = documentWith({
      root: { "x-gateway-config": { stages: { dev: {} } } },
      operation: { "x-gateway-throttle": { rateLimit: 1, burstLimit: 1 } },
    });
    const made = await generateManifests({
      input: "openapi.json",
      text: JSON.stringify(document),
      targets: ["cloudformation"],
    });
    const text = made.files.find(({ path }) => path === bodyPath)?.content ?? "";
    expect(text).toContain('"/a"');
    expect(text).not.toContain("x-gateway");
  });

  test("an action on what the document does not say is every resource, and it is told", async () => {
    const document = documentWith({
      integration: {
        type: "aws",
        httpMethod: "POST",
        uri: "arn:aws:apigateway:us-east-1:dynamodb:action/PutItem",
        credentials: "arn:aws:iam::123456789012:role/writer",
        requestTemplates: { "application/json": '{"TableName": "$input.params(\'t\')"}' },
        responses: { default: { statusCode: "200" } },
      },
    });
    const { diagnostics } = await makeManifests(document, {}, ["cloudformation"]);
    expect(
      diagnostics.filter(({ code }) => code === "GG123").map(({ message }) => message),
    ).toEqual([expect.stringContaining('"dynamodb:PutItem"')]);
  });

  const work = mkdtempSync(join(tmpdir(), "gen-gateway-bundle-"));
  afterAll(() => rmSync(work, { recursive: true, force: true }));

  test("files that the document refers to are in it", async () => {
    writeFileSync(
      join(work, "pets.json"),
      JSON.stringify({
        Pet: { type: "object", properties: { owner: { $ref: "#/Owner" } } },
        Owner: { type: "object", properties: { pet: { $ref: "#/Pet" } } },
      }),
    );
    const document = documentWith({
      operation: {
        responses: {
          "200": {
            description: "ok",
            content: { "application/json": { schema: { $ref: "pets.json#/Pet" } } },
          },
        },
      },
    });
    writeFileSync(join(work, "openapi.json"), JSON.stringify(document));
    const made = await generateManifests({
      input: join(work, "openapi.json"),
      targets: ["cloudformation"],
    });
    const body = JSON.parse(
      made.files.find(({ path }) => path === bodyPath)?.content ?? "{}",
    ) as Tree;
    expect(at(body, "components", "schemas", "Pet", "properties", "owner")).toEqual({
      $ref: "#/components/schemas/Owner",
    });
    expect(at(body, "components", "schemas", "Owner", "properties", "pet")).toEqual({
      $ref: "#/components/schemas/Pet",
    });
  });

  test("a combination of itself ends", async () => {
    const body = await bodyFor(
      documentWith({
        root: {
          components: {
            schemas: {
              Node: {
                type: "object",
                properties: {
                  next: { anyOf: [{ $ref: "#/components/schemas/Node" }, { type: "string" }] },
                },
              },
            },
          },
        },
      }),
    );
    expect(JSON.stringify(body).length).toBeLessThan(5000);
    expect(await complaints(JSON.stringify(body))).toEqual([]);
  });

  const schemas = fc.letrec<{ schema: object }>((tie) => ({
    schema: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.constantFrom<object>(
        { type: "string", minLength: 1 },
        { type: ["integer", "null"] },
        { const: "x" },
        { $ref: "#/components/schemas/A-1" },
        { $ref: "#/components/schemas/B" },
        { type: "object" },
        { nullable: true, default: 5, example: 6, xml: { name: "x" } },
      ),
      fc.record({
        type: fc.constant("object"),
        properties: fc.dictionary(fc.string(), tie("schema"), { maxKeys: 3 }),
      }),
      fc.record({ type: fc.constant("array"), items: tie("schema") }),
      fc.record({ oneOf: fc.array(tie("schema"), { minLength: 1, maxLength: 3 }) }),
      fc.record({ allOf: fc.array(tie("schema"), { minLength: 1, maxLength: 2 }) }),
    ),
  })).schema;

  test("of any schemas has nothing that lint finds", { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(schemas, schemas, async (a, b) => {
        const document = {
          ...documentWith({ root: { components: { schemas: { "A-1": a, B: b } } } }),
          openapi: "3.1.0",
        };
        const made = await generateManifests({
          input: "openapi.json",
          text: JSON.stringify(document),
          settings: {},
          targets: ["cloudformation"],
        });
        const body = made.files.find(({ path }) => path === bodyPath)?.content;
        // a schema that is nothing but itself is refused where the document is read
        if (body === undefined) return;
        expect(await complaints(body)).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});
