// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { integer, parseDecimal } from "./number.js";
import { javaTrim } from "./text.js";
import { Double, List, TemplateBodyError, type Value, type ValueMap } from "./value.js";

/** Deeper bodies are refused before the stack runs out. */
const maxDepth = 500;

/** What a value ends at, besides the end of the text. */
type Stop = "" | ",]" | ",}" | ":";

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
    return this.#value("");
  }

  #fail(): never {
    const where = this.#at >= this.#text.length ? "its end" : `offset ${String(this.#at)}`;
    throw new TemplateBodyError(`the body is not JSON: unexpected text at ${where}`);
  }

  #value(stop: Stop): Value {
    this.#skipSpace();
    const code = this.#text.charCodeAt(this.#at);
    switch (code) {
      case 0x7b: // {
        this.#enter();
        return this.#object();
      case 0x5b: // [
        this.#enter();
        return this.#array();
      case 0x22: // "
      case 0x27: // '
        return this.#quoted();
      case 0x3a: // :
      case 0x7d: // }
      case 0x5d: // ]
        return this.#fail();
      default:
        if ((code >= 0x30 && code <= 0x39) || code === 0x2d) return this.#number(stop);
        return this.#word(stop);
    }
  }

  #enter(): void {
    if (++this.#depth > maxDepth) throw new TemplateBodyError("the body is nested too deep");
  }

  #object(): ValueMap {
    const map: ValueMap = new Map();
    let takesMember = true;
    this.#at++;
    for (;;) {
      this.#skipSpace();
      const next = this.#text.charAt(this.#at);
      if (next === "}") break;
      if (next === ",") {
        takesMember = true;
        this.#at++;
        continue;
      }
      if (next === "" || next === ":" || next === "]" || next === "[" || next === "{") this.#fail();
      const isQuoted = next === '"' || next === "'";
      const name = isQuoted ? this.#quoted() : this.#bare(":");
      if (!takesMember) this.#fail();
      this.#skipSpace();
      if (this.#text.charAt(this.#at) !== ":" || ++this.#at >= this.#text.length) this.#fail();
      map.set(name, this.#value(",}"));
      this.#skipSpace();
      takesMember = this.#text.charAt(this.#at) === ",";
      if (this.#at >= this.#text.length) this.#fail();
    }
    this.#at++;
    this.#depth--;
    return map;
  }

  #array(): List {
    const items: Value[] = [];
    this.#at++;
    for (;;) {
      this.#skipSpace();
      const next = this.#text.charAt(this.#at);
      if (next === "]") break;
      if (next === ",") this.#at++;
      else if (next === "" || next === ":" || next === "}") this.#fail();
      else items.push(this.#value(",]"));
    }
    this.#at++;
    this.#depth--;
    return new List(this.#kind, items);
  }

  #quoted(): string {
    const quote = this.#text.charAt(this.#at);
    const start = this.#at + 1;
    const end = this.#text.indexOf(quote, start);
    if (end < 0) {
      this.#at = this.#text.length;
      this.#fail();
    }
    const plain = this.#text.slice(start, end);
    if (!plain.includes("\\")) {
      this.#at = end + 1;
      return plain;
    }
    this.#at = start;
    return this.#escaped(quote);
  }

  /** Control characters and unknown escapes vanish here, and only here. */
  #escaped(quote: string): string {
    let value = "";
    for (;;) {
      const char = this.#text.charAt(this.#at);
      if (char === "") this.#fail();
      this.#at++;
      if (char === quote) return value;
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
    this.#at++;
    this.#skipDigits();
    const mark = this.#text.charAt(this.#at);
    if (mark !== "." && mark !== "e" && mark !== "E") {
      return this.#isStopped(stop) ? this.#integer(start) : this.#rest(start, stop);
    }
    if (mark === ".") {
      this.#at++;
      this.#skipDigits();
    }
    const exponent = this.#text.charAt(this.#at);
    if (exponent === "e" || exponent === "E") {
      this.#at++;
      if (!/[+\-0-9]/.test(this.#text.charAt(this.#at))) return this.#rest(start, stop);
      this.#at++;
      this.#skipDigits();
    }
    return this.#isStopped(stop) ? this.#fraction(start) : this.#rest(start, stop);
  }

  #isStopped(stop: Stop): boolean {
    this.#skipSpace();
    const next = this.#text.charAt(this.#at);
    // The engine's table of stops ends at 126: anything beyond ends a number as well.
    return next === "" || next > "}" || stop.includes(next);
  }

  #integer(start: number): Value {
    const text = this.#text.slice(start, this.#at).trim();
    if (text === "-") return 0;
    if (text.length < 16) return Number(text) + 0;
    if (text.length > 1000) this.#fail();
    return integer(BigInt(text));
  }

  #fraction(start: number): Value {
    const text = this.#text.slice(start, this.#at).trim();
    if (!/^-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) this.#fail();
    const exact = text.length > 18 ? parseDecimal(text) : undefined;
    return exact ?? new Double(Number(text));
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
    const start = this.#at;
    if (stop === "") this.#at = this.#text.length;
    while (this.#at < this.#text.length) {
      if (stop.includes(this.#text.charAt(this.#at))) break;
      this.#at++;
    }
    return javaTrim(this.#text.slice(start, this.#at));
  }

  #skipSpace(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at++;
    }
  }

  #skipDigits(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (!(code >= 0x30 && code <= 0x39)) return;
      this.#at++;
    }
  }
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
