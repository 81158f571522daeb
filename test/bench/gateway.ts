/**
 * How fast the gateway is beside the plainest program that does the same: `node:http` for a mock
 * answer, `node:http` and undici for a pass-through proxy. Servers, backend and load are processes
 * of their own; the measured rounds alternate, so that a busy machine slows both sides.
 *
 * `node --import tsx test/bench/gateway.ts [--json] [--rounds N] [--ms N]`
 */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";

interface Server {
  readonly port: number;
  /** CPU microseconds since the last call. */
  cpu(): Promise<number>;
  stop(): void;
}

interface Round {
  readonly perSecond: number;
  readonly cpuPerRequest: number;
}

/** One comparison: medians over the rounds. */
export interface BenchResult {
  readonly name: string;
  readonly goal: number;
  readonly ratio: number;
  readonly cpuRatio: number;
  readonly gatewayPerSecond: number;
  readonly rawPerSecond: number;
}

interface Load {
  measure(server: Server, path: string, ms: number): Promise<Round>;
  stop(): void;
}

/** Starts a bundled program of the bench. */
type Run = (program: "servers" | "load", ...args: readonly string[]) => ChildProcess;

/** Runs the bench; about `rounds * 4 * ms` milliseconds. */
export async function benchGateway(rounds = 21, ms = 400): Promise<readonly BenchResult[]> {
  const folder = await mkdtemp(join(tmpdir(), "gateway-bench-"));
  const started: { stop(): void }[] = [];
  try {
    const run = await bundlePrograms(folder);
    const serve = async (role: string, origin = ""): Promise<Server> => {
      const server = await startServer(run, role, origin);
      started.push(server);
      return server;
    };
    const upstream = await serve("upstream");
    const origin = `http://127.0.0.1:${String(upstream.port)}`;
    const gateway = await serve("gateway", origin);
    const rawMock = await serve("raw-mock");
    const rawProxy = await serve("raw-proxy", origin);
    const load = startLoad(run);
    started.push(load);
    const facts = { load, rounds, ms };
    return [
      await compare("mock", 0.8, [gateway, "/dev/mock"], [rawMock, "/dev/mock"], facts),
      await compare("proxy", 0.85, [gateway, "/dev/proxy"], [rawProxy, "/items"], facts),
    ];
  } finally {
    for (const process of started) process.stop();
    await rm(folder, { recursive: true });
  }
}

/** One file a program, as a generated project is built for production. */
async function bundlePrograms(folder: string): Promise<Run> {
  await build({
    entryPoints: ["servers.ts", "load.ts"].map((file) =>
      fileURLToPath(new URL(file, import.meta.url)),
    ),
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
  });
  return (program, ...args) =>
    spawn(process.execPath, [join(folder, `${program}.mjs`), ...args], {
      stdio: ["pipe", "pipe", "inherit"],
    });
}

type Side = readonly [server: Server, path: string];

async function compare(
  name: string,
  goal: number,
  gateway: Side,
  raw: Side,
  { load, rounds, ms }: { readonly load: Load; readonly rounds: number; readonly ms: number },
): Promise<BenchResult> {
  const measure = ([server, path]: Side): Promise<Round> => load.measure(server, path, ms);
  // The first rounds compile the hot paths.
  for (const side of [raw, gateway, raw, gateway]) await measure(side);
  const pairs: { readonly gateway: Round; readonly raw: Round }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const first = round % 2 === 0;
    const one = await measure(first ? raw : gateway);
    const other = await measure(first ? gateway : raw);
    pairs.push(first ? { raw: one, gateway: other } : { raw: other, gateway: one });
  }
  return {
    name,
    goal,
    ratio: median(pairs.map((pair) => pair.gateway.perSecond / pair.raw.perSecond)),
    cpuRatio: median(pairs.map((pair) => pair.raw.cpuPerRequest / pair.gateway.cpuPerRequest)),
    gatewayPerSecond: median(pairs.map((pair) => pair.gateway.perSecond)),
    rawPerSecond: median(pairs.map((pair) => pair.raw.perSecond)),
  };
}

function startLoad(run: Run): Load {
  const child = run("load");
  const lines = readLines(child);
  return {
    measure: async (server, path, ms) => {
      await server.cpu();
      child.stdin?.write(`${String(server.port)} ${path} ${String(ms)}\n`);
      const load = JSON.parse(await lines()) as { requests: number; ms: number };
      const cpu = await server.cpu();
      return { perSecond: (load.requests / load.ms) * 1000, cpuPerRequest: cpu / load.requests };
    },
    stop: () => child.stdin?.end(),
  };
}

async function startServer(run: Run, role: string, origin: string): Promise<Server> {
  const child = run("servers", role, origin);
  const lines = readLines(child);
  const port = Number(await lines());
  return {
    port,
    cpu: () => {
      child.stdin?.write("\n");
      return lines().then(Number);
    },
    stop: () => child.stdin?.end(),
  };
}

/** Gives the lines a process prints, one a call; rejects when it ends without one. */
function readLines(child: ChildProcess): () => Promise<string> {
  if (child.stdout === null) throw new Error("the output of the process is not piped");
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return async () => {
    const line = await lines.next();
    if (line.done === true) throw new Error("a bench process ended early");
    return line.value;
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

function table(results: readonly BenchResult[]): string {
  const head = "gateway beside raw   ratio   goal   gateway/s      raw/s   by CPU time";
  const rows = results.map(({ name, ratio, goal, gatewayPerSecond, rawPerSecond, cpuRatio }) =>
    [
      name.padEnd(18),
      ratio.toFixed(2).padStart(7),
      goal.toFixed(2).padStart(6),
      Math.round(gatewayPerSecond).toLocaleString("en").padStart(11),
      Math.round(rawPerSecond).toLocaleString("en").padStart(10),
      cpuRatio.toFixed(2).padStart(13),
    ].join(" "),
  );
  return [head, ...rows].join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      json: { type: "boolean", default: false },
      rounds: { type: "string", default: "21" },
      ms: { type: "string", default: "400" },
    },
  });
  const results = await benchGateway(Number(values.rounds), Number(values.ms));
  process.stdout.write(`${values.json ? JSON.stringify(results, null, 2) : table(results)}\n`);
}
