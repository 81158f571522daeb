// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
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
  const share = createShare(ratio ?? RATE, random);
  if (ratio !== null) return share;
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
    return share();
  };
}

/**
 * Takes a share of the calls. How many are left out until the next one is drawn once for all of them, which
 * has the same distribution as a draw for each: most calls cost a subtraction.
 */
function createShare(part: number, random: Surroundings["random"]): Sampler {
  if (part >= 1) return () => true;
  if (part <= 0) return () => false;
  const draw = (): number => {
    const uniform = (Number.parseInt(random.hex(4), 16) + 1) / 0x1_0000_0001;
    return Math.floor(Math.log(uniform) / Math.log(1 - part));
  };
  let left = draw();
  return () => {
    left -= 1;
    if (left >= 0) return false;
    left = draw();
    return true;
  };
}
