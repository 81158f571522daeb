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

function printList({ kind, items }: List, depth: number): string {
  checkDepth(depth);
  if (kind === "json") return printJsonList(items, true, depth);
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
  if (typeof value === "string") return quoted(value, inList);
  if (value === null) return "null";
  if (typeof value === "boolean" || typeof value === "number") return String(value);
  if (value instanceof ValueMap) return printJsonMap(value, inList, depth);
  if (value instanceof List) return printJsonList(value.items, inList, depth);
  if (value instanceof Double) {
    return Number.isFinite(value.value) ? printNumber(value) : "null";
  }
  if (typeof value === "bigint" || value instanceof Decimal) return printNumber(value);
  if (value instanceof Entry) return quoted(printJava(value, depth + 1), inList);
  if (value instanceof Block) return quoted(value.render(), inList);
  if (value instanceof Cursor || value instanceof Round || value instanceof JavaClass) return '""';
  return '""';
}

function printJsonList(items: readonly Value[], inList: boolean, depth: number): string {
  checkDepth(depth);
  let text = "[";
  for (let index = 0; index < items.length; index++) {
    if (index > 0) text += ",";
    text += printJson(items[index] ?? null, inList, depth + 1);
    checkLength(text);
  }
  return `${text}]`;
}

function printJsonMap(map: ValueMap, inList: boolean, depth: number): string {
  checkDepth(depth);
  let text = "{";
  for (let place = 0; place < map.size; place++) {
    if (place > 0) text += ",";
    text += `${quoted(printJava(map.keyAt(place), depth + 1), inList)}:`;
    text += printJson(map.valueAt(place), inList, depth + 1);
    checkLength(text);
  }
  return `${text}}`;
}

/** A JSON string. */
function quoted(text: string, inList: boolean): string {
  let out = '"';
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (!isEscaped(code) && !(inList && code === 0x2f)) continue;
    out += text.slice(start, index) + escapeOf(code);
    start = index + 1;
  }
  return start === 0 ? `"${text}"` : `${out}${text.slice(start)}"`;
}

/** A quote, a backslash, what controls, and U+2000 to U+20FF. */
function isEscaped(code: number): boolean {
  if (code > 0x5c && code < 0x7f) return false;
  return (
    code < 0x20 ||
    code === 0x22 ||
    code === 0x5c ||
    (code >= 0x7f && code <= 0x9f) ||
    (code >= 0x2000 && code <= 0x20ff)
  );
}

function escapeOf(code: number): string {
  switch (code) {
    case 0x08:
      return "\\b";
    case 0x09:
      return "\\t";
    case 0x0a:
      return "\\n";
    case 0x0c:
      return "\\f";
    case 0x0d:
      return "\\r";
    case 0x22:
    case 0x2f:
    case 0x5c:
      return `\\${String.fromCharCode(code)}`;
    default:
      return `\\u${code.toString(16).toUpperCase().padStart(4, "0")}`;
  }
}

function checkDepth(depth: number): void {
  if (depth > maxValueDepth) throw new TemplateError("a value is nested too deep to print");
}

function checkLength(text: string): void {
  if (text.length > maxTextLength) throw new TemplateError("a printed value is too long");
}
