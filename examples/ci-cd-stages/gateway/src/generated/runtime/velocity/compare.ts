// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { compareNumbers, isNumeric } from "./number.js";
import { print } from "./print.js";
import {
  Block,
  Double,
  Entry,
  List,
  maxValueDepth,
  TemplateError,
  ValueMap,
  type Maybe,
  type Value,
} from "./value.js";

/**
 * `==`: numbers by value, values of one kind by their content, others by what they print. What leads
 * nowhere equals the empty string.
 */
export function equals(left: Maybe, right: Maybe): boolean {
  const a = comparable(left);
  const b = comparable(right);
  if (a === b) return true;
  if (a === null || b === null) return false;
  if (typeof a === "string" && typeof b === "string") return false;
  if (isNumeric(a) && isNumeric(b)) return compareNumbers(a, b) === 0;
  if (a instanceof List && b instanceof List && isSet(a) === isSet(b)) return sameContent(a, b);
  if (a instanceof ValueMap && b instanceof ValueMap) return sameContent(a, b);
  return print(a) === print(b);
}

function comparable(value: Maybe): Value {
  if (value instanceof Block) return value.render();
  return value === undefined ? "" : value;
}

function isSet(list: List): boolean {
  return list.kind === "set";
}

/** Java's `equals`: an integer never equals a double. */
export function sameContent(left: Value, right: Value, depth = 0): boolean {
  if (left === right) return true;
  if (depth > maxValueDepth) throw new TemplateError("values are nested too deep to compare");
  if (left instanceof Double && right instanceof Double) {
    return Object.is(left.value, right.value);
  }
  if (left instanceof List && right instanceof List) {
    return (
      left.items.length === right.items.length &&
      left.items.every((item, index) => sameContent(item, right.items[index] ?? null, depth + 1))
    );
  }
  if (left instanceof ValueMap && right instanceof ValueMap) {
    if (left.size !== right.size) return false;
    for (const [key, value] of left.entries()) {
      const other = right.get(key);
      if (other === undefined || !sameContent(value, other, depth + 1)) return false;
    }
    return true;
  }
  if (left instanceof Entry && right instanceof Entry) {
    return (
      sameContent(left.key, right.key, depth + 1) && sameContent(left.value, right.value, depth + 1)
    );
  }
  return false;
}

/** `<`; false where one is no number. */
export function less(left: Maybe, right: Maybe): boolean {
  return isNumeric(left) && isNumeric(right) && compareNumbers(left, right) < 0;
}

/** `<=`; false where one is no number. */
export function lessOrEqual(left: Maybe, right: Maybe): boolean {
  return isNumeric(left) && isNumeric(right) && compareNumbers(left, right) <= 0;
}

/** `>`; false where one is no number. */
export function greater(left: Maybe, right: Maybe): boolean {
  return isNumeric(left) && isNumeric(right) && compareNumbers(left, right) > 0;
}

/** `>=`; false where one is no number. */
export function greaterOrEqual(left: Maybe, right: Maybe): boolean {
  return isNumeric(left) && isNumeric(right) && compareNumbers(left, right) >= 0;
}

/** Whether a condition holds: for everything but `false`, also for what leads nowhere. */
export function isTrue(value: Maybe): boolean {
  return value !== false;
}
