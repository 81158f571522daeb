/**
 * Text with wildcards and policy variables, as it stands in Resource, Action and Condition elements.
 * Source: IAM user guide, "IAM policy elements: Variables and tags".
 */
export interface Pattern {
  /** The code units and wildcards where there is no variable; null: they depend on the request. */
  readonly fixed: Codes | null;
  readonly parts: readonly PatternPart[];
}

type PatternPart =
  | { readonly kind: "codes"; readonly codes: Codes }
  | { readonly kind: "variable"; readonly key: string; readonly fallback: string | null };

/** UTF-16 code units; {@link ANY} and {@link ONE} are wildcards. */
type Codes = readonly number[];
const ANY = -1;
const ONE = -2;

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
  const parts: PatternPart[] = [];
  let end = 0;
  for (const match of options.variables ? text.matchAll(VARIABLE) : []) {
    parts.push(codesOf(text.slice(end, match.index), options));
    parts.push(variableOf(match[1] ?? ""));
    end = match.index + match[0].length;
  }
  parts.push(codesOf(text.slice(end), options));
  const fixed = parts.every((part) => part.kind === "codes")
    ? parts.flatMap((part) => part.codes)
    : null;
  return { fixed, parts };
}

function codesOf(text: string, { wildcards, ignoreCase }: PatternOptions): PatternPart {
  const codes: number[] = [];
  const plain = ignoreCase ? text.toLowerCase() : text;
  for (let at = 0; at < plain.length; at++) {
    const code = plain.charCodeAt(at);
    if (wildcards && code === 42) {
      // several stars in a row are one
      if (codes.at(-1) !== ANY) codes.push(ANY);
    } else codes.push(wildcards && code === 63 ? ONE : code);
  }
  return { kind: "codes", codes };
}

function variableOf(inside: string): PatternPart {
  if (inside === "*" || inside === "?" || inside === "$") {
    return { kind: "codes", codes: [inside.charCodeAt(0)] };
  }
  const [, key = inside, fallback] = /^([^,]*),\s*'([^']*)'\s*$/.exec(inside) ?? [];
  return { kind: "variable", key: key.trim().toLowerCase(), fallback: fallback ?? null };
}

/** Whether the whole of a text fits. A pattern with a variable that has no value fits nothing. */
export function matchesPattern(
  { fixed, parts }: Pattern,
  text: string,
  variable: VariableReader,
  ignoreCase = false,
): boolean {
  const codes = fixed ?? filled(parts, variable, ignoreCase);
  return codes !== null && matches(codes, ignoreCase ? text.toLowerCase() : text);
}

/** A value is text, whatever it holds. */
function filled(
  parts: readonly PatternPart[],
  variable: VariableReader,
  ignoreCase: boolean,
): Codes | null {
  const codes: number[] = [];
  for (const part of parts) {
    if (part.kind === "codes") codes.push(...part.codes);
    else {
      const value = variable(part.key) ?? part.fallback;
      if (value === null) return null;
      const plain = ignoreCase ? value.toLowerCase() : value;
      for (let at = 0; at < plain.length; at++) codes.push(plain.charCodeAt(at));
    }
  }
  return codes;
}

/** Only the last star can be stretched, so that time grows with both lengths multiplied at most. */
function matches(codes: Codes, text: string): boolean {
  let at = 0;
  let code = 0;
  let starCode = -1;
  let starAt = 0;
  while (at < text.length) {
    const wanted = codes[code];
    if (wanted === ANY) {
      starCode = code++;
      starAt = at;
    } else if (wanted === ONE || wanted === text.charCodeAt(at)) {
      code++;
      at++;
    } else if (starCode >= 0) {
      code = starCode + 1;
      at = ++starAt;
    } else return false;
  }
  while (codes[code] === ANY) code++;
  return code === codes.length;
}
