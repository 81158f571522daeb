import { describe, expect, test } from "vitest";
import { parseDay } from "../../../src/runtime/limits/quota-period.js";
import { planQuota } from "../../../src/runtime/limits/throttle.js";
import { readUsage, usageCounter } from "../../../src/runtime/limits/usage.js";
import type { UsageDay } from "../../../src/runtime/limits/usage.js";
import { createMemoryStore } from "../../../src/runtime/state/memory.js";
import type { QuotaPeriod, StateStore } from "../../../src/runtime/state/store.js";

const DAY_MS = 86_400_000;

/** Counts requests by day, then reads usage at noon of the last day. */
async function report(
  requests: Readonly<Record<string, number>>,
  quota: { limit: number; period: QuotaPeriod; offset: number } | null,
  [first, last]: readonly [first: string, last: string],
): Promise<readonly UsageDay[] | null> {
  let nowMs = 0;
  const store = createMemoryStore({ clock: () => nowMs });
  const [claim = null] = planQuota(quota, "p", "k");
  const quotas = claim === null ? [] : [claim];
  for (const [day, count] of Object.entries(requests)) {
    nowMs = Date.parse(`${day}T12:00:00Z`);
    for (let i = 0; i < count; i++) {
      store.admit({ buckets: [], quotas, usage: usageCounter("p", "k") });
    }
  }
  const [firstDay, lastDay] = [parseDay(first) ?? 0, parseDay(last) ?? 0];
  return readUsage(store, { planId: "p", keyId: "k", quota: claim, firstDay, lastDay }, nowMs);
}

describe("usage by day", () => {
  const requests = { "2026-11-30": 4, "2026-12-01": 2, "2026-12-02": 0, "2026-12-03": 3 };

  test.each<[name: string, quota: Parameters<typeof report>[1], want: readonly UsageDay[]]>([
    [
      "by month",
      { limit: 10, period: "MONTH", offset: 0 },
      [
        [4, 6],
        [2, 8],
        [0, 8],
        [3, 5],
      ],
    ],
    [
      "by day",
      { limit: 10, period: "DAY", offset: 0 },
      [
        [4, 6],
        [2, 8],
        [0, 10],
        [3, 7],
      ],
    ],
    [
      "by week, from Sunday",
      { limit: 10, period: "WEEK", offset: 0 },
      [
        [4, 6],
        [2, 4],
        [0, 4],
        [3, 1],
      ],
    ],
    [
      "without a quota",
      null,
      [
        [4, -1],
        [2, -1],
        [0, -1],
        [3, -1],
      ],
    ],
  ])("%s", async (_name, quota, want) => {
    expect(await report(requests, quota, ["2026-11-30", "2026-12-03"])).toEqual(want);
  });

  test("the offset counts in the period that is going on", async () => {
    const quota = { limit: 10, period: "MONTH", offset: 4 } as const;
    const used = { "2026-12-01": 2, "2026-12-03": 1 };
    expect(await report(used, quota, ["2026-12-01", "2026-12-03"])).toEqual([
      [2, 4],
      [0, 4],
      [1, 3],
    ]);
  });

  test("a refused request is not used", async () => {
    const quota = { limit: 3, period: "DAY", offset: 0 } as const;
    expect(await report({ "2026-12-01": 9 }, quota, ["2026-12-01", "2026-12-01"])).toEqual([
      [3, 0],
    ]);
  });

  test("days before and after, and no days", async () => {
    const quota = { limit: 10, period: "DAY", offset: 0 } as const;
    expect(await report({ "2026-12-02": 1 }, quota, ["2026-12-01", "2026-12-03"])).toEqual([
      [0, 10],
      [1, 9],
      [0, 10],
    ]);
    expect(await report({}, quota, ["2026-12-02", "2026-12-01"])).toEqual([]);
  });

  test("a state that cannot be reached is not told as zero", async () => {
    const away: StateStore = { ...createMemoryStore(), usage: async () => null };
    const question = { planId: "p", keyId: "k", quota: null, firstDay: 1, lastDay: 2 };
    expect(await readUsage(away, question, 3 * DAY_MS)).toBeNull();
  });
});
