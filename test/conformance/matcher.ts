import { isIP } from "node:net";
import {
  isOrderedArray,
  isOrderedObject,
  orderedFromPlain,
  parseOrderedJson,
  printOrderedJson,
  type OrderedJson,
} from "../support/ordered-json.js";

/** One difference: where, and a sentence on it. */
export interface Mismatch {
  /** A path such as `event.requestContext.identity` or `headers["Content-Type"]`. */
  readonly at: string;
  readonly problem: string;
}

/** Kinds of `{"$any": kind}`, each with its test. */
const ANY_KINDS: Readonly<Record<string, (value: OrderedJson) => boolean>> = {
  uuid: (value) => isText(value, /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
  string: (value) => typeof value === "string" && value !== "",
  number: (value) => typeof value === "number",
  integer: (value) => Number.isInteger(value),
  array: isOrderedArray,
  object: isOrderedObject,
  "trace-id": (value) => isText(value, /Root=1-[0-9a-f]{8}-[0-9a-f]{24}/),
  ip: (value) => typeof value === "string" && isIP(value) !== 0,
  host: (value) =>
    isText(value, /^(?:\[[0-9a-f:.]+\]|[a-z0-9_-]+(?:\.[a-z0-9_-]+)*)(?::\d{1,5})?$/i) ||
    (typeof value === "string" && isIP(value) !== 0),
  "account-id": (value) => isText(value, /^\d{12}$/),
  "epoch-ms": (value) =>
    typeof value === "number" && Number.isInteger(value) && value >= 1e12 && value <= 1e14,
  "request-time": (value) =>
    isText(
      value,
      /^\d{2}\/(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\/\d{4}:\d{2}:\d{2}:\d{2} \+0000$/,
    ),
};

/** Matchers that describe an object and may stand together. */
const OBJECT_MATCHERS: ReadonlySet<string> = new Set(["$partial", "$lacks", "$keyOrder"]);

/** Matchers that stand alone. */
const SINGLE_MATCHERS: ReadonlySet<string> = new Set(["$any", "$regex", "$json", "$set", "$all"]);

/**
 * Checks every matcher inside an expected value, so that a case which asks for something this module does not know
 * is refused and cannot pass. Calls `fail` with a path and a sentence; `fail` must not return.
 */
export function checkMatchers(
  expected: OrderedJson,
  at: string,
  fail: (at: string, problem: string) => never,
): void {
  if (isOrderedArray(expected)) {
    expected.forEach((element, index) => checkMatchers(element, `${at}[${index}]`, fail));
    return;
  }
  if (!isOrderedObject(expected)) return;
  if (isMatcher(expected)) {
    checkMatcherNames(expected, at, fail);
    for (const [name, operand] of expected)
      checkOperand(name, operand, { at: `${at}.${name}`, fail });
    return;
  }
  for (const [key, member] of expected) checkMatchers(member, memberPath(at, key), fail);
}

interface Refusal {
  readonly at: string;
  readonly fail: (at: string, problem: string) => never;
}

function checkMatcherNames(
  matcher: ReadonlyMap<string, OrderedJson>,
  at: string,
  fail: Refusal["fail"],
): void {
  const names = [...matcher.keys()];
  const unknown = names.find((name) => !OBJECT_MATCHERS.has(name) && !SINGLE_MATCHERS.has(name));
  if (unknown !== undefined)
    fail(at, `unknown matcher or member beside a matcher: ${JSON.stringify(unknown)}`);
  if (names.length > 1 && !names.every((name) => OBJECT_MATCHERS.has(name))) {
    fail(at, `matchers that cannot stand together: ${names.join(", ")}`);
  }
}

function checkOperand(name: string, operand: OrderedJson, { at, fail }: Refusal): void {
  switch (name) {
    case "$any":
      if (typeof operand !== "string" || !Object.hasOwn(ANY_KINDS, operand)) {
        fail(at, `unknown kind ${printOrderedJson(operand)}`);
      }
      return;
    case "$regex":
      if (typeof operand !== "string" || !isRegex(operand))
        fail(at, "not an ECMAScript expression");
      return;
    case "$lacks":
    case "$keyOrder":
      if (!isOrderedArray(operand) || !operand.every((element) => typeof element === "string")) {
        fail(at, "must be a list of names");
      }
      return;
    case "$set":
    case "$all":
      if (!isOrderedArray(operand)) fail(at, "must be a list");
      break;
    case "$partial":
      if (!isOrderedObject(operand) || isMatcher(operand)) fail(at, "must be an object of members");
  }
  checkMatchers(operand, at, fail);
}

/**
 * All differences between an expected value, which may hold matchers, and an actual one; empty when it matches.
 * `expected` must have passed `checkMatchers`.
 */
export function matchValue(
  expected: OrderedJson,
  actual: OrderedJson | undefined,
  at: string,
): Mismatch[] {
  if (actual === undefined) return [{ at, problem: `missing, expected ${show(expected)}` }];
  if (isOrderedArray(expected)) return matchArray(expected, actual, at);
  if (isOrderedObject(expected)) {
    return isMatcher(expected)
      ? matchMatcher(expected, actual, at)
      : matchObject(expected, actual, at);
  }
  // Object.is would tell -0 from 0; numbers compare by value
  return expected === actual ? [] : [differs(expected, actual, at)];
}

function matchArray(expected: readonly OrderedJson[], actual: OrderedJson, at: string): Mismatch[] {
  if (!isOrderedArray(actual)) return [differs(expected, actual, at)];
  const mismatches: Mismatch[] = [];
  if (expected.length !== actual.length) {
    mismatches.push({
      at,
      problem: `${actual.length} elements, expected ${expected.length}: ${show(actual)}`,
    });
  }
  const common = Math.min(expected.length, actual.length);
  for (let index = 0; index < common; index += 1) {
    mismatches.push(...matchValue(expected[index] ?? null, actual[index], `${at}[${index}]`));
  }
  return mismatches;
}

function matchObject(
  expected: ReadonlyMap<string, OrderedJson>,
  actual: OrderedJson,
  at: string,
): Mismatch[] {
  if (!isOrderedObject(actual)) return [differs(expected, actual, at)];
  const mismatches = matchMembers(expected, actual, at);
  for (const [key, value] of actual) {
    if (!expected.has(key)) {
      mismatches.push({ at: memberPath(at, key), problem: `not expected, got ${show(value)}` });
    }
  }
  return mismatches;
}

function matchMembers(
  expected: ReadonlyMap<string, OrderedJson>,
  actual: ReadonlyMap<string, OrderedJson>,
  at: string,
): Mismatch[] {
  return [...expected].flatMap(([key, member]) =>
    matchValue(member, actual.get(key), memberPath(at, key)),
  );
}

function matchMatcher(
  matcher: ReadonlyMap<string, OrderedJson>,
  actual: OrderedJson,
  at: string,
): Mismatch[] {
  return [...matcher].flatMap(([name, operand]) => matchOperand(name, operand, { actual, at }));
}

interface Actual {
  readonly actual: OrderedJson;
  readonly at: string;
}

function matchOperand(name: string, operand: OrderedJson, { actual, at }: Actual): Mismatch[] {
  switch (name) {
    case "$any":
      return ANY_KINDS[String(operand)]?.(actual) === true
        ? []
        : [{ at, problem: `expected any ${String(operand)}, got ${show(actual)}` }];
    case "$regex":
      return isText(actual, new RegExp(String(operand)))
        ? []
        : [{ at, problem: `expected text matching /${String(operand)}/, got ${show(actual)}` }];
    case "$json":
      return matchJsonText(operand, actual, at);
    case "$set":
      return matchSet(isOrderedArray(operand) ? operand : [], actual, at);
    case "$all":
      return matchAll(isOrderedArray(operand) ? operand : [], actual, at);
    default:
      return isOrderedObject(actual)
        ? matchObjectOperand(name, operand, { object: actual, at })
        : [{ at, problem: `expected an object, got ${show(actual)}` }];
  }
}

function matchObjectOperand(
  name: string,
  operand: OrderedJson,
  { object, at }: { readonly object: ReadonlyMap<string, OrderedJson>; readonly at: string },
): Mismatch[] {
  if (isOrderedObject(operand)) return matchMembers(operand, object, at);
  const names = isOrderedArray(operand) ? operand.map(String) : [];
  if (name === "$lacks") {
    return names
      .filter((key) => object.has(key))
      .map((key) => ({
        at: memberPath(at, key),
        problem: `must be absent, got ${show(object.get(key) ?? null)}`,
      }));
  }
  const keys = [...object.keys()];
  const same = keys.length === names.length && keys.every((key, index) => key === names[index]);
  return same
    ? []
    : [{ at, problem: `members in order are ${keys.join(", ")}; expected ${names.join(", ")}` }];
}

function matchJsonText(operand: OrderedJson, actual: OrderedJson, at: string): Mismatch[] {
  if (typeof actual !== "string")
    return [{ at, problem: `expected JSON text, got ${show(actual)}` }];
  const parsed = parseOrUndefined(actual);
  return parsed === undefined
    ? [{ at, problem: `expected JSON text, got ${show(actual)}` }]
    : matchValue(operand, parsed, `${at}:json`);
}

function matchSet(expected: readonly OrderedJson[], actual: OrderedJson, at: string): Mismatch[] {
  if (!isOrderedArray(actual)) return [{ at, problem: `expected an array, got ${show(actual)}` }];
  if (expected.length !== actual.length) {
    return [
      {
        at,
        problem: `${actual.length} elements, expected ${expected.length} in any order: ${show(actual)}`,
      },
    ];
  }
  return canPair(expected, actual)
    ? []
    : [{ at, problem: `expected in any order ${show(expected)}, got ${show(actual)}` }];
}

/** Whether each expected element finds an actual one of its own; matchers may overlap, so choices are taken back. */
function canPair(expected: readonly OrderedJson[], actual: readonly OrderedJson[]): boolean {
  const [first, ...rest] = expected;
  if (first === undefined) return true;
  return actual.some(
    (candidate, index) =>
      matchValue(first, candidate, "").length === 0 && canPair(rest, actual.toSpliced(index, 1)),
  );
}

function matchAll(expected: readonly OrderedJson[], actual: OrderedJson, at: string): Mismatch[] {
  const values = isOrderedArray(actual) ? actual : [actual];
  return expected
    .filter((element) => !values.some((value) => matchValue(element, value, "").length === 0))
    .map((element) => ({ at, problem: `no value ${show(element)} among ${show(values)}` }));
}

/** Whether the object is a matcher: one of its names begins with `$`. */
export function isMatcher(value: ReadonlyMap<string, OrderedJson>): boolean {
  return [...value.keys()].some((key) => key.startsWith("$"));
}

/** The operand of an `$all`, which compares the single values of a repeated header; `undefined` for any other value. */
export function allOperand(expected: OrderedJson): readonly OrderedJson[] | undefined {
  const operand = isOrderedObject(expected) ? expected.get("$all") : undefined;
  return isOrderedArray(operand) ? operand : undefined;
}

/** JSON text as an ordered value, `undefined` when it is no JSON. */
export function parseOrUndefined(text: string): OrderedJson | undefined {
  try {
    return parseOrderedJson(text);
  } catch {
    return undefined;
  }
}

/** Whether a plain value matches; for callers that hold no ordered JSON. */
export function matchPlain(expected: unknown, actual: unknown): Mismatch[] {
  return matchValue(
    orderedFromPlain(expected),
    actual === undefined ? undefined : orderedFromPlain(actual),
    "value",
  );
}

function isText(value: OrderedJson, pattern: RegExp): boolean {
  return typeof value === "string" && pattern.test(value);
}

function isRegex(source: string): boolean {
  try {
    return new RegExp(source) instanceof RegExp;
  } catch {
    return false;
  }
}

function differs(expected: OrderedJson, actual: OrderedJson, at: string): Mismatch {
  return { at, problem: `expected ${show(expected)}, got ${show(actual)}` };
}

const SHOWN_CHARACTERS = 400;

function show(value: OrderedJson): string {
  const text = printOrderedJson(value);
  return text.length > SHOWN_CHARACTERS
    ? `${text.slice(0, SHOWN_CHARACTERS)}… (${text.length} characters)`
    : text;
}

function memberPath(at: string, key: string): string {
  return /^[A-Za-z_$][\w$-]*$/.test(key) ? `${at}.${key}` : `${at}[${JSON.stringify(key)}]`;
}
