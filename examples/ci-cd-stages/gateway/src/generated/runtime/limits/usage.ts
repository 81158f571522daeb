// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { limitId } from "./limit-id.js";
import { dayOf, nextPeriodStart, periodStart } from "./quota-period.js";
import type { DayNumber, QuotaClaim, StateStore } from "../state/store.js";

/** Where the requests of one API key in a usage plan are counted. */
export function usageCounter(planId: string, keyId: string): string {
  return limitId([planId, keyId]);
}

/** One day of a key's usage, as `GetUsage` lists it: requests used, requests remaining at its end. */
export type UsageDay = readonly [used: number, remaining: number];

/** Which usage is asked for. */
export interface UsageQuestion {
  readonly planId: string;
  readonly keyId: string;
  /** The key's quota in the plan; null: there is none, and -1 remains. That is assumed. */
  readonly quota: QuotaClaim | null;
  readonly firstDay: DayNumber;
  readonly lastDay: DayNumber;
}

/**
 * Reads what a key used by day, and what it had left of its quota each time; null: the state cannot
 * be reached. What is left of the period that is going on comes from the quota itself, with its
 * offset; what was left in periods that are over is reckoned from the counts.
 */
export async function readUsage(
  store: StateStore,
  question: UsageQuestion,
  nowMs: number,
): Promise<readonly UsageDay[] | null> {
  const { planId, keyId, quota, firstDay, lastDay } = question;
  const today = dayOf(nowMs);
  // counts of whole periods, since what is left depends on all days of a period before
  const from = quota === null ? firstDay : periodStart(quota.period, firstDay);
  const to = Math.max(lastDay, today);
  const counts = await store.usage(usageCounter(planId, keyId), from, to);
  const left = quota === null ? null : await store.remaining(quota);
  if (counts === null || (quota !== null && left === null)) return null;
  const used = (day: DayNumber): number => counts[day - from] ?? 0;
  const days: UsageDay[] = [];
  for (let day = firstDay; day <= lastDay; day++) {
    const remaining =
      quota === null || left === null ? -1 : remainingAt(day, { quota, left, today, used });
    days.push([used(day), remaining]);
  }
  return days;
}

interface Counted {
  readonly quota: QuotaClaim;
  /** Of the quota now. */
  readonly left: number;
  readonly today: DayNumber;
  readonly used: (day: DayNumber) => number;
}

function remainingAt(day: DayNumber, { quota, left, today, used }: Counted): number {
  const { period, limit } = quota;
  if (nextPeriodStart(period, day) > today && periodStart(period, day) <= today) {
    let remaining = left;
    for (let later = day + 1; later <= today; later++) remaining += used(later);
    return remaining;
  }
  let remaining = limit;
  for (let other = periodStart(period, day); other <= day; other++) remaining -= used(other);
  return Math.max(0, remaining);
}
