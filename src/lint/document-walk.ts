import { isList, isObject } from "../json.js";
import type { Pointer } from "../pointer.js";

/** Told every value below a root; `at` makes its pointer, which is worth its price for few of them. */
export type Visitor = (value: unknown, key: string, at: () => Pointer) => void;

/**
 * Visits every member and item of a parsed document, parents first. References are not followed. `place`
 * makes the pointer of the keys below the root.
 */
export function walkDocument(
  root: unknown,
  place: (keys: readonly string[]) => Pointer,
  visit: Visitor,
): void {
  const keys: string[] = [];
  const at = (): Pointer => place(keys);
  const enter = (key: string, value: unknown): void => {
    keys.push(key);
    visit(value, key, at);
    descendInto(value);
    keys.pop();
  };
  const descendInto = (value: unknown): void => {
    if (isList(value)) value.forEach((item, index) => enter(String(index), item));
    else if (isObject(value)) for (const [key, item] of Object.entries(value)) enter(key, item);
  };
  descendInto(root);
}
