/** Where an offset stands in a text; both from 1. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** Line and column of an offset. */
export function placeOf(text: string, offset: number): TextPlace {
  const before = text.slice(0, offset).split(/\r\n|\r|\n/);
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
