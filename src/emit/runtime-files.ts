import { existsSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import type { OutputFile } from "./output-file.js";
import { packageFile } from "./package-files.js";

/** Where the run-time stands in a generated project. */
export const runtimeFolder = "src/generated/runtime";

const banner =
  "// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.\n";

/** The run-time modules that `entries` reach by their imports, entries included, sorted by path. */
export function copyRuntime(entries: readonly string[]): readonly OutputFile[] {
  const sources = new Map<string, string>();
  const open = [...entries];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (sources.has(path)) continue;
    const text = readFileSync(packageFile(`src/runtime/${path}`), "utf8");
    sources.set(path, text);
    open.push(...relativeImports(path, text));
  }
  return [...sources]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, text]) => ({
      path: `${runtimeFolder}/${path}`,
      content: banner + text,
      ownership: "owned",
    }));
}

/**
 * The run-time modules that other files of the project import, relative to the run-time's folder. One that
 * there is not, which a template of a user's may import, is left to the compiler of the project.
 */
export function importedRuntime(files: readonly OutputFile[]): readonly string[] {
  const paths = files
    .filter(({ path }) => path.endsWith(".ts"))
    .flatMap(({ path, content }) => relativeImports(path, content))
    .filter((path) => path.startsWith(`${runtimeFolder}/`))
    .map((path) => path.slice(runtimeFolder.length + 1));
  return [...new Set(paths)].filter((path) => existsSync(packageFile(`src/runtime/${path}`)));
}

/** Packages that the copied modules import, `node:` left out. */
export function runtimePackages(files: readonly OutputFile[]): ReadonlySet<string> {
  const packages = new Set<string>();
  for (const { content } of files) {
    for (const specifier of specifiers(content)) {
      if (!specifier.startsWith(".") && !specifier.startsWith("node:")) {
        packages.add(packageName(specifier));
      }
    }
  }
  return packages;
}

function packageName(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

function relativeImports(path: string, text: string): readonly string[] {
  return specifiers(text)
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
