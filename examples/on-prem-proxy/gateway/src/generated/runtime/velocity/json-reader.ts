// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { integer, parseDecimal } from "./number.js";
import { javaTrim } from "./text.js";
import { Double, List, TemplateBodyError, ValueMap, type Value } from "./value.js";

/** Deeper bodies are refused before the stack runs out. */
const maxDepth = 500;

/** Codes of the characters that mean something. */
const tab = 0x09;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;
const doubleQuote = 0x22;
const singleQuote = 0x27;
const plus = 0x2b;
const comma = 0x2c;
const minus = 0x2d;
const point = 0x2e;
const zero = 0x30;
const nine = 0x39;
const colon = 0x3a;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const smallE = 0x65;
const capitalE = 0x45;

/**
 * What a value without quotes ends at, besides the end of the text: a comma, and the bracket around it;
 * a name ends at its colon. `none` outside of everything.
 */
type Stop = typeof none | typeof colon | typeof closeBrace | typeof closeBracket;
const none = 0;

/**
 * Reads a body as the service's JSON reader (json-smart, permissive) does. Numbers keep their Java kind;
 * names and texts may stand without quotes or in single ones; commas may be doubled or trail; what
 * follows the first value is ignored. Text that does not begin like JSON is a string. `kind` is what
 * arrays become. Throws {@link TemplateBodyError}.
 *
 *     {a: 'x', "n": 1.50,}  →  {a=x, n=1.5}      a=1&b=2  →  the string itself      [1, 2  →  throws
 */
export function readJson(text: string, kind: "json" | "list" = "json"): Value {
  return new JsonReader(text, kind).document();
}

/** Goes by character codes: NaN, which equals and exceeds nothing, is the end of the text. */
class JsonReader {
  readonly #text: string;
  readonly #kind: "json" | "list";
  #at = 0;
  #depth = 0;

  constructor(text: string, kind: "json" | "list") {
    this.#text = text;
    this.#kind = kind;
  }

  document(): Value {
    return this.#value(none);
  }

