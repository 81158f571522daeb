import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** What one process took. */
export interface Usage {
  /** CPU seconds of the whole process, all of its threads and its start included. */
  readonly seconds: number;
  /** Most resident memory. */
  readonly peakMiB: number;
}

/**
 * Arguments by which Node tells its own resource usage at its end, to the file of {@link usageEnvironment}. By
 * `--require`, which costs nothing to speak of: `--import` alone takes 30 ms.
 */
export const reportingUsage = [
  "--require",
  fileURLToPath(new URL("report-usage.cjs", import.meta.url)),
] as const;

/**
 * Without what makes Node itself start slower on one machine than on another: certificates to read
 * (`NODE_EXTRA_CA_CERTS`, 25 ms) and options of its engine.
 */
export function usageEnvironment(file: string): NodeJS.ProcessEnv {
  const { NODE_EXTRA_CA_CERTS: _certificates, NODE_OPTIONS: _options, ...others } = process.env;
  return { ...others, USAGE_FILE: file };
}

/** What a process has told. */
export function readUsage(file: string): Usage {
  const usage = JSON.parse(readFileSync(file, "utf8")) as NodeJS.ResourceUsage;
  return {
    seconds: (usage.userCPUTime + usage.systemCPUTime) / 1e6,
    peakMiB: usage.maxRSS / 1024,
  };
}

/**
 * Runs Node in a process that tells its own resource usage at its end, by a file in `folder`, where it runs.
 * @throws Error when the process fails.
 */
export function usageOf(
  args: readonly string[],
  folder: string,
  env: NodeJS.ProcessEnv = {},
): Usage {
  const file = join(folder, "usage.json");
  const { status, stderr } = spawnSync(process.execPath, [...reportingUsage, ...args], {
    cwd: folder,
    env: { ...usageEnvironment(file), ...env },
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(`a run ended with ${status}: ${stderr.slice(-2000)}`);
  return readUsage(file);
}

/** The middle one; of an even number the higher of the two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** Size of all files below a folder. */
export function mebibytesOf(folder: string): number {
  const { stdout } = spawnSync("du", ["-sb", folder], { encoding: "utf8" });
  return Number(stdout.split("\t")[0]) / 2 ** 20;
}
