import { describe, expect, test } from "vitest";
import { parseSelectionPattern } from "../../src/language/selection-pattern.js";

test.each<[name: string, java: string, source: string]>([
  ["a status", "200", "200"],
  ["digits", "4\\d{2}", "4\\d{2}"],
  ["text around", ".*NotFound.*", ".*NotFound.*"],
  ["a choice", "500|502", "500|502"],
  ["a class", "[45]\\d\\d", "[45]\\d\\d"],
  ["a negated class", "[^a-z_-]+", "[^a-z_-]+"],
  ["lazy quantifiers", "a+?b??", "a+?b??"],
  ["look-ahead", "(?!200)\\d+", "(?!200)\\d+"],
  ["groups keep no names", "(?<year>\\d{4})", "(\\d{4})"],
  ["ignoring case", "(?i)no", "[Nn][Oo]"],
  ["ignoring case, in a class", "(?i)[a-c]x", "[A-Ca-c][Xx]"],
  ["a dot for everything", "(?s)a.b", "a[\\s\\S]b"],
  ["quoted text", "\\Qa.b\\E+", "(?:a[\\x2e]b)+"],
  ["ends of the text", "\\Aabc\\z", "^abc$"],
  ["Java's white space is ASCII", "a\\sb", "a[\\x09-\\x0d ]b"],
  ["POSIX classes", "\\p{Alpha}+", "[A-Za-z]+"],
  ["a bracket outside a class", "a]b}", "a\\x5db\\x7d"],
  ["octal", "\\012", "[\\x0a]"],
])("%s", (_name, java, source) => {
  expect(parseSelectionPattern(java)).toEqual({ source, problem: undefined });
});

test.each<[name: string, java: string, problem: RegExp]>([
  ["a possessive quantifier", "a++", /possessive/],
  ["an atomic group", "(?>a|b)", /atomic/],
  ["a back reference", "(a)\\1", /refers back/],
  ["flags in the middle", "a(?i)b", /flags inside/],
  ["flags of a group", "(?i:a)", /flags inside/],
  ["multi-line mode", "(?m)^a$", /flag \(\?m/],
  ["Unicode classes", "\\p{Lu}", /character class/],
  ["an intersection", "[a-z&&[^b]]", /intersection|class inside/],
  ["a class in a class", "[a[b]]", /class inside/],
  ["an open group", "(a", /without '\)'/],
  ["an open class", "[a", /without '\]'/],
  ["a lone bracket", "a)", /without '\('/],
  ["nothing to repeat", "*a", /nothing to repeat/],
  ["an open repetition", "a{", /nothing to repeat/],
  ["two quantifiers", "a**", /two quantifiers/],
  ["a bad range", "[z-a]", /bad range/],
  ["a backslash at the end", "a\\", /ends in a backslash/],
  ["an unknown escape", "\\y", /escape/],
  ["great length", "a".repeat(2000), /longer/],
])("refuses %s", (_name, java, problem) => {
  expect(parseSelectionPattern(java).problem).toMatch(problem);
});

describe("time", () => {
  test.each([
    "(a|a)*b",
    "(a+)+",
    "(a*)*b",
    "(a|ab|b)*c",
    "(.*a)*x",
    "(\\w+\\s*)*$",
    "(a?b?)*",
    "([a-z]+)*\\d",
    "^(([a-z])+.)+[A-Z]([a-z])+$",
    "(?=(a+)+$)a*",
    "(a{1,3}){1,}b",
  ])("%s may take exponential time", (java) => {
    expect(parseSelectionPattern(java).problem).toMatch(/exponential time/);
  });

  test.each([
    ".*a.*b.*",
    "(a,)*b",
    "(\\d+,)*\\d+",
    "(ab|cd)+",
    "(foo|bar)*baz",
    "^Bearer [-0-9a-zA-Z._]+$",
    "([a-z]+ )*[a-z]+",
    "((a|b)c)*",
    "(a{2})*",
  ])("%s takes time that is bounded by a power of the length", (java) => {
    expect(parseSelectionPattern(java).problem).toBeUndefined();
  });

  test("a pattern that is too large to be checked is refused, quickly", () => {
    expect(parseSelectionPattern("((a|b){100}){100}").problem).toMatch(/too large/);
  });
});

test("sources match what Java matches", () => {
  const cases: [java: string, text: string, matches: boolean][] = [
    ["(?i)not found", "NOT Found", true],
    ["4\\d{2}", "404", true],
    ["4\\d{2}", "4040", false],
    [".*four hundred.*", "it is four hundred!", true],
    ["a\\sb", "a\u00a0b", false],
    ["\\QA+\\E", "A+", true],
  ];
  for (const [java, text, matches] of cases) {
    const pattern = parseSelectionPattern(java);
    if (pattern.problem !== undefined) throw new Error(pattern.problem);
    expect(new RegExp(`^(?:${pattern.source})$`).test(text)).toBe(matches);
  }
});
