import { RE2JS } from "re2js";

/** What compiled validators ask a pattern. */
export interface TextPattern {
  test(text: string): boolean;
}

/**
 * A pattern of a schema that a backtracking engine may need very long for, matched by RE2: its time grows
 * with the text and no faster. `source` is RE2's own text for it, made and checked at generation.
 */
export function linearPattern(source: string): TextPattern {
  return RE2JS.compile(source);
}
