import type { CharacterRanges, PatternNode } from "../runtime/regexp/java-pattern.js";
import { complement, normalise } from "../runtime/regexp/java-pattern.js";

/** A pattern of a schema: ECMAScript's regular expressions, as JSON Schema has them. */
export interface SchemaPattern {
  /** For the check of what matching costs; characters outside the BMP stand as any surrogate. */
  readonly tree: PatternNode;
  /** Every alternative begins with `^`. */
  readonly isAnchored: boolean;
  /** Something after a match may still refuse it: `$`, `\b`, a look-around. */
  readonly hasAssertion: boolean;
  /** The same for RE2, or why there is none. */
  readonly re2: { readonly source: string } | { readonly problem: string };
}

/** Reads a pattern that the engine of the language takes; undefined where it holds what is not read here. */
export function parseSchemaPattern(text: string): SchemaPattern | undefined {
  try {
    return new PatternReader(text).read();
  } catch (error) {
    if (error instanceof NotRead) return undefined;
    throw error;
  }
}

class NotRead extends Error {}

interface Read {
  readonly tree: PatternNode;
  readonly source: string;
  readonly isAnchored: boolean;
  /** How often RE2 would write the innermost part: counts inside of counts multiply. */
  readonly copies: number;
}

const all: CharacterRanges = [[0, 0xffff]];
const beyondAscii: CharacterRanges = [[0x80, 0xffff]];
const digits: CharacterRanges = [[48, 57]];
const letters: CharacterRanges = [
  [65, 90],
  [97, 122],
];
const words: CharacterRanges = normalise([...digits, ...letters, [95, 95]]);
const spaces: CharacterRanges = [
  [9, 13],
  [32, 32],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
];
const lineEnds: CharacterRanges = [
  [10, 10],
  [13, 13],
  [0x2028, 0x2029],
];
/** RE2 writes its white space without what Unicode adds. */
const spacesSource =
  "\\t-\\r \\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}";
const controls: Readonly<Record<string, number | undefined>> = { t: 9, n: 10, v: 11, f: 12, r: 13 };

/** Properties that RE2 knows, by its names for them. */
const categories: Readonly<Record<string, string | undefined>> = {
  Letter: "L",
  Uppercase_Letter: "Lu",
  Lowercase_Letter: "Ll",
  Mark: "M",
  Number: "N",
  Decimal_Number: "Nd",
  Punctuation: "P",
  Symbol: "S",
  Separator: "Z",
};
const scripts = new Set([
  "Arabic",
  "Cyrillic",
  "Devanagari",
  "Greek",
  "Han",
  "Hangul",
  "Hebrew",
  "Hiragana",
  "Katakana",
  "Latin",
  "Thai",
]);

/** The largest count that RE2 takes. */
const maxCount = 1000;

class PatternReader {
  readonly #text: string;
  #at = 0;
  #hasAssertion = false;
  #problem: string | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  read(): SchemaPattern {
    const { tree, source, isAnchored } = this.#choice();
    if (this.#at < this.#text.length) throw new NotRead();
    const problem = this.#problem;
    return {
      tree,
      isAnchored,
      hasAssertion: this.#hasAssertion,
      re2: problem === undefined ? { source } : { problem },
    };
  }

  #choice(): Read {
    const branches = [this.#sequence()];
    while (this.#take("|")) branches.push(this.#sequence());
    const [only, second] = branches;
    if (only && !second) return only;
    return {
      tree: { kind: "choice", of: branches.map(({ tree }) => tree) },
      source: branches.map(({ source }) => source).join("|"),
      isAnchored: branches.every((branch) => branch.isAnchored),
      copies: mostCopies(branches),
    };
  }

  #sequence(): Read {
    const parts: Read[] = [];
    while (this.#at < this.#text.length && !/[|)]/.test(this.#peek())) parts.push(this.#term());
    return {
      tree: { kind: "sequence", of: parts.map(({ tree }) => tree) },
      source: parts.map(({ source }) => source).join(""),
      isAnchored: parts[0]?.isAnchored === true,
      copies: mostCopies(parts),
    };
  }

  #term(): Read {
    const atom = this.#atom();
    const found = this.#match(/[*+?]|\{(\d+)(?:(,)(\d*))?\}/y);
    if (!found) return atom;
    const lazy = this.#take("?") ? "?" : "";
    const [text, least = "", comma, most] = found;
    const min = text === "+" ? 1 : Number(least);
    const end = comma !== undefined && (most ?? "") === "" ? Infinity : Number(most ?? least);
    const max = text === "?" ? 1 : /[*+]/.test(text) ? Infinity : end;
    const copies = atom.copies * Math.max(Number.isFinite(max) ? max : min, 1);
    if (copies > maxCount) this.#problem ??= `repeats more than ${maxCount} times`;
    return {
      tree: { kind: "repeat", of: atom.tree, min, max },
      source: `${atom.source}${text}${lazy}`,
      isAnchored: atom.isAnchored && min > 0,
      copies,
    };
  }

