// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { Decimal, Double, type Maybe, type Value } from "./value.js";

/** A number of any of Java's kinds. */
export type Numeric = number | bigint | Double | Decimal;

export function isNumeric(value: Maybe): value is Numeric {
  return (
    typeof value === "number" ||
    typeof value === "bigint" ||
    value instanceof Double ||
    value instanceof Decimal
  );
}

/** An integer as it is kept: a number where that is exact. */
export function integer(value: bigint): number | bigint {
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER
    ? Number(value)
    : value;
}

/** The text that Java prints. */
export function printNumber(value: Numeric): string {
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  return value instanceof Double
    ? (value.printed ?? printDouble(value.value))
    : printDecimal(value);
}

/** `Double.toString`: always a fraction; an exponent below 10^-3 and from 10^7 on. */
function printDouble(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "Infinity" : "-Infinity";
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e7) {
    const plain = String(value);
    return plain.includes(".") ? plain : `${plain}.0`;
  }
  const [mantissa = "", exponent = ""] = value.toExponential().split("e");
  const fraction = mantissa.includes(".") ? mantissa : `${mantissa}.0`;
  return `${fraction}E${exponent.replace("+", "")}`;
}

/** `BigDecimal.toString`. */
function printDecimal({ unscaled, scale }: Decimal): string {
  const sign = unscaled < 0n ? "-" : "";
  const digits = String(unscaled < 0n ? -unscaled : unscaled);
  const exponent = digits.length - 1 - scale;
  if (scale === 0) return sign + digits;
  if (scale > 0 && exponent >= -6) {
    const padded = digits.padStart(scale + 1, "0");
    return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
  }
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : "";
  return `${sign}${digits.charAt(0)}${fraction}E${exponent < 0 ? "" : "+"}${String(exponent)}`;
}

/** Digits to the right of a point that a decimal may have. */
const maxScale = 1000;

/** Reads `-12.5e3`; undefined when it is none, or has an exponent beyond reason. */
export function parseDecimal(text: string): Decimal | undefined {
  const match = /^(-?)(\d*)\.?(\d*)(?:[eE]([+-]?\d{1,6}))?$/.exec(text);
  if (!match) return undefined;
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = match;
  if (whole + fraction === "") return undefined;
  const scale = fraction.length - Number(exponent);
  if (Math.abs(scale) > maxScale) return undefined;
  return new Decimal(BigInt(`${sign}${whole}${fraction}`), scale);
}

/** The nearest double. */
export function toDouble(value: Numeric): number {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  return value instanceof Double ? value.value : Number(printDecimal(value));
}

/** The integer part; undefined for what is not finite. */
export function toInteger(value: Numeric): bigint {
  if (typeof value === "number" || typeof value === "bigint") return BigInt(value);
  if (value instanceof Double) {
    if (Number.isNaN(value.value)) return 0n;
    const most = 2 ** 63;
    return BigInt(Math.trunc(Math.max(-most, Math.min(value.value, most))));
  }
  const { unscaled, scale } = value;
  return scale >= 0 ? unscaled / 10n ** BigInt(scale) : unscaled * 10n ** BigInt(-scale);
}

/** Less than, equal or greater: negative, zero, positive; NaN where one is not a number. */
export function compareNumbers(left: Numeric, right: Numeric): number {
  if (typeof left === "number" && typeof right === "number") return left - right;
  if (isInteger(left) && isInteger(right)) {
    return left < right ? -1 : left > right ? 1 : 0;
  }
  if (left instanceof Decimal || right instanceof Decimal) {
    const a = toDecimal(left);
    const b = toDecimal(right);
    if (!a || !b) return toDouble(left) - toDouble(right);
    const [x, y] = align(a, b);
    return x < y ? -1 : x > y ? 1 : 0;
  }
  return toDouble(left) - toDouble(right);
}

function isInteger(value: Numeric): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

/** A BigInteger in Java: beyond 64 bits. */
function isBig(value: Numeric): boolean {
  return typeof value === "bigint" && BigInt.asIntN(64, value) !== value;
}

function toDecimal(value: Numeric): Decimal | undefined {
  if (value instanceof Decimal) return value;
  if (isInteger(value)) return new Decimal(BigInt(value), 0);
  return parseDecimal(String(value.value));
}

function align(left: Decimal, right: Decimal): [bigint, bigint, number] {
  const scale = Math.max(left.scale, right.scale);
  return [
    left.unscaled * 10n ** BigInt(scale - left.scale),
    right.unscaled * 10n ** BigInt(scale - right.scale),
    scale,
  ];
}

