import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, test } from "vitest";
import type { Made } from "./made.js";

/** Validators that are no packages of npm: a machine may be without them. */
export const tools = {
  kubectl: ["version", "--client"],
  "cfn-lint": ["--version"],
  terraform: ["version"],
} as const;

export type Tool = keyof typeof tools;

export function hasTool(tool: Tool): boolean {
  return spawnSync(tool, [...tools[tool]], { stdio: "ignore" }).status === 0;
}

/** A test that needs a tool; without it, it is skipped by the tool's name. */
export function withTool(tool: Tool): typeof test.skip {
  return hasTool(tool) ? test : (test.skip as typeof test.skip);
}

/** A folder of its own for the tests of a file. */
export function workFolder(): () => string {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "gen-gateway-manifests-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return () => folder;
}

export function writeFiles({ files }: Made, folder: string): void {
  for (const [path, text] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** What a tool prints; on failure its complaints are thrown. */
export function runTool(tool: Tool, args: readonly string[], folder: string): string {
  const { status, stdout, stderr } = spawnSync(tool, [...args], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, AWS_DEFAULT_REGION: "eu-west-1" },
  });
  if (status !== 0) throw new Error(`${tool} ${args.join(" ")}: ${stdout}${stderr}`);
  return stdout;
}
