/**
 * What an open console costs: a gateway whose console is open beside the same one with its console closed.
 *
 * `node --import tsx test/bench/console.ts [--json] [--rounds N] [--ms N]`
 */
import { fileURLToPath } from "node:url";
import { printRounds, readEffort } from "./print-rounds.js";
import { SHORT_SLICES, withBench, type BenchResult, type Effort } from "./rounds.js";

export function benchConsole(effort: Effort = SHORT_SLICES): Promise<readonly BenchResult[]> {
  return withBench(effort, async ({ serve, compare }) => {
    const upstream = await serve("upstream");
    const origin = `http://127.0.0.1:${String(upstream.port)}`;
    const closed = await serve("console-closed", origin);
    const open = await serve("console-open", origin);
    const results: BenchResult[] = [];
    for (const [path, goal] of [
      ["/dev/mock", 0.75],
      ["/dev/proxy", 0.65],
    ] as const) {
      const route = path.slice("/dev/".length);
      results.push(
        await compare(
          `${route}: console open`,
          goal,
          { server: open, path },
          { server: closed, path },
        ),
      );
    }
    return results;
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  printRounds("watched in the console beside closed", await benchConsole(readEffort(SHORT_SLICES)));
}
