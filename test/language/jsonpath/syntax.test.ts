import { expect, test } from "vitest";
import { isDefinite, parseJsonPath } from "../../../src/language/jsonpath/path.js";

test.each<[path: string, isDefinite: boolean]>([
  ["$", true],
  ["a.b", true],
  ["$['a b'][0]", true],
  ["$.a['b','c']", true],
  ["$.a[*]", false],
  ["$..a", false],
  ["$.a[1:2]", false],
  ["$.a[?(@.b > 1 && !(@.c == 'x'))]", false],
  ["$.a.length()", true],
])("%s", (text, definite) => {
  const { path } = parseJsonPath(text);
  expect(path && isDefinite(path)).toBe(definite);
});

test.each<[path: string, problem: RegExp]>([
  ["$.a[", /ends too early/],
  ["$.. b", /cannot be read/],
  ["$.a[?(@.b >)]", /cannot be read from `\)\]`/],
  ["$.a.nope()", /calls nope\(\)/],
  ["$.a[?(".repeat(60), /./],
  [`$.${"a".repeat(5000)}`, /too long/],
])("not a path: %s", (text, problem) => {
  expect(parseJsonPath(text).problem).toMatch(problem);
});
