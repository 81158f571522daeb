/**
 * Measures what limits let through: two processes of a generated gateway on one Redis get 4 times a
 * plan's rate over HTTP, then again with Redis killed in the middle and started a second later.
 * `--seconds N` for each run; fails where a limit does not hold as docs/state.md says.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { Pool } from "undici";
import { startRedis, type RedisServer } from "../test/support/redis-server.js";
import { buildGateway } from "./built-gateway.js";

const PROCESSES = 2;
const OVERLOAD = 4;
const RATE = 100;
const BURST = 200;
const TOLERANCE = 0.02;
const AWAY_MS = 1000;
const TICK_MS = 5;
const CONNECTIONS = 64;

interface Scenario {
  readonly name: string;
  readonly restart: boolean;
  /** Redis writes what it knows to a file, and reads it when it starts. */
  readonly persistent: boolean;
  readonly onFailure: "open" | "closed";
}

const scenarios: readonly Scenario[] = [
  { name: "steady", restart: false, persistent: false, onFailure: "closed" },
  { name: "restart, kept, closed", restart: true, persistent: true, onFailure: "closed" },
  { name: "restart, kept, open", restart: true, persistent: true, onFailure: "open" },
  { name: "restart, lost, closed", restart: true, persistent: false, onFailure: "closed" },
];

/** Two callers: one's plan has a throttle, the other's a quota that a third of the requests exceeds. */
const callers = ["throttled", "counted"] as const;
type Caller = (typeof callers)[number];

function quotaOf(seconds: number): number {
  return Math.ceil((RATE * OVERLOAD * seconds * 2) / 3);
}

const document = {
  openapi: "3.0.3",
  info: { title: "Limits", version: "1" },
  components: { securitySchemes: { key: { type: "apiKey", name: "x-api-key", in: "header" } } },
  paths: {
    "/": {
      get: {
        security: [{ key: [] }],
        responses: { "200": { description: "ok" } },
        "x-amazon-apigateway-integration": {
          type: "mock",
          requestTemplates: { "application/json": '{"statusCode": 200}' },
          responses: { default: { statusCode: "200" } },
        },
      },
    },
  },
};

function settingsOf({ onFailure }: Scenario, redis: RedisServer, seconds: number): object {
  const plan = (caller: Caller, limits: object): object => ({
    stages: ["load"],
    keys: [caller],
    ...limits,
  });
  return {
    version: 1,
    stages: { load: {} },
    usagePlans: {
      throttled: plan("throttled", { throttle: { rateLimit: RATE, burstLimit: BURST } }),
      counted: plan("counted", { quota: { limit: quotaOf(seconds), period: "MONTH" } }),
    },
    apiKeys: {
      throttled: { value: { secret: "throttled" } },
      counted: { value: { secret: "counted" } },
    },
    runtime: { state: { driver: "redis", url: redis.url, onFailure } },
  };
}

const keyOf = (caller: Caller): string => `the-key-of-${caller}-0123456789`;

interface GatewayProcess {
  readonly child: ChildProcess;
  readonly pool: Pool;
  /** What its log said when Redis was back: requests that passed unlimited. */
  unlimited(): number;
}

