import { group, indent, join, line, softline, ifBreak, hardline, type Layout } from "../layout.js";
import { Code } from "./code.js";

/** A value that stands in generated code as a literal; {@link Code} stands as the expression it is. */
export type Literal =
  | null
  | boolean
  | number
  | string
  | Code
  | readonly Literal[]
  | { readonly [key: string]: Literal };

/** Prints a value as a TypeScript expression, laid out as prettier would. */
export function printLiteral(value: Literal): Layout {
  if (typeof value === "string") return printString(value);
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") return printNumber(value);
  if (value instanceof Code) return value.text;
  return isList(value) ? printArray(value) : printObject(value);
}

/**
 * A string in double quotes, or in single quotes when that needs fewer escapes. Characters that are
 * invisible, reorder text or end a script element are escaped.
 */
export function printString(text: string): string {
  const json = JSON.stringify(text)
    .replace(unsafe, escapeCharacter)
    .replace(/<\/script/gi, escapeTag);
  const double = text.split('"').length;
  const single = text.split("'").length;
  if (double <= single) return json;
  return `'${json.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

const unsafe =
  /[\x7f-\x9f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb]/g;

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function escapeTag(tag: string): string {
  return `\\u003c${tag.slice(1)}`;
}

function printNumber(value: number): string {
  if (Object.is(value, -0)) return "-0";
  return String(value).replace("e+", "e");
}

/** A member name: bare where JavaScript allows it, computed where a plain name would set the prototype. */
export function printPropertyKey(name: string): string {
  if (name === "__proto__") return '["__proto__"]';
  return identifierName.test(name) && isBasicPlane(name) ? name : printString(name);
}

/** Names that prettier leaves bare; letters beyond the basic plane stay in quotes. */
const identifierName = /^[\p{L}\p{Nl}$_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}$]*$/u;

function isBasicPlane(text: string): boolean {
  return !/[\ud800-\udfff]/.test(text);
}

function printObject(value: { readonly [key: string]: Literal }): Layout {
  const members = Object.keys(value).map((key) => printMember(key, value[key] ?? null));
  if (members.length === 0) return "{}";
  return group(["{", indent([line, join([",", line], members)]), ifBreak(","), line, "}"]);
}

/** A member; a string that does not fit behind its key moves to the next line, as prettier has it. */
function printMember(key: string, value: Literal): Layout {
  const name = printPropertyKey(key);
  if (typeof value !== "string") return [name, ": ", printLiteral(value)];
  return [name, ":", group(indent([line, printString(value)]))];
}

function printArray(items: readonly Literal[]): Layout {
  if (items.length === 0) return "[]";
  const broken = items.length > 1 && (items.every(isWideObject) || items.every(isWideList));
  const printed = items.map(printLiteral);
  return group(
    ["[", indent([softline, join([",", line], printed)]), ifBreak(","), softline, "]"],
    broken,
  );
}

function isWideObject(item: Literal): boolean {
  return typeof item === "object" && item !== null && !isList(item) && !(item instanceof Code)
    ? Object.keys(item).length > 1
    : false;
}

function isWideList(item: Literal): boolean {
  return isList(item) && item.length > 1;
}

function isList(value: Literal): value is readonly Literal[] {
  return Array.isArray(value);
}

/** Prints an array with each item on its own lines, whatever its size. */
export function printTall(items: readonly Layout[]): Layout {
  if (items.length === 0) return "[]";
  return ["[", indent([hardline, join([",", hardline], items), ","]), hardline, "]"];
}
