import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { kindHome } from "./kubernetes.js";
import { at, type Tree } from "./tree.js";

/**
 * Whether every field is one that its kind has, at any depth: the schemas are open, the types made from them are not.
 * Gives what the compiler says of the objects as literals of their types; empty: all fit.
 */
export function checkFields(objects: readonly Tree[], place: string, packages: string): string {
  mkdirSync(place, { recursive: true });
  symlinkSync(packages, join(place, "node_modules"));
  const lines = objects.flatMap((object, index) => {
    const apiVersion = String(at(object, "apiVersion"));
    const kind = String(at(object, "kind"));
    const type = `I${kind}${index}`;
    return [
      `import type { I${kind} as ${type} } from "${kindHome(apiVersion)}/${apiVersion}/${kind}";`,
      `export const object${index}: ${type} = ${JSON.stringify(object, null, 1)};`,
    ];
  });
  writeFileSync(join(place, "objects.ts"), lines.join("\n"));
  writeFileSync(join(place, "package.json"), '{ "type": "module" }');
  const compilerOptions = {
    target: "es2022",
    module: "preserve",
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
  };
  writeFileSync(
    join(place, "tsconfig.json"),
    JSON.stringify({ compilerOptions, files: ["objects.ts"] }),
  );
  try {
    execFileSync(join(packages, ".bin/tsc"), ["-p", place], { encoding: "utf8" });
    return "";
  } catch (error) {
    return String((error as { readonly stdout?: unknown }).stdout);
  }
}
