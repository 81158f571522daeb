// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { sameContent } from "./compare.js";
import {
  compareNumbers,
  integer,
  isNumeric,
  printNumber,
  toDouble,
  toInteger,
  type Numeric,
} from "./number.js";
import { hashCode, int, type Method } from "./string-methods.js";
import { Decimal, Double, TemplateError, type Maybe, type Value } from "./value.js";

function none<T>(make: (target: T) => Maybe): Method<T> {
  return (target, args) => (args.length === 0 ? make(target) : undefined);
}

/** Methods of all of Java's numbers. */
const numberMethods: ReadonlyMap<string, Method<Numeric>> = new Map<string, Method<Numeric>>([
  ["intValue", none((value) => narrowed(value, 32))],
  ["longValue", none((value) => narrowed(value, 64))],
  ["shortValue", none((value) => narrowed(value, 16))],
  ["byteValue", none((value) => narrowed(value, 8))],
  ["doubleValue", none((value) => new Double(toDouble(value)))],
  ["floatValue", none((value) => new Double(Math.fround(toDouble(value))))],
  ["toString", (value, args) => (args.length === 0 ? printNumber(value) : inRadix(value, args))],
  [
    "equals",
    (value, args) => (args.length === 1 ? sameContent(value, args[0] ?? null) : undefined),
  ],
  ["compareTo", compareTo],
  ["hashCode", none((value) => (typeof value === "number" ? value | 0 : hashCode(String(value))))],
]);

/** `java.lang.Integer`, static methods included, which answer through any integer. */
const integerMethods: ReadonlyMap<string, Method<Numeric>> = new Map<string, Method<Numeric>>([
  ["parseInt", (_value, args) => parseInteger(args, 32)],
  ["parseLong", (value, args) => (isLong(value) ? parseInteger(args, 64) : undefined)],
  ["valueOf", (value, args) => valueOfInteger(value, args)],
  ["max", (_value, args) => pick(args, (a, b) => (compareNumbers(a, b) >= 0 ? a : b))],
  ["min", (_value, args) => pick(args, (a, b) => (compareNumbers(a, b) <= 0 ? a : b))],
  ["sum", (_value, args) => pick(args, (a, b) => integer(toInteger(a) + toInteger(b)))],
  ["compare", (_value, args) => pick(args, (a, b) => Math.sign(compareNumbers(a, b)))],
  ["signum", (_value, args) => unary(args, (value) => Math.sign(toDouble(value)))],
  ["bitCount", (_value, args) => unary(args, bitCount)],
  ["toBinaryString", (_value, args) => unary(args, (value) => unsigned(value).toString(2))],
  ["toOctalString", (_value, args) => unary(args, (value) => unsigned(value).toString(8))],
  ["toHexString", (_value, args) => unary(args, (value) => unsigned(value).toString(16))],
]);

const doubleMethods: ReadonlyMap<string, Method<Numeric>> = new Map<string, Method<Numeric>>([
  ["isNaN", none((value) => Number.isNaN(toDouble(value)))],
  ["isInfinite", none((value) => Math.abs(toDouble(value)) === Infinity)],
  ["parseDouble", (_value, args) => parseDouble(args[0])],
  ["valueOf", (_value, args) => parseDouble(args[0])],
  ["max", (_value, args) => pick(args, (a, b) => new Double(Math.max(toDouble(a), toDouble(b))))],
  ["min", (_value, args) => pick(args, (a, b) => new Double(Math.min(toDouble(a), toDouble(b))))],
  ["sum", (_value, args) => pick(args, (a, b) => new Double(toDouble(a) + toDouble(b)))],
]);

/** Methods of a number. */
export function numberMethod(value: Numeric, name: string): Method<Numeric> | undefined {
  const own = value instanceof Double ? doubleMethods : integerMethods;
  return (value instanceof Decimal ? undefined : own.get(name)) ?? numberMethods.get(name);
}

/** `java.lang.Boolean`. */
export const booleanMethods: ReadonlyMap<string, Method<boolean>> = new Map<
  string,
  Method<boolean>
