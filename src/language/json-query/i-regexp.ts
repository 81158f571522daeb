import { RE2JS } from "re2js";

/** Compiled patterns by their text are kept up to this number: a filter asks for one at every node. */
const maxKept = 100;

/**
 * Whether a text fits an I-Regexp (RFC 9485), as a whole or somewhere in it. In linear time: overlays come
 * from others, and patterns with them. A pattern that is none fits nothing.
 */
export function createIRegexps(): (
  text: string,
  pattern: string,
  how: "match" | "search",
) => boolean {
  const kept = new Map<string, RE2JS | undefined>();
  return (text, pattern, how) => {
    if (!kept.has(pattern)) {
      if (kept.size >= maxKept) kept.clear();
      kept.set(pattern, compile(pattern));
    }
    const compiled = kept.get(pattern);
    if (compiled === undefined) return false;
    return how === "match" ? compiled.matches(text) : compiled.matcher(text).find();
  };
}

/** Escapes that the language has: of its own signs, of control characters, and classes of characters. */
const escape = /\\(?:[()*+.?[\\\]^{|}nrt-]|[pP]\{(?:[CLMNPSZ][a-z]?)\})/y;
const counted = /\{\d+(?:,\d*)?\}/y;

function compile(pattern: string): RE2JS | undefined {
  const source = translate(pattern);
  try {
    return source === undefined ? undefined : RE2JS.compile(source);
  } catch {
    return undefined;
  }
}

/** The same pattern for RE2: a dot takes everything but line ends, and `^` and `$` are ordinary here. */
function translate(pattern: string): string | undefined {
  let source = "";
  let inClass = false;
  for (let at = 0; at < pattern.length;) {
    const character = pattern[at] ?? "";
    const token = tokenAt(pattern, at, character, inClass);
    if (token === undefined) return undefined;
    if (!inClass && character === ".") source += "[^\\n\\r]";
    else if (!inClass && (character === "^" || character === "$")) source += `\\${character}`;
    else source += token;
    if (token === "[") inClass = true;
    else if (token === "]") inClass = false;
    at += token.length;
  }
  return inClass ? undefined : source;
}

/** The next sign of a pattern; undefined for one that the language does not have. */
function tokenAt(
  pattern: string,
  at: number,
  character: string,
  inClass: boolean,
): string | undefined {
  if (character === "\\") return stickyMatch(escape, pattern, at);
  if (inClass) return character === "[" ? undefined : character;
  if (character === "{") return stickyMatch(counted, pattern, at);
  if (character === "}" || character === "]") return undefined;
  // groups have no names and no flags, and nothing is taken lazily or possessively
  if (character === "(" && pattern[at + 1] === "?") return undefined;
  const before = pattern[at - 1] ?? "";
  const isEscaped = pattern[at - 2] === "\\";
  if ((character === "?" || character === "+" || character === "*") && !isEscaped) {
    if (/[?+*(|]/.test(before) || before === "") return undefined;
  }
  return character;
}

function stickyMatch(expression: RegExp, text: string, at: number): string | undefined {
  expression.lastIndex = at;
  return expression.exec(text)?.[0];
}
