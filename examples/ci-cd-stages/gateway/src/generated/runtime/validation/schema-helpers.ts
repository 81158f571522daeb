// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
/** What compiled validators call for lengths, patterns, `enum`, `const` and `uniqueItems`. */

/**
 * A schema's `pattern`: in Unicode mode, as JSON Schema asks, or without it where the text is valid
 * only so (`[\w-.]`), as many documents have it.
 */
export function schemaPattern(pattern: string): RegExp {
  try {
    return new RegExp(pattern, "u");
  } catch {
    return new RegExp(pattern);
  }
}

/**
 * A pattern whose time grows with a power of the text, and that RE2 cannot express: a text of more than
 * `maxLength` characters does not match.
 */
export function boundedPattern(
  pattern: string,
  maxLength: number,
): { test(text: string): boolean } {
  const expression = schemaPattern(pattern);
  return { test: (text) => text.length <= maxLength && expression.test(text) };
}

/** Length in Unicode code points, as JSON Schema counts. */
export function codePointLength(text: string): number {
  let length = text.length;
  for (let index = 0; index < text.length - 1; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0xd800 || unit > 0xdbff) continue;
    const next = text.charCodeAt(index + 1);
    if (next >= 0xdc00 && next <= 0xdfff) {
      length--;
      index++;
    }
  }
  return length;
}

/** Deep equality of JSON values; the order of members does not matter. */
export function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return (
      Array.isArray(a) &&
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((item, index) => isEqual(item, b[index]))
    );
  }
  const left = Object.entries(a);
  const right = new Map(Object.entries(b));
  return (
    left.length === right.size &&
    left.every(([key, value]) => right.has(key) && isEqual(value, right.get(key)))
  );
}
