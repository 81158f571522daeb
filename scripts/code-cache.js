// Writes what V8 makes of dist/cli.cjs, for the engine that runs this: later starts of the command compile nothing.
// A package for several engines has the cache of each: `npx -p node@24 node scripts/code-cache.js`.
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { loadCommand } = createRequire(import.meta.url)(join(root, "bin/load-command.js"));
const home = mkdtempSync(join(tmpdir(), "gen-gateway-code-"));
Object.assign(process.env, { XDG_CACHE_HOME: join(home, "cache"), CI: "true" });
try {
  const { run, keepCode } = loadCommand();
  // functions are cached that have been called: those of a whole generation, and of a run without work
  for (const example of ["petstore", "secure-microservices"]) {
    const args = [join(root, `examples/${example}/openapi.yaml`), "-o", join(home, example), "-q"];
    for (let round = 0; round < 2; round++) {
      await run(args);
      if (process.exitCode !== 0) throw new Error(`${example} could not be generated`);
    }
  }
  keepCode(join(root, "dist"));
} finally {
  rmSync(home, { recursive: true, force: true });
}
