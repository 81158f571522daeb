/** Servers, load and rounds of the benches, each program a process of its own. */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { bundlePrograms } from "./bundle.js";
import type { LoadOrder } from "./load.js";
import type { ServerFacts } from "./servers.js";
import type { WebSocketOrder } from "./web-socket-load.js";

export interface Server extends ServerFacts {
  /** CPU microseconds since the last call. */
  cpu(): Promise<number>;
  /** Bytes of the process in memory, after its garbage was collected. */
  memory(): Promise<number>;
  stop(): void;
}

interface Round {
  readonly perSecond: number;
  readonly cpuPerRequest: number;
}

/** One comparison: medians over the rounds, or means over processes. */
export interface BenchResult {
  readonly name: string;
  /** The least ratio that is good enough; null: the figure is for information. */
  readonly goal: number | null;
  /** Of the two sides of one round, which have met the same machine: other work hardly moves it. */
  readonly ratio: number;
  /** A half of the rounds has ratios between these: how far the figure can be trusted. */
  readonly quartiles: readonly [low: number, high: number];
  readonly cpuRatio: number;
  readonly gatewayPerSecond: number;
  readonly rawPerSecond: number;
}

/** What is asked for, and of whom. `headers`: name, value, name, value. */
export interface Side {
  readonly server: Server;
  readonly path: string;
  readonly headers?: readonly string[];
}

export interface Bench {
  /** Starts a role of `servers.ts`. */
  serve(role: string, origin?: string): Promise<Server>;
  idleBytes(side: Side, count: number): Promise<number>;
  compare(name: string, goal: number | null, gateway: Side, raw: Side): Promise<BenchResult>;
}

interface Load {
  measure(side: Side, ms: number): Promise<Round>;
  /** Keeps so many connections open until the next order. */
  idle(side: Side, count: number): Promise<void>;
  stop(): void;
}

/** Starts a bundled program of the bench. */
type Run = (program: Program, ...args: readonly string[]) => ChildProcess;
type Program = "servers" | LoadProgram;
/** Over HTTP, or over WebSockets. */
type LoadProgram = "load" | "web-socket-load";

export interface Effort {
  readonly rounds: number;
  /** Milliseconds of each side of a round. */
  readonly ms: number;
}

/** Runs comparisons, each about `rounds * 2 * ms` milliseconds, and ends all processes. */
export async function withBench<T>(
  effort: Effort,
  work: (bench: Bench) => Promise<T>,
  program: LoadProgram = "load",
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "gateway-bench-"));
  const started: { stop(): void }[] = [];
  try {
    const run = await prepareRun(folder);
    const load = startLoad(run, program);
    started.push(load);
    return await work({
      serve: async (role, origin = "") => {
        const server = await startServer(run, role, origin);
        started.push(server);
        return server;
      },
      idleBytes: (side, count) => idleBytes(load, side, count),
      compare: (name, goal, gateway, raw) => compare(name, goal, gateway, raw, load, effort),
    });
  } finally {
    for (const process of started) process.stop();
    await rm(folder, { recursive: true });
  }
}

/** One file a program, as a generated project is built for production. */
async function prepareRun(folder: string): Promise<Run> {
  await bundlePrograms(["servers.ts", "load.ts", "web-socket-load.ts"], folder);
  return (program, ...args) =>
    spawn(process.execPath, ["--expose-gc", join(folder, `${program}.mjs`), ...args], {
      stdio: ["pipe", "pipe", "inherit"],
    });
}

