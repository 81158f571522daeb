import { readdirSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Code } from "../../src/emit/printer/code.js";
import { builtInNames, builtInTemplates, isTemplateName } from "../../src/emit/template/names.js";
import type { TemplateHelper } from "../../src/emit/template/render.js";
import { TemplateFault } from "../../src/emit/template/source.js";
import { createTemplates } from "../../src/emit/templates.js";

const folder = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), "templates");
const names = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.name.endsWith(".hbs"))
  .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replace(/\.hbs$/, ""))
  .map((name) => name.split(sep).join("/"));

interface Surroundings {
  /** The file that is made; its ending decides what may stand in it. */
  readonly path?: string;
  readonly partials?: Readonly<Record<string, string>>;
  readonly helpers?: Readonly<Record<string, TemplateHelper>>;
  readonly project?: object;
}

/** Renders a template of a user's. */
async function render(text: string, view: object, around: Surroundings = {}): Promise<string> {
  const { path = "sample.ts", partials = {}, helpers = {}, project = {} } = around;
  const sources = Object.entries({ sample: text, ...partials }).map(
    ([name, source]) => [name, { name, text: source, file: `${name}.hbs` }] as const,
  );
  const templates = await createTemplates({
    sources: new Map(sources),
    helpers: new Map(Object.entries(helpers)),
    project: () => project,
  });
  return templates.renderExtra("sample", view, path);
}

async function faultOf(text: string, view: object, around?: Surroundings): Promise<TemplateFault> {
  const outcome = await render(text, view, around).catch((error: unknown) => error);
  if (outcome instanceof TemplateFault) return outcome;
  throw new Error(`no fault: ${String(outcome)}`);
}

describe("templates of this package", () => {
  test("are those of the list", () => {
    expect(names.toSorted()).toEqual([...builtInNames].toSorted());
  });

  const holes = Object.keys(builtInTemplates)
    .filter(isTemplateName)
    .filter((name) => ![".gitignore", ".prettierignore", "src/main.ts"].includes(name));
  test.each(holes)("%s refuses a view that lacks a value", async (name) => {
    const templates = await createTemplates();
    expect(() => templates.renderExtra(name, {}, name)).toThrow(/the view has no/);
  });
});

