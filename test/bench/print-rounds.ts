import { parseArgs } from "node:util";
import type { BenchResult, Effort } from "./rounds.js";

const options = {
  json: { type: "boolean", default: false },
  rounds: { type: "string", default: "21" },
  ms: { type: "string", default: "400" },
} as const;

/** `--rounds N --ms N` of the command line. */
export function readEffort(): Effort {
  const { values } = parseArgs({ options });
  return { rounds: Number(values.rounds), ms: Number(values.ms) };
}

/** Prints results as a table, or with `--json` as they are. */
export function printRounds(title: string, results: readonly BenchResult[]): void {
  const { values } = parseArgs({ options });
  const text = values.json ? JSON.stringify(results, null, 2) : table(title, results);
  process.stdout.write(`${text}\n`);
}

function table(title: string, results: readonly BenchResult[]): string {
  const head = `${title.padEnd(25)}   ratio   goal   gateway/s      raw/s   by CPU time`;
  const rows = results.map(({ name, ratio, goal, gatewayPerSecond, rawPerSecond, cpuRatio }) =>
    [
      name.padEnd(25),
      ratio.toFixed(2).padStart(7),
      (goal?.toFixed(2) ?? "-").padStart(6),
      Math.round(gatewayPerSecond).toLocaleString("en").padStart(11),
      Math.round(rawPerSecond).toLocaleString("en").padStart(10),
      cpuRatio.toFixed(2).padStart(13),
    ].join(" "),
  );
  return [head, ...rows].join("\n");
}
