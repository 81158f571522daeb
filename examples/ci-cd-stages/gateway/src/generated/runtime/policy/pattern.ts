// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
/**
 * Text with wildcards and policy variables, as it stands in Resource, Action and Condition elements.
 * Source: IAM user guide, "IAM policy elements: Variables and tags".
 */
export type Pattern =
  | { readonly kind: "fixed"; readonly segments: readonly Segment[] }
  /** It depends on the request. */
  | { readonly kind: "variable"; readonly tokens: readonly Token[] };

/** What stands between two stars: texts with one character of any kind between them. */
interface Segment {
  readonly texts: readonly string[];
  readonly length: number;
  /** The longest of the texts, which is looked for, and where it stands in the segment. */
  readonly longest: string;
  readonly longestAt: number;
}

type Token =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "any" }
  | { readonly kind: "one" }
  | { readonly kind: "variable"; readonly key: string; readonly fallback: string | null };

/** Gives the one value of a condition key, by its name in lower case; undefined: it has none. */
export type VariableReader = (key: string) => string | undefined;

export interface PatternOptions {
  /** `*` and `?` are wildcards. */
  readonly wildcards: boolean;
  /** `${...}` is a variable; policies of 2008 know none. */
  readonly variables: boolean;
  readonly ignoreCase: boolean;
}

/** `${key}` and `${key, 'default'}`; `${*}`, `${?}` and `${$}` are the characters themselves. */
const VARIABLE = /\$\{([^}]*)\}/g;

export function parsePattern(text: string, options: PatternOptions): Pattern {
  const tokens: Token[] = [];
  let end = 0;
  for (const match of options.variables ? text.matchAll(VARIABLE) : []) {
    tokens.push(...tokensOf(text.slice(end, match.index), options));
    tokens.push(variableOf(match[1] ?? ""));
    end = match.index + match[0].length;
  }
  tokens.push(...tokensOf(text.slice(end), options));
  return tokens.some(({ kind }) => kind === "variable")
    ? { kind: "variable", tokens }
    : { kind: "fixed", segments: segmentsOf(tokens, () => undefined, options.ignoreCase) ?? [] };
}

function tokensOf(text: string, { wildcards, ignoreCase }: PatternOptions): readonly Token[] {
  const plain = ignoreCase ? text.toLowerCase() : text;
  if (!wildcards) return plain === "" ? [] : [{ kind: "text", text: plain }];
  return plain
    .split(/([*?])/)
    .filter((piece) => piece !== "")
    .map((piece): Token => {
      if (piece === "*") return { kind: "any" };
      return piece === "?" ? { kind: "one" } : { kind: "text", text: piece };
    });
}

function variableOf(inside: string): Token {
  if (inside === "*" || inside === "?" || inside === "$") return { kind: "text", text: inside };
  const [, key = inside, fallback] = /^([^,]*),\s*'([^']*)'\s*$/.exec(inside) ?? [];
  return { kind: "variable", key: key.trim().toLowerCase(), fallback: fallback ?? null };
}

/** The value of a variable is text, whatever it holds; null: one has no value. */
function segmentsOf(
  tokens: readonly Token[],
  variable: VariableReader,
  ignoreCase: boolean,
): readonly Segment[] | null {
  const segments: string[][] = [];
  let texts = [""];
  for (const token of tokens) {
    if (token.kind === "one") texts.push("");
    else if (token.kind === "any") {
      segments.push(texts);
      texts = [""];
    } else {
      const text = token.kind === "text" ? token.text : (variable(token.key) ?? token.fallback);
      if (text === null) return null;
      texts.push(`${texts.pop() ?? ""}${ignoreCase ? text.toLowerCase() : text}`);
    }
  }
  segments.push(texts);
  return segments.map(segmentOf);
}

function segmentOf(texts: readonly string[]): Segment {
  let [length, longest, longestAt] = [0, "", 0];
  for (const text of texts) {
    if (text.length > longest.length) [longest, longestAt] = [text, length];
    length += text.length + 1;
  }
  return { texts, length: length - 1, longest, longestAt };
}

/** Whether the whole of a text fits. A pattern with a variable that has no value fits nothing. */
export function matchesPattern(
  pattern: Pattern,
  text: string,
  variable: VariableReader,
  ignoreCase = false,
): boolean {
  const segments =
    pattern.kind === "fixed" ? pattern.segments : segmentsOf(pattern.tokens, variable, ignoreCase);
  return segments !== null && matches(segments, ignoreCase ? text.toLowerCase() : text);
}

/**
 * The first segment stands at the start, the last one at the end, and each other one at the first place
 * behind the one before: no star is stretched twice. Time grows with the text alone; with `?` between
 * stars, with both lengths multiplied at most.
 */
function matches(segments: readonly Segment[], text: string): boolean {
  const [first, last] = [segments[0], segments.at(-1)];
  if (first === undefined || last === undefined || !standsAt(first, text, 0)) return false;
  if (segments.length === 1) return first.length === text.length;
  let at = first.length;
  const end = text.length - last.length;
  for (let i = 1; i < segments.length - 1; i++) {
    const segment = segments[i];
    if (segment === undefined || segment.length === 0) continue;
    const found = find(segment, text, at, end);
    if (found === -1) return false;
    at = found + segment.length;
  }
  return at <= end && standsAt(last, text, end);
}

function standsAt({ texts, length }: Segment, text: string, at: number): boolean {
  if (at + length > text.length) return false;
  let place = at;
  for (const part of texts) {
    if (!text.startsWith(part, place)) return false;
    place += part.length + 1;
  }
  return true;
}

/** Where a segment stands first, from `at` on and not beyond `end`; -1: nowhere. */
function find(segment: Segment, text: string, at: number, end: number): number {
  const { texts, length, longest, longestAt } = segment;
  let place = at - 1;
  for (;;) {
    const found = text.indexOf(longest, place + 1 + longestAt);
    place = found - longestAt;
    if (found === -1 || place + length > end) return -1;
    if (texts.length === 1 || standsAt(segment, text, place)) return place;
  }
}
