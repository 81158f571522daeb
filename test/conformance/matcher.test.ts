import { describe, expect, test } from "vitest";
import { orderedFromPlain, parseOrderedJson } from "../support/ordered-json.js";
import { checkMatchers, matchValue } from "./matcher.js";

/** Paths of the mismatches of an expected and an actual JSON text. */
function mismatchPaths(expected: string, actual: string): string[] {
  return matchValue(parseOrderedJson(expected), parseOrderedJson(actual), "v").map(({ at }) => at);
}

describe("plain values", () => {
  test.each<[name: string, expected: string, actual: string, paths: string[]]>([
    ["equal objects, other order", `{"a":1,"b":[true,null]}`, `{"b":[true,null],"a":1.0}`, []],
    ["numbers by value", `[1,100,0.5]`, `[1.0,1e2,5e-1]`, []],
    ["number against text", `1`, `"1"`, ["v"]],
    ["null against absent", `{"a":null}`, `{}`, ["v.a"]],
    ["false against null", `false`, `null`, ["v"]],
    ["a member too many", `{"a":1}`, `{"a":1,"b-c":2}`, ["v.b-c"]],
    ["a member too few", `{"a":1,"b c":2}`, `{"a":1}`, [`v["b c"]`]],
    ["deep difference", `{"a":{"b":[1,{"c":"x"}]}}`, `{"a":{"b":[1,{"c":"y"}]}}`, ["v.a.b[1].c"]],
    ["array too long", `[1]`, `[1,2]`, ["v"]],
    ["array order", `[1,2]`, `[2,1]`, ["v[0]", "v[1]"]],
    ["array against object", `[]`, `{}`, ["v"]],
    ["object against array", `{}`, `[]`, ["v"]],
    ["empty text against null", `""`, `null`, ["v"]],
    ["prototype names are ordinary", `{"__proto__":1}`, `{"__proto__":1}`, []],
    ["prototype names are not inherited", `{"constructor":1}`, `{}`, ["v.constructor"]],
  ])("%s", (_name, expected, actual, paths) =>
    expect(mismatchPaths(expected, actual)).toEqual(paths),
  );
});

describe("$any", () => {
  test.each<[kind: string, matching: unknown[], others: unknown[]]>([
    [
      "uuid",
      ["0a0a0a0a-1111-4222-8333-444444444444"],
      [
        "0A0A0A0A-1111-4222-8333-444444444444",
        "0a0a",
        1,
        null,
        " 0a0a0a0a-1111-4222-8333-444444444444",
      ],
    ],
    ["string", ["x"], ["", 1, null, [], {}]],
    ["number", [1, 1.5, -2], ["1", null]],
    ["integer", [1, -2, 1e3], [1.5, "1", null]],
    ["array", [[], [1]], [{}, "[]", null]],
    ["object", [{}, { a: 1 }], [[], "{}", null]],
    [
      "trace-id",
      [
        "Root=1-3152b799-8954dae64eda91bc9a23a7e8",
        "Root=1-3152b799-8954dae64eda91bc9a23a7e8;Parent=7fa8c0f79203be72;Sampled=1",
      ],
      ["Root=1-3152b799", "1-3152b799-8954dae64eda91bc9a23a7e8", 1],
    ],
    ["ip", ["127.0.0.1", "::1", "2001:db8::7"], ["127.0.0.256", "localhost", "", 1]],
    [
      "host",
      ["localhost", "127.0.0.1:4101", "abc.execute-api.us-east-1.amazonaws.com", "[::1]:80", "::1"],
      ["", "http://x", "a b", "a..b", 1],
    ],
    ["account-id", ["123456789012"], ["12345678901", 123456789012]],
    ["epoch-ms", [1e12, 1727000000000], [1e11, 1727000000000.5, "1727000000000", 1e15]],
    [
      "request-time",
      ["25/Sep/2025:19:28:50 +0000"],
      ["25/Sept/2025:19:28:50 +0000", "25/Sep/2025:19:28:50 +0200", "2025-09-25"],
    ],
  ])("%s", (kind, matching, others) => {
    const matches = (value: unknown): boolean =>
      matchValue(orderedFromPlain({ $any: kind }), orderedFromPlain(value), "v").length === 0;
    expect(matching.filter((value) => !matches(value))).toEqual([]);
    expect(others.filter(matches)).toEqual([]);
  });

  test("matches nothing that is missing", () => {
    expect(mismatchPaths(`{"a":{"$any":"string"}}`, `{}`)).toEqual(["v.a"]);
  });
});

