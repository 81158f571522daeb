const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of a duration of the settings: `250ms`, `30s`; undefined: there is none. */
export function durationMs(text: unknown): number | undefined {
  const [, number, unit] = /^([\d.]+)(ms|s|m|h)$/.exec(typeof text === "string" ? text : "") ?? [];
  return unit === undefined ? undefined : Math.round(Number(number) * (unitMs[unit] ?? 1));
}
