import { afterAll, describe, expect, test } from "vitest";
import { createCompiler } from "./suite.js";

/** What the suite does not ask, and a validator here must know all the same. */
describe("validators", () => {
  const compiler = createCompiler();
  afterAll(() => compiler.dispose());

  const branches = { anyOf: [{ properties: { a: true } }, { required: ["b"] }] };
  test.each<[name: string, schema: object, data: string, valid: boolean]>([
    [
      "what all objects inherit is not evaluated",
      { ...branches, unevaluatedProperties: false },
      '{"a": 1, "constructor": 2}',
      false,
    ],
    ["nor is __proto__", { ...branches, unevaluatedProperties: false }, '{"__proto__": 2}', false],
    [
      "a schema for what is not evaluated",
      { ...branches, unevaluatedProperties: { type: "string" } },
      '{"a": 1, "toString": "x"}',
      true,
    ],
    [
      "if holds: what it sees is evaluated",
      { if: { properties: { a: { const: 1 } }, required: ["a"] }, unevaluatedProperties: false },
      '{"a": 1}',
      true,
    ],
    [
      "if does not hold: nothing is",
      { if: { properties: { a: { const: 1 } }, required: ["a"] }, unevaluatedProperties: false },
      '{"a": 2}',
      false,
    ],
    [
      "a branch evaluates all items",
      { anyOf: [{ items: { type: "string" } }, true], unevaluatedItems: { type: "boolean" } },
      '["x", "y", "z"]',
      true,
    ],
    [
      "an exponential pattern on a long text",
      { pattern: "^(a|a)*$" },
      JSON.stringify(`${"a".repeat(50_000)}!`),
      false,
    ],
    [
      "a polynomial pattern that RE2 has not, on a long text",
      { pattern: "(?=.*x)y" },
      JSON.stringify("a".repeat(100_000)),
      false,
    ],
    [
      "properties by a pattern that RE2 matches",
      { patternProperties: { "^(\\w+\\s?)+$": { type: "string" } }, additionalProperties: false },
      JSON.stringify({ [`${"a".repeat(60)}!`]: 1 }),
      false,
    ],
  ])("%s", async (_name, schema, data, valid) => {
    const compiled = await compiler.compile(schema, "3.1.0");
    if (compiled.refusal !== undefined) throw new Error(compiled.refusal.join("; "));
    const start = performance.now();
    expect(compiled.validate(JSON.parse(data))).toBe(valid);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
