import fc from "fast-check";
import { expect, test } from "vitest";
import { readJson } from "../../../src/runtime/velocity/json-reader.js";
import { javaPattern, replaceAll } from "../../../src/runtime/velocity/pattern.js";
import { print, toJson } from "../../../src/runtime/velocity/print.js";
import { escapeJavaScript, urlEncode } from "../../../src/runtime/velocity/util.js";
import { Block, List, ValueMap } from "../../../src/runtime/velocity/value.js";

/** Texts of all lengths around those at which a text is written otherwise, of all kinds of characters. */
const texts = fc
  .tuple(
    fc.array(
      fc.oneof(
        fc.constantFrom(
          "a",
          "Z",
          "0",
          " ",
          '"',
          "'",
          "\\",
          "/",
          "\n",
          "\u0001",
          "\u007f",
          "%",
          "+",
        ),
        fc.constantFrom("é", "ÿ", "Ā", "\u2028", "中", "😀", "\ud83d", "\ude00"),
      ),
      { maxLength: 60 },
    ),
    fc.constantFrom(1, 1, 1, 40, 600),
    fc.nat(3),
  )
  .map(([characters, times, shift]) => "x".repeat(shift) + characters.join("").repeat(times));

const unicode = (code: number): string => `\\u${code.toString(16).toUpperCase().padStart(4, "0")}`;
const short: Readonly<Record<string, string>> = {
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\f": "\\f",
  "\r": "\\r",
};

/** Character by character, as the two are described. */
function escapedBy(text: string, isEscaped: RegExp): string {
  return text.replace(isEscaped, (char) =>
    /["'\\/]/.test(char) ? `\\${char}` : (short[char] ?? unicode(char.charCodeAt(0))),
  );
}

test("escapeJavaScript escapes every character beyond ASCII, however long the text", () => {
  fc.assert(
    fc.property(texts, (text) => {
      expect(escapeJavaScript(text)).toBe(escapedBy(text, /["'\\/]|[^ -\u007f]/g));
    }),
    { seed: 7, numRuns: 500 },
  );
});

test("urlEncode encodes as a form, lone surrogates as question marks", () => {
  fc.assert(
    fc.property(texts, (text) => {
      const encoded = urlEncode(text);
      const known = encodeURIComponent(text.toWellFormed().replaceAll("\ufffd", "?"))
        .replaceAll("%20", "+")
        .replace(/[!'()~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
      expect(encoded).toBe(known);
    }),
    { seed: 7, numRuns: 500 },
  );
});

test("toJson escapes as json-smart does, and is read back", () => {
  fc.assert(
    fc.property(fc.array(texts, { maxLength: 4 }), (items) => {
      const map = new ValueMap([
        ["all", new List("list", [...items])],
        [items[0] ?? "", items.length],
      ]);
      const json = (text: string): string =>
        `"${escapedBy(text, /["\\]|[^ -~\u00a0-\u1fff\u2100-\uffff]/g)}"`;
      const first = json(items[0] ?? "");
      expect(toJson(map)).toBe(`{"all":[${items.map(json).join(",")}],${first}:${items.length}}`);
    }),
    { seed: 7, numRuns: 300 },
  );
});

test("a list that is printed itself escapes slashes, too", () => {
  expect(print(new List("json", ["a/b", "😀/é", 1, null]))).toBe('["a\\/b","😀\\/é",1,null]');
});

test("a block within a list is rendered while JSON is written, and may write JSON itself", () => {
  const inner = new ValueMap([["k", "v".repeat(100)]]);
  const block = new Block("$b", () => toJson(inner));
  const outer = new List("list", ["before", block, "after"]);
  expect(JSON.parse(toJson(outer))).toEqual([
    "before",
    JSON.stringify({ k: "v".repeat(100) }),
    "after",
  ]);
});

test("a value that holds itself over and over is not printed without end", () => {
  let list = new List("list", ["x".repeat(1000)]);
  for (let level = 0; level < 20; level++) list = new List("list", [list, list]);
  expect(() => toJson(list)).toThrow("a printed value is too long");
});

test("a number with a fraction prints as Java does, however it is written", () => {
  const digits = fc.stringMatching(/^\d{1,9}$/);
  const exponent = fc.constantFrom("", "", "", "e2", "E-3", "e+5");
  fc.assert(
    fc.property(fc.boolean(), digits, digits, exponent, (isNegative, whole, part, power) => {
      const text = `${isNegative ? "-" : ""}${whole}.${part}${power}`;
      if (text.length > 18) return;
      expect(print(readJson(text))).toBe(javaDouble(Number(text)));
      expect(toJson(readJson(`[${text}]`))).toBe(`[${javaDouble(Number(text))}]`);
    }),
    { seed: 7, numRuns: 2000 },
  );
});

/** `Double.toString` by its description. */
function javaDouble(value: number): string {
  const size = Math.abs(value);
  const withPoint = (text: string): string => (text.includes(".") ? text : `${text}.0`);
  if (size === 0 || (size >= 1e-3 && size < 1e7)) {
    return withPoint(Object.is(value, -0) ? "-0" : String(value));
  }
  const [mantissa = "", exponent = ""] = value.toExponential().split("e");
  return `${withPoint(mantissa)}E${Number(exponent)}`;
}

test("a pattern of single characters replaces as any other", () => {
  const by = (pattern: string, text: string, replacement: string): unknown =>
    replaceAll(text, javaPattern(pattern), replacement);
  expect(by("\\\\'", "it\\'s \\'x\\'", "'")).toBe("it's 'x'");
  expect(by("a\\.b", "a.b axb a.b", "\\$&")).toBe("$& axb $&");
  expect(by("\\Qa+\\E", "a+aa+", "-")).toBe("-a-");
  expect(by("", "ab", "-")).toBe("-a-b-");
  expect(by("(?i)a", "aA", "-")).toBe("--");
  expect(by("a|b", "abc", "-")).toBe("--c");
  expect(by("^a", "aa", "-")).toBe("-a");
});
