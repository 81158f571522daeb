import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { matchesPattern, parsePattern } from "../../../src/runtime/policy/pattern.js";

const values: Readonly<Record<string, string>> = {
  "aws:username": "alice",
  "aws:userid": "A*D?",
  "aws:principaltag/team": "",
};

function fits(pattern: string, text: string, ignoreCase = false): boolean {
  const parsed = parsePattern(pattern, { wildcards: true, variables: true, ignoreCase });
  return matchesPattern(parsed, text, (key) => values[key], ignoreCase);
}

describe("wildcards", () => {
  test.each<[pattern: string, text: string, want: boolean]>([
    ["", "", true],
    ["", "a", false],
    ["*", "", true],
    ["*", "a/b:c", true],
    ["**", "a", true],
    ["?", "", false],
    ["?", "/", true],
    ["??", "a", false],
    ["*?", "", false],
    ["?*", "a", true],
    ["a*", "a", true],
    ["a*", "ba", false],
    ["*a", "ba", true],
    ["*a", "ab", false],
    ["a*a", "a", false],
    ["a*a", "aa", true],
    ["a*b*c", "a-b-b-c", true],
    ["a*b*c", "a-c-b", false],
    ["a*bc*c", "abc", false],
    ["*a?c*", "--abc--", true],
    ["*a?c*", "--ac--", false],
    ["*ab*ab", "ab", false],
    ["*ab*ab", "abab", true],
    ["*?b", "bb", true],
    ["a.c", "abc", false],
    ["[a-z]+", "[a-z]+", true],
    ["\\*", "\\x", true],
    ["A", "a", false],
  ])("%j and %j: %j", (pattern, text, want) => {
    expect(fits(pattern, text)).toBe(want);
  });

  test("case does not matter where the element says so", () => {
    expect(fits("execute-API:*voke", "Execute-api:INVOKE", true)).toBe(true);
  });

  test("match as a regular expression of the same meaning does", () => {
    const pattern = fc.string({ unit: fc.constantFrom(..."ab*?".split("")), maxLength: 8 });
    const text = fc.string({ unit: fc.constantFrom(..."ab".split("")), maxLength: 12 });
    fc.assert(
      fc.property(pattern, text, (glob, given) => {
        const source = glob.replaceAll("*", ".*").replaceAll("?", ".");
        expect(fits(glob, given)).toBe(new RegExp(`^${source}$`).test(given));
      }),
      { seed: 20_231_114, numRuns: 5000 },
    );
  });

  test.each<[name: string, pattern: string, text: string]>([
    ["many stars", `${"*a".repeat(2000)}b`, "a".repeat(8000)],
    ["a long piece that nearly fits", `*${"a".repeat(4000)}b*`, "a".repeat(8000)],
    ["one that fails at its beginning", `*b${"a".repeat(4000)}*`, "a".repeat(8000)],
    ["question marks", `*?${"a".repeat(2000)}?${"a".repeat(2000)}b*`, "a".repeat(8000)],
    [
      "question marks, where all but one fits",
      `*?${"a".repeat(250)}?${"a".repeat(249)}b*`,
      "a".repeat(8000),
    ],
    ["question marks and stars by turns", `${"?*".repeat(2000)}b`, "a".repeat(8000)],
  ])("end, where going back at each would not: %s", (_name, pattern, text) => {
    expect(fits(pattern, text)).toBe(false);
  });
});

describe("variables", () => {
  test.each<[pattern: string, text: string, want: boolean]>([
    ["users/${aws:username}/*", "users/alice/x", true],
    ["users/${aws:username}/*", "users/bob/x", false],
    ["${AWS:UserName}", "alice", true],
    ["${ aws:username }", "alice", true],
    ["${aws:userid}", "A*D?", true],
    ["${aws:userid}", "AxDx", false],
    ["*${aws:username}*${aws:username}*", "-alice-alice-", true],
    ["${aws:missing}", "", false],
    ["${aws:missing}*", "anything", false],
    ["${aws:missing, 'nobody'}", "nobody", true],
    ["${aws:username, 'nobody'}", "alice", true],
    ["${aws:principaltag/team, 'none'}", "", true],
    ["${aws:missing,'*'}", "x", false],
    ["a${*}b", "a*b", true],
    ["a${*}b", "axb", false],
    ["a${?}b", "a?b", true],
    ["a${$}{x}", "a${x}", true],
    ["${aws:username", "${aws:username", true],
  ])("%j and %j: %j", (pattern, text, want) => {
    expect(fits(pattern, text)).toBe(want);
  });

  test("are plain text to policies of 2008", () => {
    const parsed = parsePattern("${aws:username}", {
      wildcards: true,
      variables: false,
      ignoreCase: false,
    });
    expect(matchesPattern(parsed, "${aws:username}", () => "x")).toBe(true);
    expect(matchesPattern(parsed, "x", () => "x")).toBe(false);
  });
});
