import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, sep } from "node:path";
import type { OutputFile, Ownership } from "../../src/emit/output-file.js";
import type { FileSystem } from "../../src/write/file-system.js";
import { nodeFileSystem } from "../../src/write/file-system.js";
import type { WriteOptions } from "../../src/write/write-project.js";

/** A folder of its own for one test; the system removes it. */
export function emptyFolder(): string {
  return mkdtempSync(join(tmpdir(), "gen-gateway-test-"));
}

/** Files of a folder by path with their content; folders without files end in a slash. */
export function tree(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).map((entry) => {
    const place = join(entry.parentPath, entry.name);
    const path = relative(folder, place).split(sep).join("/");
    return entry.isDirectory() ? ([`${path}/`, ""] as const) : ([path, contentOf(place)] as const);
  });
  const files = entries.filter(
    ([path]) =>
      !path.endsWith("/") || !entries.some(([other]) => other !== path && other.startsWith(path)),
  );
  return Object.fromEntries(files.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Like {@link tree}, without the generator's records. */
export function projectTree(folder: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tree(folder)).filter(([path]) => !path.startsWith(".gen-gateway/")),
  );
}

function contentOf(place: string): string {
  return lstatSync(place).isSymbolicLink() ? "a link" : readFileSync(place, "utf8");
}

/** Time of the last change and identity of every file: equal when nobody wrote to any. */
export function stamps(folder: string): Record<string, string> {
  return Object.fromEntries(
    Object.keys(tree(folder)).map((path) => {
      const { mtimeMs, ino } = lstatSync(join(folder, path));
      return [path, `${mtimeMs} ${ino}`];
    }),
  );
}

export function put(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

/** Output files of one ownership. */
export function outputs(
  files: Readonly<Record<string, string>>,
  ownership: Ownership = "owned",
): OutputFile[] {
  return Object.entries(files).map(([path, content]) => ({ path, content, ownership }));
}

export function optionsFor(out: string, more: Partial<WriteOptions> = {}): WriteOptions {
  return { out, mode: "write", generator: "1.2.3", inputDigest: "d1", lockWaitMs: 0, ...more };
}

const changing = new Set<keyof FileSystem>([
  "create",
  "makeFolder",
  "move",
  "duplicate",
  "removeFile",
  "removeFolder",
]);

/** A file system that asks before every change; what `before` throws is what the change throws. */
export function watchedFileSystem(
  before: (call: keyof FileSystem, path: string) => void,
): FileSystem {
  return new Proxy(nodeFileSystem, {
    get: (target, name: keyof FileSystem) => {
      if (!changing.has(name)) return target[name];
      return (path: string, other: string): void => {
        before(name, path);
        (target[name] as (path: string, other: string) => void)(path, other);
      };
    },
  });
}

/** An error as the system gives it. */
export function systemError(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: simulated`), { code, path, syscall: "write" });
}
