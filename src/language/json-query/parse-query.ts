import { TextProblem } from "../text-problem.js";
import type {
  Comparable,
  ComparisonOperator,
  Condition,
  FunctionCall,
  Query,
  Segment,
  Selector,
} from "./query.js";
import { isSingular } from "./query.js";

export type ParsedQuery =
  | { readonly query: Query; readonly problem: undefined }
  | {
      readonly query: undefined;
      readonly problem: { readonly offset: number; readonly message: string };
    };

/** Brackets, parentheses and calls inside one another; more would use up the stack. */
const maxNesting = 64;
const maxLength = 10_000;

/** Parses a JSONPath query by the grammar of RFC 9535, types of functions included. */
export function parseQuery(text: string): ParsedQuery {
  if (text.length > maxLength) {
    const message = `it is longer than ${maxLength} characters`;
    return { query: undefined, problem: { offset: 0, message } };
  }
  try {
    return { query: new QueryParser(text).parse(), problem: undefined };
  } catch (error) {
    if (!(error instanceof TextProblem)) throw error;
    return { query: undefined, problem: { offset: error.offset, message: error.message } };
  }
}

const nameFirst = /[A-Za-z_\u0080-\uD7FF\uE000-\uFFFF]|[\uD800-\uDBFF][\uDC00-\uDFFF]/y;
const nameRest = /(?:[0-9A-Za-z_\u0080-\uD7FF\uE000-\uFFFF]|[\uD800-\uDBFF][\uDC00-\uDFFF])*/y;
const integer = /-?(?:0|[1-9]\d*)/y;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/y;
const functionName = /[a-z][a-z_0-9]*(?=\()/y;
const blanks = /[ \t\n\r]*/y;
const operators: readonly ComparisonOperator[] = ["==", "!=", "<=", ">=", "<", ">"];

/** What stands in a filter before it is known to be a test or a side of a comparison. */
type Operand = { readonly at: number } & (
  | { readonly kind: "literal"; readonly value: string | number | boolean | null }
  | { readonly kind: "query"; readonly query: Query }
  | { readonly kind: "call"; readonly call: FunctionCall }
);

class QueryParser {
  readonly #text: string;
  #at = 0;
  #nesting = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): Query {
    if (!this.#take("$")) this.#fail('a query begins with "$"');
    const query: Query = { from: "root", segments: this.#segments() };
    if (this.#at < this.#text.length) this.#fail("a segment begins with '.' or '['");
    return query;
  }

  #segments(): readonly Segment[] {
    const segments: Segment[] = [];
    for (;;) {
      const before = this.#at;
      this.#skipBlanks();
      const segment = this.#segment();
      if (segment) segments.push(segment);
      else {
        this.#at = before;
        return segments;
      }
    }
  }

  #segment(): Segment | undefined {
    if (this.#take("..")) {
      const selectors = this.#peek("[") ? this.#bracketed() : [this.#shorthand()];
      return { kind: "descendant", selectors };
    }
    if (this.#take(".")) return { kind: "child", selectors: [this.#shorthand()] };
    return this.#peek("[") ? { kind: "child", selectors: this.#bracketed() } : undefined;
  }

  #shorthand(): Selector {
    if (this.#take("*")) return { kind: "wildcard" };
    const first = this.#match(nameFirst);
    if (first === undefined) this.#fail("a name or '*' is expected after the dot");
    return { kind: "name", name: first + (this.#match(nameRest) ?? "") };
  }

  #bracketed(): readonly Selector[] {
    return this.#nested(() => {
      this.#take("[");
      const selectors: Selector[] = [];
      do {
        this.#skipBlanks();
        selectors.push(this.#selector());
        this.#skipBlanks();
      } while (this.#take(","));
      if (!this.#take("]")) this.#fail("']' or ',' is expected");
      return selectors;
    });
  }

  #selector(): Selector {
    if (this.#peek('"') || this.#peek("'")) return { kind: "name", name: this.#string() };
    if (this.#take("*")) return { kind: "wildcard" };
    if (this.#take("?")) {
      this.#skipBlanks();
      return { kind: "filter", condition: this.#or() };
    }
    return this.#indexOrSlice();
  }

  #indexOrSlice(): Selector {
    const start = this.#integer();
    const before = this.#at;
    this.#skipBlanks();
    if (!this.#take(":")) {
      this.#at = before;
      if (start === undefined) this.#fail("a name in quotes, an index, '*' or '?' is expected");
      return { kind: "index", index: start };
    }
    this.#skipBlanks();
    const end = this.#integer();
    this.#skipBlanks();
    if (!this.#take(":")) return { kind: "slice", start, end, step: 1 };
    this.#skipBlanks();
    return { kind: "slice", start, end, step: this.#integer() ?? 1 };
  }

  #integer(): number | undefined {
    const at = this.#at;
    const text = this.#match(integer);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (text === "-0" || !Number.isSafeInteger(value)) this.#fail("this is no index", at);
    return value;
  }

  #or(): Condition {
    return this.#nested(() => this.#chain("or", "||", () => this.#and()));
  }

  #and(): Condition {
    return this.#chain("and", "&&", () => this.#basic());
  }

  #chain(kind: "or" | "and", operator: string, next: () => Condition): Condition {
    const first = next();
    const parts = [first];
    for (;;) {
      const before = this.#at;
      this.#skipBlanks();
      if (!this.#take(operator)) {
        this.#at = before;
        return parts.length === 1 ? first : { kind, parts };
      }
      this.#skipBlanks();
      parts.push(next());
    }
  }

  #basic(): Condition {
    if (this.#take("!")) {
      this.#skipBlanks();
      const condition = this.#peek("(") ? this.#parenthesised() : this.#test(this.#operand());
      return { kind: "not", condition };
    }
    if (this.#peek("(")) return this.#parenthesised();
    const left = this.#operand();
    const before = this.#at;
    this.#skipBlanks();
    const operator = operators.find((word) => this.#take(word));
    if (operator === undefined) {
      this.#at = before;
      return this.#test(left);
    }
    this.#skipBlanks();
    const right = this.#operand();
    return {
      kind: "compare",
      operator,
      left: this.#comparable(left),
      right: this.#comparable(right),
    };
  }

  #parenthesised(): Condition {
    this.#take("(");
    this.#skipBlanks();
    const condition = this.#or();
    this.#skipBlanks();
    if (!this.#take(")")) this.#fail("')' is expected");
    return condition;
  }

  #test(operand: Operand): Condition {
    switch (operand.kind) {
      case "literal":
        return this.#fail("a value alone is no test; compare it with something", operand.at);
      case "query":
        return { kind: "exists", query: operand.query };
      case "call": {
        const { call, at } = operand;
        if (call.name === "match" || call.name === "search") return { kind: "test", call };
        return this.#fail(`the result of ${call.name}() has to be compared`, at);
      }
    }
  }

  #comparable(operand: Operand): Comparable {
    switch (operand.kind) {
      case "literal":
        return { kind: "literal", value: operand.value };
      case "query":
        if (isSingular(operand.query)) return { kind: "query", query: operand.query };
        return this.#fail("only a query of names and indexes can be compared", operand.at);
      case "call": {
        const { call, at } = operand;
        if (call.name !== "match" && call.name !== "search") return { kind: "call", call };
        return this.#fail(`the result of ${call.name}() is a test and cannot be compared`, at);
      }
    }
  }

  #operand(): Operand {
    const at = this.#at;
    if (this.#peek('"') || this.#peek("'")) return { kind: "literal", value: this.#string(), at };
    const from = this.#take("$") ? "root" : this.#take("@") ? "current" : undefined;
    if (from !== undefined)
      return { kind: "query", query: { from, segments: this.#segments() }, at };
    for (const [word, value] of [
      ["true", true],
      ["false", false],
      ["null", null],
    ] as const) {
      if (this.#take(word)) return { kind: "literal", value, at };
    }
    const digits = this.#match(number);
    if (digits !== undefined) return { kind: "literal", value: Number(digits), at };
    const name = this.#match(functionName);
    if (name !== undefined)
      return { kind: "call", call: this.#nested(() => this.#call(name, at)), at };
    return this.#fail("a value, a query or a function is expected");
  }

  #call(name: string, at: number): FunctionCall {
    this.#take("(");
    const given: Operand[] = [];
    this.#skipBlanks();
    if (!this.#peek(")")) {
      do {
        this.#skipBlanks();
        given.push(this.#operand());
        this.#skipBlanks();
      } while (this.#take(","));
    }
    if (!this.#take(")")) this.#fail("')' or ',' is expected");
    const [first, second] = given;
    const count = name === "match" || name === "search" ? 2 : 1;
    switch (name) {
      case "length":
      case "count":
      case "value":
      case "match":
      case "search":
        if (given.length === count && first) return this.#typed(name, first, second, at);
        return this.#fail(`${name}() takes ${count} ${count === 1 ? "argument" : "arguments"}`, at);
      default:
        return this.#fail(`there is no function ${name}()`, at);
    }
  }

  #typed(
    name: FunctionCall["name"],
    first: Operand,
    second: Operand | undefined,
    at: number,
  ): FunctionCall {
    if (name === "length") return { name, of: this.#comparable(first) };
    if (name === "count" || name === "value") {
      if (first.kind !== "query") return this.#fail(`${name}() takes a query`, first.at);
      return { name, of: first.query };
    }
    if (second === undefined) return this.#fail(`${name}() takes 2 arguments`, at);
    return { name, text: this.#comparable(first), pattern: this.#comparable(second) };
  }

  #string(): string {
    const mark = this.#text[this.#at];
    let value = "";
    for (this.#at++; ;) {
      const character = this.#text[this.#at];
      if (character === undefined) this.#fail("a text is not closed");
      this.#at++;
      if (character === mark) return value;
      if (character < " ") this.#fail("a text holds a control character", this.#at - 1);
      value += character === "\\" ? this.#escape(mark ?? "") : character;
    }
  }

  #escape(mark: string): string {
    const at = this.#at - 1;
    const character = this.#text[this.#at++] ?? "";
    if (character === "u") return this.#unicode(at);
    if (character === mark) return mark;
    const plain = escapes[character];
    return plain ?? this.#fail("this is no escape", at);
  }

  #unicode(at: number): string {
    const code = this.#hexadecimal(at);
    if (code < 0xd800 || code > 0xdfff) return String.fromCharCode(code);
    const isHigh = code < 0xdc00;
    if (!isHigh || !this.#take("\\u")) this.#fail("half of a surrogate pair", at);
    const low = this.#hexadecimal(at);
    if (low < 0xdc00 || low > 0xdfff) this.#fail("half of a surrogate pair", at);
    return String.fromCharCode(code, low);
  }

  #hexadecimal(at: number): number {
    const digits = this.#text.slice(this.#at, this.#at + 4);
    if (!/^[0-9A-Fa-f]{4}$/.test(digits)) this.#fail("\\u takes four hexadecimal digits", at);
    this.#at += 4;
    return Number.parseInt(digits, 16);
  }

  #nested<T>(inside: () => T): T {
    if (++this.#nesting > maxNesting) this.#fail(`it is nested deeper than ${maxNesting} levels`);
    const result = inside();
    this.#nesting--;
    return result;
  }

  #skipBlanks(): void {
    this.#match(blanks);
  }

  #peek(text: string): boolean {
    return this.#text.startsWith(text, this.#at);
  }

  #take(text: string): boolean {
    if (!this.#peek(text)) return false;
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

const escapes: Readonly<Record<string, string>> = {
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  "/": "/",
  "\\": "\\",
};
