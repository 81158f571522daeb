/** Lines of a text, for messages: offsets to line and column, and excerpts. */
export class TextLines {
  readonly #text: string;
  #starts: readonly number[] | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  /** Line and column of an offset, both from 1; columns count UTF-16 units. */
  place(offset: number): { readonly line: number; readonly column: number } {
    const starts = (this.#starts ??= lineStarts(this.#text));
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  }

  /** The line with one line of context on either side, numbered, and a mark under the column. */
  frame(line: number, column: number): string {
    const starts = (this.#starts ??= lineStarts(this.#text));
    const width = String(line + 1).length;
    const rows: string[] = [];
    // A minified document is one line: only the part around the column is shown.
    const from = Math.max(0, column - 1 - 60);
    for (let row = Math.max(1, line - 1); row <= Math.min(starts.length, line + 1); row++) {
      const mark = row === line ? ">" : " ";
      rows.push(`${mark} ${String(row).padStart(width)} | ${this.#excerpt(row, from)}`.trimEnd());
      if (row === line) rows.push(`  ${" ".repeat(width)} | ${" ".repeat(column - 1 - from)}^`);
    }
    return rows.join("\n");
  }

  #excerpt(row: number, from: number): string {
    const start = this.#starts?.[row - 1] ?? 0;
    const end = this.#starts?.[row] ?? this.#text.length + 1;
    const line = this.#text.slice(start + from, Math.min(end - 1, start + from + 120));
    // Control characters would move the cursor of the reader's terminal.
    return line.replaceAll(/\t/g, " ").replaceAll(/\p{Cc}/gu, "\u00b7");
  }
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}
