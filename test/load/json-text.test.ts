import { describe, expect, test } from "vitest";
import { JsonPlaces, maxDepth, parseJson } from "../../src/load/json-text.js";

test("parses what JSON.parse parses", () => {
  const text = '{"a": [1, "x:{}", {"b\\"": null}], "__proto__": {"c": true}}';
  const { value, problem } = parseJson(text);
  expect(problem).toBeUndefined();
  expect(JSON.stringify(value)).toBe(JSON.stringify(JSON.parse(text)));
});

test.each<[name: string, text: string, offset: number, message: RegExp, kind?: string]>([
  ["a missing value", '{"a": }', 6, /expected a value/],
  ["a missing comma", '{"a": 1 "b": 2}', 8, /expected ',' or '}'/],
  ["a trailing comma", '{"a": 1,}', 8, /expected a key/],
  ["a trailing comma in a list", "[1,]", 3, /expected a value/],
  ["a key without quotes", "{a: 1}", 1, /expected a key/],
  ["a missing colon", '{"a" 1}', 5, /expected ':'/],
  ["single quotes", "{'a': 1}", 1, /expected a key/],
  ["a comment", '{"a": 1} // x', 9, /expected the end/],
  ["an open text", '{"a": "b', 6, /not closed/],
  ["a text over two lines", '{"a": "b\nc"}', 6, /not closed on its line/],
  ["a bad escape", '{"a": "\\x"}', 6, /bad escape/],
  ["the end too early", '{"a": [1, 2', 11, /expected ',' or ']'/],
  ["nothing", "", 0, /ends too early/],
  ["a bare word", '{"a": yes}', 6, /expected a value/],
  ["a number with a leading zero", '{"a": 01}', 6, /expected a value/],
  ["a key that stands twice", '{"a": {"b": 1, "b": 2}}', 15, /"b" stands twice/, "duplicate"],
  [
    "a key that stands twice, escaped",
    '{"a": 1, "\\u0061": 2}',
    9,
    /"a" stands twice/,
    "duplicate",
  ],
  ["depth", "[".repeat(maxDepth + 1), maxDepth, /deeper than/, "depth"],
])("finds %s", (_name, text, offset, message, kind = "syntax") => {
  const { problem } = parseJson(text);
  expect(problem).toMatchObject({ kind, offset });
  expect(problem?.message).toMatch(message);
});

test("a problem knows the keys that lead to it", () => {
  expect(parseJson('{"a": [0, {"b": {"c": 1, "c": 2}}]}').problem?.keys).toEqual(["a", "1", "b"]);
});

describe("places", () => {
  const text = '{ "a": [10, {"b/c": "x, }"}], "a\\u0062": {"d": 1}, "e": -1.5 }';
  const places = new JsonPlaces(text);

  test.each<[keys: readonly string[], start: string]>([
    [[], '{ "a"'],
    [["a"], '"a"'],
    [["a", "0"], "10"],
    [["a", "1", "b/c"], '"b/c"'],
    [["ab", "d"], '"d"'],
    [["e"], '"e"'],
    [["e", "no"], '"e"'],
    [["a", "7"], '"a"'],
    [["nothing", "at", "all"], '{ "a"'],
  ])("%j", (keys, start) => {
    expect(text.slice(places.offset(keys)).startsWith(start)).toBe(true);
  });
});
