/**
 * What it costs to be watched: a gateway with metrics of each method and a JSON access log in a file beside
 * the same one without, and one that also traces a hundredth of its requests beside that.
 *
 * `node --import tsx test/bench/observe.ts [--json] [--rounds N] [--ms N]`
 */
import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundlePrograms } from "./bundle.js";
import type { HandlingCost } from "./handling.js";
import { printRounds, readEffort } from "./print-rounds.js";
import { FEW_ROUNDS, repeated, withBench, type BenchResult, type Effort } from "./rounds.js";

export function benchObserve(effort: Effort = FEW_ROUNDS): Promise<readonly BenchResult[]> {
  return repeated((turn) => compareWatched(effort, turn % 2 === 0));
}

const COMPARISONS = [
  { name: "metrics, access log", goal: 0.85, role: "observed", beside: "gateway" },
  { name: "1 % traced", goal: 0.95, role: "traced", beside: "observed" },
] as const;

/** `isFirst`: whether the side with more to do is begun first: of two equal processes the later one is a little faster. */
function compareWatched(effort: Effort, isFirst: boolean): Promise<readonly BenchResult[]> {
  return withBench(effort, async ({ serve, compare }) => {
    const upstream = await serve("upstream");
    const origin = `http://127.0.0.1:${String(upstream.port)}`;
    const results: BenchResult[] = [];
    for (const route of ["mock", "proxy"]) {
      const path = `/dev/${route}`;
      for (const { name, goal, role, beside } of COMPARISONS) {
        // neither side has served more than the other
        const begun = [
          await serve(isFirst ? role : beside, origin),
          await serve(isFirst ? beside : role, origin),
        ] as const;
        const [server, other] = isFirst ? begun : [begun[1], begun[0]];
        const gateway = { server, path };
        results.push(await compare(`${route}: ${name}`, goal, gateway, { server: other, path }));
        for (const one of begun) one.stop();
      }
    }
    return results;
  });
}

/** The same without sockets, of a mock answer, where a busy machine matters less. */
export async function measureHandling(): Promise<readonly HandlingCost[]> {
  const folder = await mkdtemp(join(tmpdir(), "gateway-bench-"));
  try {
    const outfile = join(folder, "handling.mjs");
    await bundlePrograms(["handling.ts"], folder);
    const { stdout, stderr } = spawnSync(process.execPath, [outfile], { encoding: "utf8" });
    if (stdout === "") throw new Error(stderr);
    return JSON.parse(stdout) as HandlingCost[];
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** One line for each. */
export function handlingLines(costs: readonly HandlingCost[]): string {
  return costs
    .map(({ watchedBy, nanoseconds }) => `${watchedBy.padEnd(25)} ${Math.round(nanoseconds)} ns\n`)
    .join("");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  printRounds("watched beside unwatched", await benchObserve(readEffort(FEW_ROUNDS)));
  process.stdout.write(handlingLines(await measureHandling()));
}
