import { describe, expect, test } from "vitest";
import { mayLeave } from "../../src/load/references.js";

describe("whether a reference may leave its file", () => {
  test.each([
    ['{ "$ref": "#/components/schemas/Pet" }', false],
    ["$ref: '#/components/schemas/Pet'", false],
    ["description: write $ref where you want", false],
    ["no reference at all", false],
    ['{ "$ref": "" }', false],
    ['{ "$ref": "#Pet" }', false],
    ['{ "$ref": "#" }', false],
    ['{ "a": { "$ref": "#/x" }, "b": { "$ref": "#Pet" } }', false],
    ['{ "$ref": "pet.json" }', true],
    ['{ "$ref"\n:\n"pet.json#/Pet" }', true],
    ["$ref: pet.yaml", true],
    ["$ref:\n  pet.yaml", true],
    ["$ref: # see there\n  pet.yaml", true],
    ["$ref: >-\n  pet.yaml", true],
    ['{ "$ref": "\\u0070et.json" }', true],
    ['{ "\\u0024ref": "pet.json" }', true],
    ['"\\x24ref": pet.json', true],
    ["? $ref\n: pet.yaml", true],
    ['{ "a": "\\ud83d\\ude00 \\u00e4", "$ref": "#/x" }', false],
  ] as const)("%j: %s", (text, leaves) => {
    expect(mayLeave(text)).toBe(leaves);
  });
});