  #atom(): Read {
    const character = this.#peek();
    switch (character) {
      case "(":
        return this.#group();
      case "[":
        return this.#class();
      case "\\":
        return this.#escape();
      case ".":
        this.#at++;
        return characters("[^\\n\\r\\x{2028}\\x{2029}]", complement(lineEnds));
      case "^":
        this.#at++;
        return { tree: { kind: "empty" }, source: "^", isAnchored: true, copies: 1 };
      case "$":
        this.#at++;
        return this.#assertion("$");
      case "*":
      case "+":
      case "?":
        throw new NotRead();
      default:
        return this.#literal();
    }
  }

  /** A character that stands for itself; `]`, `{` and `}` do outside of Unicode mode. */
  #literal(): Read {
    const code = this.#text.codePointAt(this.#at) ?? 0;
    this.#at += code > 0xffff ? 2 : 1;
    return characters(literal(code), rangeOf(code, code));
  }

  #assertion(source: string): Read {
    this.#hasAssertion = true;
    return { tree: { kind: "empty" }, source, isAnchored: false, copies: 1 };
  }

  #group(): Read {
    const found = this.#match(/\((?:\?(?:(:)|([=!]|<[=!])|<[^>]*>))?/y);
    const look = found?.[2];
    if (this.#peek() === "?") throw new NotRead();
    const inner = this.#choice();
    if (!this.#take(")")) throw new NotRead();
    if (look === undefined) return { ...inner, source: `(?:${inner.source})` };
    this.#problem ??= "looks ahead or behind";
    return { ...this.#assertion(""), tree: { kind: "look", of: inner.tree } };
  }

  #escape(): Read {
    const letter = this.#text.charAt(this.#at + 1);
    if (letter === "b" || letter === "B") {
      this.#at += 2;
      return this.#assertion(`\\${letter}`);
    }
    if (/[1-9k]/.test(letter)) {
      // What a group matched is any text.
      this.#problem ??= "refers back to a group";
      const reference = this.#match(/\\(?:\d+|k<[^>]*>)/y);
      if (!reference) throw new NotRead();
      return {
        tree: { kind: "repeat", of: { kind: "characters", ranges: all }, min: 0, max: Infinity },
        source: "",
        isAnchored: false,
        copies: 1,
      };
    }
    const { ranges, source, isSet } = this.#escaped();
    return characters(isSet ? `[${source}]` : source, ranges);
  }

  /** One escape, inside a class or outside; `source` is for inside when it is a set. */
  #escaped(): {
    readonly ranges: CharacterRanges;
    readonly source: string;
    readonly isSet: boolean;
  } {
    const found = this.#match(
      /\\(?:x([\dA-Fa-f]{2})|u\{([\dA-Fa-f]+)\}|u([\dA-Fa-f]{4})|c([A-Za-z])|([pP])\{([\w=]+)\}|(0)(?!\d)|([^]))/y,
    );
    if (!found) throw new NotRead();
    const [, short, braced, long, control, property, name = "", zero, letter = ""] = found;
    const digitsHex = short ?? braced ?? long;
    if (property !== undefined) return this.#property(property, name);
    const code =
      digitsHex !== undefined
        ? Number.parseInt(digitsHex, 16)
        : control !== undefined
          ? control.charCodeAt(0) % 32
          : zero !== undefined
            ? 0
            : controls[letter];
    if (code !== undefined) return single(this.#withSurrogate(code));
    switch (letter) {
      case "d":
        return { ranges: digits, source: "0-9", isSet: true };
      case "w":
        return { ranges: words, source: "\\w", isSet: true };
      case "s":
        return { ranges: spaces, source: spacesSource, isSet: true };
      case "D":
      case "W":
        return {
          ranges: complement(letter === "D" ? digits : words),
          source: `\\${letter}`,
          isSet: true,
        };
      case "S":
        return { ranges: complement(spaces), source: sourceOf(complement(spaces)), isSet: true };
      default:
        // `\-` and the like; other letters stand for themselves outside of Unicode mode
        return single(letter.codePointAt(0) ?? 0);
    }
  }

  /** `\ud83d\ude00` is one character in Unicode mode; a half alone is nothing that RE2 can match. */
  #withSurrogate(code: number): number {
    if (code < 0xd800 || code > 0xdfff) return code;
    const low = this.#match(/\\u(d[c-f][\dA-Fa-f]{2})/iy)?.[1];
    if (low === undefined) this.#problem ??= "matches half of a surrogate pair";
    return low === undefined
      ? code
      : 0x10000 + (code - 0xd800) * 0x400 + Number.parseInt(low, 16) - 0xdc00;
  }

  #property(
    letter: string,
    name: string,
  ): { readonly ranges: CharacterRanges; readonly source: string; readonly isSet: boolean } {
    const plain = name.replace(/^(?:General_Category|gc|Script|sc)=/, "");
    const short = categories[plain] ?? plain;
    if (!/^[CLMNPSZ][a-z]?$/.test(short) && !scripts.has(short))
      this.#problem ??= `uses the property ${name}`;
    const known = /^L[ul]?$/.test(short) ? letters : /^Nd?$/.test(short) ? digits : undefined;
    const ranges = known && letter === "p" ? normalise([...known, ...beyondAscii]) : all;
    return { ranges, source: `\\${letter}{${short}}`, isSet: true };
  }

  #class(): Read {
    this.#at++;
    const isNegated = this.#take("^");
    const ranges: (readonly [number, number])[] = [];
    const sources: string[] = [];
    while (this.#peek() !== "]") {
      if (this.#at >= this.#text.length) throw new NotRead();
      const from = this.#classItem();
      const isRange = !from.isSet && /^-[^\]]/.test(this.#text.slice(this.#at, this.#at + 2));
      if (!isRange) {
        ranges.push(...from.ranges);
        sources.push(from.source);
        continue;
      }
      this.#at++;
      const to = this.#classItem();
      if (to.isSet) {
        // `[\w-.]` outside of Unicode mode: the hyphen is one of the characters
        ranges.push(...from.ranges, [45, 45], ...to.ranges);
        sources.push(from.source, "\\-", to.source);
      } else {
        ranges.push([from.ranges[0]?.[0] ?? 0, to.ranges[0]?.[1] ?? 0xffff]);
        sources.push(`${from.source}-${to.source}`);
      }
    }
    this.#at++;
    const inside = normalise(ranges);
    if (sources.length === 0) {
      if (!isNegated) this.#problem ??= "has a class without characters";
      return characters("[\\x{0}-\\x{10ffff}]", isNegated ? all : []);
    }
    // What is approximated above the BMP must not be cut away by a negation.
    const negated = normalise([...complement(inside), [0xd800, 0xdfff]]);
    return isNegated
      ? characters(`[^${sources.join("")}]`, negated)
      : characters(`[${sources.join("")}]`, inside);
  }

  #classItem(): {
    readonly ranges: CharacterRanges;
    readonly source: string;
    readonly isSet: boolean;
  } {
    if (this.#peek() === "\\") {
      if (this.#text.charAt(this.#at + 1) === "b") {
        this.#at += 2;
        return single(8);
      }
      return this.#escaped();
    }
    const code = this.#text.codePointAt(this.#at) ?? 0;
    this.#at += code > 0xffff ? 2 : 1;
    return single(code);
  }

  #peek(): string {
    return this.#text.charAt(this.#at);
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at++;
    return true;
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found) this.#at += found[0].length;
    return found;
  }
}

