// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
/**
 * Regular expressions of the service are Java's. This reads them, writes the same for ECMAScript, and keeps
 * the structure for the check in ambiguity.ts.
 */

/** What a pattern is made of, as far as matching one text position after the other goes. */
export type PatternNode =
  | { readonly kind: "characters"; readonly ranges: CharacterRanges }
  | { readonly kind: "empty" }
  | { readonly kind: "sequence"; readonly of: readonly PatternNode[] }
  | { readonly kind: "choice"; readonly of: readonly PatternNode[] }
  | { readonly kind: "look"; readonly of: PatternNode }
  | {
      readonly kind: "repeat";
      readonly of: PatternNode;
      readonly min: number;
      readonly max: number;
    };

/** Inclusive ranges of UTF-16 units, sorted and disjoint. */
export type CharacterRanges = readonly (readonly [from: number, to: number])[];

export type ParsedPattern =
  | {
      /** The same for ECMAScript, without flags: `(?i)a` is `[Aa]`. */
      readonly source: string;
      readonly tree: PatternNode;
      readonly problem: undefined;
    }
  | { readonly problem: string };

/** Longest pattern that is read; the service's own are far shorter. */
const maxPatternLength = 1000;

/** Reads a Java pattern. A construct that ECMAScript does not have is a problem, named. */
export function parseJavaPattern(text: string): ParsedPattern {
  if (text.length > maxPatternLength)
    return { problem: `is longer than ${maxPatternLength} characters` };
  try {
    const { source, tree } = new PatternReader(text).read();
    checkSource(source);
    return { source, tree, problem: undefined };
  } catch (error) {
    if (error instanceof PatternProblem) return { problem: error.message };
    throw error;
  }
}

/** The last word is the engine's: what it refuses must not reach a generated file. */
function checkSource(source: string): void {
  try {
    void new RegExp(`^(?:${source})$`);
  } catch {
    throw new PatternProblem("is not a valid regular expression");
  }
}

class PatternProblem extends Error {}

interface Read {
  readonly source: string;
  readonly tree: PatternNode;
}

const all: CharacterRanges = [[0, 0xffff]];
const lineEnds: CharacterRanges = [
  [10, 10],
  [13, 13],
  [0x85, 0x85],
  [0x2028, 0x2029],
];
const digits: CharacterRanges = [[48, 57]];
const words: CharacterRanges = [
  [48, 57],
  [65, 90],
  [95, 95],
  [97, 122],
];
const spaces: CharacterRanges = [
  [9, 13],
  [32, 32],
];
const horizontal: CharacterRanges = [
  [9, 9],
  [32, 32],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x180e, 0x180e],
  [0x2000, 0x200a],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
];

/** Named classes of ASCII; others need Unicode data and are refused. */
const namedClasses: Readonly<Record<string, CharacterRanges>> = {
  Lower: [[97, 122]],
  Upper: [[65, 90]],
  ASCII: [[0, 127]],
  Alpha: [
    [65, 90],
    [97, 122],
  ],
  Digit: digits,
  Alnum: [
    [48, 57],
    [65, 90],
    [97, 122],
  ],
  Punct: [
    [33, 47],
    [58, 64],
    [91, 96],
    [123, 126],
  ],
  Graph: [[33, 126]],
  Print: [[32, 126]],
  Blank: [
    [9, 9],
    [32, 32],
  ],
  Cntrl: [
    [0, 31],
    [127, 127],
  ],
  XDigit: [
    [48, 57],
    [65, 70],
    [97, 102],
  ],
  Space: spaces,
};

class PatternReader {
  readonly #text: string;
  #ignoreCase = false;
  #dotAll = false;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): Read {
    const flags = /^\(\?([a-z]+)\)/.exec(this.#text);
    if (flags) {
      this.#readFlags(flags[1] ?? "");
      this.#at = flags[0].length;
    }
    const read = this.#choice();
    if (this.#at < this.#text.length) throw new PatternProblem("has a ')' without '('");
    return read;
  }

  #readFlags(letters: string): void {
    for (const letter of letters) {
      if (letter === "i") this.#ignoreCase = true;
      else if (letter === "s") this.#dotAll = true;
      else throw new PatternProblem(`uses the flag (?${letter})`);
    }
  }

