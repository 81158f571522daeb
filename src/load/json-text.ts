import { quote } from "../json.js";

/** Deepest nesting of lists and objects that is read; real documents stay below 60. */
export const maxDepth = 400;

/** What is wrong with a text, and where: an offset in UTF-16 units. */
export interface TextProblem {
  readonly kind: "syntax" | "duplicate" | "depth";
  readonly offset: number;
  /** Keys that lead to the place, as far as they are known. */
  readonly keys: readonly string[];
  readonly message: string;
}

export type ParsedText =
  | { readonly value: unknown; readonly problem: undefined }
  | { readonly value: undefined; readonly problem: TextProblem };

/**
 * Parses JSON by `JSON.parse`, which neither says where an error is nor notices a doubled key. Both are
 * found by counting: one pass over the text counts its members, a walk counts those of the value; only
 * when the counts differ, or the text does not parse, is it read again slowly for the place.
 */
export function parseJson(text: string): ParsedText {
  const measure = measureJson(text);
  if (measure.tooDeepAt !== undefined) {
    return failed("depth", measure.tooDeepAt, `nesting is deeper than ${maxDepth} levels`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { value: undefined, problem: new JsonReader(text).findProblem() };
  }
  if (countMembers(value) !== measure.members) {
    return { value: undefined, problem: new JsonReader(text).findProblem() };
  }
  return { value, problem: undefined };
}

function failed(kind: TextProblem["kind"], offset: number, message: string): ParsedText {
  return { value: undefined, problem: { kind, offset, keys: [], message } };
}

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const OPEN_LIST = 91;
const BACKSLASH = 92;
const CLOSE_LIST = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/** Members and depth of a text that need not be valid. */
function measureJson(text: string): {
  readonly members: number;
  readonly tooDeepAt: number | undefined;
} {
  let members = 0;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) i = endOfString(text, i);
    else if (code === COLON) members++;
    else if (code === OPEN_OBJECT || code === OPEN_LIST) {
      if (++depth > maxDepth) return { members, tooDeepAt: i };
    } else if (code === CLOSE_OBJECT || code === CLOSE_LIST) depth--;
  }
  return { members, tooDeepAt: undefined };
}

/** Offset of the closing quote, or the end of the text. */
function endOfString(text: string, open: number): number {
  let close = text.indexOf('"', open + 1);
  while (close !== -1) {
    let before = close - 1;
    while (text.charCodeAt(before) === BACKSLASH) before--;
    if ((close - before) % 2 === 1) return close;
    close = text.indexOf('"', close + 1);
  }
  return text.length;
}

function countMembers(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  let members = 0;
  if (Array.isArray(value)) {
    for (const item of value) {
      if (typeof item === "object") members += countMembers(item);
    }
    return members;
  }
  for (const item of Object.values(value)) {
    members++;
    if (typeof item === "object") members += countMembers(item);
  }
  return members;
}

/** A strict reader that exists only to say what is wrong; its depth is bounded by {@link maxDepth}. */
class JsonReader {
  #at = 0;
  readonly #text: string;
  readonly #keys: string[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  findProblem(): TextProblem {
    try {
      this.#value();
      this.#space();
      if (this.#at < this.#text.length) this.#fail("expected the end of the document");
    } catch (error) {
      if (error instanceof ProblemFound) return error.problem;
      throw error;
    }
    throw new Error("JSON.parse refused a text that reads well");
  }

