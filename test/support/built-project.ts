import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { OutputFile } from "../../src/emit/output-file.js";

/** Writes a generated project, which uses the packages of this one, and builds it; gives the program. */
export function buildProject(folder: string, files: readonly OutputFile[]): string {
  for (const { path, content } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  const packages = fileURLToPath(new URL("../../node_modules", import.meta.url));
  symlinkSync(packages, join(folder, "node_modules"));
  execFileSync(process.execPath, ["build.mjs"], { cwd: folder });
  return join(folder, "dist/main.js");
}
