// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { msToNextPeriod } from "./quota-period.js";
import type { BucketClaim, QuotaClaim } from "../state/store.js";

/** Milliseconds until a bucket that holds less than a token holds one; Infinity: it never will. */
export function msToToken({ rateLimit, burstLimit }: BucketClaim, tokens: number): number {
  if (rateLimit <= 0 || burstLimit < 1) return Infinity;
  return Math.ceil(((1 - tokens) * 1000) / rateLimit);
}

/** Milliseconds until a used up quota grants requests again; Infinity: it never will. */
export function msToQuota({ period, limit }: QuotaClaim, nowMs: number): number {
  return limit < 1 ? Infinity : msToNextPeriod(period, nowMs);
}
