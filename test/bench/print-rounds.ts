import { parseArgs } from "node:util";
import type { BenchResult, Effort } from "./rounds.js";

const options = {
  json: { type: "boolean", default: false },
  rounds: { type: "string" },
  ms: { type: "string" },
} as const;

/** `--rounds N --ms N` of the command line. */
export function readEffort(otherwise: Effort = { rounds: 21, ms: 400 }): Effort {
  const { values } = parseArgs({ options });
  return {
    rounds: Number(values.rounds ?? otherwise.rounds),
    ms: Number(values.ms ?? otherwise.ms),
  };
}

/** Prints results as a table, or with `--json` as they are. */
export function printRounds(title: string, results: readonly BenchResult[]): void {
  const { values } = parseArgs({ options });
  const text = values.json ? JSON.stringify(results, null, 2) : table(title, results);
  process.stdout.write(`${text}\n`);
}

function table(title: string, results: readonly BenchResult[]): string {
  const head = `${title.padEnd(25)}   ratio  half of them   goal   gateway/s      raw/s   by CPU time`;
  const rows = results.map((result) => {
    const { name, ratio, quartiles, goal, gatewayPerSecond, rawPerSecond, cpuRatio } = result;
    return [
      name.padEnd(25),
      ratio.toFixed(2).padStart(7),
      quartiles
        .map((one) => one.toFixed(2))
        .join("-")
        .padStart(13),
      (goal?.toFixed(2) ?? "-").padStart(6),
      Math.round(gatewayPerSecond).toLocaleString("en").padStart(11),
      Math.round(rawPerSecond).toLocaleString("en").padStart(10),
      cpuRatio.toFixed(2).padStart(13),
    ].join(" ");
  });
  return [head, ...rows].join("\n");
}