  #choice(): Read {
    const branches = [this.#sequence()];
    while (this.#take("|")) branches.push(this.#sequence());
    const [only, second] = branches;
    if (only && !second) return only;
    return {
      source: branches.map(({ source }) => source).join("|"),
      tree: { kind: "choice", of: branches.map(({ tree }) => tree) },
    };
  }

  #sequence(): Read {
    const parts: Read[] = [];
    while (this.#at < this.#text.length && !/[|)]/.test(this.#text.charAt(this.#at))) {
      parts.push(this.#quantified());
    }
    const source = parts.map((part) => part.source).join("");
    return { source, tree: { kind: "sequence", of: parts.map((part) => part.tree) } };
  }

  #quantified(): Read {
    const atom = this.#atom();
    const match = /[*+?]|\{(\d+)(?:(,)(\d*))?\}/y;
    match.lastIndex = this.#at;
    const found = match.exec(this.#text);
    if (!found) return atom;
    this.#at += found[0].length;
    if (this.#text[this.#at] === "+") throw new PatternProblem("uses a possessive quantifier");
    const lazy = this.#take("?") ? "?" : "";
    if (/[*+?]/.test(this.#text.charAt(this.#at)))
      throw new PatternProblem("has two quantifiers in a row");
    const [min, max] = limits(found);
    return {
      source: `${atom.source}${found[0]}${lazy}`,
      tree: { kind: "repeat", of: atom.tree, min, max },
    };
  }

  #atom(): Read {
    const character = this.#text.charAt(this.#at);
    switch (character) {
      case "(":
        return this.#group();
      case "[":
        return this.#class();
      case "\\":
        return this.#escape();
      case ".":
        this.#at++;
        return this.#dotAll ? characters("[\\s\\S]", all) : characters(".", complement(lineEnds));
      case "^":
      case "$":
        this.#at++;
        return { source: character, tree: { kind: "empty" } };
      case "*":
      case "+":
      case "?":
      case "{":
        throw new PatternProblem(`has a '${character}' with nothing to repeat`);
      default:
        return this.#literal(character);
    }
  }

  #literal(character: string): Read {
    this.#at++;
    const code = character.charCodeAt(0);
    const ranges = this.#folded(single(code));
    if (ranges.length > 1) return characters(classOf(ranges), ranges);
    return characters(/[\n\r\u2028\u2029\]}]/.test(character) ? hex(code) : character, ranges);
  }

  #group(): Read {
    const match = /\((?:\?(?:(:|=|!|<=|<!)|<([A-Za-z][A-Za-z0-9]*)>|(.)))?/y;
    match.lastIndex = this.#at;
    const [opening = "(", kind, name, other] = match.exec(this.#text) ?? [];
    if (other === ">") throw new PatternProblem("uses an atomic group (?>...)");
    if (other !== undefined)
      throw new PatternProblem(`uses flags inside the pattern (?${other}...`);
    this.#at += opening.length;
    const inner = this.#choice();
    if (!this.#take(")")) throw new PatternProblem("has a '(' without ')'");
    const isLook = kind !== undefined && kind !== ":";
    // Groups are not read by anyone: without names, the same name may stand twice.
    const source = `${name === undefined ? opening : "("}${inner.source})`;
    return { source, tree: isLook ? { kind: "look", of: inner.tree } : inner.tree };
  }

  #escape(): Read {
    const letter = this.#text.charAt(this.#at + 1);
    if (letter === "Q") return this.#quoted();
    if (letter === "A" || letter === "z" || letter === "Z") {
      this.#at += 2;
      return { source: letter === "A" ? "^" : "$", tree: { kind: "empty" } };
    }
    if (letter === "b" || letter === "B") {
      this.#at += 2;
      return { source: `\\${letter}`, tree: { kind: "empty" } };
    }
    if (/[1-9k]/.test(letter)) throw new PatternProblem("refers back to a group");
    if (letter === "R") {
      this.#at += 2;
      const ends = complement(complement([[10, 13], ...lineEnds]));
      return characters(`(?:\\r\\n|${classOf(ends)})`, ends);
    }
    const start = this.#at;
    const ranges = this.#escapedRanges();
    const source = this.#text.slice(start, this.#at);
    const isSame = /^\\(?:[dDwWtnrf]|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|[^A-Za-z0-9\n\r])$/.test(
      source,
    );
    const folded = this.#folded(ranges);
    return characters(isSame && folded === ranges ? source : classOf(folded), folded);
  }

  #quoted(): Read {
    const end = this.#text.indexOf("\\E", this.#at + 2);
    const literal = this.#text.slice(this.#at + 2, end === -1 ? undefined : end);
    this.#at = end === -1 ? this.#text.length : end + 2;
    const parts = Array.from({ length: literal.length }, (_, index) => {
      const ranges = this.#folded(single(literal.charCodeAt(index)));
      const character = literal.charAt(index);
      return characters(
        /[A-Za-z0-9 _]/.test(character) && ranges.length === 1 ? character : classOf(ranges),
        ranges,
      );
    });
    const source = parts.map((part) => part.source).join("");
    return {
      source: `(?:${source})`,
      tree: { kind: "sequence", of: parts.map(({ tree }) => tree) },
    };
  }

