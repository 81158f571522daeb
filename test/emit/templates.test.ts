import { readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { Code } from "../../src/emit/printer/code.js";
import { compileTemplate, createEnvironment, createTemplates } from "../../src/emit/templates.js";

const folder = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), "templates");
const names = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.name.endsWith(".hbs"))
  .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replace(/\.hbs$/, ""));

const templates = await createTemplates();
const handlebars = await createEnvironment();
const compile = (source: string) => compileTemplate("sample", source, handlebars);

describe("templates", () => {
  test("are found", () => {
    expect(names.length).toBeGreaterThan(15);
  });

  test.each(names)("%s refuses a view that lacks a value", (name) => {
    const hasHoles = !["src/main.ts", ".gitignore", ".prettierignore"].includes(name);
    const render = (): string => templates.render(name, {});
    if (hasHoles) expect(render).toThrow(/not defined|printer/);
    else expect(render()).not.toBe("");
  });

  test("insert text of printers", () => {
    const template = compile("{{#each items}}{{this}};{{/each}}{{#if on}}{{x}}{{/if}}");
    expect(
      template({ items: [new Code("a"), new Code("b")], on: true, x: new Code('"<&>"') }),
    ).toBe('a;b;"<&>"');
  });

  test.each([
    ["a raw string", "{{x}}", { x: "process.exit()" }],
    ["a raw string in a block", "{{#each xs}}{{this}}{{/each}}", { xs: ["process.exit()"] }],
    ["a number", "{{x}}", { x: 1 }],
    ["an object that poses as code", "{{x}}", { x: { text: "process.exit()" } }],
  ])("refuse %s", (_name, source, view) => {
    expect(() => compile(source)(view)).toThrow(/made by a printer/);
  });

  test.each([
    ["triple braces", "{{{x}}}"],
    ["an ampersand", "{{&x}}"],
    ["a helper", "{{lookup x y}}"],
    ["a partial", "{{> other}}"],
  ])("refuse %s", (_name, source) => {
    expect(() => compile(source)).toThrow(/sample/);
  });
});
