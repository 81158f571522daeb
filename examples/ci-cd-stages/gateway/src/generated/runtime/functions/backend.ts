// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
/**
 * Chooses the backend for any of some keys (an ARN, a host, an operation): an exact match first,
 * then the pattern with the most literal characters.
 */
export function chooseBackend<Backend extends { readonly match: readonly string[] }>(
  backends: readonly Backend[],
  keys: readonly string[],
): Backend | null {
  let best: Backend | null = null;
  let bestLiteral = -1;
  for (const backend of backends) {
    for (const pattern of backend.match) {
      const literal = literalLength(pattern, keys);
      if (literal > bestLiteral) {
        best = backend;
        bestLiteral = literal;
      }
    }
  }
  return best;
}

/** Literal characters of a pattern that matches, infinite when it is exact; -1: no match. */
function literalLength(pattern: string, keys: readonly string[]): number {
  if (keys.includes(pattern)) return Number.POSITIVE_INFINITY;
  if (!pattern.includes("*") || !keys.some((key) => matchesPattern(pattern, key))) return -1;
  return pattern.replaceAll("*", "").length;
}

/** `*` stands for any characters; the pieces between are looked up left to right, once each. */
export function matchesPattern(pattern: string, text: string): boolean {
  const pieces = pattern.split("*");
  const first = pieces[0] ?? "";
  const last = pieces.at(-1) ?? "";
  if (pieces.length === 1) return pattern === text;
  if (text.length < first.length + last.length) return false;
  if (!text.startsWith(first) || !text.endsWith(last)) return false;
  let at = first.length;
  const limit = text.length - last.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = text.indexOf(piece, at);
    if (found === -1 || found + piece.length > limit) return false;
    at = found + piece.length;
  }
  return true;
}
