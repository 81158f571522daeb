import { TextProblem } from "../../language/text-problem.js";
import type { HclAttribute, HclBlock, HclBody, HclEntry, HclExpression } from "./hcl.js";

export type ParsedHcl =
  | { readonly body: HclBody; readonly problem: undefined }
  | {
      readonly body: undefined;
      readonly problem: { readonly offset: number; readonly message: string };
    };

/** Blocks, objects and calls inside one another; more would use up the stack. */
const maxNesting = 100;

/**
 * Parses the native syntax of Terraform (HCL 2): blocks, attributes, literals, texts, heredocs, objects, lists,
 * calls and references, each with its offset. Operators, conditions and loops are kept as text. There is
 * no maintained parser of HCL for Node that keeps places.
 */
export function parseHcl(text: string): ParsedHcl {
  try {
    return { body: new HclParser(text).parse(), problem: undefined };
  } catch (error) {
    if (!(error instanceof TextProblem)) throw error;
    return { body: undefined, problem: { offset: error.offset, message: error.message } };
  }
}

const identifier = /[\p{ID_Start}_][\p{ID_Continue}-]*/uy;
const number = /\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/y;
const heredoc = /<<(-?)([\p{ID_Start}_][\p{ID_Continue}-]*)[ \t]*\r?\n/uy;
/** Steps of a reference after its first name: attributes, indexes, splats. */
const step = /\.(?:[\p{ID_Start}_][\p{ID_Continue}-]*|\d+|\*)|\[(?:\*|\d+|"[^"\\$%]*")\]/uy;
/** What goes on with an expression that has begun; without it the expression has ended. */
const operator = /(?:[-+*/%<>?]|[=!]=|&&|\|\||>=|<=|[.[])/y;

class HclParser {
  readonly #text: string;
  #at = 0;
  #nesting = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): HclBody {
    const body = this.#body();
    if (this.#at < this.#text.length) this.#fail("a block or an attribute is expected");
    return body;
  }

  #body(): HclBody {
    const attributes = new Map<string, HclAttribute>();
    const blocks: HclBlock[] = [];
    for (;;) {
      this.#skip(true);
      const offset = this.#at;
      const name = this.#match(identifier);
      if (name === undefined) return { attributes, blocks };
      this.#skip(false);
      if (this.#text[this.#at] === "=" && this.#text[this.#at + 1] !== "=") {
        this.#at++;
        if (attributes.has(name)) this.#fail(`${name} is set twice`, offset);
        attributes.set(name, { offset, value: this.#expression() });
        this.#end();
      } else blocks.push(this.#block(name, offset));
    }
  }

  #block(type: string, offset: number): HclBlock {
    const labels: string[] = [];
    for (;;) {
      this.#skip(false);
      if (this.#take("{")) break;
      const label = this.#text[this.#at] === '"' ? this.#quoted().text : this.#match(identifier);
      if (label === undefined) this.#fail("a label or '{' is expected");
      labels.push(label);
    }
    const body = this.#nested(() => this.#body());
    this.#skip(true);
    if (!this.#take("}")) this.#fail("'}' is expected");
    return { offset, type, labels, body };
  }

  /** An attribute ends with its line. */
  #end(): void {
    this.#skip(false);
    const next = this.#text[this.#at];
    if (next === undefined || next === "\n" || next === "}" || next === "\r") return;
    this.#fail("the end of the line is expected");
  }

  /** `isInside`: of brackets, where an expression goes on over line ends. */
  #expression(isInside = false): HclExpression {
    return this.#nested(() => {
      this.#skip(isInside);
      const offset = this.#at;
      const first = this.#term(offset);
      const afterTerm = this.#at;
      this.#skip(isInside);
      operator.lastIndex = this.#at;
      const isArrow = this.#text.startsWith("=>", this.#at);
      if (first !== undefined && (isArrow || !operator.test(this.#text))) {
        this.#at = afterTerm;
        return first;
      }
      this.#at = offset;
      this.#skipUnread(isInside);
      return { kind: "other", text: this.#text.slice(offset, this.#at).trimEnd(), offset };
    });
  }

  #term(offset: number): HclExpression | undefined {
    const character = this.#text[this.#at];
    if (character === '"') return { kind: "text", ...this.#quoted(), offset };
    if (character === "<") return this.#heredoc(offset);
    if (character === "{") return this.#object(offset);
    if (character === "[") return this.#list(offset);
    const digits = this.#match(number) ?? this.#negative();
    if (digits !== undefined) return { kind: "literal", value: Number(digits), offset };
    const name = this.#match(identifier);
    if (name === undefined) return undefined;
    if (this.#take("(")) return { kind: "call", name, arguments: this.#arguments(), offset };
    if (name === "true" || name === "false")
      return { kind: "literal", value: name === "true", offset };
    if (name === "null") return { kind: "literal", value: null, offset };
    let path = name;
    for (let next = this.#match(step); next !== undefined; next = this.#match(step)) path += next;
    return { kind: "reference", path, offset };
  }

  #negative(): string | undefined {
    if (this.#text[this.#at] !== "-") return undefined;
    this.#at++;
    const digits = this.#match(number);
    if (digits === undefined) this.#at--;
    return digits === undefined ? undefined : `-${digits}`;
  }

  #arguments(): readonly HclExpression[] {
    const given: HclExpression[] = [];
    for (;;) {
      this.#skip(true);
      if (this.#take(")")) return given;
      given.push(this.#expression(true));
      this.#take("...");
      this.#skip(true);
      if (!this.#take(",") && this.#text[this.#at] !== ")") this.#fail("',' or ')' is expected");
    }
  }

  #list(offset: number): HclExpression | undefined {
    this.#at++;
    this.#skip(true);
    if (this.#isLoop()) return undefined;
    const items: HclExpression[] = [];
    for (;;) {
      this.#skip(true);
      if (this.#take("]")) return { kind: "list", items, offset };
      items.push(this.#expression(true));
      this.#skip(true);
      if (!this.#take(",") && this.#text[this.#at] !== "]") this.#fail("',' or ']' is expected");
    }
  }

  #object(offset: number): HclExpression | undefined {
    this.#at++;
    this.#skip(true);
    if (this.#isLoop()) return undefined;
    const entries: HclEntry[] = [];
    for (;;) {
      this.#skip(true);
      if (this.#take("}")) return { kind: "object", entries, offset };
      const at = this.#at;
      const key = this.#key();
      this.#skip(true);
      if (!this.#take("=") && !this.#take(":")) this.#fail("'=' is expected after a key");
      entries.push({ offset: at, key, value: this.#expression() });
      this.#skip(false);
      this.#take(",");
    }
  }

  /** A name, a text, or an expression in parentheses, of which the text is the key. */
  #key(): string {
    if (this.#text[this.#at] === '"') return this.#quoted().text;
    if (this.#text[this.#at] === "(") {
      const from = ++this.#at;
      this.#skipUnread(true);
      const text = this.#text.slice(from, this.#at).trim();
      if (!this.#take(")")) this.#fail("')' is expected");
      return `\${${text}}`;
    }
    const digits = this.#match(number);
    const name = digits ?? this.#match(identifier);
    if (name === undefined) this.#fail("a key is expected");
    return name;
  }

  #isLoop(): boolean {
    return /^for\s/.test(this.#text.slice(this.#at, this.#at + 4));
  }

  /** A text in quotes, with its escapes replaced and its interpolations kept. */
  #quoted(): { readonly text: string; readonly textOffset: number | undefined } {
    const start = ++this.#at;
    let text = "";
    let hasEscapes = false;
    for (;;) {
      const character = this.#text[this.#at];
      if (character === undefined || character === "\n")
        this.#fail("a text is not closed", start - 1);
      if (character === '"') {
        this.#at++;
        return { text, textOffset: hasEscapes ? undefined : start };
      }
      if (character === "\\") {
        hasEscapes = true;
        text += this.#escape();
      } else if (this.#isInterpolation()) {
        const from = this.#at;
        this.#skipInterpolation();
        text += this.#text.slice(from, this.#at);
      } else {
        text += character;
        this.#at++;
      }
    }
  }

  /** `${` and `%{`, but not `$${` and `%%{`, which stand for themselves. */
  #isInterpolation(): boolean {
    const mark = this.#text[this.#at];
    if ((mark !== "$" && mark !== "%") || this.#text[this.#at + 1] !== "{") return false;
    return this.#text[this.#at - 1] !== mark;
  }

  #skipInterpolation(): void {
    const from = this.#at;
    this.#at += 2;
    this.#nested(() => this.#skipUnread(true));
    if (!this.#take("}")) this.#fail("'}' is expected", from);
  }

  #escape(): string {
    const character = this.#text[this.#at + 1] ?? "";
    const length = character === "u" ? 4 : character === "U" ? 8 : 0;
    const digits = this.#text.slice(this.#at + 2, this.#at + 2 + length);
    const plain = { n: "\n", r: "\r", t: "\t", '"': '"', "\\": "\\" }[character];
    const code = Number.parseInt(digits, 16);
    const isCharacter = code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
    if (plain === undefined && !(length > 0 && /^[0-9A-Fa-f]+$/.test(digits) && isCharacter)) {
      this.#fail("this is no escape");
    }
    this.#at += 2 + length;
    return plain ?? String.fromCodePoint(code);
  }

  /** The lines up to the mark, as they stand: that `<<-` takes their indentation away changes no document. */
  #heredoc(offset: number): HclExpression {
    heredoc.lastIndex = this.#at;
    const found = heredoc.exec(this.#text);
    if (!found) this.#fail("a value is expected");
    const [whole, , mark = ""] = found;
    const start = this.#at + whole.length;
    const end = new RegExp(`^[ \\t]*${mark}[ \\t]*\\r?$`, "mu");
    const rest = this.#text.slice(start);
    const close = end.exec(rest);
    if (!close) this.#fail(`the mark ${mark} of this text does not come`, offset);
    this.#at = start + close.index + close[0].length;
    return { kind: "text", text: rest.slice(0, close.index), textOffset: start, offset };
  }

  /** To the end of an expression that is not read: brackets are followed, texts are skipped. */
  #skipUnread(isInside: boolean): void {
    const open: string[] = [];
    for (;;) {
      const character = this.#text[this.#at];
      if (character === undefined) {
        if (open.length > 0) this.#fail(`'${open.at(-1) ?? ""}' is not closed`);
        return;
      }
      if (open.length === 0) {
        if (character === "}" || character === "]" || character === ")" || character === ",")
          return;
        if (!isInside && (character === "\n" || character === "#")) return;
      }
      if (open.length > maxNesting) this.#fail("it is nested too deeply");
      if (character === '"') {
        this.#quoted();
        continue;
      }
      const closing = { "{": "}", "[": "]", "(": ")" }[character];
      if (closing !== undefined) open.push(closing);
      else if (character === open.at(-1)) open.pop();
      else if (character === "}" || character === "]" || character === ")") {
        this.#fail(`'${open.at(-1) ?? ""}' is expected`);
      }
      this.#at++;
    }
  }

  #nested<T>(inside: () => T): T {
    if (++this.#nesting > maxNesting) this.#fail(`it is nested deeper than ${maxNesting} levels`);
    const result = inside();
    this.#nesting--;
    return result;
  }

  /** Blanks and comments, and line ends where they mean nothing. */
  #skip(isOverLines: boolean): void {
    for (;;) {
      const character = this.#text[this.#at];
      const two = this.#text.slice(this.#at, this.#at + 2);
      if (
        character === " " ||
        character === "\t" ||
        (isOverLines && /[\r\n]/.test(character ?? ""))
      ) {
        this.#at++;
      } else if (character === "#" || two === "//") {
        const end = this.#text.indexOf("\n", this.#at);
        this.#at = end === -1 ? this.#text.length : end;
      } else if (two === "/*") {
        const end = this.#text.indexOf("*/", this.#at + 2);
        if (end === -1) this.#fail("a comment is not closed");
        this.#at = end + 2;
      } else return;
    }
  }

  #take(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #fail(message: string, offset = this.#at): never {
    throw new TextProblem(offset, message);
  }
}
