// npm run bench: the gateway beside raw Node, a generation beside parsing alone. Ratios, all from this run.
import { benchAccess } from "../test/bench/access.js";
import { benchConsole } from "../test/bench/console.js";
import { benchGateway } from "../test/bench/gateway.js";
import { measureGeneration } from "../test/bench/generate.js";
import { benchObserve, handlingLines, measureHandling } from "../test/bench/observe.js";
import type { BenchResult } from "../test/bench/rounds.js";
import { benchVtl, printVtlBench } from "../test/bench/vtl.js";
import { benchWebSocket, idleLine } from "../test/bench/websocket.js";

const gateway = await benchGateway();
const access = await benchAccess();
const observe = await benchObserve();
const consoles = await benchConsole();
const handling = await measureHandling();
const websocket = await benchWebSocket();
const generation = measureGeneration();
const vtl = await benchVtl();

if (process.argv.includes("--json")) {
  console.log(
    JSON.stringify(
      { gateway, access, observe, console: consoles, handling, websocket, generation, vtl },
      null,
      2,
    ),
  );
} else {
  console.log("Gateway beside the plainest program that answers alike (throughput ratio):");
  printComparison(gateway);
  console.log("Protected proxy beside the same one unprotected, all kept results warm:");
  printComparison(access);
  console.log(
    "Watched beside unwatched: metrics and a JSON access log, then traces of 1 % with them:",
  );
  printComparison(observe);
  console.log("A console that is open beside one that nobody looks at:");
  printComparison(consoles);
  console.log("CPU time of a mock answer without a socket, by who looks on:");
  process.stdout.write(handlingLines(handling));
  console.log("Messages of a WebSocket API beside a bare `ws` server that sends them back:");
  printComparison(websocket.messages);
  console.log(idleLine(websocket));
  console.log("Generation beside parsing alone (CPU seconds of a process, its start included):");
  console.table(
    generation.map(({ spec, generateSeconds, parseSeconds, ratio, peakMiB, outputMiB }) => ({
      spec,
      generate: generateSeconds.toFixed(2),
      parse: parseSeconds.toFixed(2),
      ratio: ratio.toFixed(1),
      "peak MiB": Math.round(peakMiB),
      "output MiB": outputMiB.toFixed(1),
    })),
  );
  process.stdout.write(printVtlBench(vtl));
}

function printComparison(results: readonly BenchResult[]): void {
  console.table(
    results.map(({ name, ratio, quartiles, goal, cpuRatio, gatewayPerSecond, rawPerSecond }) => ({
      route: name,
      ratio: ratio.toFixed(2),
      "half of them": quartiles.map((one) => one.toFixed(2)).join("-"),
      goal: goal === null ? "" : `at least ${goal}`,
      "by CPU": cpuRatio.toFixed(2),
      "gateway/s": Math.round(gatewayPerSecond),
      "raw/s": Math.round(rawPerSecond),
    })),
  );
}
