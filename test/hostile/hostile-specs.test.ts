import { execFileSync, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const folder = join(root, "../shared/hostile-specs");

interface HostileCase {
  readonly id: string;
  readonly file: string;
  readonly pointer: string;
  readonly technique: string;
  readonly expect: "safe" | "error" | "either";
}

const cases: readonly HostileCase[] = existsSync(folder)
  ? (JSON.parse(readFileSync(join(folder, "index.json"), "utf8")) as { cases: HostileCase[] }).cases
  : [];

const stackTrace = /^\s+at .+:\d+:\d+\)?$/m;
const canaries = /PWNED:EXEC/;

describe.skipIf(cases.length === 0)(
  "hostile specs (skipped where ../shared/hostile-specs is missing)",
  () => {
    let work: string;
    let server: Server;
    let requests = 0;

    beforeAll(async () => {
      work = mkdtempSync(join(tmpdir(), "gen-gateway-hostile-"));
      // the address that ref-loopback points to; when it is taken, the check is only weaker
      server = createServer((_request, response) => {
        requests++;
        response.end("{}");
      });
      await new Promise<void>((resolve) => {
        server.once("error", () => resolve());
        server.listen(18_093, "127.0.0.1", resolve);
      });
    });
    afterAll(() => {
      server.close();
      rmSync(work, { recursive: true, force: true });
    });

    test.each(cases)("$id: $technique ($expect)", { timeout: 60_000 }, (item) => {
      const home = mkdtempSync(join(work, "case-"));
      const spec = join(home, basename(item.file));
      cpSync(join(folder, item.file), spec);
      const before = readdirSync(home);
      const run = spawnSync(
        process.execPath,
        [
          "--max-old-space-size=1024",
          join(root, "bin/gen-gateway.js"),
          spec,
          "-o",
          join(home, "out"),
        ],
        { cwd: home, encoding: "utf8", timeout: 20_000 },
      );
      const output = run.stdout + run.stderr;
      expect(run.signal, "ended within 20 s").toBeNull();
      expect(output).not.toMatch(stackTrace);
      expect(output).not.toMatch(canaries);
      expect(requests).toBe(0);
      if (item.expect === "safe") expect(run.status, output).toBe(0);
      if (item.expect === "error") expect(run.status, output).not.toBe(0);
      if (run.status === 0) expectSafe(home);
      else expectRefusal(item, output, home, before);
      expect(everyFile(home).filter((path) => /PWNED/.test(basename(path)))).toEqual([]);
    });
  },
);

/** One message for each problem with file, line and pointer; the folder as it was. */
function expectRefusal(
  item: HostileCase,
  output: string,
  home: string,
  before: readonly string[],
): void {
  expect(output).toMatch(new RegExp(`${basename(item.file).replaceAll(".", "\\.")}:\\d+:\\d+`));
  expect(output).toMatch(/^\s+at \//m);
  expect(readdirSync(home)).toEqual(before);
}

/** Compiles, and its modules run without running anything of the document. */
function expectSafe(home: string): void {
  const out = join(home, "out");
  symlinkSync(join(root, "node_modules"), join(out, "node_modules"));
  expect(readdirSync(home).toSorted()).toEqual(expect.arrayContaining(["out"]));
  expect(readdirSync(home)).toHaveLength(2);
  execFileSync(join(root, "node_modules/.bin/tsc"), ["-p", out], { encoding: "utf8" });
  const probe = `
    await import(${JSON.stringify(join(out, "src/generated/gateway.ts"))});
    if ("__pwned" in globalThis || "pwned" in {}) throw new Error("PWNED");
  `;
  const run = spawnSync(join(root, "node_modules/.bin/tsx"), ["--input-type=module", "-e", probe], {
    cwd: out,
    encoding: "utf8",
    timeout: 20_000,
  });
  expect(run.stderr + run.stdout).toBe("");
  expect(run.status).toBe(0);
}

function everyFile(start: string): readonly string[] {
  return readdirSync(start, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.parentPath.includes("node_modules"))
    .map((entry) => join(entry.parentPath, entry.name));
}
