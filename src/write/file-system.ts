import * as node from "node:fs";

/** What write needs of a file system; tests give one that fails or stops at a chosen step. */
export interface FileSystem {
  /** Undefined when nothing is there; links are not followed. */
  kind(path: string): EntryKind | undefined;
  /** Where a path leads once every link is followed. */
  realPath(path: string): string;
  read(path: string): Buffer;
  names(folder: string): readonly string[];
  /** Writes a file that must not exist yet. */
  create(path: string, content: Uint8Array | string): void;
  makeFolder(path: string): void;
  /** Replaces what is at `to`, in one step. */
  move(from: string, to: string): void;
  /** A second name for a file, or a copy where the file system has no such names. */
  duplicate(from: string, to: string): void;
  removeFile(path: string): void;
  /** Fails unless the folder is empty. */
  removeFolder(path: string): void;
}

export type EntryKind = "file" | "folder" | "link" | "other";

/** The file system of this machine. Calls block: one run writes a few hundred small files. */
export const nodeFileSystem: FileSystem = {
  kind: (path) => {
    const entry = node.lstatSync(path, { throwIfNoEntry: false });
    if (entry === undefined) return undefined;
    if (entry.isFile()) return "file";
    if (entry.isDirectory()) return "folder";
    return entry.isSymbolicLink() ? "link" : "other";
  },
  realPath: (path) => node.realpathSync.native(path),
  read: (path) => node.readFileSync(path),
  names: (folder) => node.readdirSync(folder),
  create: (path, content) => node.writeFileSync(path, content, { flag: "wx" }),
  makeFolder: (path) => node.mkdirSync(path),
  move: (from, to) => node.renameSync(from, to),
  duplicate: (from, to) => {
    try {
      node.linkSync(from, to);
    } catch {
      node.copyFileSync(from, to, node.constants.COPYFILE_EXCL);
    }
  },
  removeFile: (path) => node.unlinkSync(path),
  removeFolder: (path) => node.rmdirSync(path),
};
