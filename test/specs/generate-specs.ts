import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { Diagnostic } from "../../src/diagnostics.js";
import { generate } from "../../src/generate.js";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Folder of the shared real specs; absent in a clone that stands alone. */
export const specsFolder = join(root, "../shared/specs");

export const hasSpecs = existsSync(specsFolder);

/** What became of one document. */
export interface SpecOutcome {
  /** Path below the folder of specs. */
  readonly spec: string;
  readonly diagnostics: readonly Diagnostic[];
  /** Empty when the document was refused. */
  readonly files: number;
  readonly crash: string | undefined;
}

/** Every document of the folder, sorted; notes and lists beside them are no documents. */
export function listSpecs(folder = specsFolder): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:json|ya?ml)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => basename(path) !== "manifest.json")
    .sort();
}

/** Generates each document into a folder of its own below `out`, with one compiler project over all. */
export async function generateSpecs(
  specs: readonly string[],
  out: string,
): Promise<readonly SpecOutcome[]> {
  const outcomes: SpecOutcome[] = [];
  for (const [index, path] of specs.entries()) {
    outcomes.push(await generateSpec(path, join(out, String(index))));
  }
  symlinkSync(join(root, "node_modules"), join(out, "node_modules"));
  writeFileSync(join(out, "package.json"), '{ "type": "module" }\n');
  return outcomes;
}

async function generateSpec(path: string, out: string): Promise<SpecOutcome> {
  const spec = relative(specsFolder, path);
  try {
    const { files, diagnostics } = await generate({ input: path });
    for (const file of files) {
      mkdirSync(dirname(join(out, file.path)), { recursive: true });
      writeFileSync(join(out, file.path), file.content);
    }
    return { spec, diagnostics, files: files.length, crash: undefined };
  } catch (error) {
    const crash = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { spec, diagnostics: [], files: 0, crash };
  }
}

/** Type-checks all emitted projects as one program under the project's own settings; empty when clean. */
export function typeCheck(out: string): string {
  const own = readdirSync(out, { withFileTypes: true }).find(
    (entry) => entry.isDirectory() && existsSync(join(out, entry.name, "tsconfig.json")),
  );
  if (own === undefined) return "nothing was generated";
  const config = { extends: `./${own.name}/tsconfig.json`, include: ["*/src", "*/test"] };
  writeFileSync(join(out, "tsconfig.json"), JSON.stringify(config));
  try {
    return execFileSync(join(root, "node_modules/.bin/tsc"), ["-p", out], {
      encoding: "utf8",
      maxBuffer: 2 ** 28,
    });
  } catch (error) {
    return String((error as { stdout?: unknown }).stdout);
  }
}
