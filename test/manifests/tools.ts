import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, test, type TestOptions } from "vitest";
import type { Made } from "./made.js";

/** Validators and the like that are no packages of npm: a machine may be without them. */
const tools = {
  kubectl: ["version", "--client"],
  "cfn-lint": ["--version"],
  terraform: ["version"],
  promtool: ["--version"],
  moto_server: ["--help"],
  unzip: ["-v"],
} as const;

export type Tool = keyof typeof tools;

/** `TF_PLUGIN_MIRROR`: a folder that `terraform init` takes the provider from, as a filesystem mirror. */
export type Need = Tool | "TF_PLUGIN_MIRROR";

const found = new Map<Need, boolean>();

export function has(need: Need): boolean {
  const known = found.get(need);
  if (known !== undefined) return known;
  const isThere =
    need === "TF_PLUGIN_MIRROR"
      ? existsSync(process.env[need] ?? "")
      : spawnSync(need, [...tools[need]], { stdio: "ignore" }).status === 0;
  found.set(need, isThere);
  return isThere;
}

/** For the names of tests that need what may not be there; the count at the end of a run reads it. */
export function lack(...needs: readonly Need[]): string {
  const missing = needs.filter((need) => !has(need));
  return missing.length === 0 ? "" : ` (skipped: there is no ${missing.join(", no ")})`;
}

/** A test that needs something; without it, it is skipped, and its name says what is missing. */
export function withTools(
  ...needs: readonly Need[]
): (name: string, options: TestOptions, run: () => Promise<void>) => void {
  const missing = lack(...needs);
  return (name, options, run) => {
    test.skipIf(missing !== "")(`${name}${missing}`, options, run);
  };
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
