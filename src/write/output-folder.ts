import { dirname, join, relative, resolve, sep } from "node:path";
import type { FileSystem } from "./file-system.js";
import { recordsFolder } from "./output-path.js";
import { OutputProblem } from "./output-problem.js";

/**
 * The output folder as write sees it. Paths are relative to it, with `/`. Nothing is reached through
 * a link that leads out of the folder.
 */
export class OutputFolder {
  /** As the user wrote it, for messages. */
  readonly name: string;
  readonly fs: FileSystem;
  readonly #root: string;
  #real: string | undefined;
  /** Folders that were found, or found missing. */
  readonly #folders = new Map<string, boolean>();

  constructor(out: string, fs: FileSystem) {
    this.name = out;
    this.fs = fs;
    this.#root = resolve(out);
  }

  /** Where a path is on this machine. */
  place(path: string): string {
    return path === "" ? this.#root : join(this.#root, ...path.split("/"));
  }

  /** The file that a failed call was about, where it has a name that the user knows. */
  pathOf(error: unknown): string | undefined {
    const place = error instanceof Error && "path" in error ? error.path : undefined;
    if (typeof place !== "string") return undefined;
    const path = relative(this.#root, place).split(sep).join("/");
    return path === "" || path.startsWith("..") || path.startsWith(recordsFolder)
      ? undefined
      : path;
  }

  /** Content of a file; undefined when there is none. */
  read(path: string): Buffer | undefined {
    if (!this.has(path)) return undefined;
    return this.fs.read(this.place(path));
  }

  /** Whether there is a file; anything else at its place is a problem. */
  has(path: string): boolean {
    if (!this.hasFolder(dirname(path))) return false;
    const place = this.place(path);
    let kind = this.fs.kind(place);
    if (kind === "link") kind = this.fs.kind(this.#follow(path, place));
    if (kind === undefined || kind === "file") return kind === "file";
    throw new OutputProblem(
      `${this.#show(path)} is ${kind === "folder" ? "a folder" : "no file"}`,
      {
        hint: "a generated file belongs there; move it away or choose another output folder",
      },
    );
  }

  /** Whether there is a folder; `.` is the output folder itself. */
  hasFolder(path: string): boolean {
    const known = this.#folders.get(path);
    if (known !== undefined) return known;
    const found = path === "." ? this.#hasRoot() : this.#hasBelow(path);
    this.#folders.set(path, found);
    return found;
  }

  /** Folders that must be made before a file can be, outermost first; empty when there are none. */
  missingFolders(path: string): readonly string[] {
    const missing: string[] = [];
    for (let at = dirname(path); !this.hasFolder(at) && at !== "."; at = dirname(at)) {
      missing.unshift(at);
    }
    return missing;
  }

  /** Forgets what was seen: after something was made or removed. */
  refresh(): void {
    this.#folders.clear();
    this.#real = undefined;
  }

  #hasRoot(): boolean {
    let kind = this.fs.kind(this.#root);
    if (kind === "link") {
      kind = this.fs.kind(this.#realOf(this.#root, `the output folder ${this.name}`));
    }
    if (kind === undefined || kind === "folder") return kind === "folder";
    throw new OutputProblem(`${this.name} is a file, not a folder`, {
      hint: "name a folder with --out; it is made when it does not exist",
    });
  }

  #hasBelow(path: string): boolean {
    if (!this.hasFolder(dirname(path))) return false;
    const place = this.place(path);
    let kind = this.fs.kind(place);
    if (kind === "link") kind = this.fs.kind(this.#follow(path, place));
    if (kind === undefined || kind === "folder") return kind === "folder";
    throw new OutputProblem(`${this.#show(path)} is a file, but a folder is needed there`, {
      hint: "move it away or choose another output folder",
    });
  }

  /** Target of a link, which must lie in the folder: else a run could write anywhere. */
  #follow(path: string, place: string): string {
    const target = this.#realOf(place, this.#show(path));
    this.#real ??= this.fs.realPath(this.#root);
    if (target.startsWith(this.#real + sep)) return target;
    throw new OutputProblem(`${this.#show(path)} is a link that leads out of the output folder`, {
      hint: "generated files are never written through such a link; replace it by a folder",
    });
  }

  #realOf(place: string, what: string): string {
    try {
      return this.fs.realPath(place);
    } catch (cause) {
      throw new OutputProblem(`${what} is a link that leads to nothing`, { cause });
    }
  }

  #show(path: string): string {
    return `${this.name.replace(/[/\\]+$/, "")}/${path}`;
  }
}