describe("what templates print", () => {
  test.each<[name: string, text: string, view: object, want: string]>([
    ["printed text as it is", "{{x}}", { x: new Code('"<&>"') }, '"<&>"'],
    ["lists", "{{#each xs}}{{this}};{{/each}}", { xs: [new Code("a"), new Code("b")] }, "a;b;"],
    ["nothing for empty lists", "{{#each xs}}a{{else}}none{{/each}}", { xs: [] }, "none"],
    ["nothing for null", "{{#each x}}a{{else}}none{{/each}}{{#if x}}b{{/if}}", { x: null }, "none"],
    [
      "members of objects",
      "{{#each x}}{{identifier @key}} {{/each}}",
      { x: { a: 1, b: 2 } },
      "a b ",
    ],
    [
      "places in lists",
      "{{#each xs}}{{literal @index}}{{#unless @last}},{{/unless}}{{/each}}",
      { xs: [0, 0, 0] },
      "0,1,2",
    ],
    ["paths", "{{literal a.b.c}}", { a: { b: { c: "d" } } }, '"d"'],
    [
      "what is further out",
      "{{#each xs}}{{literal ../y}}{{literal @root.y}}{{/each}}",
      { xs: [1], y: 2 },
      "22",
    ],
    ["with", "{{#with a}}{{literal b}}{{/with}}", { a: { b: true } }, "true"],
    ["branches", "{{#if a}}1{{else if b}}2{{else}}3{{/if}}", { a: new Code(""), b: "x" }, "2"],
    [
      "literals",
      "{{literal x}}",
      { x: { a: ["</script>", "\u2028"] } },
      '{ a: ["\\u003c/script>", "\\u2028"] }',
    ],
    [
      "names",
      "{{identifier x}} {{typeName x}} {{propertyKey x}}",
      { x: "a-b; c" },
      'abc ABC "a-b; c"',
    ],
    ["doc comments", "{{docComment x}}", { x: "ends */ here" }, "/** ends *\\/ here */"],
    ["calls in calls", "{{literal (literal x)}}", { x: 1 }, "throws"],
    ["comments not at all", "a{{! x }}{{!-- {{y}} --}}b", {}, "ab"],
    ["braces", "\\{{x}}", {}, "{{x}}"],
  ])("%s", async (_name, text, view, want) => {
    if (want === "throws") await expect(render(text, view)).rejects.toThrow(TemplateFault);
    else expect(await render(text, view)).toBe(want);
  });

  test("blocks on lines of their own leave no lines", async () => {
    const text = "a\n{{#each xs}}\n  {{this}}\n{{/each}}\nb\n";
    expect(await render(text, { xs: [new Code("x"), new Code("y")] })).toBe("a\n  x\n  y\nb\n");
  });

  test("partials, indented as they stand", async () => {
    const partials = { "partials/p": "{{x}}\n{{#if y}}\n\n{{x}}\n{{/if}}\n" };
    const view = { a: { x: new Code("1"), y: true } };
    expect(await render("(\n  {{> p a}}\n)", view, { partials })).toBe("(\n  1\n\n  1\n)");
  });

  test("a project's values", async () => {
    const project = { operations: [{ name: "a" }, { name: "b" }] };
    const text = "{{#each @project.operations}}{{identifier name}} {{/each}}";
    expect(await render(text, {}, { project })).toBe("a b ");
  });

  test.each<[path: string, want: string]>([
    ["a.md", "\\[a\\]\\(b\\) c 1"],
    ["a.txt", "[a](b) c 1"],
  ])("text of a document as text: %s", async (path, want) => {
    expect(await render("{{x}} {{n}}", { x: "[a](b)\n\u001bc", n: 1 }, { path })).toBe(want);
  });

  test("JSON", async () => {
    const text = '{ "a": {{json x}} }';
    expect(await render(text, { x: 'a"\n' }, { path: "a.json" })).toBe('{ "a": "a\\"\\n" }');
    expect(await render("{{codeSpan x}}", { x: "a`|b" }, { path: "a.md" })).toBe("``a`\\|b``");
  });
});

describe("text that could become code is refused", () => {
  test.each<[name: string, text: string, view: object, hint: RegExp, path?: string]>([
    ["a raw string", "{{x}}", { x: "process.exit()" }, /\{\{literal x\}\}, \{\{identifier x\}\}/],
    ["a raw string of a list", "{{#each xs}}{{this}}{{/each}}", { xs: ["exit()"] }, /literal this/],
    ["a number", "{{x}}", { x: 1 }, /literal x/],
    ["an object that poses as code", "{{x}}", { x: { text: "exit()" } }, /literal x/],
    ["a raw string in JSON", "{{x}}", { x: "exit()" }, /^use \{\{json x\}\}$/, "a.json"],
    ["a raw string in YAML", "{{x}}", { x: "exit()" }, /^use \{\{json x\}\}$/, "a.yml"],
    ["a raw string in a shell script", "{{x}}", { x: "exit()" }, /helper of your own/, "a.sh"],
    ["a raw string in a file without ending", "{{x}}", { x: "exit()" }, /helper/, "Dockerfile"],
    ["the printer of another language", "{{markdown x}}", { x: "exit()" }, /literal x/],
    ["a literal in Markdown", "{{literal x}}", { x: "exit()" }, /markdown x/, "a.md"],
    ["text without escapes", "{{{x}}}", { x: "exit()" }, /printer/],
    ["text without escapes by an ampersand", "{{&x}}", { x: "exit()" }, /printer/],
  ])("%s", async (_name, text, view, hint, path) => {
    const fault = await faultOf(text, view, path === undefined ? {} : { path });
    expect(fault.kind).toBe("raw");
    expect(fault.hint).toMatch(hint);
  });
});

