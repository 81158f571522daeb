// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
/**
 * JSON paths as the Jayway library reads them, parsed. Used by the generator for paths that are written
 * out, and at run time for those that a template puts together.
 */
export interface JsonPath {
  readonly steps: readonly PathStep[];
}

export type PathStep =
  /** One name is a member; several pick an object of those that exist. */
  | { readonly kind: "members"; readonly names: readonly string[] }
  | { readonly kind: "index"; readonly index: number }
  | { readonly kind: "indexes"; readonly indexes: readonly number[] }
  | { readonly kind: "slice"; readonly from: number | null; readonly to: number | null }
  | { readonly kind: "all" }
  /** `..`: the value and everything below it. */
  | { readonly kind: "deep" }
  | { readonly kind: "where"; readonly test: PathTest }
  | { readonly kind: "function"; readonly name: PathFunction };

export type PathTest =
  | { readonly kind: "and" | "or"; readonly of: readonly PathTest[] }
  | { readonly kind: "not"; readonly of: PathTest }
  | { readonly kind: "exists"; readonly path: PathOperand }
  | {
      readonly kind: "compare";
      readonly left: PathOperand;
      readonly operator: PathOperator;
      readonly right: PathOperand;
    }
  | {
      readonly kind: "matches";
      readonly left: PathOperand;
      /** ECMAScript's form is worked out where it is used. */
      readonly pattern: string;
      readonly ignoreCase: boolean;
    };

export type PathOperand =
  /** `@…`: from the element; `$…`: from the root. */
  | { readonly kind: "path"; readonly from: "element" | "root"; readonly path: JsonPath }
  | { readonly kind: "string"; readonly text: string }
  /** As written: `2` and `2.0` differ. */
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "null" }
  /** An array or object, as JSON text. */
  | { readonly kind: "json"; readonly text: string };

export const pathOperators = [
  "==",
  "!=",
  "<",
  "<=",
  ">",
  ">=",
  "===",
  "!==",
  "in",
  "nin",
  "contains",
  "size",
  "empty",
  "anyof",
  "noneof",
  "subsetof",
  "all",
] as const;
export type PathOperator = (typeof pathOperators)[number];

export const pathFunctions = [
  "length",
  "size",
  "keys",
  "first",
  "last",
  "min",
  "max",
  "avg",
  "sum",
  "stddev",
] as const;
export type PathFunction = (typeof pathFunctions)[number];

export type ParsedPath =
  | { readonly path: JsonPath; readonly problem: undefined }
  | { readonly path: undefined; readonly problem: string };

/** Longest path that is read. */
const maxPathLength = 4000;
/** Levels of parentheses and paths in filters. */
const maxDepth = 40;

/** Parses a JSON path; one without `$` starts at the root. A path that cannot be read finds nothing. */
export function parseJsonPath(text: string): ParsedPath {
  if (text.length > maxPathLength) return { path: undefined, problem: "is too long" };
  const whole = text.trim();
  const rooted = /^[$@]/.test(whole) ? whole : whole.startsWith("[") ? `$${whole}` : `$.${whole}`;
  try {
    const reader = new PathReader(rooted);
    return { path: reader.whole(), problem: undefined };
  } catch (error) {
    if (error instanceof PathSyntaxError) return { path: undefined, problem: error.message };
    throw error;
  }
}

/** Whether a path leads to one value at most; any other gives a list. */
export function isDefinite({ steps }: JsonPath): boolean {
  return steps.every((step, index) => {
    if (step.kind === "members") return step.names.length === 1 || index === steps.length - 1;
    return step.kind === "index" || step.kind === "function";
  });
}

class PathSyntaxError extends Error {}

class PathReader {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): JsonPath {
    const path = this.#path();
    // The library reads past a stray bracket at the end.
    this.#take("]");
    if (this.#at < this.#text.length) this.#fail();
    return path;
  }

