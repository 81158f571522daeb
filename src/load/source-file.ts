import type { Position } from "../diagnostics.js";
import { JsonPlaces } from "./json-text.js";
import { TextLines } from "./text-lines.js";

/** A file that was read: its value and the places of its nodes, found when somebody asks. */
export class SourceFile {
  /** Relative to the folder of the main document, with `/`. */
  readonly name: string;
  /** Where it was read from; undefined for texts from memory and stdin. */
  readonly path: string | undefined;
  readonly value: unknown;
  readonly text: string;
  readonly #lines: TextLines;
  readonly #places: { offset(keys: readonly string[]): number };

  constructor(source: {
    readonly name: string;
    readonly path: string | undefined;
    readonly text: string;
    readonly value: unknown;
    readonly places: { offset(keys: readonly string[]): number } | undefined;
  }) {
    this.name = source.name;
    this.path = source.path;
    this.value = source.value;
    this.text = source.text;
    this.#lines = new TextLines(source.text);
    this.#places = source.places ?? new JsonPlaces(source.text);
  }

  /** Place of a node or of its nearest ancestor in the file. */
  locate(keys: readonly string[]): Position {
    return { file: this.name, ...this.#lines.place(this.#places.offset(keys)) };
  }

  frame(position: Position): string {
    return this.#lines.frame(position.line, position.column);
  }
}
