import { describe, expect, test } from "vitest";
import { render } from "../../src/emit/layout.js";
import { docComment } from "../../src/emit/printer/doc-comment.js";
import { printLiteral, printPropertyKey, printString } from "../../src/emit/printer/literal.js";
import { createModule } from "../../src/emit/printer/module.js";
import { codeSpan, markdownTable, markdownText } from "../../src/emit/files/readme.js";
import { Pattern, Reference } from "../../src/plan/value.js";

describe("printString", () => {
  test.each([
    ["plain", '"plain"'],
    ['say "hi"', `'say "hi"'`],
    [`"it's"`, `'"it\\'s"'`],
    ["it's", `"it's"`],
    ["back\\slash", '"back\\\\slash"'],
    ["line\nbreak", '"line\\nbreak"'],
    ["${x} `y`", '"${x} `y`"'],
    ["\u2028\u202e\u200b\ufeff", '"\\u2028\\u202e\\u200b\\ufeff"'],
    ["\u{e0041}", '"\\udb40\\udc41"'],
    ["</script>", '"\\u003c/script>"'],
    ["\ud800", '"\\ud800"'],
  ])("%j", (text, want) => {
    expect(printString(text)).toBe(want);
  });
});

describe("printLiteral", () => {
  test.each([
    ["a reference", new Reference("map", "getPet", "src/generated/m.ts"), "getPet.map"],
    ["a pattern", new Pattern("a/b\u2028"), "/a\\/b\\u2028/s"],
    ["a prototype key", { ["__proto__"]: 1 }, '{ ["__proto__"]: 1 }'],
    ["numbers", [1e21, -0, 0.5], "[1e21, -0, 0.5]"],
    ["an empty list", [], "[]"],
  ])("%s", (_name, value, want) => expect(render(printLiteral(value))).toBe(want));

  test.each([
    ["name", "name"],
    ["x'];globalThis.__pwned=1;['y", `"x'];globalThis.__pwned=1;['y"`],
    ["200", '"200"'],
    ["constructor", "constructor"],
  ])("a member %j", (name, want) => expect(printPropertyKey(name)).toBe(want));
});

describe("docComment", () => {
  test.each([
    ["nothing", {}, []],
    ["one line", { description: "A pet." }, ["/** A pet. */"]],
    [
      "title and text",
      { title: "Pet", description: "An animal." },
      ["/**", " * Pet", " *", " * An animal.", " */"],
    ],
    ["what ends a comment", { description: "a */ b" }, ["/** a *\\/ b */"]],
    ["tags of the author", { description: "@deprecated no" }, ["/** \\@deprecated no */"]],
    ["what reorders text", { description: "a\u202eb\u2028c" }, ["/**", " * a b", " * c", " */"]],
    [
      "deprecation",
      { description: "Old.", deprecated: true },
      ["/**", " * Old.", " * @deprecated", " */"],
    ],
  ])("%s", (_name, doc, want) => expect(docComment(doc)).toEqual(want));

  test("wraps long paragraphs", () => {
    const lines = docComment({ description: "word ".repeat(60) });
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
  });
});

describe("imports of a module", () => {
  test("are sorted, merged, relative, and none is needed for its own names", () => {
    const module = createModule("src/generated/routes.ts");
    module.type("RouteTable", "src/generated/runtime/contracts.ts");
    module.value("b", "src/generated/mappings/b.ts");
    module.type("B", "src/generated/mappings/b.ts");
    module.value("own", "src/generated/routes.ts");
    module.value("createServer", "node:http");
    module.namespace("getPet", "src/generated/mappings/get-pet.ts");
    expect(module.imports().text).toBe(
      `import { createServer } from "node:http";
import { b, type B } from "./mappings/b.js";
import * as getPet from "./mappings/get-pet.js";
import type { RouteTable } from "./runtime/contracts.js";

`,
    );
  });
});

describe("Markdown", () => {
  test.each([
    ["<script>", "\\<script\\>"],
    ["[x](javascript:1)", "\\[x\\]\\(javascript:1\\)"],
    ["# title\n- item", "\\# title - item"],
  ])("text %j", (text, want) => expect(markdownText(text)).toBe(want));

  test.each([
    ["GET /pets", "`GET /pets`"],
    ["a`b", "``a`b``"],
    ["`a|b", "`` `a\\|b ``"],
  ])("code %j", (text, want) => expect(codeSpan(text)).toBe(want));

  test("tables are aligned", () => {
    expect(markdownTable(["A", "Bee"], [["long cell", "x"]])).toBe(
      "| A         | Bee |\n| --------- | --- |\n| long cell | x   |",
    );
  });
});
