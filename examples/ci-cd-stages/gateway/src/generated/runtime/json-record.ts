// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
/** A JSON object; lists and null are none. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
