import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import handlebars from "handlebars";
import { format, resolveConfig } from "prettier";
import { describe, expect, test } from "vitest";
import { builtInNames, builtInTemplates, isTemplateName } from "../../src/emit/template/names.js";
import { parseTemplate, type TemplateNode } from "../../src/emit/template/parse.js";
import { builtInSource } from "../../src/emit/templates.js";
import { generate } from "../../src/generate.js";
import { docsFile, readViews, updatedDocs } from "../../scripts/view-tables.js";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const views = readViews();

/** The declared members of the view of each template. */
const members = new Map(
  (views.get("Views") ?? []).map(({ name, type }) => [
    name,
    (views.get(type) ?? []).map((member) => member.name),
  ]),
);

describe("views", () => {
  test("are declared for every template", () => {
    expect([...members.keys()].toSorted()).toEqual(Object.keys(builtInTemplates).toSorted());
  });

  test("are described, every member", () => {
    const silent = [...views]
      .filter(([name]) => name !== "Views")
      .flatMap(([view, list]) => list.map((member) => ({ view, ...member })))
      .filter(({ text }) => text === "")
      .map(({ view, name }) => `${view}.${name}`);
    expect(silent).toEqual([]);
  });

  test("stand in docs/templates.md as they are declared (npx tsx scripts/template-docs.ts)", async () => {
    const style = await resolveConfig(docsFile);
    expect(readFileSync(docsFile, "utf8")).toBe(
      await format(updatedDocs(), { ...style, filepath: docsFile }),
    );
  });

  test.each(Object.keys(builtInTemplates).filter(isTemplateName))(
    "%s reads what its view has",
    (name) => {
      const read = pathsOf(name);
      expect(read.filter((path) => members.get(name)?.includes(path) !== true)).toEqual([]);
    },
  );

  test("have what is declared, and nothing else", async () => {
    const seen = new Map<string, readonly string[]>();
    for (const example of readdirSync(join(root, "examples"))) {
      const folder = join(root, "examples", example);
      const input = ["openapi.yaml", "asyncapi.yaml"]
        .map((file) => join(folder, file))
        .find((file) => existsSync(file));
      if (input === undefined) continue;
      await generate({
        input,
        onView: (name, _path, view) => seen.set(name, Object.keys(view).toSorted()),
      });
    }
    expect(seen.size).toBeGreaterThan(18);
    for (const [name, keys] of seen) {
      expect({ name, keys }).toEqual({ name, keys: members.get(name)?.toSorted() });
    }
  });
});

/** The members that a built-in template and its partials read, outside of lists. */
function pathsOf(name: string): readonly string[] {
  return parseTemplate(builtInSource(name), handlebars).flatMap(nodePaths);
}

function nodePaths(node: TemplateNode): readonly string[] {
  switch (node.kind) {
    case "text":
      return [];
    case "value":
      return node.value.kind === "path" ? [node.value.text] : [];
    case "each":
      expect(node.body.flatMap(nodePaths)).toEqual(["this"]);
      return node.subject.kind === "path" ? [node.subject.text] : [];
    case "partial":
      expect(builtInNames).toContain(`partials/${node.name}`);
      return pathsOf(`partials/${node.name}`);
    case "if":
    case "with":
      throw new Error("built-in templates decide nothing");
  }
}
