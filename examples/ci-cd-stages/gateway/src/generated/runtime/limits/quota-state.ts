// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { periodStart } from "./quota-period.js";
import type { DayNumber, QuotaClaim } from "../state/store.js";

/** What a store keeps of one quota. */
export interface QuotaState {
  /** First day of the period that is counted. */
  readonly start: DayNumber;
  readonly used: number;
  /** No earlier period was seen, so that the offset applies. */
  readonly initial: boolean;
}

/** Requests that a quota has left on a day; null: nothing was counted yet. */
export function quotaLeft(quota: QuotaClaim, state: QuotaState | null, today: DayNumber): number {
  const { limit, offset, period } = quota;
  if (state === null) return limit - offset;
  // a clock that was set back opens no earlier period: what was counted last stays
  if (state.start < periodStart(period, today)) return limit;
  return limit - (state.initial ? offset : 0) - state.used;
}