describe("helpers of the user's", () => {
  test.each<[name: string, path: string, gives: unknown, want: string | RegExp]>([
    ["what a printer made, in code", "a.ts", new Code("x()"), "x()"],
    ["a string in code", "a.ts", "x()", /the helper shout gave a raw string/],
    ["a string in text", "a.md", "**x**", "**x**"],
    ["a promise", "a.md", Promise.resolve("x"), /the helper shout gave an object/],
    ["nothing", "a.ts", undefined, /the helper shout gave nothing/],
  ])("%s", async (_name, path, gives, want) => {
    const around = { path, helpers: { shout: () => gives } };
    for (const text of ["{{shout 1}}", "{{shout}}"]) {
      if (typeof want === "string") expect(await render(text, {}, around)).toBe(want);
      else expect((await faultOf(text, {}, around)).message).toMatch(want);
    }
  });

  test("one that fails is told with its place", async () => {
    const shout = (): never => {
      throw new Error("no voice");
    };
    const fault = await faultOf("a\n {{shout 1}}", {}, { helpers: { shout } });
    expect(fault.message).toBe("sample.hbs:2:2: the helper shout failed: no voice");
  });
});

describe("faults have a place and a hint", () => {
  test.each<[text: string, place: string, sentence: RegExp, hint: RegExp | undefined]>([
    ["a\n{{x", "2:3", /not what a template can hold/, undefined],
    ["{{#if x}}\n\n", "3:1", /ends inside a block/, undefined],
    ["{{#if x}}\n{{/each}}", "1:4", /if doesn't match each/, undefined],
    ["a {{/if}}", "1:3", /closed that is not open/, undefined],
    ["{{nane}}", "1:3", /the view has no "nane" here/, /did you mean "name"/],
    ["{{#each list}}{{literal ../nane}}{{/each}}", "1:25", /no "nane"/, /"name"/],
    ["{{literal name.x}}", "1:11", /a printer made already has no member "x"/, undefined],
    ["{{literal ../x}}", "1:11", /leads out of the view/, undefined],
    ["{{@index}}", "1:3", /there is no @index here/, /@project/],
    ["{{litteral name}}", "1:1", /there is no helper "litteral"/, /did you mean "literal"/],
    ["{{#if no}}{{litteral name}}{{/if}}", "1:11", /no helper "litteral"/, /"literal"/],
    ["{{#if no}}{{literal nane}}{{/if}}", "1:21", /no "nane" here/, /"name"/],
    ["{{#with name}}{{literal x}}{{/with}}", "1:25", /made already has no member/, undefined],
    ["{{> baner}}", "1:1", /there is no partial "baner"/, /did you mean "banner"/],
    ["{{> (name)}}", "1:1", /not computed/, undefined],
    ["{{#unles x}}{{/unles}}", "1:1", /there is no block \{\{#unles\}\}/, /#unless/],
    ["{{#each list as |x|}}{{/each}}", "1:1", /blocks name no parameters/, /this/],
    ['{{#*inline "a"}}{{/inline}}', "1:1", /templates have no inline partials/, /they hold/],
    ["{{#> banner}}{{/banner}}", "1:1", /no blocks for partials/, /they hold/],
    ["{{* d}}", "1:1", /no decorators/, /they hold/],
    ["{{lookup name x}}", "1:1", /no helper "lookup"/, /there are literal/],
    ["{{log name}}", "1:1", /no helper "log"/, /there are|did you mean/],
    ["{{literal name name}}", "1:1", /takes one value/, undefined],
    ["{{literal x=1}}", "1:1", /no named arguments/, undefined],
  ])("%s", async (text, place, sentence, hint) => {
    const fault = await faultOf(text, { name: new Code("n"), list: [1], no: false });
    expect(`${fault.place.line}:${fault.place.column}`).toBe(place);
    expect(fault.sentence).toMatch(sentence);
    if (hint === undefined) expect(fault.hint ?? "").not.toMatch(/undefined/);
    else expect(fault.hint).toMatch(hint);
  });
});

describe("a hostile template", () => {
  test.each([
    "constructor",
    "constructor.constructor",
    "__proto__",
    "__proto__.constructor",
    "xs.constructor",
    "xs.__proto__",
    "x.constructor",
    "@root.constructor",
    "@project.__proto__",
    "xs.map",
    "toString",
    "hasOwnProperty",
    "helperMissing",
    "@partial-block",
  ])("reaches nothing by %s", async (path) => {
    const view = { xs: [1], x: new Code("x") };
    for (const text of [`{{literal ${path}}}`, `{{#with ${path}}}a{{/with}}`]) {
      expect((await faultOf(text, view)).kind).toBe("unknown-value");
    }
  });

  test.each<[name: string, text: string, partials?: Readonly<Record<string, string>>]>([
    ["lists in lists", `${"{{#each @root.xs}}".repeat(12)}a${"{{/each}}".repeat(12)}`],
    [
      "long lists in lists",
      `${"{{#each @root.xs}}".repeat(3)}${"a".repeat(60_000)}${"{{/each}}".repeat(3)}`,
    ],
    ["a partial in itself", "{{> p}}", { "partials/p": "{{> p}}" }],
    [
      "partials that double",
      "{{> p}}",
      { "partials/p": "{{> q}}{{> q}}", "partials/q": "{{> p}}{{> p}}" },
    ],
    ["deep blocks", `${"{{#if xs}}".repeat(500)}a${"{{/if}}".repeat(500)}`],
    ["very deep blocks", `${"{{#if xs}}".repeat(20_000)}a${"{{/if}}".repeat(20_000)}`],
    ["deep calls", `{{literal ${"(literal ".repeat(60)}1${")".repeat(60)}}}`],
    ["a long tag", `{{literal ${"(literal ".repeat(5000)}1${")".repeat(5000)}}}`],
    ["a large text", "a".repeat(2 * 1024 * 1024)],
  ])("ends: %s", async (_name, text, partials = {}) => {
    const xs = Array.from({ length: 100 }, () => 1);
    expect((await faultOf(text, { xs }, { partials })).kind).toBe("limit");
  });
});

describe("any text", () => {
  const pieces = [
    // whole tags, so that more than the parser is reached
    "{{x}}",
    "{{literal x}}",
    "{{json this}}",
    "{{../x}}",
    "{{@index}}",
    "{{> p}}",
    "{{> p this}}",
    "{{#if x}}",
    "{{else}}",
    "{{/if}}",
    "{{#each xs}}",
    "{{/each}}",
    "{{#with p}}",
    "{{/with}}",
    "{{",
    "}}",
    "{{{",
    "}}}",
    "{{#",
    "{{/",
    "{{^",
    "{{else}}",
    "{{>",
    "{{!",
    "{{!--",
    "--}}",
    "{{&",
    "{{*",
    "{{#*",
    "{{#>",
    "{{{{",
    "}}}}",
    "~",
    "#",
    "/",
    "(",
    ")",
    "[",
    "]",
    "|",
    "=",
    ".",
    "..",
    "../",
    "@",
    '"',
    "'",
    "\\",
    " ",
    "\n",
    "\r\n",
    "\0",
    "if",
    "unless",
    "each",
    "with",
    "inline",
    "lookup",
    "log",
    "else",
    "as",
    "this",
    "xs",
    "x",
    "p",
    "literal",
    "markdown",
    "constructor",
    "__proto__",
    "prototype",
    "helperMissing",
    "blockHelperMissing",
    "true",
    "null",
    "1",
    "é",
    "\u2028",
    "\ud800",
  ];

  test("is rendered or refused with a place, never more", async () => {
    const text = fc
      .array(fc.constantFrom(...pieces), { maxLength: 40 })
      .map((parts) => parts.join(""));
    const path = fc.constantFrom("a.ts", "a.json", "a.md", "a.txt", "Dockerfile");
    const canary = "canary()";
    const view = { xs: [{ x: canary }, new Code("c")], x: canary, p: { x: new Code("") } };
    await fc.assert(
      fc.asyncProperty(text, path, async (source, file) => {
        const partials = { "partials/p": "{{#if x}}{{> p}}{{/if}}" };
        const outcome = await render(source, view, { path: file, partials, project: view }).catch(
          (error: unknown) => error,
        );
        if (outcome instanceof TemplateFault) {
          expect(outcome.place.line).toBeGreaterThan(0);
          expect(outcome.place.column).toBeGreaterThan(0);
        } else {
          expect(typeof outcome).toBe("string");
          if (/ts|Docker/.test(file)) {
            // only as a literal
            expect(String(outcome).replaceAll(`"${canary}"`, "")).not.toContain(canary);
          }
        }
      }),
      { numRuns: 3000, seed: 6 },
    );
  });
});
