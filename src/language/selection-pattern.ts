import { isAmbiguous } from "../runtime/regexp/ambiguity.js";
import { parseJavaPattern } from "../runtime/regexp/java-pattern.js";

export type SelectionPattern =
  { readonly source: string; readonly problem: undefined } | { readonly problem: string };

/**
 * Reads a selection pattern or validation expression: a Java regular expression, written again for
 * ECMAScript. Refused: what ECMAScript does not have, and patterns that may take exponential time.
 */
export function parseSelectionPattern(text: string): SelectionPattern {
  const pattern = parseJavaPattern(text);
  if (pattern.problem !== undefined) return pattern;
  switch (isAmbiguous(pattern.tree)) {
    case "yes":
      return {
        problem:
          "may take exponential time: a repeated group can match the same text in several ways",
      };
    case "too large":
      return { problem: "is too large to be checked for exponential time" };
    case "no":
      return { source: pattern.source, problem: undefined };
  }
}
