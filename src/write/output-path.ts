/** Folder of the generator's own records inside an output folder. */
export const recordsFolder = ".gen-gateway";

/**
 * Where a copy of a user's file goes before it is overwritten. The digest of its content is in the name:
 * a copy never takes the place of another.
 */
export function replacedPath(path: string, digest: string): string {
  return `${recordsFolder}/replaced/${digest.slice(0, 12)}/${path}`;
}

/** What a run is about to put in place; swept by the next one. */
export const stagingFolder = `${recordsFolder}/staging`;

/**
 * Checks names that plan made. They must be safe on every system the project may be checked out on.
 * @throws Error when a path leaves the folder, cannot exist on Windows, or meets another one.
 */
export function assertOutputPaths(paths: readonly string[]): void {
  const known = new OutputPaths();
  for (const path of paths) {
    const fault = known.add(path);
    if (fault !== undefined) throw new Error(`output path ${JSON.stringify(path)} ${fault}`);
  }
}

/** Paths that can stand beside each other. */
export class OutputPaths {
  readonly #files = new Map<string, string>();
  /** Folders on the way to a file, with that file. */
  readonly #folders = new Map<string, string>();

  /** Adds a path, or says what is wrong with it: `is absolute`. */
  add(path: string): string | undefined {
    const fault = pathFault(path);
    if (fault !== undefined) return fault;
    const folded = fold(path);
    const folders = foldersOf(folded);
    const same = this.#files.get(folded);
    if (same !== undefined) return `and ${same} are one file`;
    const inside = this.#folders.get(folded);
    if (inside !== undefined) return `is a folder: ${inside} goes through the file ${path}`;
    const through = folders
      .map((folder) => this.#files.get(folder))
      .find((file) => file !== undefined);
    if (through !== undefined) return `goes through the file ${through}`;
    this.#files.set(folded, path);
    for (const folder of folders) this.#folders.set(folder, path);
    return undefined;
  }
}

function foldersOf(path: string): readonly string[] {
  const segments = path.split("/").slice(0, -1);
  return segments.map((_, index) => segments.slice(0, index + 1).join("/"));
}

/** What is wrong with a path below the output folder; undefined when nothing is. */
export function pathFault(path: string): string | undefined {
  if (path.startsWith("/") || /^[a-z]:/i.test(path)) return "is absolute";
  const segments = path.split("/");
  const [first = ""] = segments;
  if (segments.length > 1 && fold(first) === recordsFolder) return "lies among the records";
  if (fold(first) === ".git") return "lies in the version control";
  for (const segment of segments) {
    const fault = segmentFault(segment);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function segmentFault(segment: string): string | undefined {
  if (segment === "") return "has an empty name in it";
  if (segment === "." || segment === "..") return `has "${segment}" in it`;
  if (/[\p{Cc}<>:"|?*\\]/u.test(segment)) return "has a character that Windows forbids";
  if (/[. ]$/.test(segment)) return "has a name that ends in a dot or a space";
  if (/^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i.test(segment)) return "has a device's name in it";
  if (Buffer.byteLength(segment) > 255) return "has a name of more than 255 bytes";
  return undefined;
}

/** Equal for names that some file systems take for one: letter case and composed characters. */
function fold(path: string): string {
  return path.normalize("NFC").toLowerCase();
}
