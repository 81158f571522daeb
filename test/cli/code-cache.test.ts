import { spawnSync } from "node:child_process";
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { copyPackage } from "../support/package-copy.js";

const petstore = fileURLToPath(new URL("../../examples/petstore/openapi.yaml", import.meta.url));
const isWindows = process.platform === "win32";

/** A package that was built for another engine, and a user with an empty cache. */
function unprepared() {
  const home = copyPackage();
  for (const name of readdirSync(join(home, "dist"))) {
    if (name.endsWith(".code")) rmSync(join(home, "dist", name));
  }
  const folder = join(home, "caches/gen-gateway/code");
  const run = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    spawnSync(process.execPath, args, {
      encoding: "utf8",
      timeout: 20_000,
      env: { ...surroundings(), XDG_CACHE_HOME: join(home, "caches"), ...env },
    });
  const command = (args: readonly string[], env?: NodeJS.ProcessEnv) =>
    run([join(home, "bin/gen-gateway.js"), ...args], env);
  return {
    command,
    generate: (env?: NodeJS.ProcessEnv) => {
      const out = join(mkdtempSync(join(tmpdir(), "gen-gateway-code-")), "out");
      return command([petstore, "-o", out, "--quiet"], env);
    },
    /** Whether a start of the command takes code that is kept. */
    isCached: (env?: NodeJS.ProcessEnv): boolean => {
      const loader = JSON.stringify(join(home, "bin/load-command.js"));
      return run(["-p", `require(${loader}).loadCommand().isCached`], env).stdout === "true\n";
    },
    kept: (): readonly string[] => (readable(folder) ? readdirSync(folder) : []),
    file: (): string => join(folder, readdirSync(folder)[0] ?? ""),
    folder,
  };
}

function surroundings(): NodeJS.ProcessEnv {
  const { CI: _ci, NODE_DISABLE_COMPILE_CACHE: _off, ...others } = process.env;
  return others;
}

function readable(folder: string): boolean {
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
}

describe("compiled code of the command", () => {
  test("comes with the build, for its engine", () => {
    const code = readdirSync(join(copyPackage(), "dist")).filter((name) => name.endsWith(".code"));
    expect(code).toEqual([
      expect.stringContaining(`-${process.version}-${process.platform}-${process.arch}-`),
    ]);
  });

  test("is kept among the user's caches after a generation, and taken from there", () => {
    const { command, generate, isCached, kept, file } = unprepared();
    expect(command(["--version"]).status).toBe(0);
    expect(kept()).toEqual([]);
    expect(generate()).toMatchObject({ status: 0, stderr: "" });
    expect(kept()).toHaveLength(1);
    if (!isWindows) expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(isCached()).toBe(true);
    const { mtimeMs } = statSync(file());
    expect(generate()).toMatchObject({ status: 0, stderr: "" });
    expect(statSync(file()).mtimeMs).toBe(mtimeMs);
  });

  test("is not kept where CI throws it away, nor where Node's own cache is turned off", () => {
    const { generate, isCached, kept } = unprepared();
    expect(generate({ CI: "true" }).status).toBe(0);
    expect(generate({ NODE_DISABLE_COMPILE_CACHE: "1" }).status).toBe(0);
    expect(kept()).toEqual([]);
    expect(generate().status).toBe(0);
    expect(isCached({ NODE_DISABLE_COMPILE_CACHE: "1" })).toBe(false);
  });

  test.skipIf(isWindows)("is not taken where others could have written it (not on Windows)", () => {
    const { generate, isCached, file } = unprepared();
    generate();
    chmodSync(file(), 0o620);
    expect(isCached()).toBe(false);
    expect(generate()).toMatchObject({ status: 0, stderr: "" });
    expect(isCached()).toBe(true);
  });

  test.each<[what: string, damage: (path: string) => void]>([
    ["cut off", (path) => truncateSync(path, 1000)],
    ["empty", (path) => truncateSync(path, 0)],
    ["something else", (path) => writeFileSync(path, "no code".repeat(1000))],
  ])("is made again where it is %s", (_what, damage) => {
    const { generate, isCached, file } = unprepared();
    generate();
    const size = readFileSync(file()).length;
    damage(file());
    expect(isCached()).toBe(false);
    expect(generate()).toMatchObject({ status: 0, stderr: "" });
    expect(isCached()).toBe(true);
    expect(readFileSync(file()).length).toBeGreaterThan(size / 2);
  });

  test("other engines' and builds' is swept", () => {
    const { generate, kept, folder, file } = unprepared();
    generate();
    const own = file();
    for (let index = 0; index < 9; index++) writeFileSync(join(folder, `cli-${index}.code`), "");
    rmSync(own);
    generate();
    expect(kept().length).toBe(5);
    expect(kept()).toContain(own.slice(folder.length + 1));
  });

  test("a home that cannot be written to changes nothing", () => {
    const { generate } = unprepared();
    expect(generate({ XDG_CACHE_HOME: "/dev/null/nowhere" })).toMatchObject({
      status: 0,
      stderr: "",
    });
  });
});
