import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { benchSpecs } from "./generate.js";
import { mebibytesOf, median, usageOf, type Usage } from "./process-usage.js";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const peers = join(root, "test/bench/peers");

/** A generator as a command over one document. */
interface Generator {
  readonly name: string;
  /** Arguments of Node that make the output at `out`, a path that is free. */
  readonly args: (spec: string, out: string) => readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

const ownArgs: Generator["args"] = (spec, out) => [
  join(root, "bin/gen-gateway.js"),
  spec,
  "-o",
  out,
  "--quiet",
];

const generators: readonly Generator[] = [
  {
    name: "gen-gateway",
    args: ownArgs,
  },
  {
    // as the first run of an engine that the package was not built for
    name: "gen-gateway, code not compiled before",
    args: ownArgs,
    env: { NODE_DISABLE_COMPILE_CACHE: "1" },
  },
  {
    name: "openapi-typescript",
    args: (spec, out) => [peer("openapi-typescript/bin/cli.js"), spec, "-o", `${out}.d.ts`],
  },
  {
    name: "@hey-api/openapi-ts",
    args: (spec, out) => [
      // its command only starts another process with this
      peer("@hey-api/openapi-ts/dist/run.mjs"),
      "-i",
      spec,
      "-o",
      out,
      "--no-log-file",
      "--silent",
    ],
  },
];

/** A file of the packages that only benches and the check of all real documents need. */
export function peer(path: string): string {
  return join(peers, "node_modules", path);
}

/** What one generator took for one document: medians, the most memory. */
export interface PeerCost {
  readonly spec: string;
  readonly generator: string;
  readonly seconds: number;
  readonly peakMiB: number;
  readonly outputMiB: number;
}

const rounds = 5;

/** Installs the other generators into a folder of their own, once. */
export function installPeers(): void {
  if (existsSync(peer("openapi-typescript"))) return;
  execFileSync("npm", ["ci", "--no-audit", "--no-fund"], { cwd: peers, stdio: "inherit" });
}

/**
 * Runs every generator over petstore, a document of 499 operations and one of 1,223, five times each, in
 * turns, so that a slow moment of the machine meets all. `dist/` must be built.
 */
export function measurePeers(): readonly PeerCost[] {
  const folder = mkdtempSync(join(tmpdir(), "gen-gateway-peers-"));
  try {
    return benchSpecs(["jira", "github"], folder).flatMap(({ name, path }) =>
      measure(name, path, folder),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What is made stays until all is measured: a file system that has just deleted much makes files slowly. */
function measure(spec: string, path: string, folder: string): readonly PeerCost[] {
  const taken = generators.map(() => [] as Usage[]);
  const sizes = generators.map(() => 0);
  for (let round = 0; round < rounds; round++) {
    for (const [index, { args, env }] of generators.entries()) {
      const home = mkdtempSync(join(folder, "run-"));
      taken[index]?.push(usageOf(args(path, join(home, "out")), home, env));
      sizes[index] = mebibytesOf(home);
    }
  }
  return generators.map(({ name }, index) => {
    const usages = taken[index] ?? [];
    return {
      spec,
      generator: name,
      seconds: median(usages.map(({ seconds }) => seconds)),
      peakMiB: Math.max(...usages.map(({ peakMiB }) => peakMiB)),
      outputMiB: sizes[index] ?? 0,
    };
  });
}
