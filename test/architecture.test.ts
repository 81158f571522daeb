import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Which parts of src each part may import, besides itself. A part is a folder of src, or a file
 * directly in it. `type:` allows type imports only.
 */
const arrows: Readonly<Record<string, readonly string[]>> = {
  cli: [
    "generate",
    "generate-manifests",
    "write",
    "dev",
    "explain",
    "handlers",
    "templates",
    "lint",
    "diff",
    "diagnostics",
    "pointer",
    "nearest",
    "type:emit",
    "type:plan",
    "type:ir",
    "type:load",
    "load/settings-names.ts",
    "type:runtime/testing",
  ],
  dev: [
    "generate",
    "write",
    "runtime",
    "diagnostics",
    "pointer",
    "nearest",
    "nearest-route",
    "emit/template-module.ts",
    "emit/console-page.ts",
    "plan/console-view.ts",
    "type:emit",
    "type:plan",
    "type:ir",
    "type:load",
  ],
  handlers: ["type:plan", "plan/recorded-names.ts", "type:emit", "load/text-lines.ts"],
  explain: ["load", "lower", "diagnostics", "pointer", "json", "nearest-route", "type:ir"],
  lint: ["load", "lower", "language", "type:ir", "diagnostics", "pointer", "json", "nearest"],
  diff: [
    "load",
    "lower",
    "plan",
    "dev/template-workbench.ts",
    "diagnostics",
    "json",
    "pointer",
    "type:ir",
    "type:runtime/testing",
  ],
  "generate-manifests": ["load", "lower", "plan", "emit", "diagnostics", "type:ir"],
  index: ["generate", "write", "lint", "diff", "type:diagnostics", "type:emit", "type:templates"],
  generate: [
    "load",
    "lower",
    "plan",
    "emit",
    "templates",
    "diagnostics",
    "type:pointer",
    "type:ir",
  ],
  templates: [
    "emit",
    "write/merge-text.ts",
    "write/output-path.ts",
    "diagnostics",
    "pointer",
    "json",
    "nearest",
    "load/text-lines.ts",
    "type:plan",
    "type:load",
  ],
  load: ["diagnostics", "pointer", "json", "nearest", "language", "ir"],
  language: [
    "json",
    "runtime/regexp",
    "runtime/jsonpath/syntax.ts",
    "type:ir",
    "type:diagnostics",
    "type:pointer",
  ],
  lower: [
    "language",
    "ir",
    "diagnostics",
    "pointer",
    "json",
    "nearest",
    "runtime/functions/caller.ts",
    "runtime/logs/access-log-names.ts",
    "runtime/policy",
    "load/settings.ts",
    "type:load",
  ],
  plan: [
    "type:ir",
    "pointer",
    "runtime/functions",
    "explain/request-way.ts",
    "type:runtime/contracts.ts",
    "type:runtime/console/wire.ts",
  ],
  emit: [
    "nearest",
    "type:ir",
    "plan/value.ts",
    "plan/names.ts",
    "plan/deployment",
    "runtime/regexp",
    "runtime/jsonpath/syntax.ts",
    "type:plan",
    "type:runtime/console/console.ts",
    "runtime/secrets.ts",
    "runtime/admin/browser-guard.ts",
    "runtime/metrics/catalogue.ts",
    "runtime/validation/schema-helpers.ts",
  ],
  write: ["type:emit"],
  ir: ["type:pointer"],
  diagnostics: ["pointer"],
  pointer: [],
  json: [],
  nearest: [],
  "nearest-route": ["nearest"],
  runtime: [],
  /** The page; it is built by itself, and runs in browsers. */
  console: ["type:runtime/console/wire.ts"],
};

const runtimePackages = new Set(["jose", "re2js", "undici"]);
const awsPackages = /^@(?:smithy|aws-sdk)\//;
/** Projects without Redis do not depend on its client. */
const redisClientUser = "src/runtime/state/redis-connection.ts";
/** Nor do projects without WebSocket APIs depend on their package. */
const webSocketUser = "src/runtime/server/web-socket.ts";

interface Import {
  readonly file: string;
  readonly specifier: string;
  readonly typeOnly: boolean;
}

function sourceFiles(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join("/"));
}

