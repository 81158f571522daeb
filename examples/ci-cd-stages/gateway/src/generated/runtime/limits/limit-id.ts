// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
/** One text for some names; different names give different texts. */
export function limitId(parts: readonly string[]): string {
  return parts.map((part) => part.replace(/[%/]/g, encodeURIComponent)).join("/");
}
