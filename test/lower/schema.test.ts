import { describe, expect, test } from "vitest";
import type { JsonValue, Schema, Shape } from "../../src/ir/schema.js";
import { documentWith, lowerGood, lowerText, summary } from "./lower-text.js";

/** A shape as short text: `{ a: string, b?: Pet[] | null }`. */
function show({ shape, nullable }: Schema): string {
  return showShape(shape) + (nullable ? " | null" : "");
}

function showShape(shape: Shape): string {
  switch (shape.kind) {
    case "unknown":
    case "never":
    case "null":
    case "boolean":
      return shape.kind;
    case "number":
      return `${shape.integer ? "integer" : "number"}${shape.format === undefined ? "" : `:${shape.format}`}`;
    case "string":
      return `string${shape.format === undefined ? "" : `:${shape.format}`}`;
    case "enum":
      return shape.values.map((value) => JSON.stringify(value)).join(" | ");
    case "ref":
      return shape.model;
    case "array":
      return `(${show(shape.items)})[]`;
    case "tuple":
      return `[${[...shape.items.map(show), ...(shape.rest ? [`...${show(shape.rest)}`] : [])].join(", ")}]`;
    case "object":
      return `{ ${[
        ...shape.properties.map(
          ({ name, required, schema }) => `${name}${required ? "" : "?"}: ${show(schema)}`,
        ),
        ...(shape.additional === false
          ? []
          : [shape.additional === true ? "..." : `...${show(shape.additional)}`]),
      ].join(", ")} }`;
    case "all":
      return shape.of.map((part) => `(${show(part)})`).join(" & ");
    case "union": {
      const by = shape.discriminator;
      const tags = by
        ? ` by ${by.property} ${by.mapping.map(({ value, model }) => `${value}=${model}`).join()}`
        : "";
      return shape.of.map((part) => `(${show(part)})`).join(" | ") + tags;
    }
  }
}

async function model(schema: unknown, openapi = "3.0.1", others: object = {}): Promise<string> {
  const schemas = { M: schema, ...others };
  const { api } = await lowerGood(documentWith({ root: { openapi, components: { schemas } } }));
  const found = api.models.find(({ name }) => name === "M");
  return found ? show(found.schema) : "";
}

const pet = { Pet: { type: "object", properties: { id: { type: "string" } } } };
const petRef = { $ref: "#/components/schemas/Pet" };

