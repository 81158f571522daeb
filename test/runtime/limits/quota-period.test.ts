import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  dayOf,
  dayText,
  msToNextPeriod,
  nextPeriodStart,
  parseDay,
  periodStart,
} from "../../../src/runtime/limits/quota-period.js";
import type { QuotaPeriod } from "../../../src/runtime/state/store.js";

const periods = ["DAY", "WEEK", "MONTH"] as const;

function day(text: string): number {
  const parsed = parseDay(text);
  if (parsed === null) throw new Error(`${text} is not a day`);
  return parsed;
}

describe("periods", () => {
  test.each<[period: QuotaPeriod, of: string, start: string, next: string]>([
    ["DAY", "2026-11-25", "2026-11-25", "2026-11-26"],
    ["WEEK", "2026-11-21", "2026-11-15", "2026-11-22"],
    ["WEEK", "2026-11-22", "2026-11-22", "2026-11-29"],
    ["WEEK", "2026-11-28", "2026-11-22", "2026-11-29"],
    ["WEEK", "2027-01-01", "2026-12-27", "2027-01-03"],
    ["MONTH", "2026-11-01", "2026-11-01", "2026-12-01"],
    ["MONTH", "2026-12-31", "2026-12-01", "2027-01-01"],
    ["MONTH", "2028-02-29", "2028-02-01", "2028-03-01"],
    ["MONTH", "1970-01-31", "1970-01-01", "1970-02-01"],
  ])("%s of %s begins on %s and ends before %s", (period, of, start, next) => {
    expect(dayText(periodStart(period, day(of)))).toBe(start);
    expect(dayText(nextPeriodStart(period, day(of)))).toBe(next);
  });

  test("every day belongs to one period, which lasts until the next", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 60_000 }),
        fc.constantFrom(...periods),
        (of, period) => {
          const [start, next] = [periodStart(period, of), nextPeriodStart(period, of)];
          expect(start).toBeLessThanOrEqual(of);
          expect(next).toBeGreaterThan(of);
          expect(periodStart(period, next)).toBe(next);
          expect(periodStart(period, next - 1)).toBe(start);
        },
      ),
    );
  });

  test("how long a period lasts is counted in UTC to the millisecond", () => {
    expect(msToNextPeriod("DAY", Date.parse("2026-11-25T23:59:59.999Z"))).toBe(1);
    expect(msToNextPeriod("MONTH", Date.parse("2026-12-01T00:00:00Z"))).toBe(31 * 86_400_000);
  });
});

describe("days", () => {
  test.each(["2026-02-29", "2026-13-01", "2026-1-1", "2026-11-25T00:00:00Z", "", "today"])(
    "%j is none",
    (text) => expect(parseDay(text)).toBeNull(),
  );

  test("what is printed is read again", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60_000 }), (of) => {
        expect(parseDay(dayText(of))).toBe(of);
        expect(dayOf(of * 86_400_000 + 1)).toBe(of);
      }),
    );
  });
});
