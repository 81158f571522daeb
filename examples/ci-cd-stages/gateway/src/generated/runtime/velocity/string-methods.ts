// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { formatText } from "./format.js";
import { equals, sameContent } from "./compare.js";
import { isNumeric } from "./number.js";
import { print } from "./print.js";
import { matchesPattern, replacePattern, splitPattern } from "./pattern.js";
import { javaTrim } from "./text.js";
import { List, maxTextLength, TemplateError, type Maybe, type Value } from "./value.js";

/** A method of a kind of value: undefined when its arguments do not fit, or its result is nothing. */
export type Method<T> = (target: T, args: readonly Value[]) => Maybe;

/** An argument that is an `int`. */
export function int(value: Maybe): number | undefined {
  const fits = typeof value === "number" && value >= -(2 ** 31) && value < 2 ** 31;
  return fits ? value : undefined;
}

function one(check: (text: string, other: string) => Maybe): Method<string> {
  return (text, args) => {
    const [other] = args;
    return args.length === 1 && typeof other === "string" ? check(text, other) : undefined;
  };
}

function two(make: (text: string, first: string, second: string) => Maybe): Method<string> {
  return (text, args) => {
    const [first, second] = args;
    const fits = args.length === 2 && typeof first === "string" && typeof second === "string";
    return fits ? make(text, first, second) : undefined;
  };
}

function none(make: (text: string) => Maybe): Method<string> {
  return (text, args) => (args.length === 0 ? make(text) : undefined);
}

/** `java.lang.String`. */
export const stringMethods: ReadonlyMap<string, Method<string>> = new Map<string, Method<string>>([
  ["length", none((text) => text.length)],
  ["isEmpty", none((text) => text === "")],
  ["isBlank", none((text) => text.trim() === "")],
  ["toString", none((text) => text)],
  ["intern", none((text) => text)],
  ["trim", none(javaTrim)],
  ["strip", none((text) => text.trim())],
  ["stripLeading", none((text) => text.trimStart())],
  ["stripTrailing", none((text) => text.trimEnd())],
  ["toUpperCase", none((text) => text.toUpperCase())],
  ["toLowerCase", none((text) => text.toLowerCase())],
  ["hashCode", none(hashCode)],
  ["toCharArray", none((text) => new List("array", text.split("")))],
  ["lines", none((text) => new List("array", text.split(/\r\n|\r|\n/)))],
  ["startsWith", startsWith],
  ["endsWith", one((text, other) => text.endsWith(other))],
  ["contains", one((text, other) => text.includes(other))],
  ["contentEquals", one((text, other) => text === other)],
  ["equals", (text, args) => (args.length === 1 ? sameContent(text, args[0] ?? null) : undefined)],
  ["equalsIgnoreCase", one((text, other) => text.toLowerCase() === other.toLowerCase())],
  ["compareTo", one(compareTo)],
  ["compareToIgnoreCase", one((text, other) => compareTo(text.toLowerCase(), other.toLowerCase()))],
  ["concat", one((text, other) => text + other)],
  ["indexOf", indexOf],
  ["lastIndexOf", lastIndexOf],
  ["charAt", charAt],
  ["codePointAt", codePointAt],
  ["substring", substring],
  ["subSequence", (text, args) => (args.length === 2 ? substring(text, args) : undefined)],
  ["replace", two(replaceAllText)],
  ["replaceAll", two((text, pattern, by) => replacePattern(text, pattern, by, true))],
  ["replaceFirst", two((text, pattern, by) => replacePattern(text, pattern, by, false))],
  ["matches", one(matchesPattern)],
  ["split", split],
  ["repeat", repeat],
  // Static methods answer through any value.
  ["valueOf", (_text, args) => (args.length === 1 ? printed(args[0] ?? null) : undefined)],
  ["copyValueOf", (_text, args) => joinCharacters(args[0])],
  ["format", (_text, [format, ...args]) => formatWith(format, args)],
  ["formatted", formatWith],
  ["join", join],
]);

function printed(value: Value): string {
  return value === null ? "null" : print(value);
}

function joinCharacters(value: Maybe): Maybe {
  return value instanceof List ? value.items.map(print).join("") : undefined;
}