describe("shapes of 3.0", () => {
  test.each<[schema: unknown, want: string]>([
    [{}, "unknown"],
    [{ type: "string", format: "date-time" }, "string:date-time"],
    [{ type: "integer", format: "int64" }, "integer:int64"],
    [{ type: "number" }, "number"],
    [{ type: "boolean", nullable: true }, "boolean | null"],
    [{ enum: ["a", 1, true] }, '"a" | 1 | true'],
    [{ enum: ["a", null] }, '"a" | null'],
    [{ enum: [null] }, "null"],
    [{ type: "array" }, "(unknown)[]"],
    [{ items: { type: "string" } }, "(string)[]"],
    [
      { type: "array", items: [{ type: "string" }, {}], additionalItems: false },
      "[string, unknown]",
    ],
    [{ type: "object" }, "{ ... }"],
    [
      { properties: { a: { type: "string" }, b: {} }, required: ["a", "c"] },
      "{ a: string, b?: unknown, c: unknown, ... }",
    ],
    [{ type: "object", additionalProperties: false }, "{  }"],
    [{ type: "object", additionalProperties: { type: "integer" } }, "{ ...integer }"],
    [{ allOf: [petRef] }, "Pet"],
    [{ allOf: [petRef], nullable: true }, "Pet | null"],
    [
      { type: "object", allOf: [petRef, { properties: { x: {} } }] },
      "(Pet) & ({ x?: unknown, ... })",
    ],
    [{ allOf: [petRef], properties: { x: {} } }, "({ x?: unknown, ... }) & (Pet)"],
    [{ oneOf: [petRef, { type: "string" }] }, "(Pet) | (string)"],
    [
      { anyOf: [{ required: ["a"] }, { required: ["b"] }] },
      "({ a: unknown, ... }) | ({ b: unknown, ... })",
    ],
    [{ oneOf: [petRef] }, "Pet"],
    [petRef, "Pet"],
    [{ ...petRef, description: "x", properties: {} }, "Pet"],
  ])("%j", async (schema, want) => {
    expect(await model(schema, "3.0.1", pet)).toBe(want);
  });

  test.each<[schema: object, want: string]>([
    [{ type: "string", enum: [] }, "never"],
    [{ $ref: "#/components/schemas/Pet", enum: ["a"] }, '(Pet) & ("a")'],
  ])("in 3.1: %j", async (schema, want) => {
    expect(await model(schema, "3.1.0", pet)).toBe(want);
  });

  test("a property named __proto__ is kept", async () => {
    const schema: unknown = JSON.parse('{"properties": {"__proto__": {"type": "string"}}}');
    expect(await model(schema)).toBe("{ __proto__?: string, ... }");
  });

  test("discriminators map every branch", async () => {
    const discriminator = {
      propertyName: "kind",
      mapping: { cat: "#/components/schemas/Cat", d: "Dog" },
    };
    const oneOf = ["Cat", "Dog", "Eel"].map((name) => ({ $ref: `#/components/schemas/${name}` }));
    const animals = { Cat: { type: "object" }, Dog: { type: "object" }, Eel: { type: "object" } };
    expect(await model({ oneOf, discriminator }, "3.0.1", animals)).toBe(
      "(Cat) | (Dog) | (Eel) by kind cat=Cat,d=Dog,Eel=Eel",
    );
  });
});

describe("shapes of 3.1", () => {
  test.each<[schema: unknown, want: string]>([
    [true, "unknown"],
    [false, "never"],
    [{ type: ["string", "null"] }, "string | null"],
    [{ type: ["string", "integer"] }, "(string) | (integer)"],
    [{ type: ["null"] }, "null"],
    [{ const: "x" }, '"x"'],
    [{ prefixItems: [{ type: "string" }], items: { type: "integer" } }, "[string, ...integer]"],
    [{ prefixItems: [{ type: "string" }], items: false }, "[string]"],
    [
      {
        type: "object",
        patternProperties: { "^x-": { type: "string" } },
        additionalProperties: false,
      },
      "{ ...string }",
    ],
    [{ oneOf: [petRef, { type: "null" }] }, "Pet | null"],
    [{ ...petRef, description: "x" }, "Pet"],
    [{ ...petRef, properties: { more: {} } }, "(Pet) & ({ more?: unknown, ... })"],
  ])("%j", async (schema, want) => {
    expect(await model(schema, "3.1.0", pet)).toBe(want);
  });
});

test("what a schema says of itself is kept", async () => {
  const schema = { type: "string", title: "T", description: "D", deprecated: true, readOnly: true };
  const { api } = await lowerGood(
    documentWith({ root: { components: { schemas: { M: schema } } } }),
  );
  expect(api.models[0]?.schema).toMatchObject({
    title: "T",
    description: "D",
    deprecated: true,
    readOnly: true,
    writeOnly: false,
  });
});

