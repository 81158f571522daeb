import { isObject } from "../json.js";
import { child, type Pointer } from "../pointer.js";

/** Escapes of JSON and YAML for half of a character, which no file can hold itself. */
const written = /\\u[dD][89a-fA-F]|\\U0000[dD][89a-fA-F]/;

/**
 * Where a document holds half of a character: undefined when nowhere. `text` is what it was read from; most
 * have no such escape and are not looked through.
 */
export function findHalfCharacter(text: string, value: unknown, at: Pointer): Pointer | undefined {
  if (!written.test(text) && text.isWellFormed()) return undefined;
  // in nearly all documents each half has the other beside it: pointers are made where one has not
  return isWhole(value) ? undefined : find(value, at);
}

function isWhole(value: unknown): boolean {
  if (typeof value === "string") return value.isWellFormed();
  if (typeof value !== "object" || value === null) return true;
  if (Array.isArray(value)) return value.every(isWhole);
  for (const [key, member] of Object.entries(value)) {
    if (!key.isWellFormed() || !isWhole(member)) return false;
  }
  return true;
}

function find(value: unknown, at: Pointer): Pointer | undefined {
  if (typeof value === "string") return value.isWellFormed() ? undefined : at;
  if (Array.isArray(value)) {
    return first(value, (item, index) => find(item, child(at, String(index))));
  }
  if (!isObject(value)) return undefined;
  return first(Object.entries(value), ([key, member]) =>
    key.isWellFormed() ? find(member, child(at, key)) : at,
  );
}

function first<Item>(
  items: readonly Item[],
  look: (item: Item, index: number) => Pointer | undefined,
): Pointer | undefined {
  for (const [index, item] of items.entries()) {
    const found = look(item, index);
    if (found !== undefined) return found;
  }
  return undefined;
}
