import { compareNumbers, isNumeric, printNumber, type Numeric } from "../velocity/number.js";
import { sameContent } from "../velocity/compare.js";
import { javaPattern, matchesPattern } from "../velocity/pattern.js";
import { readJson } from "../velocity/json-reader.js";
import { List, ValueMap, type Maybe, type Value } from "../velocity/value.js";
import { jsonPath, type PathAccessor, type PathPredicate, type Step } from "./path.js";
import type { PathOperator } from "./syntax.js";

/** A value of a filter as it is compared; undefined for what does not exist. */
type Operand = Maybe;

/** `left operator right` in a filter. */
function compare(left: Operand, operator: PathOperator, right: Operand): boolean {
  switch (operator) {
    case "==":
      return isEqual(left, right);
    case "!=":
      return !isEqual(left, right);
    case "===":
      return sameKind(left, right) && isEqual(left, right);
    case "!==":
      return !(sameKind(left, right) && isEqual(left, right));
    case "<":
      return order(left, right) < 0;
    case "<=":
      return order(left, right) <= 0;
    case ">":
      return order(left, right) > 0;
    case ">=":
      return order(left, right) >= 0;
    case "in":
      return includes(right, left);
    case "nin":
      return left !== undefined && !includes(right, left);
    case "contains":
      return typeof left === "string"
        ? typeof right === "string" && left.includes(right)
        : includes(left, right);
    case "size":
      return sizeOf(left) === right;
    case "empty":
      return sizeOf(left) !== undefined && (sizeOf(left) === 0) === right;
    case "anyof":
      return items(left).some((item) => includes(right, item));
    case "noneof":
      return left instanceof List && !items(left).some((item) => includes(right, item));
    case "subsetof":
      return left instanceof List && items(left).every((item) => includes(right, item));
    case "all":
      return left instanceof List && items(right).every((item) => includes(left, item));
  }
}

/** A number equals a text that spells it: by value from the left, as written from the right. */
function isEqual(left: Operand, right: Operand): boolean {
  if (left === undefined || right === undefined) return false;
  if (isNumeric(left)) {
    const number = isNumeric(right) ? right : asNumber(right);
    return number !== undefined && compareNumbers(left, number) === 0;
  }
  if (typeof left === "string" && isNumeric(right)) return left === printNumber(right);
  return sameContent(left, right);
}

function asNumber(value: Value): Numeric | undefined {
  if (typeof value !== "string" || !/^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(value)) {
    return undefined;
  }
  const number = readJson(value);
  return isNumeric(number) ? number : undefined;
}

function sameKind(left: Operand, right: Operand): boolean {
  return isNumeric(left) ? isNumeric(right) : typeof left === typeof right;
}

/** Negative, zero or positive; NaN where the two have no order. */
function order(left: Operand, right: Operand): number {
  if (isNumeric(left) && isNumeric(right)) return compareNumbers(left, right);
  if (typeof left === "string" && typeof right === "string") {
    return left < right ? -1 : left > right ? 1 : 0;
  }
  return Number.NaN;
}

function items(value: Operand): readonly Value[] {
  return value instanceof List ? value.items : [];
}

function includes(list: Operand, value: Operand): boolean {
  return items(list).some((item) => isEqual(item, value));
}

function sizeOf(value: Operand): number | undefined {
  if (typeof value === "string") return value.length;
  if (value instanceof ValueMap) return value.size;
  return value instanceof List ? value.items.length : undefined;
}

/** What a filter compares: a value, or a path from the element or the root. */
export type FilterOperand = Value | Path;

class Path {
  readonly from: "element" | "root";
  readonly read: PathAccessor;
  constructor(from: Path["from"], read: PathAccessor) {
    this.from = from;
    this.read = read;
  }
}

/** `@.a.b`: from the element. */
export function element(...steps: readonly Step[]): FilterOperand {
  return new Path("element", jsonPath(...steps));
}

/** `$.a.b`: from the root. */
export function root(...steps: readonly Step[]): FilterOperand {
  return new Path("root", jsonPath(...steps));
}

/** A number, array or object that stands in a filter. */
export function json(text: string): Value {
  return readJson(text);
}

function reader(operand: FilterOperand): (element: Maybe, root: Maybe) => Maybe {
  if (!(operand instanceof Path)) return () => operand;
  const { from, read } = operand;
  return from === "element" ? (item) => read(item) : (_item, whole) => read(whole);
}

/** `a && b` */
export function every(...tests: readonly PathPredicate[]): PathPredicate {
  return (item, whole) => tests.every((test) => test(item, whole));
}

/** `a || b` */
export function some(...tests: readonly PathPredicate[]): PathPredicate {
  return (item, whole) => tests.some((test) => test(item, whole));
}

/** `!a` */
export function not(test: PathPredicate): PathPredicate {
  return (item, whole) => !test(item, whole);
}

/** `@.a`: exists, be it null. */
export function exists(operand: FilterOperand): PathPredicate {
  const read = reader(operand);
  return (item, whole) => read(item, whole) !== undefined;
}

/** `left operator right` */
export function compares(
  left: FilterOperand,
  operator: PathOperator,
  right: FilterOperand,
): PathPredicate {
  const a = reader(left);
  const b = reader(right);
  return (item, whole) => compare(a(item, whole), operator, b(item, whole));
}

/** `left =~ /pattern/`: the whole text; numbers and booleans as they print. */
export function matchesAll(left: FilterOperand, source: string): PathPredicate {
  const read = reader(left);
  const pattern = javaPattern(source);
  return (item, whole) => {
    const text = printed(read(item, whole));
    return text !== undefined && matchesPattern(text, pattern);
  };
}

function printed(value: Maybe): string | undefined {
  if (typeof value === "string") return value;
  if (isNumeric(value)) return printNumber(value);
  return typeof value === "boolean" ? String(value) : undefined;
}
