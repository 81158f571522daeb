import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Query } from "../../../src/runtime/http/query.js";
import { codedPath, takeApart } from "../../../src/runtime/signature/received-request.js";

const pairsOf = (query: string) =>
  takeApart({ method: "GET", target: `/?${query}`, headers: [] }).query;

function decoded(canonical: string): string {
  const bytes = canonical.replace(/%(..)/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, "latin1").toString("utf8");
}

describe("the canonical query", () => {
  test.each<[query: string, want: readonly (readonly [string, string])[]]>([
    ["", []],
    ["a", [["a", ""]]],
    ["a=", [["a", ""]]],
    ["=b", [["", "b"]]],
    ["a=b=c", [["a", "b%3Dc"]]],
    [
      "a=1&&b=2;c=3",
      [
        ["a", "1"],
        ["b", "2"],
        ["c", "3"],
      ],
    ],
    ["a=+%20%2B", [["a", "%20%20%2B"]]],
    ["a=%7e%2d%2f", [["a", "~-%2F"]]],
    ["a=%c3%A9é", [["a", "%C3%A9%C3%A9"]]],
    ["a=%ff%00", [["a", "%FF%00"]]],
    [
      "a=%&b=%2&c=%zz&d=%%41",
      [
        ["a", "%25"],
        ["b", "%252"],
        ["c", "%25zz"],
        ["d", "%25A"],
      ],
    ],
    ["a=\u{1f600}", [["a", "%F0%9F%98%80"]]],
  ])("of %j", (query, want) => {
    expect(pairsOf(query)).toEqual(want);
  });

  test("holds what the gateway reads, and nothing else", () => {
    const piece = fc.constantFrom(..."aA=&;+%2Bé~/ %26%3b".split(""), "%41", "%3D", "%e2%98%83");
    const query = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(""));
    fc.assert(
      fc.property(query, (text) => {
        const read = new Query(text).pairs;
        const signed = pairsOf(text).flat();
        expect(signed.map(decoded)).toEqual(read);
      }),
      { seed: 20_231_114, numRuns: 2000 },
    );
  });
});

test("a path is coded once more, slashes stay", () => {
  expect(codedPath("/a-b/%20/é/*")).toBe("/a-b/%2520/%C3%A9/%2A");
});

test("headers keep their order, under one name in small letters", () => {
  const headers = ["X-A", "1", "host", "h", "x-a", "2"];
  expect([...takeApart({ method: "GET", target: "/", headers }).headers]).toEqual([
    ["x-a", ["1", "2"]],
    ["host", ["h"]],
  ]);
});
