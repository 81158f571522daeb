import fc from "fast-check";
import { format } from "prettier";
import { describe, expect, test } from "vitest";
import { hardline, render } from "../../src/emit/layout.js";
import { printLiteral } from "../../src/emit/printer/literal.js";
import { printAlias, printMembers } from "../../src/emit/printer/type.js";
import type { JsonValue, Schema, Shape } from "../../src/ir/schema.js";
import type { Value } from "../../src/plan/value.js";
import { root } from "../../src/pointer.js";

const at = root("openapi.yaml");
const seed = Number(process.env["SEED"] ?? 20_261_125);

function schemaOf(shape: Shape, nullable: boolean, description: string | undefined): Schema {
  return {
    at,
    title: undefined,
    description,
    deprecated: false,
    readOnly: false,
    writeOnly: false,
    nullable,
    shape,
  };
}

const word = fc.string({
  unit: fc.constantFrom(..."abcdefghij_- '\"$é".split("")),
  minLength: 1,
  maxLength: 24,
});
const typeName = fc.integer({ min: 1, max: 90 }).map((length) => `T${"x".repeat(length)}`);
const modelName = fc.constantFrom(
  "Pet",
  "CustomerOrderConfirmation",
  "Address",
  "VeryLongModelNameForTests",
);

const discriminator = fc.record({
  property: word,
  mapping: fc.array(fc.record({ value: word, model: modelName }), { maxLength: 6 }),
});
const enumValue: fc.Arbitrary<JsonValue> = fc.oneof(word, fc.integer(), fc.constant(null));

const { schema } = fc.letrec<{ schema: Schema; shape: Shape }>((tie) => ({
  schema: fc
    .tuple(tie("shape"), fc.boolean(), fc.option(word, { nil: undefined }))
    .map(([shape, nullable, description]) => schemaOf(shape, nullable, description)),
  shape: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom<Shape>(
      { kind: "unknown" },
      { kind: "never" },
      { kind: "null" },
      { kind: "boolean" },
      { kind: "number", integer: true, format: "int32" },
      { kind: "string", format: undefined },
    ),
    modelName.map((model): Shape => ({ kind: "ref", model })),
    fc
      .array(enumValue, {
        minLength: 1,
        maxLength: 9,
      })
      .map((values): Shape => ({ kind: "enum", values })),
    tie("schema").map((items): Shape => ({ kind: "array", items })),
    fc
      .tuple(
        fc.array(tie("schema"), { maxLength: 3 }),
        fc.option(tie("schema"), { nil: undefined }),
      )
      .map(([items, rest]): Shape => ({ kind: "tuple", items, rest })),
    fc
      .tuple(
        fc.uniqueArray(fc.record({ name: word, required: fc.boolean(), schema: tie("schema") }), {
          maxLength: 4,
          selector: (property) => property.name,
        }),
        fc.oneof(fc.boolean(), tie("schema")),
      )
      .map(([properties, additional]): Shape => ({ kind: "object", properties, additional })),
    fc
      .array(tie("schema"), { minLength: 1, maxLength: 4 })
      .map((of): Shape => ({ kind: "all", of })),
    fc.array(tie("schema"), { minLength: 1, maxLength: 5 }).chain((of) =>
      fc.option(discriminator, { nil: undefined }).map((choice): Shape => ({
        kind: "union",
        of,
        discriminator: choice,
      })),
    ),
  ),
}));

const { literal } = fc.letrec<{ literal: Value }>((tie) => ({
  literal: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.string({ maxLength: 40 }),
    fc.string({ unit: fc.constantFrom("a", "b c", "/"), minLength: 70, maxLength: 110 }),
    word,
    fc.boolean(),
    fc.constant(null),
    fc.array(
      tie("literal").filter((item) => typeof item !== "number"),
      { maxLength: 5 },
    ),
    fc.dictionary(word, fc.oneof(tie("literal"), fc.integer()), { maxKeys: 5 }),
  ),
}));

const prettier = (text: string): Promise<string> =>
  format(text, { parser: "typescript", printWidth: 100 });

describe("what the printers lay out, prettier leaves alone", () => {
  test("members of an interface", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(schema, { minLength: 1, maxLength: 3 }), async (schemas) => {
        const properties = schemas.map((item, index) => ({
          name: `member${index}`,
          required: index % 2 === 0,
          schema: item,
        }));
        const body = printMembers(properties, false, (name) => name);
        const text = `${render(["export interface Sample {", body, hardline, "}"])}\n`;
        expect(text).toBe(await prettier(text));
      }),
      { seed, numRuns: 400 },
    );
  });

  test("type aliases", async () => {
    await fc.assert(
      fc.asyncProperty(schema, typeName, async (item, name) => {
        const text = `${render(printAlias(name, item, (name) => name))}\n`;
        expect(text).toBe(await prettier(text));
      }),
      { seed, numRuns: 400 },
    );
  });

  test("literals", async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.array(literal), fc.dictionary(word, literal)), async (value) => {
        const text = `${render(["export const sample = ", printLiteral(value), " as const;"])}\n`;
        expect(text).toBe(await prettier(text));
      }),
      { seed, numRuns: 400 },
    );
  });
});
