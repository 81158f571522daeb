// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { RouteTable, StageTable } from "./contracts.js";

/** What a stage sets for the method of a route; undefined: nothing. */
export function methodSettings(
  { methods }: StageTable,
  { operation }: RouteTable,
): StageTable["methods"][string] | undefined {
  return Object.hasOwn(methods, operation) ? methods[operation] : undefined;
}