describe("names of schemas", () => {
  test("recursion through properties and items is fine", async () => {
    const tree = {
      type: "object",
      properties: {
        left: { $ref: "#/components/schemas/M" },
        all: { type: "array", items: { $ref: "#/components/schemas/M" } },
      },
    };
    expect(await model(tree)).toBe("{ left?: M, all?: (M)[], ... }");
  });

  test.each<[name: string, schemas: object]>([
    ["itself", { M: { $ref: "#/components/schemas/M" } }],
    ["two", { M: { $ref: "#/components/schemas/N" }, N: { $ref: "#/components/schemas/M" } }],
    ["allOf", { M: { allOf: [{ $ref: "#/components/schemas/M" }] } }],
    ["oneOf", { M: { oneOf: [{ type: "string" }, { $ref: "#/components/schemas/M" }] } }],
  ])("a circle of references alone is an error: %s", async (_name, schemas) => {
    const { diagnostics } = await lowerText(documentWith({ root: { components: { schemas } } }));
    expect(summary(diagnostics)).toEqual(["error GG021 #/components/schemas/M"]);
  });

  test.each<[name: string, last: object, errors: number]>([
    ["that ends", { type: "object" }, 0],
    ["that closes", { $ref: "#/components/schemas/S0" }, 1],
  ])("a chain of twenty thousand references %s exhausts no stack", async (_name, last, errors) => {
    const schemas: Record<string, object> = {};
    for (let n = 0; n < 20_000; n++) schemas[`S${n}`] = { $ref: `#/components/schemas/S${n + 1}` };
    schemas["S20000"] = last;
    const { diagnostics } = await lowerText(documentWith({ root: { components: { schemas } } }));
    expect(diagnostics.map(({ code }) => code)).toEqual(
      Array.from({ length: errors }, () => "GG021"),
    );
    expect(diagnostics[0]?.message.length ?? 0).toBeLessThan(1000);
  });

  test("references into paths get a name of their own, small ones are written out", async () => {
    const schema = {
      type: "object",
      properties: { tag: { type: "object", properties: { name: { type: "string" } } } },
    };
    const at = "#/paths/~1a/get/responses/200/content/application~1json/schema";
    const document = documentWith({
      operation: {
        responses: { "200": { description: "", content: { "application/json": { schema } } } },
      },
      root: {
        components: {
          schemas: {
            M: {
              properties: {
                a: { $ref: `${at}/properties/tag` },
                b: { $ref: `${at}/properties/tag/properties/name` },
                c: { $ref: `${at}/properties/tag` },
              },
            },
          },
        },
      },
    });
    const { api } = await lowerGood(document);
    expect(api.models.map(({ name, schema: lowered }) => `${name} ${show(lowered)}`)).toEqual([
      "M { a?: tag, b?: string, c?: tag, ... }",
      "tag { name?: string, ... }",
    ]);
  });

  test("a name that is taken gets a number", async () => {
    const titled = { type: "object", title: "M", properties: {} };
    const document = documentWith({
      root: {
        components: { schemas: { M: { properties: { x: { $ref: "#/x-other/one" } } } } },
        "x-other": { one: titled },
      },
    });
    expect((await lowerGood(document)).api.models.map(({ name }) => name)).toEqual(["M", "M2"]);
  });
});

/** JSON Schema of the model M. */
async function json(schema: unknown, openapi: string): Promise<JsonValue | undefined> {
  const schemas = { M: schema, Pet: pet.Pet };
  const { gateway } = await lowerText(documentWith({ root: { openapi, components: { schemas } } }));
  return gateway?.api.models.find(({ name }) => name === "M")?.json;
}

/** As text: an object literal with a member `then` looks like a promise to linters, and to `await`. */
const conditional = JSON.parse(
  '{"if": {"const": 1}, "then": {"multipleOf": 2}, "prefixItems": [true], "unevaluatedProperties": false}',
) as JsonValue;

