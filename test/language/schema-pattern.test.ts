import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { patternCost, type PatternCost } from "../../src/language/pattern-cost.js";
import { parseSchemaPattern, type SchemaPattern } from "../../src/language/schema-pattern.js";
import { linearPattern } from "../../src/runtime/validation/linear-pattern.js";
import { schemaPattern } from "../../src/runtime/validation/schema-helpers.js";

function parsed(text: string): SchemaPattern {
  const pattern = parseSchemaPattern(text);
  if (pattern === undefined) throw new Error(`not read: ${text}`);
  return pattern;
}

describe("what a search costs", () => {
  test.each<[PatternCost, string]>([
    ["linear", "abc"],
    ["linear", "[0-9]+"],
    ["linear", "^[a-z]+$"],
    ["linear", "^[\\w.+-]+@[\\w-]+\\.[\\w.-]+$"],
    ["linear", "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$"],
    ["linear", "^(\\d{1,3}\\.){3}\\d{1,3}$"],
    ["linear", "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"],
    ["linear", "^\\p{L}+( \\p{L}+)*$"],
    ["linear", "^(?=.*[A-Z])(?=.*\\d).{8,}$"],
    ["polynomial", "\\s+$"],
    ["polynomial", "a+b"],
    ["polynomial", "^.*a.*b$"],
    ["polynomial", "(?=.*[A-Z])x"],
    ["polynomial", "^(?:(?!.*x).)*$"],
    ["polynomial", "^[a-z]{1,64}[a-z0-9]{0,63}$"],
    ["exponential", "^([a-z]+)+$"],
    ["exponential", "(x+x+)+y"],
    ["exponential", "^(a{1,20}){1,20}$"],
    ["exponential", "^(\\p{L}+)+$"],
  ])("%s: %s", (want, text) => {
    expect(patternCost(parsed(text))).toBe(want);
  });
});

describe("RE2", () => {
  test.each<[problem: string, text: string]>([
    ["looks ahead or behind", "(?<=a)b"],
    ["refers back to a group", "^(a|b)\\1$"],
    ["repeats more than 1000 times", "^(?:a{100}){11}$"],
    ["matches half of a surrogate pair", "\\ud800"],
    ["uses the property Emoji", "\\p{Emoji}"],
  ])("%s: %s", (problem, text) => {
    expect(parsed(text).re2).toEqual({ problem });
  });

  const patterns = [
    "^([a-z]+)+$",
    "^(?:\\s|\\S)*x$",
    "[^\\s\\w]-?",
    "^.$",
    "^.+\\.(?<name>[^.]*)$",
    "[\\w-.]+!",
    "\\bfoo\\b|^\\Bbar",
    "^[\\]\\[^-]*[\\\\/]$",
    "\\x41\\u0042\\u{1f600}|\\cJ|\\0|[\\b]",
    "^[😀-😎é]{2}?$",
    "^\\p{Lu}\\P{L}\\d\\D\\W$",
    "[^]a|\\/\\@\\-",
    "a{2,3}b{0,}c{1}",
    "x{,3}|]|}",
    "^(|a|ab)(c|bcd)*$",
  ];
  const alphabet = "abcdfoxyzABÉé09 \t\n\r\u2028\u00a0\ufeff._-!/\\[]^@{},3😀😎\b\0";

  test.each(patterns)("matches the same as ECMAScript: %s", (text) => {
    const { re2 } = parsed(text);
    if ("problem" in re2) throw new Error(re2.problem);
    const [native, linear] = [schemaPattern(text), linearPattern(re2.source)];
    const texts = fc.array(fc.constantFrom(...alphabet), { maxLength: 8 });
    fc.assert(
      fc.property(texts, (units) => linear.test(units.join("")) === native.test(units.join(""))),
      { numRuns: 500 },
    );
  });

  test("a hundred thousand characters take no time to speak of", () => {
    const { re2 } = parsed("^([a-z]+)+$");
    if ("problem" in re2) throw new Error(re2.problem);
    const start = performance.now();
    expect(linearPattern(re2.source).test(`${"a".repeat(100_000)}!`)).toBe(false);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