  #value(): void {
    this.#space();
    const code = this.#text.charCodeAt(this.#at);
    if (code === OPEN_OBJECT) this.#object();
    else if (code === OPEN_LIST) this.#list();
    else if (code === QUOTE) this.#string();
    else this.#scalar();
  }

  #object(): void {
    const keys = new Set<string>();
    this.#at++;
    this.#space();
    if (this.#take(CLOSE_OBJECT)) return;
    do {
      this.#space();
      const start = this.#at;
      if (this.#text.charCodeAt(start) !== QUOTE) this.#fail("expected a key in double quotes");
      const key = this.#string();
      if (keys.has(key)) this.#fail(`the key ${quote(key)} stands twice in this object`, start);
      keys.add(key);
      this.#space();
      if (!this.#take(COLON)) this.#fail("expected ':' after the key");
      this.#member(key);
    } while (this.#take(COMMA));
    if (!this.#take(CLOSE_OBJECT)) this.#fail("expected ',' or '}'");
  }

  #list(): void {
    this.#at++;
    this.#space();
    if (this.#take(CLOSE_LIST)) return;
    let index = 0;
    do this.#member(String(index++));
    while (this.#take(COMMA));
    if (!this.#take(CLOSE_LIST)) this.#fail("expected ',' or ']'");
  }

  #member(key: string): void {
    this.#keys.push(key);
    this.#value();
    this.#space();
    this.#keys.pop();
  }

  #string(): string {
    const start = this.#at;
    const end = endOfString(this.#text, start);
    if (end === this.#text.length) this.#fail("the text that begins here is not closed", start);
    this.#at = end + 1;
    try {
      return String(JSON.parse(this.#text.slice(start, end + 1)));
    } catch {
      const line = this.#text.slice(start, end).search(/[\n\r]/);
      if (line !== -1) this.#fail("the text that begins here is not closed on its line", start);
      return this.#fail("the text that begins here holds a bad escape or control character", start);
    }
  }

  #scalar(): void {
    const match = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])/y;
    match.lastIndex = this.#at;
    const found = match.exec(this.#text);
    if (!found)
      this.#fail(
        this.#at >= this.#text.length ? "the document ends too early" : "expected a value",
      );
    this.#at += found[0].length;
  }

  #space(): void {
    while (/[ \t\n\r]/.test(this.#text.charAt(this.#at))) this.#at++;
  }

  #take(code: number): boolean {
    if (this.#text.charCodeAt(this.#at) !== code) return false;
    this.#at++;
    return true;
  }

  #fail(message: string, offset = this.#at): never {
    const kind = message.endsWith("twice in this object") ? "duplicate" : "syntax";
    throw new ProblemFound({ kind, offset, keys: [...this.#keys], message });
  }
}

class ProblemFound extends Error {
  readonly problem: TextProblem;

  constructor(problem: TextProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

/**
 * Where the nodes of a valid JSON text stand. Children of a container are found on the first question
 * about them and kept: asking for all operations of a large document reads `paths` once.
 */
export class JsonPlaces {
  readonly #text: string;
  readonly #root: JsonPlace;

  constructor(text: string) {
    this.#text = text;
    this.#root = { start: 0, value: skipSpace(text, 0), children: undefined };
  }

  /** Offset of a member's key or an item's first character; of the nearest ancestor when there is none. */
  offset(keys: readonly string[]): number {
    let place = this.#root;
    for (const key of keys) {
      place.children ??= readChildren(this.#text, place.value);
      const next = place.children.get(key);
      if (!next) break;
      place = next;
    }
    return place === this.#root ? place.value : place.start;
  }
}

interface JsonPlace {
  readonly start: number;
  readonly value: number;
  children: Map<string, JsonPlace> | undefined;
}

function readChildren(text: string, open: number): Map<string, JsonPlace> {
  const children = new Map<string, JsonPlace>();
  const code = text.charCodeAt(open);
  if (code !== OPEN_OBJECT && code !== OPEN_LIST) return children;
  let at = skipSpace(text, open + 1);
  for (let index = 0; at < text.length; index++) {
    if (text.charCodeAt(at) === CLOSE_OBJECT || text.charCodeAt(at) === CLOSE_LIST) break;
    const start = at;
    let key = String(index);
    if (code === OPEN_OBJECT) {
      const end = endOfString(text, at);
      key = String(JSON.parse(text.slice(at, end + 1)));
      at = skipSpace(text, skipSpace(text, end + 1) + 1);
    }
    children.set(key, { start, value: at, children: undefined });
    at = skipSpace(text, skipValue(text, at));
    if (text.charCodeAt(at) === COMMA) at = skipSpace(text, at + 1);
  }
  return children;
}

/** Offset behind a value. */
function skipValue(text: string, start: number): number {
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) {
      i = endOfString(text, i);
      if (depth === 0) return i + 1;
    } else if (code === OPEN_OBJECT || code === OPEN_LIST) depth++;
    else if (code === CLOSE_OBJECT || code === CLOSE_LIST) {
      if (depth === 0) return i;
      if (--depth === 0) return i + 1;
    } else if (depth === 0 && code === COMMA) return i;
  }
  return text.length;
}

function skipSpace(text: string, start: number): number {
  let at = start;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return at;
    at++;
  }
}