  /** The characters of one escape, inside a class or outside; moves behind it. */
  #escapedRanges(): CharacterRanges {
    const match =
      /\\(?:x([0-9A-Fa-f]{2})|x\{([0-9A-Fa-f]{1,4})\}|u([0-9A-Fa-f]{4})|0([0-7]{1,3})|c(.)|([pP])\{(\w+)\}|(.))/sy;
    match.lastIndex = this.#at;
    const found = match.exec(this.#text);
    if (!found) throw new PatternProblem("ends in a backslash");
    this.#at += found[0].length;
    const [, short, braced, long, octal, control, property, name, letter] = found;
    const digitsHex = short ?? braced ?? long;
    if (digitsHex !== undefined) return single(Number.parseInt(digitsHex, 16));
    if (octal !== undefined) return single(Number.parseInt(octal, 8));
    if (control !== undefined) return single(control.charCodeAt(0) ^ 64);
    if (property !== undefined) return this.#property(property, name ?? "");
    return this.#letterRanges(letter ?? "");
  }

  #property(letter: string, name: string): CharacterRanges {
    const ranges = Object.hasOwn(namedClasses, name) ? namedClasses[name] : undefined;
    if (!ranges) throw new PatternProblem(`uses the character class \\${letter}{${name}}`);
    return letter === "P" ? complement(ranges) : ranges;
  }

  #letterRanges(letter: string): CharacterRanges {
    const known = letterClasses[letter];
    if (known) return known;
    if (/[A-Za-z0-9]/.test(letter)) throw new PatternProblem(`uses the escape \\${letter}`);
    return single(letter.charCodeAt(0));
  }

  /** `[…]`: ranges and escapes; unions and intersections of Java's classes are refused. */
  #class(): Read {
    const start = this.#at;
    this.#at++;
    const negated = this.#take("^");
    let ranges: CharacterRanges = [];
    let isSame = true;
    for (let first = true; ; first = false) {
      const character = this.#text.charAt(this.#at);
      if (character === "") throw new PatternProblem("has a '[' without ']'");
      if (character === "]" && !first) break;
      if (character === "[") throw new PatternProblem("uses a class inside a class");
      if (this.#text.startsWith("&&", this.#at))
        throw new PatternProblem("uses an intersection of classes");
      if (first && character === "]") isSame = false;
      const from = this.#classItem();
      isSame &&= from.isSame;
      let item = from.ranges;
      if (/^-[^\]]/s.test(this.#text.slice(this.#at, this.#at + 2))) {
        this.#at++;
        const to = this.#classItem();
        isSame &&= to.isSame;
        item = rangeOf(from.ranges, to.ranges);
      }
      ranges = [...ranges, ...item];
    }
    this.#at++;
    const given = normalise(ranges);
    const folded = this.#folded(given);
    const result = negated ? complement(folded) : folded;
    const source = this.#text.slice(start, this.#at);
    return characters(isSame && folded === given ? source : classOf(result), result);
  }

  #classItem(): { readonly ranges: CharacterRanges; readonly isSame: boolean } {
    const start = this.#at;
    if (this.#text.charAt(start) === "\\") {
      const ranges = this.#escapedRanges();
      const source = this.#text.slice(start, this.#at);
      return { ranges, isSame: /^\\(?:[dDwWtnrf]|[^A-Za-z0-9\s])$/.test(source) };
    }
    this.#at++;
    const code = this.#text.charCodeAt(start);
    return { ranges: single(code), isSame: code >= 32 && code < 127 };
  }

  /** Both cases of ASCII letters under `(?i)`; the same ranges when nothing is added. */
  #folded(ranges: CharacterRanges): CharacterRanges {
    if (!this.#ignoreCase) return ranges;
    const other = ranges.flatMap(([from, to]): [number, number][] => [
      shifted(from, to, 65, 90, 32),
      shifted(from, to, 97, 122, -32),
    ]);
    const added = other.filter(([from, to]) => from <= to);
    const folded = normalise([...ranges, ...added]);
    return String(folded) === String(ranges) ? ranges : folded;
  }

  #take(character: string): boolean {
    if (this.#text.charAt(this.#at) !== character) return false;
    this.#at++;
    return true;
  }
}