>([
  ["toString", none((value) => String(value))],
  ["booleanValue", none((value) => value)],
  ["equals", (value, args) => (args.length === 1 ? value === args[0] : undefined)],
  ["parseBoolean", (_value, [text]) => isTrueWord(text)],
  ["valueOf", (_value, [text]) => (typeof text === "boolean" ? text : isTrueWord(text))],
  ["hashCode", none((value) => (value ? 1231 : 1237))],
]);

function isTrueWord(text: Maybe): Maybe {
  return typeof text === "string" ? text.toLowerCase() === "true" : undefined;
}

/** The lower bits, as a cast does; doubles are cut at the ends of an int or long first. */
function narrowed(value: Numeric, bits: number): number | bigint {
  const whole = toInteger(value);
  if (!(value instanceof Double)) return integer(BigInt.asIntN(bits, whole));
  const most = 2n ** BigInt(Math.max(bits, 32) - 1);
  const cut = whole >= most ? most - 1n : whole < -most ? -most : whole;
  return integer(BigInt.asIntN(bits, cut));
}

function isLong(value: Numeric): boolean {
  return int(typeof value === "number" ? value : undefined) === undefined;
}

/** `Integer.toString(i)` and `(i, radix)`. */
function inRadix(value: Numeric, args: readonly Value[]): Maybe {
  const [other, radix] = args;
  if (!isNumeric(other) || value instanceof Decimal) return undefined;
  if (args.length === 1) return printNumber(other);
  const base = int(radix);
  if (base === undefined || args.length > 2) return undefined;
  return toInteger(other).toString(base < 2 || base > 36 ? 10 : base);
}

/** Java compares numbers of one class only. */
function compareTo(value: Numeric, args: readonly Value[]): Maybe {
  const [other] = args;
  if (!isNumeric(other) || args.length !== 1) return undefined;
  if (classOf(value) !== classOf(other)) {
    throw new TemplateError("numbers of different classes cannot be compared");
  }
  return Math.sign(compareNumbers(value, other));
}

function classOf(value: Numeric): string {
  if (value instanceof Double) return "double";
  if (value instanceof Decimal) return "decimal";
  return isLong(value) ? "long" : "integer";
}

function parseInteger(args: readonly Value[], bits: number): Maybe {
  const [text, radix] = args;
  if (typeof text !== "string" || args.length > 2) return undefined;
  const base = args.length === 2 ? int(radix) : 10;
  if (base === undefined) return undefined;
  const value = base === 10 && /^[+-]?\d{1,30}$/.test(text) ? BigInt(text) : inBase(text, base);
  if (value === undefined || BigInt.asIntN(bits, value) !== value) {
    throw new TemplateError("a text is not an integer, or out of range");
  }
  return integer(value);
}

function inBase(text: string, base: number): bigint | undefined {
  const match = /^([+-]?)([0-9a-z]{1,64})$/i.exec(text);
  const digits = match?.[2];
  if (digits === undefined || base < 2 || base > 36) return undefined;
  let value = 0n;
  for (const digit of digits) {
    const number = Number.parseInt(digit, base);
    if (Number.isNaN(number)) return undefined;
    value = value * BigInt(base) + BigInt(number);
  }
  return match?.[1] === "-" ? -value : value;
}

function valueOfInteger(value: Numeric, args: readonly Value[]): Maybe {
  const [given] = args;
  if (typeof given === "number" && args.length === 1) return given;
  return parseInteger(args, isLong(value) ? 64 : 32);
}

function parseDouble(text: Maybe): Maybe {
  if (text instanceof Double) return text;
  if (typeof text !== "string") return undefined;
  if (!/^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[dDfF]?\s*$/.test(text)) {
    throw new TemplateError("a text is not a number");
  }
  return new Double(Number.parseFloat(text));
}

function unary(args: readonly Value[], make: (value: Numeric) => Maybe): Maybe {
  const [value] = args;
  return args.length === 1 && isNumeric(value) ? make(value) : undefined;
}

function pick(args: readonly Value[], make: (a: Numeric, b: Numeric) => Maybe): Maybe {
  const [a, b] = args;
  return args.length === 2 && isNumeric(a) && isNumeric(b) ? make(a, b) : undefined;
}

function unsigned(value: Numeric): bigint {
  return BigInt.asUintN(isLong(value) ? 64 : 32, toInteger(value));
}

function bitCount(value: Numeric): number {
  return unsigned(value).toString(2).replaceAll("0", "").length;
}
