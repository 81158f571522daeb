import { addNumbers, isNumeric, toInteger } from "./number.js";
import { print } from "./print.js";
import {
  List,
  maxListLength,
  maxTextLength,
  TemplateError,
  type Maybe,
  type Value,
} from "./value.js";

/**
 * `left + right`: the sum of two numbers, the text where one is a string; null for the rest, which is
 * what failed arithmetic comes to.
 */
export function add(left: Maybe, right: Maybe): Value {
  if (typeof left === "number" && typeof right === "number") {
    const sum = left + right;
    if (Number.isSafeInteger(sum)) return sum;
  }
  const a = left === undefined ? "" : left;
  const b = right === undefined ? "" : right;
  if (typeof a === "string" || typeof b === "string") return joined(print(a), print(b));
  return addNumbers(a, b);
}

function joined(left: string, right: string): string {
  if (left.length + right.length > maxTextLength) throw new TemplateError("a text is too long");
  return left + right;
}

/**
 * `[from..to]`: counts up or down, both ends included; undefined where an end is no number. Cut at a
 * length that no loop comes near.
 */
export function range(from: Maybe, to: Maybe): Maybe {
  if (!isNumeric(from) || !isNumeric(to)) return undefined;
  const first = Number(BigInt.asIntN(32, toInteger(from)));
  const last = Number(BigInt.asIntN(32, toInteger(to)));
  const length = Math.min(Math.abs(last - first) + 1, maxListLength);
  const step = last < first ? -1 : 1;
  const items: Value[] = [];
  for (let index = 0; index < length; index++) items.push(first + index * step);
  return new List("list", items);
}
