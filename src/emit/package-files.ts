import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const packageRoot = findPackageRoot(dirname(fileURLToPath(import.meta.url)));

/** Path of a file that this package ships (`templates/…`, `src/runtime/…`), from source and from the bundle alike. */
export function packageFile(path: string): string {
  return join(packageRoot, path);
}

function findPackageRoot(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "package.json")) && existsSync(join(folder, "templates")))
      return folder;
    if (folder === dirname(folder)) throw new Error(`no package root above ${start}`);
  }
}
