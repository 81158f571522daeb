import { describe, expect, test } from "vitest";
import { referencesIn } from "../../src/load/references.js";

describe("what the references of a text lead to", () => {
  test.each([
    ['{ "$ref": "#/components/schemas/Pet" }', "pointers"],
    ["$ref: '#/components/schemas/Pet'", "pointers"],
    ["description: write $ref where you want", "pointers"],
    ["no reference at all", "pointers"],
    ['{ "$ref": "" }', "pointers"],
    ['{ "$ref": "#Pet" }', "names"],
    ['{ "$ref": "#" }', "names"],
    ['{ "a": { "$ref": "#/x" }, "b": { "$ref": "#Pet" } }', "names"],
    ['{ "$ref": "pet.json" }', "other files"],
    ['{ "$ref"\n:\n"pet.json#/Pet" }', "other files"],
    ["$ref: pet.yaml", "other files"],
    ["$ref:\n  pet.yaml", "other files"],
    ["$ref: # see there\n  pet.yaml", "other files"],
    ["$ref: >-\n  pet.yaml", "other files"],
    ['{ "$ref": "\\u0070et.json" }', "other files"],
    ['{ "\\u0024ref": "pet.json" }', "other files"],
    ['"\\x24ref": pet.json', "other files"],
    ["? $ref\n: pet.yaml", "other files"],
    ['{ "a": "\\ud83d\\ude00 \\u00e4", "$ref": "#/x" }', "pointers"],
  ] as const)("%j: %s", (text, held) => {
    expect(referencesIn(text)).toBe(held);
  });
});