function mostCopies(parts: readonly Read[]): number {
  return Math.max(1, ...parts.map(({ copies }) => copies));
}

function single(code: number): {
  readonly ranges: CharacterRanges;
  readonly source: string;
  readonly isSet: boolean;
} {
  return { ranges: rangeOf(code, code), source: literal(code), isSet: false };
}

function characters(source: string, ranges: CharacterRanges): Read {
  return { source, tree: { kind: "characters", ranges }, isAnchored: false, copies: 1 };
}

/** Characters outside the BMP may be any pair of surrogates. */
function rangeOf(from: number, to: number): CharacterRanges {
  return to > 0xffff ? [[Math.min(from, 0xd800), 0xdfff]] : [[from, to]];
}

/** A character for RE2, safe inside a class and outside. */
function literal(code: number): string {
  const character = String.fromCodePoint(code);
  if (/[A-Za-z0-9 _@,:;<>="'%&~#/!`]/.test(character)) return character;
  return code > 32 && code < 127 ? `\\${character}` : `\\x{${code.toString(16)}}`;
}

function sourceOf(ranges: CharacterRanges): string {
  return ranges
    .map(([from, to]) => `${literal(from)}-${to === 0xffff ? "\\x{10ffff}" : literal(to)}`)
    .join("");
}
