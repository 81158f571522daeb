import { group, indent, join, line, softline, ifBreak, hardline, type Layout } from "../layout.js";
import { Pattern, Reference, type Value } from "../../plan/value.js";

/** Gives the name to write for a reference, importing it where needed. */
export type ReferenceNames = (reference: Reference) => string;

const noReferences: ReferenceNames = ({ module, name }) => `${module}.${name}`;

/** Prints a value as a TypeScript expression, laid out as prettier would. */
export function printLiteral(value: Value, names: ReferenceNames = noReferences): Layout {
  if (typeof value === "string") return printString(value);
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") return printNumber(value);
  if (value instanceof Reference) return names(value);
  if (value instanceof Pattern) return printPattern(value);
  return isList(value) ? printArray(value, names) : printObject(value, names);
}

/** A regular expression literal; `source` escapes what would end it. */
function printPattern({ source }: Pattern): string {
  return String(new RegExp(source, "s")).replace(unsafe, escapeCharacter);
}

/**
 * A string in double quotes, or in single quotes when that needs fewer escapes. Characters that are
 * invisible, reorder text or end a script element are escaped.
 */
export function printString(text: string): string {
  if (plain.test(text)) return `"${text}"`;
  const json = JSON.stringify(text)
    .replace(unsafe, escapeCharacter)
    .replace(/<\/script/gi, escapeTag);
  const double = text.split('"').length;
  const single = text.split("'").length;
  if (double <= single) return json;
  return `'${json.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

/** Text that needs no escapes, which most is. */
const plain = /^[\w .,:;/$@#*+=()[\]{}-]*$/;

/** Control and format characters, separators of lines, fillers that show nothing. */
const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u{115f}\u{1160}\u{3164}\u{ffa0}]/gu;

function escapeCharacter(character: string): string {
  return Array.from(
    { length: character.length },
    (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`,
  ).join("");
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

function printObject(value: { readonly [key: string]: Value }, names: ReferenceNames): Layout {
  const members = Object.entries(value).map(([key, item]) => printMember(key, item, names));
  if (members.length === 0) return "{}";
  return group(["{", indent([line, join([",", line], members)]), ifBreak(","), line, "}"]);
}

/** Behind keys shorter than this a string stays on the key's line, however long. */
const shortKey = 5;

/** A member; a string that does not fit behind its key moves to the next line, as prettier has it. */
function printMember(key: string, value: Value, names: ReferenceNames): Layout {
  const name = printPropertyKey(key);
  if (typeof value !== "string" || name.length < shortKey) {
    return [name, ": ", printLiteral(value, names)];
  }
  return [name, ":", group(indent([line, printString(value)]))];
}

function printArray(items: readonly Value[], names: ReferenceNames): Layout {
  if (items.length === 0) return "[]";
  const broken = items.length > 1 && (items.every(isWideObject) || items.every(isWideList));
  const printed = items.map((item) => printLiteral(item, names));
  return group(
    ["[", indent([softline, join([",", line], printed)]), ifBreak(","), softline, "]"],
    broken,
  );
}

function isWideObject(item: Value): boolean {
  return typeof item === "object" &&
    item !== null &&
    !isList(item) &&
    !(item instanceof Reference || item instanceof Pattern)
    ? Object.keys(item).length > 1
    : false;
}

function isWideList(item: Value): boolean {
  return isList(item) && item.length > 1;
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** Prints an array with each item on its own lines, whatever its size. */
export function printTall(items: readonly Layout[]): Layout {
  if (items.length === 0) return "[]";
  return ["[", indent([hardline, join([",", hardline], items), ","]), hardline, "]"];
}
