import fc from "fast-check";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { maxDepth } from "../../src/load/json-text.js";
import { parseYaml } from "../../src/load/yaml-text.js";
import type { ParsedYaml } from "../../src/load/yaml-tree.js";
import { parseYamlTree } from "../../src/load/yaml-tree.js";

function good(text: string): Extract<ParsedYaml, { problem: undefined }> {
  const parsed = parseYaml(text);
  if (parsed.problem) throw new Error(parsed.problem.message);
  return parsed;
}

test.each<[name: string, text: string, want: unknown]>([
  [
    "scalars",
    "a: 1\nb: 1.5\nc: true\nd: null\ne: x\nf:\n",
    { a: 1, b: 1.5, c: true, d: null, e: "x", f: null },
  ],
  ["dates stay text", "a: 2018-06-07\n", { a: "2018-06-07" }],
  ["words of YAML 1.1 stay text", "a: yes\nb: off\n", { a: "yes", b: "off" }],
  ["keys are text", "200: a\n1.0: b\ntrue: c\n", { "200": "a", "1.0": "b", true: "c" }],
  ["infinity stays text", "a: .inf\n", { a: ".inf" }],
  ["aliases", "a: &x { b: 1 }\nc: *x\n", { a: { b: 1 }, c: { b: 1 } }],
  [
    "merge keys",
    "a: &x { b: 1, c: 2 }\nd: { <<: *x, c: 3 }\n",
    { a: { b: 1, c: 2 }, d: { c: 3, b: 1 } },
  ],
  [
    "merge lists, the first wins",
    "a: &a { x: 1 }\nb: &b { x: 2, y: 2 }\nc: { <<: [*a, *b] }\n",
    { a: { x: 1 }, b: { x: 2, y: 2 }, c: { x: 1, y: 2 } },
  ],
  ["a quoted merge key is a key", '"<<": 1\n', { "<<": 1 }],
  ["block text", "a: |\n  x\n  y\n", { a: "x\ny\n" }],
  [
    "short tags",
    "a: !Sub ${B}-c\nd: !Ref E\nf: !GetAtt G.Arn\nh: !Join ['', [a, !Ref B]]\n",
    {
      a: { "Fn::Sub": "${B}-c" },
      d: { Ref: "E" },
      f: { "Fn::GetAtt": "G.Arn" },
      h: { "Fn::Join": ["", ["a", { Ref: "B" }]] },
    },
  ],
  ["empty", "", null],
])("reads %s", (_name, text, want) => expect(good(text).value).toEqual(want));

test("__proto__ is an ordinary key", () => {
  const { value } = good("__proto__: { a: 1 }\n");
  expect(Object.keys(value as object)).toEqual(["__proto__"]);
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
});

test.each<[name: string, text: string, offset: number, message: RegExp, kind?: string]>([
  ["tabs for indentation", "a:\n\tb: 1\n", 3, /tab/i],
  ["an open flow map", "a: {b: 1\n", 9, /end with a }/],
  ["a key that stands twice", "a: 1\nb: 2\na: 3\n", 10, /"a" stands twice/, "duplicate"],
  ["several documents", "a: 1\n---\nb: 2\n", 5, /multiple documents/i],
  ["an alias without anchor", "a: *x\n", 3, /anchor|unresolved alias/i],
  ["an alias inside its own anchor", "a: &x { b: *x }\n", 11, /names no anchor/],
  ["a map as key", "? { a: 1 }\n: 2\n", 2, /must be text/],
  ["merging a scalar", "<<: 5\n", 0, /merges maps/],
  [
    "depth",
    `a: ${"[".repeat(maxDepth + 5)}${"]".repeat(maxDepth + 5)}`,
    maxDepth + 3,
    /deeper/,
    "depth",
  ],
])("finds %s", (_name, text, offset, message, kind = "syntax") => {
  const { problem } = parseYaml(text);
  expect(problem?.message).toMatch(message);
  expect(problem).toMatchObject({ kind, offset });
});

test.each<[name: string, text: string]>([
  ["flow lists", "[".repeat(50_000)],
  ["flow maps", "{a: ".repeat(50_000)],
  ["compact lists", `${"- ".repeat(20_000)}a`],
  ["explicit keys", `${"? ".repeat(20_000)}a`],
  ["behind another problem", `a: 1\na: 2\nb: ${"[".repeat(50_000)}`],
])("absurd nesting is one problem and exhausts no stack: %s", (_name, text) => {
  expect(parseYaml(text).problem?.kind).toBe("depth");
});