async function compare(
  name: string,
  goal: number | null,
  gateway: Side,
  raw: Side,
  load: Load,
  { rounds, ms }: Effort,
): Promise<BenchResult> {
  const measure = (side: Side): Promise<Round> => load.measure(side, ms);
  // The first rounds compile the hot paths.
  for (const side of [raw, gateway, raw, gateway]) {
    await load.measure(side, Math.max(ms, WARM_UP_MS));
  }
  const pairs: { readonly gateway: Round; readonly raw: Round }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const first = round % 2 === 0;
    const one = await measure(first ? raw : gateway);
    const other = await measure(first ? gateway : raw);
    pairs.push(first ? { raw: one, gateway: other } : { raw: other, gateway: one });
  }
  const ratios = pairs.map((pair) => pair.gateway.perSecond / pair.raw.perSecond);
  return {
    name,
    goal,
    ...spread(ratios),
    cpuRatio: median(pairs.map((pair) => pair.raw.cpuPerRequest / pair.gateway.cpuPerRequest)),
    gatewayPerSecond: median(pairs.map((pair) => pair.gateway.perSecond)),
    rawPerSecond: median(pairs.map((pair) => pair.raw.perSecond)),
  };
}

/** What one open connection takes of a server's memory, about; over WebSockets alone. */
async function idleBytes(load: Load, { server, path }: Side, count: number): Promise<number> {
  const before = await server.memory();
  await load.idle({ server, path }, count);
  const after = await server.memory();
  await load.idle({ server, path }, 0);
  return (after - before) / count;
}

function startLoad(run: Run, program: LoadProgram): Load {
  const child = run(program);
  const lines = readLines(child);
  return {
    measure: async ({ server, path, headers = [] }, ms) => {
      await server.cpu();
      const order: LoadOrder = { port: server.port, path, headers, ms };
      child.stdin?.write(`${JSON.stringify(order)}\n`);
      const load = JSON.parse(await lines()) as { requests: number; ms: number };
      const cpu = await server.cpu();
      return { perSecond: (load.requests / load.ms) * 1000, cpuPerRequest: cpu / load.requests };
    },
    idle: async ({ server, path }, count) => {
      const order: WebSocketOrder = { port: server.port, path, idle: count };
      child.stdin?.write(`${JSON.stringify(order)}\n`);
      await lines();
    },
    stop: () => child.stdin?.end(),
  };
}

async function startServer(run: Run, role: string, origin: string): Promise<Server> {
  const child = run("servers", role, origin);
  const lines = readLines(child);
  const facts = JSON.parse(await lines()) as ServerFacts;
  return {
    ...facts,
    cpu: () => {
      child.stdin?.write("\n");
      return lines().then(Number);
    },
    memory: () => {
      child.stdin?.write("memory\n");
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

/**
 * Short slices of one side and the other in turn: what else the machine does then falls on both. A round of
 * slices that are longer than what disturbs them compares two states of the machine.
 */
export const SHORT_SLICES: Effort = { rounds: 81, ms: 120 };

/** What only some requests do, too, is compiled by then. */
const WARM_UP_MS = 1500;

/** Effort for {@link repeated}: many sets of processes, each for a few rounds. */
export const FEW_ROUNDS: Effort = { rounds: 5, ms: 200 };
/** Even, for what is done otherwise every other time. */
const RUNS = 12;

/**
 * The same comparisons by processes begun anew, and the means over them. Two processes of one program
 * differ by up to a tenth for as long as they live, by how the engine has come to compile it: rounds of
 * the same two tell nothing of that, and a median over some pairs jumps between the two.
 */
export async function repeated(
  run: (turn: number) => Promise<readonly BenchResult[]>,
): Promise<readonly BenchResult[]> {
  const runs: (readonly BenchResult[])[] = [];
  for (let turn = 0; turn < RUNS; turn += 1) runs.push(await run(turn));
  const [first = []] = runs;
  return first.map((one, i) => {
    const all = runs.flatMap((results) => results[i] ?? []);
    return {
      ...one,
      ...spread(all.map(({ ratio }) => ratio)),
      ratio: mean(all.map(({ ratio }) => ratio)),
      cpuRatio: mean(all.map(({ cpuRatio }) => cpuRatio)),
      gatewayPerSecond: mean(all.map(({ gatewayPerSecond }) => gatewayPerSecond)),
      rawPerSecond: mean(all.map(({ rawPerSecond }) => rawPerSecond)),
    };
  });
}

function spread(ratios: readonly number[]): Pick<BenchResult, "ratio" | "quartiles"> {
  return {
    ratio: median(ratios),
    quartiles: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * part)] ?? Number.NaN;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}
