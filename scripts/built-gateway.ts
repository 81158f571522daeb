import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { generate } from "../src/generate.js";

/** A document, its settings, and files in the place of what is generated, by path. */
export interface GatewayInput {
  readonly document: object;
  readonly settings: object;
  readonly files?: Readonly<Record<string, string>>;
}

/**
 * Generates a project into a folder and bundles it as its own build does; gives the program.
 * @throws Error for a document with warnings: a measurement is of what is meant.
 */
export async function buildGateway(
  folder: string,
  { document, settings, files: own = {} }: GatewayInput,
): Promise<string> {
  const text = JSON.stringify(document);
  const { files, diagnostics } = await generate({ input: "openapi.json", text, settings });
  const [problem] = diagnostics.filter(({ severity }) => severity !== "info");
  if (problem !== undefined) throw new Error(problem.message);
  for (const { path, content } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), own[path] ?? content);
  }
  const packages = fileURLToPath(new URL("../node_modules", import.meta.url));
  symlinkSync(packages, join(folder, "node_modules"));
  execFileSync(process.execPath, ["build.mjs"], { cwd: folder });
  return join(folder, "dist/main.js");
}