function importsOf(file: string): readonly Import[] {
  const text = readFileSync(join(root, file), "utf8");
  const statements = text.matchAll(
    /^(import|export)( type)?\b([^;"']*?\bfrom )?"([^"]+)";|\bimport\("([^"]+)"\)/gm,
  );
  return [...statements].map((match) => ({
    file,
    specifier: match[4] ?? match[5] ?? "",
    typeOnly: match[2] !== undefined,
  }));
}

function target({ file, specifier }: Import): string {
  return posix.join(posix.dirname(file), specifier).replace(/\.js$/, ".ts");
}

/** Packages of the page, which are part of what is built. */
const pagePackages = new Set(["preact", "preact/hooks"]);

function partOf(path: string): string {
  const [, first = ""] = path.split("/");
  return first.replace(/\.ts$/, "");
}

function isAllowed(from: string, to: string, typeOnly: boolean): boolean {
  if (partOf(to) === from) return true;
  const place = to.replace(/^src\//, "");
  return (arrows[from] ?? []).some((rule) => {
    if (rule.startsWith("type:") && !typeOnly) return false;
    const allowed = rule.replace(/^type:/, "");
    return place === allowed || place === `${allowed}.ts` || place.startsWith(`${allowed}/`);
  });
}

const files = sourceFiles("src");
const imports = files.flatMap(importsOf);

describe("architecture", () => {
  test("there are sources and imports to look at", () => {
    expect(files.length).toBeGreaterThan(50);
    expect(imports.length).toBeGreaterThan(150);
  });

  test("every part of src is named in the table of arrows", () => {
    expect([...new Set(files.map(partOf))].filter((part) => !(part in arrows))).toEqual([]);
  });

  test("no import but the arrows of ARCHITECTURE.md", () => {
    const wrong = imports
      .filter(({ specifier }) => specifier.startsWith("."))
      .filter((item) => !isAllowed(partOf(item.file), target(item), item.typeOnly))
      .map((item) => `${item.file} -> ${target(item)}${item.typeOnly ? " (type)" : ""}`);
    expect(wrong).toEqual([]);
  });

  test("the run-time imports itself, node: and its listed packages only", () => {
    const wrong = imports
      .filter(
        ({ file, specifier }) => file.startsWith("src/runtime/") && !specifier.startsWith("."),
      )
      .filter(({ specifier }) => !specifier.startsWith("node:") && !runtimePackages.has(specifier))
      .filter(
        ({ file, specifier }) =>
          !file.startsWith("src/runtime/aws/") || !awsPackages.test(specifier),
      )
      .filter(({ file, specifier }) => file !== redisClientUser || specifier !== "@redis/client")
      .filter(({ file, specifier }) => file !== webSocketUser || specifier !== "ws")
      .map(({ file, specifier }) => `${file} -> ${specifier}`);
    expect(wrong).toEqual([]);
  });

  test("what a browser may have imports nothing but itself", () => {
    const folder = "src/runtime/client/";
    const wrong = imports
      .filter(({ file }) => file.startsWith(folder))
      .filter((item) => !item.specifier.startsWith(".") || !target(item).startsWith(folder))
      .map(({ file, specifier }) => `${file} -> ${specifier}`);
    expect(wrong).toEqual([]);
  });

  test("the page imports itself and its listed packages only", () => {
    const wrong = imports
      .filter(
        ({ file, specifier }) => file.startsWith("src/console/") && !specifier.startsWith("."),
      )
      .filter(({ specifier }) => !pagePackages.has(specifier))
      .map(({ file, specifier }) => `${file} -> ${specifier}`);
    expect(wrong).toEqual([]);
  });

  test("the page makes no markup from text", () => {
    const wrong = files
      .filter((file) => file.startsWith("src/console/"))
      .filter((file) =>
        /innerHTML|insertAdjacentHTML|document\.write/i.test(
          readFileSync(join(root, file), "utf8"),
        ),
      );
    expect(wrong).toEqual([]);
  });

  test("no code is made from text while anything runs", () => {
    const wrong = files.filter((file) =>
      /\beval\(|new Function\(|\bvm\b.*from "node:vm"/.test(
        readFileSync(join(root, file), "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, ""),
      ),
    );
    expect(wrong).toEqual([]);
  });

  test("ARCHITECTURE.md is shorter than 200 lines", () => {
    const lines = readFileSync(join(root, "ARCHITECTURE.md"), "utf8").split("\n");
    expect(lines.length).toBeLessThan(200);
  });
});