  #fail(): never {
    const found = this.#text.slice(this.#at, this.#at + 10);
    throw new PathSyntaxError(
      found === "" ? "ends too early" : `cannot be read from \`${found}\` on`,
    );
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #take(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #skipSpace(): void {
    this.#match(/\s*/y);
  }

  #nested<T>(read: () => T): T {
    if (++this.#depth > maxDepth) throw new PathSyntaxError("is nested too deep");
    const value = read();
    this.#depth--;
    return value;
  }

  /** Reads from `$` or `@` as far as steps go. */
  #path(): JsonPath {
    this.#at++;
    const steps: PathStep[] = [];
    for (;;) {
      if (this.#take("..")) {
        steps.push({ kind: "deep" }, this.#text[this.#at] === "[" ? this.#bracket() : this.#name());
      } else if (this.#take(".")) {
        steps.push(this.#text[this.#at] === "[" ? this.#bracket() : this.#name());
      } else if (this.#text[this.#at] === "[") {
        steps.push(this.#bracket());
      } else {
        return { steps };
      }
    }
  }

  #name(): PathStep {
    if (this.#take("*")) return { kind: "all" };
    const name = this.#match(/[^\s.[\](),=!<>&|]+/y) ?? this.#fail();
    if (this.#match(/\(\s*\)/y) === undefined) return { kind: "members", names: [name] };
    const known = pathFunctions.find((candidate) => candidate === name);
    if (known === undefined) throw new PathSyntaxError(`calls ${name}(), which is not known`);
    return { kind: "function", name: known };
  }

  #bracket(): PathStep {
    this.#take("[");
    this.#skipSpace();
    const step = this.#inBracket();
    this.#skipSpace();
    if (!this.#take("]")) this.#fail();
    return step;
  }

  #inBracket(): PathStep {
    if (this.#take("*")) return { kind: "all" };
    if (this.#match(/\?\s*\(/y) !== undefined) {
      const test = this.#nested(() => this.#or());
      this.#skipSpace();
      if (!this.#take(")")) this.#fail();
      return { kind: "where", test };
    }
    const next = this.#text[this.#at];
    if (next === "'" || next === '"') return this.#names();
    const slice = this.#match(/-?\d*\s*:\s*-?\d*/y);
    if (slice !== undefined) return this.#slice(slice);
    const indexes = this.#match(/-?\d{1,9}(?:\s*,\s*-?\d{1,9})*/y) ?? this.#fail();
    const numbers = indexes.split(",").map(Number);
    const [index = 0, second] = numbers;
    return second === undefined ? { kind: "index", index } : { kind: "indexes", indexes: numbers };
  }

  #slice(text: string): PathStep {
    const [from, to] = text.split(":").map((end) => (end.trim() === "" ? null : Number(end)));
    if ((from ?? null) === null && (to ?? null) === null) this.#fail();
    return { kind: "slice", from: from ?? null, to: to ?? null };
  }

  #names(): PathStep {
    const names = [this.#quoted()];
    for (this.#skipSpace(); this.#take(","); this.#skipSpace()) {
      this.#skipSpace();
      names.push(this.#quoted());
    }
    return { kind: "members", names };
  }

  #quoted(): string {
    const literal = this.#match(/'(?:[^'\\]|\\[^])*'|"(?:[^"\\]|\\[^])*"/y) ?? this.#fail();
    return literal
      .slice(1, -1)
      .replace(/\\u([0-9a-fA-F]{4})|\\([^])/g, (_all, hex?: string, char?: string) =>
        hex === undefined
          ? (shortEscapes.get(char ?? "") ?? char ?? "")
          : String.fromCharCode(Number.parseInt(hex, 16)),
      );
  }

  #or(): PathTest {
    const of = [this.#and()];
    while (this.#operator("||")) of.push(this.#and());
    const [only, second] = of;
    return only && !second ? only : { kind: "or", of };
  }

  #and(): PathTest {
    const of = [this.#not()];
    while (this.#operator("&&")) of.push(this.#not());
    const [only, second] = of;
    return only && !second ? only : { kind: "and", of };
  }

  #operator(text: string): boolean {
    this.#skipSpace();
    return this.#take(text);
  }

  #not(): PathTest {
    this.#skipSpace();
    if (this.#take("!")) return { kind: "not", of: this.#nested(() => this.#not()) };
    if (!this.#take("(")) return this.#comparison();
    const inner = this.#nested(() => this.#or());
    if (!this.#operator(")")) this.#fail();
    return inner;
  }

  #comparison(): PathTest {
    const left = this.#operand();
    this.#skipSpace();
    if (this.#take("=~")) return this.#pattern(left);
    const operator = this.#match(
      /===|!==|==|!=|<=|>=|<|>|(?:in|nin|contains|size|empty|anyof|noneof|subsetof|all)(?=[\s[(])/iy,
    )?.toLowerCase();
    const known = pathOperators.find((candidate) => candidate === operator);
    if (known === undefined) {
      if (left.kind !== "path") this.#fail();
      return { kind: "exists", path: left };
    }
    return { kind: "compare", left, operator: known, right: this.#operand() };
  }

  #pattern(left: PathOperand): PathTest {
    this.#skipSpace();
    const literal = this.#match(/\/(?:[^/\\]|\\[^])*\/[a-z]*/y) ?? this.#fail();
    const end = literal.lastIndexOf("/");
    const flags = literal.slice(end + 1);
    const pattern = literal.slice(1, end).replaceAll("\\/", "/");
    return { kind: "matches", left, pattern, ignoreCase: flags.includes("i") };
  }

  #operand(): PathOperand {
    this.#skipSpace();
    const next = this.#text[this.#at];
    if (next === "@" || next === "$") {
      const from = next === "@" ? "element" : "root";
      return { kind: "path", from, path: this.#nested(() => this.#path()) };
    }
    if (next === "'" || next === '"') return { kind: "string", text: this.#quoted() };
    if (next === "[" || next === "{") return { kind: "json", text: this.#json() };
    const word = this.#match(/(?:true|false|null)\b/y);
    if (word === "null") return { kind: "null" };
    if (word !== undefined) return { kind: "boolean", value: word === "true" };
    const text = this.#match(/-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y) ?? this.#fail();
    return { kind: "number", text };
  }

  /** An array or object up to its closing bracket. */
  #json(): string {
    const start = this.#at;
    let depth = 0;
    do {
      const piece = this.#match(/[[{]|[\]}]|'(?:[^'\\]|\\[^])*'|"(?:[^"\\]|\\[^])*"|[^[\]{}'"]+/y);
      if (piece === undefined) this.#fail();
      if (piece === "[" || piece === "{") depth++;
      if (piece === "]" || piece === "}") depth--;
    } while (depth > 0);
    return this.#text.slice(start, this.#at);
  }
}

const shortEscapes: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["b", "\b"],
  ["f", "\f"],
]);
