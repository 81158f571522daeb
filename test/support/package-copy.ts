import { cpSync, mkdtempSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** A folder with what the package ships, as it was built, and its dependencies. */
export function copyPackage(): string {
  const copy = mkdtempSync(join(tmpdir(), "gen-gateway-package-"));
  for (const name of ["bin", "dist", "templates", "schema", "package.json", "src/runtime"]) {
    cpSync(join(root, name), join(copy, name), { recursive: true });
  }
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  return copy;
}