const letterClasses: Readonly<Record<string, CharacterRanges | undefined>> = {
  d: digits,
  D: complement(digits),
  w: words,
  W: complement(words),
  s: spaces,
  S: complement(spaces),
  h: horizontal,
  H: complement(horizontal),
  v: lineEnds.concat([[11, 12]]),
  V: complement([
    [10, 13],
    [0x85, 0x85],
    [0x2028, 0x2029],
  ]),
  t: single(9),
  n: single(10),
  r: single(13),
  f: single(12),
  a: single(7),
  e: single(27),
};

function limits(found: RegExpExecArray): [min: number, max: number] {
  const [text, min, comma, max] = found;
  if (text === "*") return [0, Infinity];
  if (text === "+") return [1, Infinity];
  if (text === "?") return [0, 1];
  const low = Number(min);
  if (comma === undefined) return [low, low];
  return [low, max === undefined || max === "" ? Infinity : Number(max)];
}

function characters(source: string, ranges: CharacterRanges): Read {
  return { source, tree: { kind: "characters", ranges } };
}

function single(code: number): CharacterRanges {
  return [[code, code]];
}

function rangeOf(from: CharacterRanges, to: CharacterRanges): CharacterRanges {
  const [low] = from[0] ?? [0];
  const [high] = to[0] ?? [0];
  if (from.length !== 1 || to.length !== 1 || low > high)
    throw new PatternProblem("has a bad range in a class");
  return [[low, high]];
}

function shifted(
  from: number,
  to: number,
  low: number,
  high: number,
  by: number,
): [number, number] {
  return [Math.max(from, low) + by, Math.min(to, high) + by];
}

/** Sorted, without overlaps. */
export function normalise(ranges: CharacterRanges): CharacterRanges {
  const sorted = [...ranges].sort((a, b) => a[0] - b[0]);
  const merged: [number, number][] = [];
  for (const [from, to] of sorted) {
    const last = merged.at(-1);
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}

export function complement(ranges: CharacterRanges): CharacterRanges {
  const result: [number, number][] = [];
  let next = 0;
  for (const [from, to] of normalise(ranges)) {
    if (from > next) result.push([next, from - 1]);
    next = to + 1;
  }
  if (next <= 0xffff) result.push([next, 0xffff]);
  return result;
}

function classOf(ranges: CharacterRanges): string {
  const items = ranges.map(([from, to]) =>
    from === to ? inClass(from) : `${inClass(from)}-${inClass(to)}`,
  );
  return `[${items.join("")}]`;
}

function inClass(code: number): string {
  const character = String.fromCharCode(code);
  return /[A-Za-z0-9 _]/.test(character) ? character : hex(code);
}

function hex(code: number): string {
  const digitsHex = code.toString(16);
  return code <= 0xff ? `\\x${digitsHex.padStart(2, "0")}` : `\\u${digitsHex.padStart(4, "0")}`;
}
