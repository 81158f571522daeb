/** A part that a view needs. Throws when it is not there: nothing that the settings ask for is left out silently. */
export function wiredView<T>(part: T | undefined, name: string): T {
  if (part !== undefined) return part;
  throw new Error(`the settings ask for "${name}", which is not wired`);
}
