import { existsSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import type { OutputFile } from "./output-file.js";
import { packageFile } from "./package-files.js";
import { preparedModule, type RuntimeModule } from "./prepared.js";

/** Where the run-time stands in a generated project. */
export const runtimeFolder = "src/generated/runtime";

const banner =
  "// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.\n";

/** The run-time modules that a project needs, and the packages that these import. */
export interface CopiedRuntime {
  /** Sorted by path. */
  readonly files: readonly OutputFile[];
  readonly packages: ReadonlySet<string>;
}

/** The run-time modules that `entries` reach by their imports, entries included. */
export function copyRuntime(entries: readonly string[]): CopiedRuntime {
  const modules = new Map<string, RuntimeModule>();
  const open = [...entries];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (modules.has(path)) continue;
    const module = preparedModule(path) ?? readRuntimeModule(path);
    modules.set(path, module);
    open.push(...module.imports);
  }
  return {
    files: [...modules]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([path, { text }]) => ({
        path: `${runtimeFolder}/${path}`,
        content: banner + text,
        ownership: "owned",
      })),
    packages: new Set([...modules.values()].flatMap(({ packages }) => packages)),
  };
}

/** A module of the run-time, read from the sources that this package ships. */
export function readRuntimeModule(path: string): RuntimeModule {
  const text = readFileSync(packageFile(`src/runtime/${path}`), "utf8");
  const all = specifiers(text);
  const packages = all
    .filter((specifier) => !specifier.startsWith(".") && !specifier.startsWith("node:"))
    .map(packageName);
  return { text, imports: relativeImports(path, all), packages: [...new Set(packages)] };
}

/**
 * The run-time modules that other files of the project import, relative to the run-time's folder. One that
 * there is not, which a template of a user's may import, is left to the compiler of the project.
 */
export function importedRuntime(files: readonly OutputFile[]): readonly string[] {
  const paths = files
    .filter(({ path }) => path.endsWith(".ts"))
    .flatMap(({ path, content }) => relativeImports(path, specifiers(content)))
    .filter((path) => path.startsWith(`${runtimeFolder}/`))
    .map((path) => path.slice(runtimeFolder.length + 1));
  return [...new Set(paths)].filter(
    (path) => preparedModule(path) !== undefined || existsSync(packageFile(`src/runtime/${path}`)),
  );
}

function packageName(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

function relativeImports(path: string, all: readonly string[]): readonly string[] {
  return all
    .filter((specifier) => specifier.startsWith("."))
    .map((specifier) => posix.join(posix.dirname(path), specifier).replace(/\.js$/, ".ts"));
}

function specifiers(text: string): readonly string[] {
  return [
    ...text.matchAll(
      /^(?:import|export)\b[^;]*?from "([^"]+)";|^import "([^"]+)";|\bimport\("([^"]+)"\)/gm,
    ),
  ].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
}
