import { isList, isObject, member, type JsonObject } from "../../json.js";

/** Reads of settings whose form was checked already: what has another form counts as absent. */

export function objectIn(object: JsonObject, ...keys: readonly string[]): JsonObject {
  let node: JsonObject = object;
  for (const key of keys) {
    const next = member(node, key);
    if (!isObject(next)) return {};
    node = next;
  }
  return node;
}

export function textIn(object: JsonObject, key: string): string | undefined {
  const value = member(object, key);
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function textsIn(object: JsonObject, key: string): readonly string[] {
  const value = member(object, key);
  return isList(value) ? value.filter((item): item is string => typeof item === "string") : [];
}

export function numberIn(object: JsonObject, key: string): number | undefined {
  const value = member(object, key);
  return typeof value === "number" ? value : undefined;
}

export function flagIn(object: JsonObject, key: string): boolean | undefined {
  const value = member(object, key);
  return typeof value === "boolean" ? value : undefined;
}

/** One of the words; settings hold no other. */
export function wordIn<const Word extends string>(
  object: JsonObject,
  key: string,
  words: readonly Word[],
): Word | undefined {
  const value = member(object, key);
  return words.find((word) => word === value);
}

/** Members that are objects, in order. */
export function entriesIn(
  object: JsonObject,
  ...keys: readonly string[]
): readonly (readonly [name: string, value: JsonObject])[] {
  return Object.entries(objectIn(object, ...keys)).flatMap(([name, value]) =>
    isObject(value) ? [[name, value] as const] : [],
  );
}
