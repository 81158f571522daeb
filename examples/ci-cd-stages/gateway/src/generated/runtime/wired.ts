// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { RouteTable } from "./contracts.js";

/** A part that a route needs. Throws when it is not there: a route never opens without it. */
export function wired<T>(part: T | undefined, name: string, { operation }: RouteTable): T {
  if (part !== undefined) return part;
  throw new Error(`route ${operation} needs the part "${name}", which is not wired`);
}
