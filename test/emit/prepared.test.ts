import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { packageFile } from "../../src/emit/package-files.js";
import { prepareFiles } from "../../src/emit/prepare-files.js";
import type { Prepared } from "../../src/emit/prepared.js";
import { readRuntimeModule } from "../../src/emit/runtime-files.js";
import { builtInNames } from "../../src/emit/template/names.js";

const files = prepareFiles();
const index = JSON.parse(files["dist/prepared.json"] ?? "") as Prepared;
const texts = Buffer.from(files["dist/prepared-runtime.txt"] ?? "");

test("every template that is shipped is prepared, with the place of each part", () => {
  expect(Object.keys(index.templates)).toEqual(builtInNames);
  for (const nodes of Object.values(index.templates)) {
    for (const node of nodes)
      expect(node.at).toEqual({ line: expect.any(Number), column: expect.any(Number) });
  }
});

test("every module of the run-time stands at its place", () => {
  const modules = Object.entries(index.runtime);
  expect(modules.length).toBeGreaterThan(100);
  for (const [path, { start, end, imports, packages }] of modules) {
    const text = texts.toString("utf8", start, end);
    expect(text).toBe(readFileSync(packageFile(`src/runtime/${path}`), "utf8"));
    expect(readRuntimeModule(path)).toEqual({ text, imports, packages });
  }
});

test("the build holds what the sources say", () => {
  for (const [path, text] of Object.entries(files)) {
    expect(readFileSync(packageFile(path), "utf8")).toBe(text);
  }
});
