/**
 * JSON whose objects keep the member order of the text.
 *
 * `JSON.parse` moves integer-like keys to the front, which hides the order that `$keyOrder` compares
 * and that a document's status codes are written in.
 */
export type OrderedJson =
  null | boolean | number | string | readonly OrderedJson[] | ReadonlyMap<string, OrderedJson>;

/** A character put in front of every key while parsing, so that no key looks like an integer. */
const KEY_MARK = "_";

/** A JSON string, and the colon behind it when the string is a key. */
const STRING_AND_COLON = /"(?:[^"\\]|\\.)*"(\s*:)?/gs;

/**
 * Parses JSON text, objects becoming maps in text order; of a key given twice the last value counts.
 * Throws the `SyntaxError` of `JSON.parse`.
 */
export function parseOrderedJson(text: string): OrderedJson {
  // The text itself is parsed first: marking keys could turn some broken text into valid JSON.
  JSON.parse(text);
  const marked = text.replace(STRING_AND_COLON, (token: string, colon: string | undefined) =>
    colon === undefined ? token : `"${KEY_MARK}${token.slice(1)}`,
  );
  const value: unknown = JSON.parse(marked);
  return toOrdered(value, KEY_MARK.length);
}

/** A plain value as ordered JSON; members that are `undefined` are left out, as in JSON text. */
export function orderedFromPlain(value: unknown): OrderedJson {
  return toOrdered(value, 0);
}

/** The plain value of ordered JSON, as `JSON.parse` would have given it. */
export function plainFromOrdered(value: OrderedJson): unknown {
  if (isOrderedArray(value)) return value.map(plainFromOrdered);
  if (isOrderedObject(value)) {
    return Object.fromEntries([...value].map(([key, member]) => [key, plainFromOrdered(member)]));
  }
  return value;
}

/** Compact JSON text in map order. */
export function printOrderedJson(value: OrderedJson): string {
  if (isOrderedArray(value)) return `[${value.map(printOrderedJson).join(",")}]`;
  if (isOrderedObject(value)) {
    const members = [...value].map(
      ([key, member]) => `${JSON.stringify(key)}:${printOrderedJson(member)}`,
    );
    return `{${members.join(",")}}`;
  }
  return JSON.stringify(value);
}

/** Whether the value is a JSON object. */
export function isOrderedObject(
  value: OrderedJson | undefined,
): value is ReadonlyMap<string, OrderedJson> {
  return value instanceof Map;
}

/** Whether the value is a JSON array. */
export function isOrderedArray(value: OrderedJson | undefined): value is readonly OrderedJson[] {
  return Array.isArray(value);
}

function toOrdered(value: unknown, markLength: number): OrderedJson {
  if (
    value === null ||
    typeof value === "string" ||
    typeof value === "number" ||
    typeof value === "boolean"
  ) {
    return value;
  }
  if (Array.isArray(value)) return value.map((element: unknown) => toOrdered(element, markLength));
  if (typeof value !== "object") throw new TypeError(`a ${typeof value} is no JSON value`);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([key, member]): [string, OrderedJson] => [
      key.slice(markLength),
      toOrdered(member, markLength),
    ]);
  return new Map(members);
}