function startsWith(text: string, args: readonly Value[]): Maybe {
  const [other, from] = args;
  if (typeof other !== "string" || args.length > 2) return undefined;
  if (args.length === 1) return text.startsWith(other);
  const at = int(from);
  return at === undefined ? undefined : at >= 0 && text.startsWith(other, at);
}

/** A character code or a text. */
function sought(value: Maybe): string | undefined {
  if (typeof value === "string") return value;
  const code = int(value);
  return code === undefined || code < 0 || code > 0x10ffff ? undefined : String.fromCodePoint(code);
}

function indexOf(text: string, args: readonly Value[]): Maybe {
  const other = sought(args[0]);
  if (other === undefined || args.length > 2) return undefined;
  const from = args.length === 1 ? 0 : int(args[1]);
  return from === undefined ? undefined : text.indexOf(other, from);
}

function lastIndexOf(text: string, args: readonly Value[]): Maybe {
  const other = sought(args[0]);
  if (other === undefined || args.length > 2) return undefined;
  const from = args.length === 1 ? text.length : int(args[1]);
  if (from === undefined) return undefined;
  return from < 0 ? -1 : text.lastIndexOf(other, from);
}

function charAt(text: string, args: readonly Value[]): Maybe {
  const index = int(args[0]);
  if (index === undefined || args.length !== 1) return undefined;
  checkIndex(index, text.length);
  return text.charAt(index);
}

function codePointAt(text: string, args: readonly Value[]): Maybe {
  const index = int(args[0]);
  if (index === undefined || args.length !== 1) return undefined;
  checkIndex(index, text.length);
  return text.codePointAt(index);
}

/** Throws as Java does for an index out of range. */
export function checkIndex(index: number, length: number): void {
  if (index >= 0 && index < length) return;
  throw new TemplateError(`index ${String(index)} is out of range for length ${String(length)}`);
}

function substring(text: string, args: readonly Value[]): Maybe {
  const start = int(args[0]);
  const end = args.length === 1 ? text.length : int(args[1]);
  if (start === undefined || end === undefined || args.length > 2) return undefined;
  if (start < 0 || end > text.length || start > end) {
    throw new TemplateError(
      `begin ${String(start)}, end ${String(end)} are out of range for length ${String(text.length)}`,
    );
  }
  return text.slice(start, end);
}

/** Literal, also an empty one: between all characters. */
function replaceAllText(text: string, old: string, by: string): string {
  if (!text.includes(old)) return text;
  const count = old === "" ? text.length + 1 : text.length / old.length;
  if (count * by.length > maxTextLength * 4) throw new TemplateError("a text is too long");
  return text.split(old).length === 1 && old !== "" ? text : text.replaceAll(old, () => by);
}

function split(text: string, args: readonly Value[]): Maybe {
  const [pattern] = args;
  const limit = args.length === 1 ? 0 : int(args[1]);
  if (typeof pattern !== "string" || limit === undefined || args.length > 2) return undefined;
  return new List("array", splitPattern(text, pattern, limit));
}

function repeat(text: string, args: readonly Value[]): Maybe {
  const count = int(args[0]);
  if (count === undefined || args.length !== 1) return undefined;
  if (count < 0) throw new TemplateError("count is negative");
  if (count * text.length > maxTextLength) throw new TemplateError("a text is too long");
  return text.repeat(count);
}

function compareTo(text: string, other: string): number {
  const length = Math.min(text.length, other.length);
  for (let index = 0; index < length; index++) {
    const difference = text.charCodeAt(index) - other.charCodeAt(index);
    if (difference !== 0) return difference;
  }
  return text.length - other.length;
}

/** `String.hashCode`. */
export function hashCode(text: string): number {
  let hash = 0;
  for (let index = 0; index < text.length; index++) {
    hash = (Math.imul(hash, 31) + text.charCodeAt(index)) | 0;
  }
  return hash;
}

function formatWith(format: Maybe, args: readonly Value[]): Maybe {
  return typeof format === "string" ? formatText(format, args) : undefined;
}

function join(_text: string, args: readonly Value[]): Maybe {
  const [separator, ...rest] = args;
  if (typeof separator !== "string") return undefined;
  const [first] = rest;
  const items = rest.length === 1 && first instanceof List ? first.items : rest;
  if (items.some((item) => isNumeric(item) || equals(item, false) || equals(item, true))) {
    return undefined;
  }
  return items.map(printed).join(separator);
}