describe("JSON Schema for validators", () => {
  test.each<[name: string, openapi: string, schema: unknown, want: JsonValue]>([
    [
      "descriptions and the like are left out",
      "3.0.1",
      {
        type: "string",
        description: "d",
        example: "e",
        xml: {},
        default: "x",
        readOnly: true,
        minLength: 1,
      },
      { type: "string", minLength: 1 },
    ],
    ["nullable type", "3.0.1", { type: "string", nullable: true }, { type: ["string", "null"] }],
    [
      "nullable enum",
      "3.0.1",
      { type: "string", enum: ["a"], nullable: true },
      { type: ["string", "null"], enum: ["a", null] },
    ],
    [
      "nullable combination",
      "3.0.1",
      { allOf: [petRef], nullable: true },
      { anyOf: [{ allOf: [{ $ref: "#/definitions/Pet" }] }, { type: "null" }] },
    ],
    [
      "references stand alone",
      "3.0.1",
      { ...petRef, minProperties: 1 },
      { $ref: "#/definitions/Pet" },
    ],
    [
      "references do not in 3.1",
      "3.1.0",
      { ...petRef, minProperties: 1 },
      { $ref: "#/definitions/Pet", minProperties: 1 },
    ],
    [
      "limits are flags in draft-04",
      "3.0.1",
      { minimum: 1, exclusiveMinimum: true },
      { minimum: 1, exclusiveMinimum: true },
    ],
    ["limits are numbers in 2020-12", "3.1.0", { exclusiveMinimum: 1 }, { exclusiveMinimum: 1 }],
    ["limits of the other dialect are left out", "3.0.1", { exclusiveMinimum: 1 }, {}],
    ["keywords of 3.1", "3.1.0", conditional, conditional],
    ["keywords of 3.1 mean nothing in 3.0", "3.0.1", { const: 1, if: {} }, {}],
    ["an empty list of names", "3.0.1", { required: [] }, {}],
    [
      "nested definitions are left out",
      "3.1.0",
      { $defs: { a: {} }, $id: "http://x", type: "object" },
      { type: "object" },
    ],
    [
      "false in draft-04",
      "3.0.1",
      { properties: { a: false } },
      { properties: { a: { not: {} } } },
    ],
    [
      "wrong values are left out",
      "3.0.1",
      { minLength: -1, pattern: "(", enum: [], type: "int", allOf: [] },
      {},
    ],
    ["an empty list of values allows nothing in 3.1", "3.1.0", { type: "string", enum: [] }, false],
    [
      "a small schema and what stands beside its reference",
      "3.1.0",
      {
        properties: {
          a: { type: "string" },
          b: { $ref: "#/components/schemas/M/properties/a", maxLength: 2 },
        },
      },
      {
        properties: {
          a: { type: "string" },
          b: { maxLength: 2, allOf: [{ type: "string" }] },
        },
      },
    ],
    [
      "a schema that names itself by URI",
      "3.1.0",
      {
        $id: "https://example.com/m",
        not: { $ref: "other#deep" },
        $defs: { o: { $id: "other", $defs: { d: { $anchor: "deep", items: { $ref: "m" } } } } },
      },
      { not: { $ref: "#/definitions/d" } },
    ],
    [
      "draft-04's id",
      "3.0.1",
      { items: { $ref: "#part" }, definitions: { part: { id: "#part", minItems: 1 } } },
      { items: { minItems: 1 } },
    ],
    [
      "a pattern named __proto__",
      "3.0.1",
      JSON.parse('{"patternProperties": {"__proto__": {}}}'),
      { patternProperties: { "(?:__proto__)": {} } },
    ],
    [
      "properties named like members of objects",
      "3.0.1",
      JSON.parse('{"properties": {"__proto__": {"type": "string"}, "toString": {}}}'),
      { properties: { toString: {} }, patternProperties: { "^__proto__$": { type: "string" } } },
    ],
  ])("%s", async (_name, openapi, schema, want) => {
    expect(JSON.stringify(await json(schema, openapi))).toBe(JSON.stringify(want));
  });

  test("what a validator needs is checked while lowering, and only that", async () => {
    const schemas = {
      Used: { properties: { a: { $ref: "#/components/schemas/Deep" } } },
      Deep: { minLength: "1" },
      Unused: { minLength: "1" },
    };
    const document = documentWith({
      root: {
        components: { schemas },
        "x-amazon-apigateway-request-validators": { body: { validateRequestBody: true } },
        "x-amazon-apigateway-request-validator": "body",
      },
      operation: {
        requestBody: {
          content: { "application/json": { schema: { $ref: "#/components/schemas/Used" } } },
        },
      },
    });
    expect(summary((await lowerText(document)).diagnostics)).toEqual([
      "warning GG602 #/components/schemas/Deep/minLength",
    ]);
  });
});
