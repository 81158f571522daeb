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
  let text = "";
  for (const [key, value] of map.entries()) {
    text += `${text === "" ? "" : ", "}${printJava(key, depth + 1)}=${printJava(value, depth + 1)}`;
    checkLength(text);
  }
  return `{${text}}`;
}

function printList(list: List, depth: number): string {
  checkDepth(depth);
  if (list.kind === "json") return printJson(list, escapeListText, depth);
  let text = "";
  list.items.forEach((item, index) => {
    text += `${index === 0 ? "" : ", "}${printJava(item, depth + 1)}`;
    checkLength(text);
  });
  return `[${text}]`;
}

/**
 * `$input.json`: compact JSON with numbers in Java's form. Nothing, or null, is two quotes.
 */
export function toJson(value: Maybe): string {
  if (value === undefined || value === null) return '""';
  return printJson(value, escapeJsonText, 0);
}

function printJson(value: Value, escape: (text: string) => string, depth: number): string {
  if (typeof value === "string") return `"${escape(value)}"`;
  if (value === null) return "null";
  if (typeof value === "boolean" || typeof value === "number") return String(value);
  if (value instanceof Double) {
    return Number.isFinite(value.value) ? printNumber(value) : "null";
  }
  if (typeof value === "bigint" || value instanceof Decimal) return printNumber(value);
  checkDepth(depth);
  if (value instanceof List) {
    let text = "";
    value.items.forEach((item, index) => {
      text += `${index === 0 ? "" : ","}${printJson(item, escape, depth + 1)}`;
      checkLength(text);
    });
    return `[${text}]`;
  }
  if (value instanceof ValueMap) {
    let text = "";
    for (const [key, item] of value.entries()) {
      const name = escape(printJava(key, depth + 1));
      text += `${text === "" ? "" : ","}"${name}":${printJson(item, escape, depth + 1)}`;
      checkLength(text);
    }
    return `{${text}}`;
  }
  if (value instanceof Entry) return `"${escape(printJava(value, depth + 1))}"`;
  if (value instanceof Block) return `"${escape(value.render())}"`;
  if (value instanceof Cursor || value instanceof Round || value instanceof JavaClass) return '""';
  return '""';
}

const needsEscape = /["\\\p{Cc}\u2000-\u20ff]/u;
const escaped = /["\\\p{Cc}\u2000-\u20ff]/gu;
const escapedInList = /["\\/\p{Cc}\u2000-\u20ff]/gu;

function escapeJsonText(text: string): string {
  return needsEscape.test(text) ? text.replace(escaped, escapeCharacter) : text;
}

/** An array's own text escapes `/` too. */
function escapeListText(text: string): string {
  return text.replace(escapedInList, escapeCharacter);
}

const shortEscapes: ReadonlyMap<string, string> = new Map([
  ['"', '\\"'],
  ["\\", "\\\\"],
  ["/", "\\/"],
  ["\b", "\\b"],
  ["\f", "\\f"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

function escapeCharacter(character: string): string {
  const short = shortEscapes.get(character);
  if (short !== undefined) return short;
  return `\\u${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
}

function checkDepth(depth: number): void {
  if (depth > maxValueDepth) throw new TemplateError("a value is nested too deep to print");
}

function checkLength(text: string): void {
  if (text.length > maxTextLength) throw new TemplateError("a printed value is too long");
}
