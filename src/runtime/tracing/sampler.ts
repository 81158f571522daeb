import type { Surroundings } from "../exchange.js";

/** Decides whether a request that nobody decided about begins a trace. */
export type Sampler = () => boolean;

/** Requests a second that X-Ray's own rule takes first, and its share of the others. */
const RESERVOIR = 1;
const RATE = 0.05;

/** @param ratio 0 to 1; null: the default rule of X-Ray. Source: X-Ray developer guide, "Sampling rules". */
export function createSampler(
  ratio: number | null,
  { clock, random }: Pick<Surroundings, "clock" | "random">,
): Sampler {
  const share = (part: number): boolean =>
    part >= 1 || (part > 0 && Number.parseInt(random.hex(4), 16) < part * 0x1_0000_0000);
  if (ratio !== null) return () => share(ratio);
  let second = 0;
  let taken = 0;
  return () => {
    const now = Math.floor(clock() / 1000);
    if (now !== second) {
      second = now;
      taken = 0;
    }
    if (taken < RESERVOIR) {
      taken += 1;
      return true;
    }
    return share(RATE);
  };
}
