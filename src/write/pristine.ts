import { isMembers } from "./merge-json.js";
import type { OutputFolder } from "./output-folder.js";
import { recordsFolder } from "./output-path.js";

/**
 * The generated files as they were generated: the base of the next merge. Not compressed: version control
 * does that, and better, since it sees what changed; so the bytes are the same on every machine.
 */
export const pristinePath = `${recordsFolder}/base.json`;

/** Keeps the records out of reviews. */
export const attributes = {
  path: `${recordsFolder}/.gitattributes`,
  content: "* -diff linguist-generated\n",
} as const;

/** Prints the texts, which a run compares twice, once. */
export class PristinePrinter {
  #contents: ReadonlyMap<string, string> | undefined;
  #printed: Buffer | undefined;

  /** The same buffer for the same texts. */
  print(contents: ReadonlyMap<string, string>): Buffer {
    if (this.#printed === undefined || !this.#isSame(contents)) {
      this.#contents = contents;
      this.#printed = Buffer.from(printPristine(contents));
    }
    return this.#printed;
  }

  #isSame(contents: ReadonlyMap<string, string>): boolean {
    const last = this.#contents;
    return (
      last?.size === contents.size &&
      [...contents].every(([path, content]) => last.get(path) === content)
    );
  }
}

/** The texts by path, a line each, sorted. */
function printPristine(contents: ReadonlyMap<string, string>): string {
  const lines = [...contents]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, content]) => `${JSON.stringify(path)}: ${JSON.stringify(content)}`);
  return lines.length === 0 ? "{}\n" : `{\n${lines.join(",\n")}\n}\n`;
}

/** Reads the texts; empty when there are none, or nothing that can be understood. */
export function readPristine(folder: OutputFolder): ReadonlyMap<string, string> {
  const text = folder.read(pristinePath)?.toString("utf8");
  if (text === undefined) return new Map();
  try {
    const value: unknown = JSON.parse(text);
    if (!isMembers(value)) return new Map();
    return new Map(
      Object.entries(value).filter((entry): entry is [string, string] => {
        return typeof entry[1] === "string";
      }),
    );
  } catch {
    return new Map();
  }
}
