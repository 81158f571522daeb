// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
/** Upper bounds of the buckets, in milliseconds. */
export const BOUNDS_MS: readonly number[] = [
  1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000,
];

/** How many values fell into each bucket. */
export class Histogram {
  /** The last one is for what is above all bounds. */
  readonly counts: number[] = BOUNDS_MS.map(() => 0).concat(0);
  count = 0;
  sumMs = 0;

  add(valueMs: number): void {
    let bucket = 0;
    while (bucket < BOUNDS_MS.length && valueMs > (BOUNDS_MS[bucket] ?? Infinity)) bucket += 1;
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.count += 1;
    this.sumMs += valueMs;
  }
}
