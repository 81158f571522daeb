// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { UnsupportedTable } from "../contracts.js";
import type { Handler } from "./integration.js";

/** Answers 501 with the reason: part of the spec that this gateway cannot serve. */
export function unsupportedIntegration(table: UnsupportedTable): Handler {
  const body = JSON.stringify({ message: table.reason });
  return () => ({ status: 501, headers: ["Content-Type", "application/json"], body });
}