test("depth counts what aliases unfold to", () => {
  const lines = ["a0: &a0 x"];
  const deep = `${"[".repeat(90)}*${"]".repeat(90)}`;
  for (let level = 1; level <= 5; level++) {
    lines.push(`a${level}: &a${level} ${deep.replace("*", `*a${level - 1} `)}`);
  }
  expect(parseYaml(lines.join("\n")).problem?.kind).toBe("depth");
  expect(parseYaml(lines.slice(0, 4).join("\n")).problem).toBeUndefined();
});

test("aliases that unfold without end are refused before anything is unfolded", () => {
  const lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x,x]"];
  for (let level = 1; level < 12; level++) {
    const alias = `*a${level - 1}`;
    lines.push(`a${level}: &a${level} [${Array.from({ length: 10 }, () => alias).join(",")}]`);
  }
  expect(parseYaml(lines.join("\n")).problem?.kind).toBe("aliases");
});

test("notes what YAML 1.1 readers take for something else, and unknown tags", () => {
  const { notes } = good("a: yes\nb: 'no'\nc: 012\nd: 12:30\ne: !odd x\nf: !!str 1\n");
  expect(notes.map(({ kind, keys }) => [kind, ...keys])).toEqual([
    ["trap", "a"],
    ["trap", "c"],
    ["trap", "d"],
    ["tag", "e"],
  ]);
});

describe("places", () => {
  const text = "a:\n  b/c: [1, {d: 2}]\n200:\n  - x\n  - !Ref y\n";
  const { places } = good(text);

  test.each<[keys: readonly string[], start: string]>([
    [[], "a:"],
    [["a"], "a:"],
    [["a", "b/c", "1", "d"], "d: 2"],
    [["200", "1"], "y"],
    [["200", "1", "Ref"], "y"],
    [["a", "gone", "x"], "a:"],
  ])("%j", (keys, start) => {
    const found = text.slice(places.offset(keys));
    expect(found.replace(/^!Ref /, "").startsWith(start), found).toBe(true);
  });

  test("a long document is parsed again for them", () => {
    const long = `${text}z: ${"x".repeat(600_000)}\n`;
    expect(long.slice(good(long).places.offset(["z"]), -600_000 - 2)).toBe("z:");
  });
});

describe("both libraries give the same values", () => {
  const seed = Number(process.env["SEED"] ?? 20_261_125);
  const folder = fileURLToPath(new URL("../../../shared/specs", import.meta.url));
  const files = existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
        /\.ya?ml$/.test(name),
      )
    : [];

  test.skipIf(files.length === 0)("for real documents (skipped without ../shared)", () => {
    for (const name of files) {
      const text = readFileSync(join(folder, name), "utf8");
      expect(parseYaml(text).value, name).toEqual(parseYamlTree(text).value);
    }
  });

  /** Lines that mean something to one reader of YAML or another. */
  const scalar = fc.constantFrom(
    ..."yes no on off y n Yes NULL null ~ true True TRUE 0 1 012 -012 0o14 0x1F 1.0 1. .5 1e3 -1 +1 1_000 12:30 12:30:45".split(
      " ",
    ),
    ..."2018-06-07 .inf .nan <<  = @a 'a' \"b\" a#b a:b !Sub !!str *x &x -a ?a a, {} []".split(" "),
    "a #b",
    "'it''s'",
    "!Ref A",
    "!Sub [a, {b: c}]",
    "!GetAtt {a: b}",
    "!!str 1",
    "!odd 1",
    "&y {b: 1}",
    "*y",
    "|\n    on\n    off",
    ">-\n    a\n    b",
    "[yes, 012, 1.0]",
    "{no: on, 1.0: a}",
  );
  const line = fc.oneof(
    fc.tuple(scalar, scalar).map(([key, value]) => `${key}: ${value}`),
    scalar.map((value) => `k: ${value}`),
    scalar.map((value) => `l:\n  - ${value}\n  - a: ${value}`),
    fc.constant("m: {<<: *y, c: 2}"),
    fc.constant("---"),
    fc.constant("\tx: 1"),
  );

  test("for odd lines", () => {
    const property = fc.property(fc.array(line, { minLength: 1, maxLength: 4 }), (lines) => {
      const text = `${lines.join("\n")}\n`;
      const quick = parseYaml(text);
      const tree = parseYamlTree(text);
      // What the quick one reads although the other refuses it is no problem of the user's.
      if (!tree.problem) expect(quick.value).toEqual(tree.value);
    });
    fc.assert(property, { seed, numRuns: 3000 });
  });

  test("for any JSON value, written as YAML", () => {
    const property = fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      const text = stringify(value);
      expect(parseYaml(text).value).toEqual(parseYamlTree(text).value);
    });
    fc.assert(property, { seed, numRuns: 500 });
  });
});
