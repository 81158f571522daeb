/** What stands on both sides, and on one of them. */
export interface Pairs<T> {
  readonly both: readonly (readonly [before: T, after: T])[];
  readonly removed: readonly T[];
  readonly added: readonly T[];
}

/** Pairs by key; of several with one key the first counts. */
export function pairUp<T>(
  before: readonly T[],
  after: readonly T[],
  keyOf: (item: T) => string,
): Pairs<T> {
  const [left, right] = [byKey(before, keyOf), byKey(after, keyOf)];
  const both: (readonly [T, T])[] = [];
  const removed: T[] = [];
  for (const [key, item] of left) {
    const other = right.get(key);
    if (other === undefined) removed.push(item);
    else both.push([item, other]);
  }
  const added = [...right].flatMap(([key, item]) => (left.has(key) ? [] : [item]));
  return { both, removed, added };
}

function byKey<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, T> {
  const map = new Map<string, T>();
  for (const item of items) if (!map.has(keyOf(item))) map.set(keyOf(item), item);
  return map;
}

/** Whether two values say the same, wherever they stand. */
export function isSame(before: unknown, after: unknown): boolean {
  return contentOf(before) === contentOf(after);
}

/** A value as text, without the places of its nodes. */
export function contentOf(value: unknown): string {
  return JSON.stringify(value, (key, item: unknown) => (key === "at" ? undefined : item)) ?? "";
}
