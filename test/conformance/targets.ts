import { NotSupportedError, type GatewayTarget } from "./target.js";

/** Ways of running a gateway that `npm run conformance` knows, in the order of the table. */
export const TARGET_NAMES = ["memory", "project"] as const;

export type TargetName = (typeof TARGET_NAMES)[number];

/** Makes a target. Its cases count as unsupported while the generator cannot make a gateway that way. */
export function createTarget(name: TargetName): GatewayTarget {
  return {
    name,
    prepare: () =>
      Promise.reject(new NotSupportedError(`the generator cannot make a gateway for "${name}"`)),
  };
}
