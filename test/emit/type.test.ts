import { describe, expect, test } from "vitest";
import { printTypeText } from "../../src/emit/printer/type.js";
import type { Schema, Shape } from "../../src/ir/schema.js";
import { schemaOf, text } from "../support/ir.js";

const ref = (model: string): Schema => schemaOf({ kind: "ref", model });
const union = (...of: Schema[]): Shape => ({ kind: "union", of, discriminator: undefined });
const number = schemaOf({ kind: "number", integer: false, format: undefined });
const objectOf = (name: string, schema: Schema, required = true): Shape => ({
  kind: "object",
  additional: true,
  properties: [{ name, required, schema }],
});

describe("printType", () => {
  test.each<[name: string, schema: Schema, want: string]>([
    ["text", text, "string"],
    ["a nullable reference", { ...ref("Pet"), nullable: true }, "Pet | null"],
    [
      "a type list",
      schemaOf(union(text, number, schemaOf({ kind: "null" }))),
      "string | number | null",
    ],
    ["the same twice", schemaOf(union(text, text)), "string"],
    ["anything among others", schemaOf(union(text, schemaOf({ kind: "unknown" }))), "unknown"],
    [
      "an enumeration",
      schemaOf({ kind: "enum", values: ["a", 1, true, null] }),
      '"a" | 1 | true | null',
    ],
    [
      "enumerated objects",
      schemaOf({ kind: "enum", values: [{}, []] }),
      "Record<string, unknown> | unknown[]",
    ],
    [
      "a list of nullable items",
      schemaOf({ kind: "array", items: { ...text, nullable: true } }),
      "(string | null)[]",
    ],
    ["a tuple", schemaOf({ kind: "tuple", items: [text], rest: number }), "[string, ...number[]]"],
    [
      "a map",
      schemaOf({ kind: "object", properties: [], additional: number }),
      "Record<string, number>",
    ],
    [
      "nothing allowed",
      schemaOf({ kind: "object", properties: [], additional: false }),
      "Record<string, never>",
    ],
    ["an optional member", schemaOf(objectOf("a-b", text, false)), '{\n  "a-b"?: string;\n}'],
    ["a prototype member", schemaOf(objectOf("__proto__", text)), "{\n  __proto__: string;\n}"],
    ["all of two", schemaOf({ kind: "all", of: [ref("A"), ref("B")] }), "A & B"],
    ["all of one", schemaOf({ kind: "all", of: [ref("A"), schemaOf({ kind: "unknown" })] }), "A"],
    [
      "all of a reference and members",
      schemaOf({ kind: "all", of: [schemaOf(objectOf("b", text)), ref("A")] }),
      "A & {\n  b: string;\n}",
    ],
    [
      "alternatives that a discriminator tells apart",
      schemaOf({
        kind: "union",
        of: [ref("Cat"), ref("Dog")],
        discriminator: {
          property: "kind",
          mapping: [
            { value: "cat", model: "Cat" },
            { value: "dog", model: "Dog" },
            { value: "wolf", model: "Dog" },
          ],
        },
      }),
      '(Cat & Record<"kind", "cat">) | (Dog & Record<"kind", "dog" | "wolf">)',
    ],
  ])("%s", (_name, schema, want) => {
    expect(printTypeText(schema, (model) => model)).toBe(want);
  });
});
