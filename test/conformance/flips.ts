import { isOrderedArray, isOrderedObject, type OrderedJson } from "../support/ordered-json.js";

/** An expected value with one thing in it changed so that what matched before must not match any more. */
export interface Flip {
  /** What was changed. */
  readonly at: string;
  readonly value: OrderedJson;
}

/**
 * All single changes of an expectation as it stands in a case file (`expect`): every leaf is replaced by another value,
 * every matcher by one that nothing meets, and every object without matchers loses each of its members and gains one.
 *
 * The members of `expect` itself and of its parts (`response`, `headers`, `backend[0]`) are not values but places:
 * taking one away is no contradiction, so there only the values are flipped.
 */
export function flipsOfExpect(expect: OrderedJson): Flip[] {
  const response = memberOf(expect, "response");
  return [
    ...within(expect, ["response", "status"], flipsOfValue),
    ...within(expect, ["response", "headers"], flipsOfEachMember),
    ...within(expect, ["response", "body"], flipsOfBody),
    ...within(expect, ["response", "absentHeaders"], (absent) =>
      flipsOfAbsent(absent, memberOf(response, "headers")),
    ),
    ...within(expect, ["backend"], flipsOfCalls),
  ];
}

/** All single changes of a value that may hold matchers. */
export function flipsOfValue(value: OrderedJson): Flip[] {
  if (isOrderedArray(value))
    return [...flipsOfElements(value), { at: "[+]", value: [...value, "flipped"] }];
  if (!isOrderedObject(value)) return [{ at: "", value: otherScalar(value) }];
  const [matcher] = [...value.keys()].filter((key) => key.startsWith("$"));
  return matcher === undefined ? flipsOfObject(value) : flipsOfMatcher(value);
}

function flipsOfObject(value: ReadonlyMap<string, OrderedJson>): Flip[] {
  const without = [...value.keys()].map((key): Flip => {
    const rest = new Map(value);
    rest.delete(key);
    return { at: `-${key}`, value: rest };
  });
  return [
    ...flipsOfEachMember(value),
    ...without,
    { at: "+flipped", value: new Map([...value, ["flipped", 1]]) },
  ];
}

function flipsOfMatcher(matcher: ReadonlyMap<string, OrderedJson>): Flip[] {
  return [...matcher].flatMap(([name, operand]): Flip[] =>
    flipsOfOperand(name, operand, matcher).map((flip) => replaced(matcher, name, flip)),
  );
}

function flipsOfOperand(
  name: string,
  operand: OrderedJson,
  matcher: ReadonlyMap<string, OrderedJson>,
): Flip[] {
  switch (name) {
    case "$any":
      // no sample is an account id but its own, which is no object
      return [{ at: "", value: operand === "account-id" ? "object" : "account-id" }];
    case "$regex":
      return [{ at: "", value: "(?!)" }];
    case "$partial":
      return [
        ...flipsOfEachMember(operand),
        { at: "+flipped", value: new Map([...entriesOf(operand), ["flipped", 1]]) },
      ];
    case "$lacks":
      return entriesOf(matcher.get("$partial")).map(([key]) => ({ at: `+${key}`, value: [key] }));
    case "$keyOrder":
      return isOrderedArray(operand) ? [{ at: "reversed", value: operand.toReversed() }] : [];
    case "$set":
    case "$all":
      return isOrderedArray(operand)
        ? [...flipsOfElements(operand), { at: "[+]", value: [...operand, "flipped"] }]
        : [];
    default:
      return flipsOfValue(operand);
  }
}

function flipsOfBody(body: OrderedJson): Flip[] {
  const [[form, operand] = ["", null]] = entriesOf(body);
  switch (form) {
    case "json":
      return flipsOfValue(operand).map(({ at, value }) => ({
        at: `.json${at}`,
        value: new Map([["json", value]]),
      }));
    case "text":
      return [{ at: ".text", value: new Map([["text", `${String(operand)}~`]]) }];
    case "base64":
      return [
        { at: ".base64", value: new Map([["base64", Buffer.from("flipped").toString("base64")]]) },
      ];
    default:
      return [{ at: ".empty", value: new Map([["text", "flipped"]]) }];
  }
}

function flipsOfCalls(calls: OrderedJson): Flip[] {
  if (!isOrderedArray(calls)) return [];
  const extra: OrderedJson = new Map([["lambda", "flipped"]]);
  const inCalls = calls.flatMap((call, index) =>
    flipsOfCall(call).map(({ at, value }): Flip => ({
      at: `[${index}]${at}`,
      value: calls.with(index, value),
    })),
  );
  const fewer = calls.map((_, index): Flip => ({
    at: `-[${index}]`,
    value: calls.toSpliced(index, 1),
  }));
  return [...inCalls, ...fewer, { at: "[+]", value: [...calls, extra] }];
}

function flipsOfCall(call: OrderedJson): Flip[] {
  return entriesOf(call).flatMap(([name]): Flip[] => {
    switch (name) {
      case "headers":
        return within(call, [name], flipsOfEachMember);
      case "body":
        return within(call, [name], flipsOfBody);
      case "absentHeaders":
        return within(call, [name], (absent) => flipsOfAbsent(absent, memberOf(call, "headers")));
      default:
        return within(call, [name], flipsOfValue);
    }
  });
}

/** A header that is there is called absent. */
function flipsOfAbsent(absent: OrderedJson, headers: OrderedJson | undefined): Flip[] {
  const [first] = entriesOf(headers);
  if (first === undefined || !isOrderedArray(absent)) return [];
  return [{ at: `+${first[0]}`, value: [...absent, first[0]] }];
}

function flipsOfEachMember(value: OrderedJson): Flip[] {
  return entriesOf(value).flatMap(([key]) => within(value, [key], flipsOfValue));
}

function flipsOfElements(value: readonly OrderedJson[]): Flip[] {
  return value.flatMap((element, index) =>
    flipsOfValue(element).map((flip): Flip => ({
      at: `[${index}]${flip.at}`,
      value: value.with(index, flip.value),
    })),
  );
}

/** The flips of a part of a value, as flips of the value; none when there is no such part. */
function within(
  value: OrderedJson,
  path: readonly string[],
  flips: (part: OrderedJson) => Flip[],
): Flip[] {
  const [name, ...rest] = path;
  if (name === undefined) return flips(value);
  const part = memberOf(value, name);
  if (part === undefined || !isOrderedObject(value)) return [];
  return within(part, rest, flips).map((flip) => replaced(value, name, flip));
}

function replaced(owner: ReadonlyMap<string, OrderedJson>, name: string, flip: Flip): Flip {
  return { at: `.${name}${flip.at}`, value: new Map([...owner, [name, flip.value]]) };
}

function memberOf(value: OrderedJson | undefined, name: string): OrderedJson | undefined {
  return isOrderedObject(value) ? value.get(name) : undefined;
}

function entriesOf(value: OrderedJson | undefined): [string, OrderedJson][] {
  return isOrderedObject(value) ? [...value] : [];
}

function otherScalar(value: OrderedJson): OrderedJson {
  switch (typeof value) {
    case "number":
      return value + 1;
    case "string":
      return `${value}~`;
    case "boolean":
      return !value;
    default:
      return "flipped";
  }
}