describe("other matchers", () => {
  test.each<[name: string, expected: string, actual: string, paths: string[]]>([
    ["$regex finds", `{"$regex":"b+"}`, `"abbc"`, []],
    ["$regex anchored", `{"$regex":"^b+$"}`, `"abbc"`, ["v"]],
    ["$regex on a number", `{"$regex":"1"}`, `1`, ["v"]],
    ["$json", `{"$json":{"a":{"$any":"integer"}}}`, `"{\\"a\\": 1}"`, []],
    ["$json, other value", `{"$json":{"a":1}}`, `"{\\"a\\": 2}"`, ["v:json.a"]],
    ["$json, broken text", `{"$json":{"a":1}}`, `"{a:1}"`, ["v"]],
    ["$json, an object", `{"$json":{"a":1}}`, `{"a":1}`, ["v"]],
    ["$partial", `{"$partial":{"a":1}}`, `{"a":1,"b":2}`, []],
    ["$partial, missing", `{"$partial":{"a":1}}`, `{"b":2}`, ["v.a"]],
    ["$partial on an array", `{"$partial":{}}`, `[]`, ["v"]],
    ["$partial is not deep", `{"$partial":{"a":{}}}`, `{"a":{"b":1}}`, ["v.a.b"]],
    ["$lacks", `{"$lacks":["a"]}`, `{"b":1}`, []],
    ["$lacks, null counts as there", `{"$lacks":["a"]}`, `{"a":null}`, ["v.a"]],
    ["$lacks on text", `{"$lacks":["a"]}`, `"b"`, ["v"]],
    ["$partial and $lacks", `{"$partial":{"a":1},"$lacks":["b"]}`, `{"a":2,"b":1}`, ["v.a", "v.b"]],
    ["$keyOrder", `{"$keyOrder":["b","10","a","2"]}`, `{"b":1,"10":1,"a":1,"2":1}`, []],
    ["$keyOrder, other order", `{"$keyOrder":["2","10"]}`, `{"10":1,"2":1}`, ["v"]],
    ["$keyOrder, member too many", `{"$keyOrder":["a"]}`, `{"a":1,"b":2}`, ["v"]],
    ["$keyOrder and $partial", `{"$keyOrder":["a","b"],"$partial":{"b":2}}`, `{"a":1,"b":2}`, []],
    ["$set", `{"$set":[1,{"$any":"string"},2]}`, `["x",2,1]`, []],
    ["$set takes a greedy choice back", `{"$set":[{"$any":"string"},"x"]}`, `["x","y"]`, []],
    ["$set, one element for two", `{"$set":["x",{"$any":"string"}]}`, `["x",1]`, ["v"]],
    ["$set, length", `{"$set":[1]}`, `[1,1]`, ["v"]],
    ["$all", `{"$all":["a=1","b=2"]}`, `["b=2","c=3","a=1"]`, []],
    ["$all, one missing", `{"$all":["a=1","b=2"]}`, `["a=1"]`, ["v"]],
    ["$all does not split", `{"$all":["a=1"]}`, `["a=1, b=2"]`, ["v"]],
  ])("%s", (_name, expected, actual, paths) => {
    checkMatchers(parseOrderedJson(expected), "v", (at, problem) => {
      throw new Error(`${at}: ${problem}`);
    });
    expect(mismatchPaths(expected, actual)).toEqual(paths);
  });
});

test.each<[name: string, expected: string, complaint: string]>([
  [
    "unknown matcher",
    `{"a":[{"$xyz":1}]}`,
    `v.a[0]: unknown matcher or member beside a matcher: "$xyz"`,
  ],
  [
    "member beside a matcher",
    `{"$any":"string","b":1}`,
    `v: unknown matcher or member beside a matcher: "b"`,
  ],
  [
    "matchers that exclude each other",
    `{"$any":"string","$regex":"x"}`,
    "v: matchers that cannot stand together: $any, $regex",
  ],
  ["unknown kind", `{"$any":"strings"}`, `v.$any: unknown kind "strings"`],
  ["kind from the prototype", `{"$any":"constructor"}`, `v.$any: unknown kind "constructor"`],
  ["broken expression", `{"$regex":"("}`, "v.$regex: not an ECMAScript expression"],
  ["names that are none", `{"$lacks":[1]}`, "v.$lacks: must be a list of names"],
  ["no list", `{"$set":{}}`, "v.$set: must be a list"],
  ["no object", `{"$partial":[]}`, "v.$partial: must be an object of members"],
  [
    "inside $json",
    `{"$json":{"$nope":1}}`,
    `v.$json: unknown matcher or member beside a matcher: "$nope"`,
  ],
  [
    "inside $partial",
    `{"$partial":{"a":{"$nope":1}}}`,
    `v.$partial.a: unknown matcher or member beside a matcher: "$nope"`,
  ],
])("refuses: %s", (_name, expected, complaint) => {
  const check = (): void =>
    checkMatchers(parseOrderedJson(expected), "v", (at, problem) => {
      throw new Error(`${at}: ${problem}`);
    });
  expect(check).toThrow(new Error(complaint));
});
