import { isObject } from "../json.js";
import { child, type Pointer } from "../pointer.js";

/** Half of a surrogate pair, which no file can hold but an escape can write. */
const half = /\p{Surrogate}/u;
/** Escapes of such halves in JSON and YAML. */
const written = /\\u[dD][89a-fA-F]|\\U0000[dD][89a-fA-F]/;

/**
 * Where a document holds half of a character: undefined when nowhere. `text` is what it was read from; most
 * have no such escape and are not looked through.
 */
export function findHalfCharacter(text: string, value: unknown, at: Pointer): Pointer | undefined {
  return written.test(text) || half.test(text) ? find(value, at) : undefined;
}

function find(value: unknown, at: Pointer): Pointer | undefined {
  if (typeof value === "string") return half.test(value) ? at : undefined;
  if (Array.isArray(value)) {
    return first(value, (item, index) => find(item, child(at, String(index))));
  }
  if (!isObject(value)) return undefined;
  return first(Object.entries(value), ([key, member]) =>
    half.test(key) ? at : find(member, child(at, key)),
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
