import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { drainInTurn } from "../../../src/runtime/websocket/draining.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Drains so many, and gives what was drained when: milliseconds by number. */
function drainAll(count: number, graceMs: number, stopAtMs = Infinity): Map<number, number> {
  const startedMs = Date.now();
  const drained = new Map<number, number>();
  const sessions = Array.from({ length: count }, (_, number) => ({
    drain: () => void drained.set(number, Date.now() - startedMs),
  }));
  const stop = drainInTurn(sessions, graceMs);
  vi.advanceTimersByTime(Math.min(stopAtMs, graceMs));
  stop();
  vi.advanceTimersByTime(graceMs);
  return drained;
}

describe("connections are closed in turn", () => {
  test.each<[count: number, graceMs: number, lastBeforeMs: number, lastAfterMs: number]>([
    [0, 25_000, 1, -1],
    [1, 25_000, 1, -1],
    [10, 25_000, 101, 50],
    [2_000, 25_000, 18_751, 15_000],
    [100_000, 25_000, 18_751, 15_000],
    [2_000, 1_000, 751, 500],
    [50, 0, 1, -1],
  ])("%i within %i ms", (count, graceMs, lastBeforeMs, lastAfterMs) => {
    const drained = drainAll(count, graceMs);
    const last = Math.max(0, ...drained.values());
    expect(drained.size).toBe(count);
    expect(last).toBeLessThan(lastBeforeMs);
    expect(last).toBeGreaterThan(lastAfterMs);
  });

  test("in random order", () => {
    const numbers = Array.from({ length: 1_000 }, (_, number) => number);
    const [first, second] = [drainAll(1_000, 25_000), drainAll(1_000, 25_000)];
    expect([...first.keys()]).not.toEqual(numbers);
    expect([...first.keys()]).not.toEqual([...second.keys()]);
    expect([...first.keys()].toSorted((a, b) => a - b)).toEqual(numbers);
  });

  test("until it is stopped", () => {
    expect(drainAll(1_000, 25_000, 1_000).size).toBeLessThan(150);
  });
});
