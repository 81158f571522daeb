import { memoryTarget } from "./memory-target.js";
import { projectTarget } from "./project-target.js";
import type { GatewayTarget } from "./target.js";

/** Ways of running a gateway that `npm run conformance` knows, in the order of the table. */
export const TARGET_NAMES = ["memory", "project"] as const;

export type TargetName = (typeof TARGET_NAMES)[number];

/** Makes a target. */
export function createTarget(name: TargetName): GatewayTarget {
  switch (name) {
    case "memory":
      return memoryTarget();
    case "project":
      return projectTarget();
  }
}
