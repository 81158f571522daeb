import { describe, expect, test } from "vitest";
import { readAuthorizerResult } from "../../../src/runtime/access/authorizer-result.js";

const policyDocument = { Version: "2012-10-17", Statement: [] };
const good = { principalId: "me", policyDocument };

describe("results of authorizer functions", () => {
  test("context values become texts, in their order; null is left out", () => {
    const context = { b: "text", a: 1.5, flag: false, nothing: null, __proto__x: "kept" };
    const result = readAuthorizerResult(
      JSON.stringify({ ...good, context, usageIdentifierKey: "k" }),
    );
    expect([...result.context]).toEqual([
      ["b", "text"],
      ["a", "1.5"],
      ["flag", "false"],
      ["__proto__x", "kept"],
    ]);
    expect(result).toMatchObject({ principalId: "me", policyDocument, usageIdentifierKey: "k" });
  });

  test("a context named as the prototype is data", () => {
    const text = `{"principalId":"me","policyDocument":{},"context":{"__proto__":"x"}}`;
    expect([...readAuthorizerResult(text).context]).toEqual([["__proto__", "x"]]);
  });

  test.each<[name: string, payload: string]>([
    ["nothing", ""],
    ["no JSON", "Allow"],
    ["null", "null"],
    ["a list", "[]"],
    ["no principal", JSON.stringify({ policyDocument })],
    ["a principal that is no text", JSON.stringify({ ...good, principalId: 7 })],
    ["no policy", JSON.stringify({ principalId: "me" })],
    ["a context with an object", JSON.stringify({ ...good, context: { a: {} } })],
    ["a context with a list", JSON.stringify({ ...good, context: { a: [1] } })],
    ["a context that is a list", JSON.stringify({ ...good, context: ["a"] })],
    ["a key that is no text", JSON.stringify({ ...good, usageIdentifierKey: 1 })],
    ["more than 8 KB", JSON.stringify({ ...good, context: { a: "x".repeat(8192) } })],
  ])("%s is no result", (_name, payload) => {
    expect(() => readAuthorizerResult(payload)).toThrow(/^the authorizer's result /);
  });
});
