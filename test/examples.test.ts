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
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { check, getFileInfo, resolveConfig } from "prettier";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const examples = readdirSync(join(root, "examples")).filter((name) => specOf(name) !== undefined);

/** The document of an example. */
function specOf(name: string): string | undefined {
  return ["openapi.yaml", "asyncapi.yaml"]
    .map((file) => join(root, "examples", name, file))
    .find((path) => existsSync(path));
}

test("there are examples", () => {
  expect(examples).toEqual(expect.arrayContaining(["petstore", "secure-microservices"]));
});

describe.each(examples)("the example %s", (name) => {
  const example = join(root, "examples", name);
  const work = mkdtempSync(join(tmpdir(), "gen-gateway-example-"));
  const project = join(work, "gateway");

  beforeAll(() => {
    cpSync(join(example, "gateway"), project, {
      recursive: true,
      filter: (path) => !path.includes("node_modules"),
    });
    symlinkSync(join(root, "node_modules"), join(project, "node_modules"));
  });
  afterAll(() => rmSync(work, { recursive: true, force: true }));

  test("is what its document gives today", () => {
    const run = spawnSync(
      process.execPath,
      ["bin/gen-gateway.js", specOf(name) ?? "", "-o", join(example, "gateway"), "--check"],
      { cwd: root, encoding: "utf8" },
    );
    expect(run.stdout + run.stderr).toContain("unchanged");
    expect(run.status).toBe(0);
  });

  test("compiles under its own settings", () => {
    const tsc = join(root, "node_modules/.bin/tsc");
    expect(execFileSync(tsc, ["-p", project], { encoding: "utf8" })).toBe("");
  });

  test("is left alone by prettier", { timeout: 60_000 }, async () => {
    const ignorePath = join(project, ".prettierignore");
    const wrong: string[] = [];
    for (const path of filesOf(project)) {
      const { ignored, inferredParser } = await getFileInfo(path, { ignorePath });
      if (ignored || inferredParser === null) continue;
      const config = (await resolveConfig(path)) ?? {};
      const isClean = await check(readFileSync(path, "utf8"), { ...config, filepath: path });
      if (!isClean) wrong.push(relative(project, path));
    }
    expect(wrong).toEqual([]);
  });

  test("passes its contract tests", { timeout: 60_000 }, () => {
    const output = execFileSync("npm", ["test", "--silent"], { cwd: project, encoding: "utf8" });
    expect(output).toMatch(/^(?:#|ℹ) fail 0$/m);
    expect(output).toMatch(/^(?:#|ℹ) pass [1-9]/m);
  });

  test("builds to one bundle that loads", { timeout: 60_000 }, () => {
    execFileSync("npm", ["run", "--silent", "build"], { cwd: project });
    expect(readdirSync(join(project, "dist")).toSorted()).toEqual(["main.js", "main.js.map"]);
  });
});

function filesOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes("node_modules"))
    .map((entry) => join(entry.parentPath, entry.name));
}
