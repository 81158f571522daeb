// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { DayNumber, QuotaPeriod } from "../state/store.js";

const MS_PER_DAY = 86_400_000;

/** The day that a time belongs to, in UTC. */
export function dayOf(timeMs: number): DayNumber {
  return Math.floor(timeMs / MS_PER_DAY);
}

/** `2026-11-25`. */
export function dayText(day: DayNumber): string {
  return new Date(day * MS_PER_DAY).toISOString().slice(0, 10);
}

/** Reads `2026-11-25`; null: not a day of the calendar. */
export function parseDay(text: string): DayNumber | null {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return null;
  const timeMs = Date.parse(`${text}T00:00:00Z`);
  if (Number.isNaN(timeMs)) return null;
  // Date.parse takes February 30 for March 2
  const day = dayOf(timeMs);
  return dayText(day) === text ? day : null;
}

/**
 * First day of the quota period that a day belongs to. Periods follow the calendar in UTC: a day, a
 * week from Sunday, a month from the 1st. That weeks begin on Sunday is assumed.
 */
export function periodStart(period: QuotaPeriod, day: DayNumber): DayNumber {
  switch (period) {
    case "DAY":
      return day;
    case "WEEK":
      return day - new Date(day * MS_PER_DAY).getUTCDay();
    case "MONTH":
      return day - (new Date(day * MS_PER_DAY).getUTCDate() - 1);
  }
}

/** First day of the period after the one that a day belongs to. */
export function nextPeriodStart(period: QuotaPeriod, day: DayNumber): DayNumber {
  switch (period) {
    case "DAY":
      return day + 1;
    case "WEEK":
      return periodStart(period, day) + 7;
    case "MONTH": {
      const date = new Date(day * MS_PER_DAY);
      return dayOf(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1));
    }
  }
}

/** Milliseconds until the period of a time is over. */
export function msToNextPeriod(period: QuotaPeriod, timeMs: number): number {
  return nextPeriodStart(period, dayOf(timeMs)) * MS_PER_DAY - timeMs;
}