  #fail(): never {
    const where = this.#at >= this.#text.length ? "its end" : `offset ${String(this.#at)}`;
    throw new TemplateBodyError(`the body is not JSON: unexpected text at ${where}`);
  }

  #value(stop: Stop): Value {
    const code = this.#next();
    switch (code) {
      case doubleQuote:
      case singleQuote:
        return this.#quoted(code);
      case openBrace:
        this.#enter();
        return this.#object();
      case openBracket:
        this.#enter();
        return this.#array();
      case colon:
      case closeBrace:
      case closeBracket:
        return this.#fail();
      default:
        if ((code >= zero && code <= nine) || code === minus) return this.#number(stop);
        return this.#word(stop);
    }
  }

  #enter(): void {
    if (++this.#depth > maxDepth) throw new TemplateBodyError("the body is nested too deep");
  }

  /** The character that comes next, white space left out. */
  #next(): number {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code > space) return code;
      const isSpace =
        code === space || code === lineFeed || code === carriageReturn || code === tab;
      if (!isSpace) return code;
      this.#at++;
    }
  }

  #object(): ValueMap {
    const map = new ValueMap();
    let takesMember = true;
    this.#at++;
    for (;;) {
      const code = this.#next();
      if (code === closeBrace) break;
      if (code === comma) {
        takesMember = true;
        this.#at++;
        continue;
      }
      const name = this.#name(code);
      if (!takesMember || this.#next() !== colon) this.#fail();
      if (++this.#at >= this.#text.length) this.#fail();
      map.put(name, this.#value(closeBrace));
      takesMember = this.#next() === comma;
      if (this.#at >= this.#text.length) this.#fail();
    }
    this.#at++;
    this.#depth--;
    return map;
  }

  #name(code: number): string {
    switch (code) {
      case doubleQuote:
      case singleQuote:
        return this.#quoted(code);
      case colon:
      case openBracket:
      case closeBracket:
      case openBrace:
        return this.#fail();
      default:
        return this.#at >= this.#text.length ? this.#fail() : this.#bare(colon);
    }
  }

  #array(): List {
    const items: Value[] = [];
    this.#at++;
    for (;;) {
      const code = this.#next();
      if (code === closeBracket) break;
      if (code === comma) this.#at++;
      else if (this.#at >= this.#text.length || code === colon || code === closeBrace) this.#fail();
      else items.push(this.#value(closeBracket));
    }
    this.#at++;
    this.#depth--;
    return new List(this.#kind, items);
  }

  #quoted(quote: number): string {
    const text = this.#text;
    const start = this.#at + 1;
    let at = start;
    let code = text.charCodeAt(at);
    while (code !== quote && code !== backslash && at < text.length) code = text.charCodeAt(++at);
    if (code === quote) {
      this.#at = at + 1;
      return text.slice(start, at);
    }
    this.#at = start;
    return this.#escaped(quote);
  }

  /** Control characters and unknown escapes vanish here, and only here. */
  #escaped(quote: number): string {
    let value = "";
    for (;;) {
      const char = this.#text.charAt(this.#at);
      if (char === "") this.#fail();
      this.#at++;
      if (char.charCodeAt(0) === quote) return value;
      if (char !== "\\") {
        value += char < " " || char === "\u007f" ? "" : char;
        continue;
      }
      const escape = this.#text.charAt(this.#at);
      if (escape === "") this.#fail();
      this.#at++;
      if (escape === "u") value += this.#unicode(4);
      else if (escape === "x") value += this.#unicode(2);
      else value += escapes.get(escape) ?? "";
    }
  }

  #unicode(length: number): string {
    const hex = this.#text.slice(this.#at, this.#at + length);
    if (hex.length < length || !/^[0-9a-fA-F]+$/.test(hex)) this.#fail();
    this.#at += length;
    return String.fromCharCode(Number.parseInt(hex, 16));
  }

  /** A number, or a text that begins like one: `12 apples`. */
  #number(stop: Stop): Value {
    const start = this.#at;
    const sign = this.#text.charCodeAt(start) === minus ? 1 : 0;
    this.#at += sign;
    let digits = this.#digits();
    let mark = this.#text.charCodeAt(this.#at);
    if (mark !== point && mark !== smallE && mark !== capitalE) {
      const end = this.#at;
      return this.#isStopped(stop) ? this.#integer(start, end) : this.#rest(start, stop);
    }
    if (mark === point) {
      this.#at++;
      digits += this.#digits();
      mark = this.#text.charCodeAt(this.#at);
    }
    let isWhole = digits > 0;
    const isPlain = mark !== smallE && mark !== capitalE;
    if (mark === smallE || mark === capitalE) {
      const first = this.#text.charCodeAt(++this.#at);
      const isSigned = first === plus || first === minus;
      if (!isSigned && !(first >= zero && first <= nine)) return this.#rest(start, stop);
      if (isSigned) this.#at++;
      isWhole = this.#digits() > 0 && isWhole;
    }
    const end = this.#at;
    if (!this.#isStopped(stop)) return this.#rest(start, stop);
    return isWhole ? fraction(this.#text.slice(start, end), isPlain) : this.#fail();
  }

  /** Goes over digits and counts them. */
  #digits(): number {
    const start = this.#at;
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (!(code >= zero && code <= nine)) return this.#at - start;
      this.#at++;
    }
  }

  #isStopped(stop: Stop): boolean {
    const code = this.#next();
    // The engine's table of stops ends at 126: anything beyond ends a number as well.
    return !(code <= closeBrace) || (stop !== none && (code === comma || code === stop));
  }

  #integer(start: number, end: number): Value {
    if (end - start > 1000) this.#fail();
    const text = this.#text.slice(start, end);
    if (text === "-") return 0;
    return text.length < 16 ? Number(text) + 0 : integer(BigInt(text));
  }

  #rest(start: number, stop: Stop): string {
    this.#at = start;
    return this.#bare(stop);
  }

  #word(stop: Stop): Value {
    const word = this.#bare(stop);
    switch (word) {
      case "null":
        return null;
      case "true":
        return true;
      case "false":
        return false;
      case "NaN":
        return new Double(Number.NaN);
      default:
        return word;
    }
  }

  /** Text without quotes up to a stop, trimmed. */
  #bare(stop: Stop): string {
    const text = this.#text;
    const start = this.#at;
    if (stop === none) {
      this.#at = text.length;
      return javaTrim(text.slice(start));
    }
    let at = start;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === stop || (code === comma && stop !== colon)) break;
    }
    this.#at = at;
    return javaTrim(text.slice(start, at));
  }
}

/** `isPlain`: without an exponent. */
function fraction(text: string, isPlain: boolean): Value {
  if (isPlain && isAsPrinted(text)) return Double.written(text);
  const exact = text.length > 18 ? parseDecimal(text) : undefined;
  return exact ?? new Double(Number(text));
}

/**
 * Whether a number is written as Java prints it, by what is told without reading it: up to seven digits
 * in front of the point and up to 15 in all, no zero that could go.
 */
function isAsPrinted(text: string): boolean {
  const start = text.charCodeAt(0) === minus ? 1 : 0;
  const dot = text.indexOf(".", start);
  const length = text.length - start;
  if (dot <= start || dot > start + 7 || length > 16 || dot === text.length - 1) return false;
  // What is below 1 may be so small that it is printed with an exponent.
  const first = text.charCodeAt(start);
  const last = text.charCodeAt(text.length - 1);
  if (!(first > zero && first <= nine) || last > nine) return false;
  return last !== zero || dot === text.length - 2;
}

const escapes: ReadonlyMap<string, string> = new Map([
  ["t", "\t"],
  ["n", "\n"],
  ["f", "\f"],
  ["b", "\b"],
  ["r", "\r"],
  ["'", "'"],
  ['"', '"'],
  ["/", "/"],
  ["\\", "\\"],
]);
