// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { isNumeric, printNumber } from "./number.js";
import {
  Block,
  ContextMap,
  Cursor,
  Decimal,
  Double,
  Entry,
  JavaClass,
  List,
  maxTextLength,
  maxValueDepth,
  Round,
  TemplateError,
  ValueMap,
  type Maybe,
  type Value,
} from "./value.js";
import { escapeAll, escapeOf } from "./escape.js";
import { escaped, Escapes, TextWriter } from "./text-writer.js";

/** A value as it stands in the output: as Java prints it, arrays of a body as JSON. */
export function print(value: Maybe): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return String(value);
  if (value === undefined || value === null || value instanceof ContextMap) return "";
  return printJava(value, 0);
}

/** `String.valueOf`: null inside lists and maps is a word. */
function printJava(value: Value, depth: number): string {
  if (typeof value === "string") return value;
  if (value === null) return "null";
  if (typeof value === "boolean" || typeof value === "number") return String(value);
  if (isNumeric(value)) return printNumber(value);
  if (value instanceof ValueMap) return printEntries(value, depth);
  if (value instanceof List) return printList(value, depth);
  if (value instanceof Entry) {
    return `${printJava(value.key, depth + 1)}=${printJava(value.value, depth + 1)}`;
  }
  if (value instanceof Block) return value.render();
  if (value instanceof JavaClass) return `class ${value.name}`;
  if (value instanceof Round) return "{}";
  return "";
}

function printEntries(map: ValueMap, depth: number): string {
  checkDepth(depth);
  let text = "{";
  for (let place = 0; place < map.size; place++) {
    if (place > 0) text += ", ";
    text += `${printJava(map.keyAt(place), depth + 1)}=${printJava(map.valueAt(place), depth + 1)}`;
    checkLength(text);
  }
  return `${text}}`;
}

function printList(list: List, depth: number): string {
  const { kind, items } = list;
  checkDepth(depth);
  if (kind === "json") return printJson(list, true, depth);
  let text = "[";
  for (const [index, item] of items.entries()) {
    if (index > 0) text += ", ";
    text += printJava(item, depth + 1);
    checkLength(text);
  }
  return `${text}]`;
}

/**
 * `$input.json`: compact JSON with numbers in Java's form. Nothing, or null, is two quotes.
 */
export function toJson(value: Maybe): string {
  if (value === undefined || value === null) return '""';
  return printJson(value, false, 0);
}

/** `inList`: within an array that is printed itself, whose texts escape `/` too. */
function printJson(value: Value, inList: boolean, depth: number): string {
  const escapes = inList ? jsonInList : json;
  if (typeof value === "string") return `"${escaped(value, escapes)}"`;
  const writer = new JsonWriter(escapes);
  writer.value(value, depth);
  return writer.end();
}

/** A quote, a backslash, what controls, and U+2000 to U+20FF. */
const json = new Escapes(
  (code) => (isJsonEscaped(code) ? escapeOf(code) : undefined),
  escapePunctuation,
);
const jsonInList = new Escapes(
  (code) => (isJsonEscaped(code) || code === 0x2f ? escapeOf(code) : undefined),
  escapePunctuation,
);

function isJsonEscaped(code: number): boolean {
  return code < 0x20 || code === 0x22 || code === 0x5c || (code >= 0x7f && code <= 0x9f);
}

function escapePunctuation(run: string): string {
  return run.replace(/[\u2000-\u20ff]/g, escapeAll);
}

/** Codes of the characters that JSON is built of. */
const doubleQuote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

class JsonWriter {
  readonly #text = new TextWriter();
  readonly #escapes: Escapes;

  constructor(escapes: Escapes) {
    this.#escapes = escapes;
  }

  end(): string {
    return this.#text.end();
  }

  value(value: Value, depth: number): void {
    if (typeof value === "string") this.#string(value);
    else if (value instanceof ValueMap) this.#map(value, depth);
    else if (value instanceof List) this.#list(value.items, depth);
    else if (value instanceof Entry || value instanceof Block) this.#rendered(value, depth);
    else this.#text.plain(printScalar(value));
  }

  #list(items: readonly Value[], depth: number): void {
    checkDepth(depth);
    this.#text.mark(openBracket);
    for (let index = 0; index < items.length; index++) {
      if (index > 0) this.#text.mark(comma);
      this.value(items[index] ?? null, depth + 1);
    }
    this.#text.mark(closeBracket);
  }

  #map(map: ValueMap, depth: number): void {
    checkDepth(depth);
    this.#text.mark(openBrace);
    for (let place = 0; place < map.size; place++) {
      if (place > 0) this.#text.mark(comma);
      const key = map.keyAt(place);
      if (typeof key === "string") this.#string(key);
      else this.#rendered(key, depth);
      this.#text.mark(colon);
      this.value(map.valueAt(place), depth + 1);
    }
    this.#text.mark(closeBrace);
  }

  /** What is printed by others, who may write a text themselves. */
  #rendered(value: Value, depth: number): void {
    this.#text.settle();
    this.#string(printJava(value, depth + 1));
  }

  #string(text: string): void {
    this.#text.mark(doubleQuote);
    this.#text.escaped(text, this.#escapes);
    this.#text.mark(doubleQuote);
  }
}

function printScalar(
  value: null | boolean | number | bigint | Double | Decimal | Cursor | Round | JavaClass,
): string {
  if (typeof value === "number" || value === null || typeof value === "boolean") {
    return String(value);
  }
  if (value instanceof Double) {
    return value.printed ?? (Number.isFinite(value.value) ? printNumber(value) : "null");
  }
  return isNumeric(value) ? printNumber(value) : '""';
}

function checkDepth(depth: number): void {
  if (depth > maxValueDepth) throw new TemplateError("a value is nested too deep to print");
}

function checkLength(text: string): void {
  if (text.length > maxTextLength) throw new TemplateError("a printed value is too long");
}
