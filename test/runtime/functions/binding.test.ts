import { describe, expect, test } from "vitest";
import type { BackendTable } from "../../../src/runtime/contracts.js";
import { chooseBackend, matchesPattern } from "../../../src/runtime/functions/backend.js";
import { functionName } from "../../../src/runtime/functions/binding.js";

describe("functionName", () => {
  test.each([
    ["arn:aws:lambda:us-east-1:123456789012:function:orders", "orders"],
    ["arn:aws:lambda:us-east-1:123456789012:function:orders:live", "orders"],
    ["123456789012:function:orders", "orders"],
    ["orders", "orders"],
    ["orders:live", "orders"],
  ])("%s", (arn, want) => expect(functionName(arn)).toBe(want));
});

describe("matchesPattern", () => {
  test.each<[pattern: string, text: string, want: boolean]>([
    ["arn:*:function:orders*", "arn:aws:lambda:r:a:function:orders-v2", true],
    ["arn:*:function:orders", "arn:aws:lambda:r:a:function:orders-v2", false],
    ["*", "", true],
    ["a*b*c", "a-b-c", true],
    ["a*b*c", "abc", true],
    ["a*bb*b", "abbb", true],
    ["a*bb*b", "abb", false],
    ["a*a", "a", false],
    ["plain", "plain", true],
    ["plain", "plainly", false],
  ])("%s on %s", (pattern, text, want) => expect(matchesPattern(pattern, text)).toBe(want));
});

describe("chooseBackend", () => {
  const backend = (name: string, ...match: string[]): BackendTable => ({
    match,
    target: { kind: "module", name },
    timeoutMs: null,
  });
  const tables = [
    backend("any", "*"),
    backend("orders", "arn:*:function:orders*"),
    backend("listed", "listOrders"),
  ];
  test.each<[why: string, keys: string[], want: string | null]>([
    ["an exact match beats any pattern", ["arn:x:function:orders", "listOrders"], "listed"],
    ["the most literal pattern wins", ["arn:x:function:orders-v2", "other"], "orders"],
    ["a star matches the rest", ["arn:x:function:pets"], "any"],
  ])("%s", (_why, keys, want) => {
    expect(chooseBackend(tables, keys)?.target).toEqual({ kind: "module", name: want });
  });
  test("nothing fits", () => expect(chooseBackend(tables.slice(2), ["x"])).toBeNull());
});
