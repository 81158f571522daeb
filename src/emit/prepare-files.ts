import { readdirSync } from "node:fs";
import { join, sep } from "node:path";
import handlebars from "handlebars";
import { packageFile } from "./package-files.js";
import { prepare } from "./prepared.js";
import { readRuntimeModule } from "./runtime-files.js";
import { builtInNames } from "./template/names.js";
import { parseTemplate } from "./template/parse.js";
import { builtInSource } from "./templates.js";

/** The files that the build adds to `dist/`, by their paths: what every run would have to read again. */
export function prepareFiles(): Readonly<Record<string, string>> {
  const templates = builtInNames.map(
    (name) => [name, parseTemplate(builtInSource(name), handlebars)] as const,
  );
  const modules = runtimePaths().map((path) => [path, readRuntimeModule(path)] as const);
  return prepare(new Map(templates), new Map(modules));
}

/** Every module of the run-time, sorted. */
function runtimePaths(): readonly string[] {
  const folder = packageFile("src/runtime");
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .map((path) => path.replaceAll(sep, "/"))
    .toSorted();
}