/** Digits that an integer may grow to. */
const maxBits = 20_000;

/** Left and right as the kind that the operation is done in. */
type Operands =
  | { readonly kind: "integer"; readonly left: bigint; readonly right: bigint }
  | { readonly kind: "double"; readonly left: number; readonly right: number }
  | { readonly kind: "decimal"; readonly left: Decimal; readonly right: Decimal };

function operands(left: Maybe, right: Maybe): Operands | undefined {
  if (!isNumeric(left) || !isNumeric(right)) return undefined;
  if (isInteger(left) && isInteger(right)) {
    return { kind: "integer", left: BigInt(left), right: BigInt(right) };
  }
  const isDecimal =
    left instanceof Decimal || right instanceof Decimal || isBig(left) || isBig(right);
  if (isDecimal) {
    const a = toDecimal(left);
    const b = toDecimal(right);
    if (a && b) return { kind: "decimal", left: a, right: b };
  }
  return { kind: "double", left: toDouble(left), right: toDouble(right) };
}

function bounded(value: bigint): number | bigint | null {
  return value.toString(16).length * 4 > maxBits ? null : integer(value);
}

/** `left + right` of two numbers; null for anything else. */
export function addNumbers(left: Value, right: Value): Value {
  const sum = operands(left, right);
  if (!sum) return null;
  if (sum.kind === "integer") return bounded(sum.left + sum.right);
  if (sum.kind === "double") return new Double(sum.left + sum.right);
  const [a, b, scale] = align(sum.left, sum.right);
  return new Decimal(a + b, scale);
}

/** `left - right`; null where one is no number. */
export function subtract(left: Maybe, right: Maybe): Value {
  if (typeof left === "number" && typeof right === "number") {
    const result = left - right;
    if (Number.isSafeInteger(result)) return result;
  }
  const difference = operands(left, right);
  if (!difference) return null;
  if (difference.kind === "integer") return bounded(difference.left - difference.right);
  if (difference.kind === "double") return new Double(difference.left - difference.right);
  const [a, b, scale] = align(difference.left, difference.right);
  return new Decimal(a - b, scale);
}

/** `left * right`; null where one is no number. */
export function multiply(left: Maybe, right: Maybe): Value {
  const product = operands(left, right);
  if (!product) return null;
  if (product.kind === "integer") return bounded(product.left * product.right);
  if (product.kind === "double") return new Double(product.left * product.right);
  return new Decimal(
    product.left.unscaled * product.right.unscaled,
    product.left.scale + product.right.scale,
  );
}

/** `left / right`; integers are cut. Null where one is no number, or the right one is zero. */
export function divide(left: Maybe, right: Maybe): Value {
  const quotient = operands(left, right);
  if (!quotient) return null;
  if (quotient.kind === "integer") {
    return quotient.right === 0n ? null : integer(quotient.left / quotient.right);
  }
  if (quotient.kind === "double") {
    return quotient.right === 0 ? null : new Double(quotient.left / quotient.right);
  }
  return divideDecimals(quotient.left, quotient.right);
}

/** The scale of the left one is kept; half goes down. */
function divideDecimals(left: Decimal, right: Decimal): Value {
  if (right.unscaled === 0n) return null;
  const shift = BigInt(Math.max(right.scale, 0));
  const numerator = left.unscaled * 10n ** shift;
  const denominator = right.unscaled * 10n ** BigInt(Math.max(-right.scale, 0));
  const whole = numerator / denominator;
  const rest = numerator % denominator;
  const absolute = (value: bigint): bigint => (value < 0n ? -value : value);
  const isMore = absolute(rest) * 2n > absolute(denominator);
  const away = numerator < 0n === denominator < 0n ? 1n : -1n;
  return new Decimal(isMore ? whole + away : whole, left.scale);
}

/** `left % right`, with the sign of the left one; null as for {@link divide}. */
export function remainder(left: Maybe, right: Maybe): Value {
  const rest = operands(left, right);
  if (!rest) return null;
  if (rest.kind === "integer") {
    return rest.right === 0n ? null : integer(rest.left % rest.right);
  }
  if (rest.kind === "double") {
    return rest.right === 0 ? null : new Double(rest.left % rest.right);
  }
  const [a, b, scale] = align(rest.left, rest.right);
  return b === 0n ? null : new Decimal(a % b, scale);
}
