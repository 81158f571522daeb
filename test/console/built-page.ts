import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildConsole } from "../../scripts/build-console.js";
import type { ConsolePage } from "../../src/runtime/console/console.js";

/** The page as its sources are now. */
export async function builtPage(): Promise<ConsolePage> {
  const folder = mkdtempSync(join(tmpdir(), "gen-gateway-page-"));
  try {
    await buildConsole(folder);
    const read = (name: string): string => readFileSync(join(folder, name), "utf8");
    return { html: read("index.html"), script: read("console.js"), style: read("console.css") };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
