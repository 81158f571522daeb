import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { transform } from "esbuild";
import fc from "fast-check";
import { expect, test } from "vitest";
import { findTraps } from "../../src/language/velocity/traps.js";
import { parseVelocity } from "../../src/language/velocity/parser.js";
import { printTemplates } from "./compiled-cases.js";
import { grammarTemplate, tokenSoup } from "./template-generator.js";

const seed = 20_260_731;
/** Templates of each kind. */
const count = 5000;
/** Of them, those that the strict compiler reads. */
const typeChecked = 800;
/** Milliseconds for one template, on a busy machine. */
const limitMs = 2000;

const repository = fileURLToPath(new URL("../../", import.meta.url));

test.each([
  ["by the grammar", grammarTemplate],
  ["of any tokens", tokenSoup],
] as const)(
  "templates %s: no crash, no hang, and the code has no syntax error",
  { timeout: 240_000 },
  async (_kind, templates) => {
    const texts = fc.sample(templates, { seed, numRuns: count });
    const printed: string[] = [];
    const slow: string[] = [];
    for (const text of texts) {
      const startedMs = performance.now();
      const { nodes } = parseVelocity(text);
      if (nodes) findTraps(nodes, text);
      printed.push(printTemplates([{ text, given: [] }]));
      if (performance.now() - startedMs > limitMs) slow.push(text);
    }
    expect(slow).toEqual([]);
    for (let index = 0; index < printed.length; index += 100) {
      await Promise.all(
        printed.slice(index, index + 100).map((code) => transform(code, { loader: "ts" })),
      );
    }
  },
);

test("what is printed compiles under the strictest settings", { timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "gen-gateway-fuzz-"));
  try {
    symlinkSync(join(repository, "src/runtime"), join(folder, "runtime"));
    symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
    const half = typeChecked / 2;
    const texts = [
      ...fc.sample(grammarTemplate, { seed, numRuns: half }),
      ...fc
        .sample(tokenSoup, { seed, numRuns: count })
        .filter((text) => parseVelocity(text).nodes !== undefined)
        .slice(0, half),
    ];
    texts.forEach((text, index) => {
      const code = printTemplates([{ text, given: [] }]).replaceAll('"../runtime/', '"./runtime/');
      writeFileSync(join(folder, `template${index}.ts`), code);
    });
    const settings = {
      extends: join(repository, "tsconfig.json"),
      compilerOptions: { noEmit: true, preserveSymlinks: true },
      include: ["template*.ts"],
      exclude: [],
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(settings));
    writeFileSync(join(folder, "package.json"), '{"type":"module"}');
    expect(await compile(folder)).toBe("");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** What the compiler has to say. */
async function compile(folder: string): Promise<string> {
  const tsc = join(repository, "node_modules/typescript/lib/tsc.js");
  try {
    await promisify(execFile)(process.execPath, [tsc, "-p", folder]);
    return "";
  } catch (error) {
    return error instanceof Error && "stdout" in error ? String(error.stdout) : String(error);
  }
}
