/**
 * Measures what limits let through: two processes on one Redis ask for 4 times a plan's rate, then
 * again with Redis killed in the middle and started a second later. `--seconds N` for each run.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createRedisStore } from "../src/runtime/state/redis.js";
import type { RedisCounters } from "../src/runtime/state/redis.js";
import type { Claim } from "../src/runtime/state/store.js";
import { startRedis } from "../test/support/redis-server.js";

const PROCESSES = 2;
const OVERLOAD = 4;
const RATE = 500;
const BURST = 1000;
const TOLERANCE = 0.02;
const AWAY_MS = 1000;
const TICK_MS = 5;

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

interface Job {
  readonly url: string;
  readonly onFailure: "open" | "closed";
  readonly seconds: number;
  readonly startAtMs: number;
}

/** Requests of one process by what became of them. */
interface Tally {
  asked: number;
  admitted: number;
  unlimited: number;
  refused: number;
  unavailable: number;
  slowestMs: number;
}

interface Outcome {
  readonly throttled: Tally;
  readonly quota: Tally;
  readonly counters: RedisCounters;
}

/** One caller has a throttle; another has a quota that a third of his requests use up. */
function claims(seconds: number): { readonly throttled: Claim; readonly quota: Claim } {
  const bucket = { id: "throttled", rateLimit: RATE, burstLimit: BURST };
  return {
    throttled: { buckets: [bucket], quotas: [], usage: "throttled" },
    quota: { buckets: [], quotas: [quotaOf(seconds)], usage: "quota" },
  };
}

function quotaOf(seconds: number) {
  const limit = Math.ceil((RATE * OVERLOAD * seconds * 2) / 3);
  return { id: "quota", limit, period: "MONTH", offset: 0 } as const;
}

async function work({ url, onFailure, seconds, startAtMs }: Job): Promise<Outcome> {
  const logger = { warn: () => undefined, error: () => undefined };
  const store = createRedisStore({ urls: [url], apiId: "load", onFailure, logger });
  await store.opened;
  const { throttled, quota } = claims(seconds);
  const tallies = { throttled: newTally(), quota: newTally() };
  const ask = async (claim: Claim, tally: Tally): Promise<void> => {
    const askedAtMs = performance.now();
    tally.asked++;
    const admission = await store.admit(claim);
    tally.slowestMs = Math.max(tally.slowestMs, performance.now() - askedAtMs);
    if (admission.outcome === "unavailable") tally.unavailable++;
    else if (admission.outcome !== "admitted") tally.refused++;
    else if (admission.limited) tally.admitted++;
    else tally.unlimited++;
  };
  await delay(startAtMs - Date.now());
  const perMs = (RATE * OVERLOAD) / PROCESSES / 1000;
  const waiting = new Set<Promise<void>>();
  for (let sent = 0; Date.now() < startAtMs + seconds * 1000; await delay(TICK_MS)) {
    for (const due = (Date.now() - startAtMs) * perMs; sent < due; sent++) {
      for (const one of [ask(throttled, tallies.throttled), ask(quota, tallies.quota)]) {
        waiting.add(one);
        void one.then(() => waiting.delete(one));
      }
    }
  }
  await Promise.all(waiting);
  await store.close();
  return { ...tallies, counters: store.counters() };
}

function newTally(): Tally {
  return { asked: 0, admitted: 0, unlimited: 0, refused: 0, unavailable: 0, slowestMs: 0 };
}

async function measure(scenario: Scenario, seconds: number): Promise<boolean> {
  const persistence = scenario.persistent ? ["--appendonly", "yes"] : [];
  const server = await startRedis(...persistence);
  const startAtMs = Date.now() + 1500;
  const job: Job = { url: server.url, onFailure: scenario.onFailure, seconds, startAtMs };
  const running = Array.from({ length: PROCESSES }, () => runWorker(job));
  if (scenario.restart) {
    await delay(startAtMs - Date.now() + (seconds * 1000) / 2);
    await server.kill();
    await delay(AWAY_MS);
    await server.start();
  }
  const outcomes = await Promise.all(running);
  await server.remove();
  return print(scenario, seconds, outcomes);
}

async function runWorker(job: Job): Promise<Outcome> {
  const child = fork(fileURLToPath(import.meta.url), ["--work", JSON.stringify(job)]);
  const [answer] = await once(child, "message");
  return JSON.parse(String(answer));
}

/** Prints what was admitted; false: the limits did not hold as docs/state.md says. */
function print(scenario: Scenario, seconds: number, outcomes: readonly Outcome[]): boolean {
  const throttled = total(outcomes.map((outcome) => outcome.throttled));
  const quota = total(outcomes.map((outcome) => outcome.quota));
  const { limit } = quotaOf(seconds);
  const lost = scenario.restart && !scenario.persistent;
  const allowed = RATE * seconds + BURST;
  const apart = throttled.admitted / allowed - 1;
  const overshoot = Math.max(0, quota.admitted + quota.unlimited - limit);
  const interruptions = outcomes.reduce((sum, { counters }) => sum + counters.interruptions, 0);
  const commands = outcomes.reduce((sum, { counters }) => sum + counters.commands, 0);
  process.stdout.write(
    [
      `${scenario.name}: ${PROCESSES} processes, ${seconds} s, ${throttled.asked + quota.asked} requests, ${commands} round trips, ${interruptions} interruptions`,
      `  throttle ${RATE}/s, burst ${BURST}: asked ${throttled.asked}, admitted ${throttled.admitted} of ${allowed} (${percent(apart)}), unlimited ${throttled.unlimited}, refused ${throttled.refused}, slowest ${throttled.slowestMs.toFixed(0)} ms`,
      `  quota ${limit}: asked ${quota.asked}, admitted ${quota.admitted}, unlimited ${quota.unlimited}, refused ${quota.refused}, unavailable ${quota.unavailable}, overshoot ${overshoot}`,
      "",
    ].join("\n"),
  );
  const quotaHolds = scenario.onFailure === "open" || lost || overshoot === 0;
  return scenario.restart ? quotaHolds : quotaHolds && Math.abs(apart) <= TOLERANCE;
}

function total(tallies: readonly Tally[]): Tally {
  const sum = newTally();
  for (const tally of tallies) {
    sum.asked += tally.asked;
    sum.admitted += tally.admitted;
    sum.unlimited += tally.unlimited;
    sum.refused += tally.refused;
    sum.unavailable += tally.unavailable;
    sum.slowestMs = Math.max(sum.slowestMs, tally.slowestMs);
  }
  return sum;
}

function percent(share: number): string {
  return `${share >= 0 ? "+" : ""}${(share * 100).toFixed(2)} %`;
}

function option(name: string): string | undefined {
  const at = process.argv.indexOf(name);
  return at === -1 ? undefined : process.argv[at + 1];
}

const job = option("--work");
if (job === undefined) {
  const seconds = Number(option("--seconds") ?? 60);
  let holds = true;
  for (const scenario of scenarios) holds = (await measure(scenario, seconds)) && holds;
  process.exitCode = holds ? 0 : 1;
} else {
  process.send?.(JSON.stringify(await work(JSON.parse(job))));
  process.disconnect();
}