async function startGateway(program: string): Promise<GatewayProcess> {
  const secrets = { THROTTLED: keyOf("throttled"), COUNTED: keyOf("counted") };
  const child = spawn(process.execPath, [program], {
    env: { ...process.env, ...secrets, PORT: "0" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let unlimited = 0;
  createInterface({ input: child.stderr }).on("line", (line) => {
    unlimited = Number(/"passedUnlimited":(\d+)/.exec(line)?.[1] ?? unlimited);
  });
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  const [url] = /http:\S+/.exec(String(line)) ?? [];
  if (url === undefined) throw new Error(`the gateway says: ${String(line)}`);
  const pool = new Pool(url, { connections: CONNECTIONS });
  return { child, pool, unlimited: () => unlimited };
}

async function stopGateway({ child, pool }: GatewayProcess): Promise<void> {
  await pool.close();
  child.kill("SIGTERM");
  await once(child, "exit");
}

/** Requests of one caller by their status. */
interface Tally {
  asked: number;
  readonly byStatus: Map<number, number>;
  slowestMs: number;
}

type Tallies = Readonly<Record<Caller, Tally>>;

/** Sends all requests that are due, in turn to each process, whether earlier ones were answered or not. */
async function load(gateways: readonly GatewayProcess[], seconds: number): Promise<Tallies> {
  const newTally = (): Tally => ({ asked: 0, byStatus: new Map(), slowestMs: 0 });
  const tallies = { throttled: newTally(), counted: newTally() };
  const ask = async (pool: Pool, caller: Caller): Promise<void> => {
    const tally = tallies[caller];
    tally.asked++;
    const askedAtMs = performance.now();
    const headers = { "x-api-key": keyOf(caller) };
    const { statusCode, body } = await pool.request({ method: "GET", path: "/load/", headers });
    await body.dump();
    tally.byStatus.set(statusCode, (tally.byStatus.get(statusCode) ?? 0) + 1);
    tally.slowestMs = Math.max(tally.slowestMs, performance.now() - askedAtMs);
  };
  const startMs = performance.now();
  const waiting = new Set<Promise<void>>();
  for (let sent = 0; performance.now() < startMs + seconds * 1000; await delay(TICK_MS)) {
    const due = ((performance.now() - startMs) * RATE * OVERLOAD) / 1000;
    for (; sent < due; sent++) {
      const gateway = gateways[sent % gateways.length];
      if (gateway === undefined) throw new Error("there is no gateway");
      for (const one of callers.map((caller) => ask(gateway.pool, caller))) {
        waiting.add(one);
        void one.then(() => waiting.delete(one));
      }
    }
  }
  await Promise.all(waiting);
  return tallies;
}

interface Outcome extends Tallies {
  readonly unlimited: number;
  /** Scripts that Redis was asked to run, since it started. */
  readonly roundTrips: number;
}

async function measure(scenario: Scenario, seconds: number): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), "gen-gateway-limits-"));
  const redis = await startRedis(...(scenario.persistent ? ["--appendonly", "yes"] : []));
  const program = await buildGateway(folder, {
    document,
    settings: settingsOf(scenario, redis, seconds),
  });
  const gateways = await Promise.all(
    Array.from({ length: PROCESSES }, () => startGateway(program)),
  );
  const loaded = load(gateways, seconds);
  if (scenario.restart) {
    await delay((seconds * 1000) / 2);
    await redis.kill();
    await delay(AWAY_MS);
    await redis.start();
  }
  const tallies = await loaded;
  const roundTrips = await countScripts(redis);
  await Promise.all(gateways.map(stopGateway));
  await redis.remove();
  rmSync(folder, { recursive: true });
  const unlimited = gateways.reduce((sum, gateway) => sum + gateway.unlimited(), 0);
  return print(scenario, seconds, { ...tallies, unlimited, roundTrips });
}

/** `EVAL` and `EVALSHA` by the server's own count; what scripts do inside makes no round trip. */
async function countScripts(redis: RedisServer): Promise<number> {
  const stats = String(await redis.command("INFO", "commandstats"));
  const calls = stats.matchAll(/cmdstat_eval(?:sha)?:calls=(\d+)/g);
  return [...calls].reduce((sum, [, count]) => sum + Number(count), 0);
}

/** Prints what was admitted; false: the limits did not hold as docs/state.md says. */
function print(scenario: Scenario, seconds: number, outcome: Outcome): boolean {
  const { throttled, counted, unlimited, roundTrips } = outcome;
  const { restart, persistent, onFailure } = scenario;
  const [admitted, granted] = [throttled, counted].map(({ byStatus }) => byStatus.get(200) ?? 0);
  if (admitted === undefined || granted === undefined) throw new Error("nothing was asked");
  const requests = throttled.asked + counted.asked;
  const quota = quotaOf(seconds);
  const allowed = RATE * seconds + BURST;
  const overshoot = Math.max(0, granted - quota);
  // an open quota lets requests pass, too: those above the quota, which is used up in the end
  const limited = admitted - unlimited + (onFailure === "open" ? overshoot : 0);
  const apart = limited / allowed - 1;
  const trips = restart ? "" : `, ${roundTrips} round trips`;
  process.stdout.write(
    [
      `${scenario.name}: ${PROCESSES} gateways, ${seconds} s, ${requests} requests${trips}, ${unlimited} passed unlimited`,
      `  throttle ${RATE}/s, burst ${BURST}: ${statusText(throttled)}; ${limited} of ${allowed} (${percent(apart)})`,
      `  quota ${quota}: ${statusText(counted)}; overshoot ${overshoot}`,
      "",
    ].join("\n"),
  );
  if (!restart) {
    const oneTripEach = roundTrips - requests <= PROCESSES * CONNECTIONS;
    return Math.abs(apart) <= TOLERANCE && overshoot === 0 && oneTripEach;
  }
  if (!persistent) return limited <= (allowed + BURST) * (1 + TOLERANCE);
  const isWithin = limited <= allowed * (1 + TOLERANCE);
  return isWithin && (onFailure === "open" ? overshoot <= unlimited : overshoot === 0);
}

function statusText({ asked, byStatus, slowestMs }: Tally): string {
  const statuses = [...byStatus].toSorted(([a], [b]) => a - b);
  const counts = statuses.map(([status, count]) => `${status}: ${count}`).join(", ");
  return `asked ${asked}, ${counts}, slowest ${slowestMs.toFixed(0)} ms`;
}

function percent(share: number): string {
  return `${share >= 0 ? "+" : ""}${(share * 100).toFixed(2)} %`;
}

const at = process.argv.indexOf("--seconds");
const seconds = Number(at === -1 ? 60 : process.argv[at + 1]);
let holds = true;
for (const scenario of scenarios) holds = (await measure(scenario, seconds)) && holds;
process.exitCode = holds ? 0 : 1;
