// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
/**
 * The value of a key, made where it is not known. All that is known is forgotten once there are
 * `limit` values, which costs less than knowing the oldest one.
 */
export function remembered<V>(known: Map<string, V>, limit: number, key: string, make: () => V): V {
  const before = known.get(key);
  if (before !== undefined) return before;
  const value = make();
  if (known.size >= limit) known.clear();
  known.set(key, value);
  return value;
}
