// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
/** Media type without parameters, lower case; null when the header is absent or empty. */
export function mediaType(header: string | null): string | null {
  if (header === null) return null;
  const end = header.indexOf(";");
  const type = (end === -1 ? header : header.slice(0, end)).trim().toLowerCase();
  return type === "" ? null : type;
}

/** First media type of an `Accept` list, without parameters; later ones do not count. */
export function firstAccepted(header: string | null): string | null {
  if (header === null) return null;
  const end = header.indexOf(",");
  return mediaType(end === -1 ? header : header.slice(0, end));
}

/** The API's `binaryMediaTypes`. */
export interface BinaryTypes {
  readonly any: boolean;
  /** Takes a type as given by {@link mediaType} or {@link firstAccepted}. */
  includes(type: string | null): boolean;
}

/**
 * Prepares `binaryMediaTypes`. An entry matches when it is equal or by a right wildcard
 * (`application/*`); a left wildcard never matches; `*` with `/*` matches even an absent type.
 */
export function prepareBinaryTypes(entries: readonly string[]): BinaryTypes {
  const lower = entries.map((entry) => entry.trim().toLowerCase());
  const exact = new Set(lower);
  const everything = exact.has("*/*");
  const prefixes = lower.filter((entry) => entry.endsWith("/*")).map((entry) => entry.slice(0, -1));
  return {
    any: lower.length > 0,
    includes: (type) =>
      everything ||
      (type !== null && (exact.has(type) || prefixes.some((prefix) => type.startsWith(prefix)))),
  };
}
