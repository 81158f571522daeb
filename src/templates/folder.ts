import { readdirSync, readFileSync, realpathSync, statSync, type Dirent } from "node:fs";
import { join, relative, sep } from "node:path";
import { maxTemplateBytes } from "../emit/template/parse.js";

/** The user's folder of templates, as it lies on disk. */
export interface TemplateFolder {
  /** Place on this machine. */
  readonly path: string;
  /** Texts by name: the path in the folder without `.hbs`. Lines end in `\n`. Sorted. */
  readonly texts: ReadonlyMap<string, string>;
  /** Name of the program that adds helpers and files; undefined when there is none. */
  readonly config: string | undefined;
}

/** Something in the folder cannot be used; the message is for the user. */
export class FolderProblem extends Error {
  override readonly name = "FolderProblem";
  /** In the folder, with `/`; undefined: the folder itself. */
  readonly file: string | undefined;

  constructor(message: string, file?: string) {
    super(message);
    this.file = file;
  }
}

export const ending = ".hbs";
const configNames = ["templates.config.ts", "templates.config.mjs", "templates.config.js"];
/** Folders that hold no templates. */
const skipped = new Set(["node_modules", ".git"]);
const maxFiles = 2000;
/** Folders inside each other. */
const maxDepth = 20;

/**
 * Reads the templates of a folder. Links that lead out of it are refused: a template that somebody else
 * wrote would show any file of this machine in the output.
 * @throws FolderProblem
 */
export function readTemplateFolder(path: string): TemplateFolder {
  const real = realFolder(path);
  const found = listFiles(path);
  const texts = new Map<string, string>();
  for (const file of found.filter((name) => name.endsWith(ending)).toSorted()) {
    texts.set(file.slice(0, -ending.length), readTemplate(path, real, file));
  }
  return { path, texts, config: configNames.find((name) => found.includes(name)) };
}

function realFolder(path: string): string {
  try {
    if (statSync(path).isDirectory()) return realpathSync.native(path);
  } catch (error) {
    throw new FolderProblem(`the folder of templates cannot be read: it ${reason(error)}`);
  }
  throw new FolderProblem("the folder of templates is a file");
}

/** Files below the folder, with `/`. */
function listFiles(root: string): readonly string[] {
  const files: string[] = [];
  const open: { readonly folder: string; readonly depth: number }[] = [{ folder: "", depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const entry of entriesOf(root, next.folder)) {
      const name = next.folder === "" ? entry.name : `${next.folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!skipped.has(entry.name) && next.depth < maxDepth) {
          open.push({ folder: name, depth: next.depth + 1 });
        }
      } else files.push(name);
      if (files.length > maxFiles) {
        throw new FolderProblem(`the folder of templates holds more than ${maxFiles} files`);
      }
    }
  }
  return files;
}

function entriesOf(root: string, folder: string): readonly Dirent[] {
  try {
    return readdirSync(join(root, folder), { withFileTypes: true });
  } catch (error) {
    throw new FolderProblem(`the folder cannot be read: it ${reason(error)}`, folder);
  }
}

function readTemplate(root: string, realRoot: string, file: string): string {
  const path = join(root, file);
  try {
    const target = realpathSync.native(path);
    if (relative(realRoot, target).split(sep)[0] === "..") {
      throw new FolderProblem("the template is a link that leads out of the folder", file);
    }
    const stat = statSync(target);
    if (!stat.isFile()) throw new FolderProblem("the template is no file", file);
    if (stat.size > maxTemplateBytes) {
      throw new FolderProblem("the template is larger than 1 MiB", file);
    }
    return readFileSync(target, "utf8")
      .replace(/^\ufeff/, "")
      .replaceAll("\r\n", "\n");
  } catch (error) {
    if (error instanceof FolderProblem) throw error;
    throw new FolderProblem(`the template cannot be read: it ${reason(error)}`, file);
  }
}

function reason(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOENT" || code === "ENOTDIR") return "does not exist";
  if (code === "EACCES" || code === "EPERM") return "may not be read by this user";
  if (code === "ELOOP") return "is a link in a circle";
  return `gave an error (${code || "unknown"})`;
}
