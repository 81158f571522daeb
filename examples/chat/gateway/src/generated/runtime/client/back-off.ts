// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
/** When a lost connection is tried again. */
export interface BackOff {
  /** Longest wait before the first try; default 500. */
  readonly firstDelayMs?: number;
  /** Longest wait before any try; default 30,000. */
  readonly maxDelayMs?: number;
  /** Tries in a row without success; default: no end. */
  readonly maxAttempts?: number;
}

/**
 * Milliseconds to wait before a try, doubled from one to the next; undefined: there are no more tries. A random
 * part of the time, so that many clients do not come back at once.
 * @param attempt tries since the last success, the first is 0.
 * @param random at least 0, below 1.
 */
export function backOffDelay(
  { firstDelayMs = 500, maxDelayMs = 30_000, maxAttempts = Infinity }: BackOff,
  attempt: number,
  random: number,
): number | undefined {
  if (attempt >= maxAttempts) return undefined;
  return Math.round(Math.min(maxDelayMs, firstDelayMs * 2 ** Math.min(attempt, 30)) * random);
}
