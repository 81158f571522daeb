// npm run bench:generate: whole runs of gen-gateway beside other generators over the same documents, by CPU seconds.
import { installPeers, measurePeers } from "../test/bench/peers.js";

/** CPU seconds, and MiB for the largest one, that a run may take. */
const goals: Readonly<Record<string, string>> = {
  petstore: "under 0.25",
  jira: "under 1.0",
  github: "under 2.2 and 300 MiB",
};

installPeers();
const costs = measurePeers();

if (process.argv.includes("--json")) {
  console.log(JSON.stringify(costs, null, 2));
} else {
  console.log("CPU seconds of a whole process (median of 5, in turns):");
  console.table(
    costs.map(({ spec, generator, seconds, peakMiB, outputMiB }) => ({
      spec,
      generator,
      seconds: seconds.toFixed(2),
      goal: generator === "gen-gateway" ? (goals[spec] ?? "") : "",
      "peak MiB": Math.round(peakMiB),
      "output MiB": outputMiB.toFixed(1),
    })),
  );
}
