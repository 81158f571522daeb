import { dirname } from "node:path";
import type { FileSystem } from "../../src/write/file-system.js";
import { systemError } from "./tree.js";

/** A file system in memory: folders and files by absolute path, no links. */
export class MemoryFileSystem implements FileSystem {
  readonly files = new Map<string, Buffer>();
  readonly folders = new Set<string>(["/"]);

  kind(path: string): "file" | "folder" | undefined {
    if (this.files.has(path)) return "file";
    return this.folders.has(path) ? "folder" : undefined;
  }

  realPath(path: string): string {
    return path;
  }

  read(path: string): Buffer {
    const content = this.files.get(path);
    if (content === undefined) throw systemError("ENOENT", path);
    return content;
  }

  names(folder: string): readonly string[] {
    return [...this.files.keys(), ...this.folders]
      .filter((path) => path !== "/" && dirname(path) === folder)
      .map((path) => path.slice(folder === "/" ? 1 : folder.length + 1));
  }

  create(path: string, content: Uint8Array | string): void {
    if (this.kind(path) !== undefined) throw systemError("EEXIST", path);
    if (!this.folders.has(dirname(path))) throw systemError("ENOENT", path);
    this.files.set(path, Buffer.from(content));
  }

  makeFolder(path: string): void {
    if (this.kind(path) !== undefined) throw systemError("EEXIST", path);
    if (!this.folders.has(dirname(path))) throw systemError("ENOENT", path);
    this.folders.add(path);
  }

  move(from: string, to: string): void {
    const content = this.read(from);
    if (this.folders.has(to)) throw systemError("EISDIR", to);
    if (!this.folders.has(dirname(to))) throw systemError("ENOENT", to);
    this.files.delete(from);
    this.files.set(to, content);
  }

  duplicate(from: string, to: string): void {
    this.create(to, this.read(from));
  }

  removeFile(path: string): void {
    if (!this.files.delete(path)) throw systemError("ENOENT", path);
  }

  removeFolder(path: string): void {
    if (!this.folders.has(path)) throw systemError("ENOENT", path);
    if (this.names(path).length > 0) throw systemError("ENOTEMPTY", path);
    this.folders.delete(path);
  }

  /** What a user writes, folders made where they are missing. */
  put(path: string, content: string): void {
    for (let at = dirname(path); !this.folders.has(at); at = dirname(at)) this.folders.add(at);
    this.files.set(path, Buffer.from(content));
  }
}
