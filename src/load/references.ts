import { realpath } from "node:fs/promises";
import { dirname, posix, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { DiagnosticSink } from "../diagnostics.js";
import { isList, isObject, quote } from "../json.js";
import type { Pointer } from "../pointer.js";
import { child, descend } from "../pointer.js";
import { collect, readTextFile } from "./read-text.js";

/** A reference that leads out of its file, and where it stands. */
export interface OutwardReference {
  readonly ref: string;
  readonly at: Pointer;
}

/** What may be read because a reference names it. Nothing outside the document's folder unless said. */
export interface ReferenceAccess {
  /** Folder of the main document; undefined for documents from memory or stdin. */
  readonly folder: string | undefined;
  readonly refRoots: readonly string[];
  /** Origins (`https://specs.example.com`) that references may be fetched from. */
  readonly allowRemoteRefs: readonly string[];
  /** Told the place of each local file before it is read. */
  readonly onRead: ((path: string) => void) | undefined;
}

/** Members whose content is data of the user, where `$ref` is not a reference. */
const dataKeys = new Set(["example", "examples", "default", "enum", "const", "x-gateway-config"]);

/** Members whose own members are named by the user: a property may be called `default`. */
const namedKeys = new Set(["$defs", "definitions", "patternProperties", "properties", "schemas"]);

/** A character of `$ref` as an escape. */
const escapedKey = /\\(?:u00|x|U000000)(?:24|72|65|66)/;
const behindKey = /["']?\s*:\s*["']?([^\s"']?)([^]?)/y;

/** `? $ref`, as YAML may have it: a question mark that begins its line. */
function hasExplicitKey(text: string): boolean {
  for (let at = text.indexOf("?"); at !== -1; at = text.indexOf("?", at + 1)) {
    const next = text.charAt(at + 1);
    if (next !== " " && next !== "\t" && next !== "\n" && next !== "\r") continue;
    let before = at - 1;
    while (text.charAt(before) === " " || text.charAt(before) === "\t") before--;
    if (before < 0 || text.charAt(before) === "\n" || text.charAt(before) === "\r") return true;
  }
  return false;
}

/** Whether a reference of a text may lead to another file, as far as a look at it can tell. */
export function mayLeave(text: string): boolean {
  if (escapedKey.test(text) || hasExplicitKey(text)) return true;
  for (let at = text.indexOf("$ref"); at !== -1; at = text.indexOf("$ref", at + 4)) {
    behindKey.lastIndex = at + 4;
    const [, first = "", second = ""] = behindKey.exec(text) ?? [];
    const isComment = first === "#" && /\s/.test(second);
    if ((first !== "#" && first !== "") || isComment) return true;
  }
  return false;
}

/**
 * References to other files in a parsed document, in document order; `isInside` knows those that lead to a
 * schema of the read files by its name or URI.
 */
export function findOutwardReferences(
  value: unknown,
  at: Pointer,
  isInside: (ref: string, from: Pointer) => boolean,
): readonly OutwardReference[] {
  const found: OutwardReference[] = [];
  const seen = new Set<object>();
  /** Keys that lead to where the visit is: a pointer is made of them where a reference leaves the file. */
  const keys: string[] = [];
  const visitMember = (key: string, item: unknown, isNamed: boolean): void => {
    keys.push(key);
    visit(item, isNamed);
    keys.pop();
  };
  const visit = (node: unknown, isNamed: boolean): void => {
    if (typeof node !== "object" || node === null || seen.has(node)) return;
    seen.add(node);
    if (isList(node)) {
      for (const [index, item] of node.entries()) visitMember(String(index), item, false);
    }
    if (!isObject(node)) return;
    const ref = node["$ref"];
    if (typeof ref === "string" && !ref.startsWith("#") && !isModelUrl(ref)) {
      const place = descend(at, keys);
      if (!isInside(ref, place)) found.push({ ref, at: child(place, "$ref") });
    }
    for (const [key, item] of Object.entries(node)) {
      if (isNamed || !dataKeys.has(key)) {
        visitMember(key, item, !isNamed && namedKeys.has(key));
      }
    }
  };
  visit(value, false);
  return found;
}

/**
 * A bare name instead of a pointer, as old documents have it: `$ref: Pet`. It means a model when the document
 * has one of that name.
 */
export function isBareName(ref: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(ref);
}

const modelUrl = /^https:\/\/apigateway\.amazonaws\.com\/restapis\/[^/]+\/models\/([A-Za-z0-9]+)$/;

/** Exports of the service name models by URL; the model itself stands in the document. */
export function modelOfUrl(ref: string): string | undefined {
  return modelUrl.exec(ref)?.[1];
}

function isModelUrl(ref: string): boolean {
  return modelUrl.test(ref);
}

/** Name of the file that a reference leads to, seen from the file that holds it. */
export function targetFile(ref: string, fromFile: string): string {
  const hash = ref.indexOf("#");
  const path = hash === -1 ? ref : ref.slice(0, hash);
  if (path === "") return fromFile;
  if (isUrl(fromFile)) return new URL(path, fromFile).href;
  if (path.startsWith("file:")) return fileUrlPath(path);
  if (isUrl(path)) return path;
  const decoded = decode(path);
  return posix.isAbsolute(decoded) ? decoded : posix.join(posix.dirname(fromFile), decoded);
}

/** A `file:` URL that names another host is no local path; it is kept as it stands, and not found. */
function fileUrlPath(url: string): string {
  try {
    return fileURLToPath(url);
  } catch {
    return `/${url}`;
  }
}

export function isUrl(name: string): boolean {
  return /^[a-z][a-z0-9+.-]+:/i.test(name);
}

/** `%20` and the like as the characters they stand for; text that is no valid encoding stays. */
export function decode(text: string): string {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export interface ReadReference {
  readonly bytes: Buffer;
  /** Where it lies on disk; undefined when it was fetched. */
  readonly path: string | undefined;
}

/** Reads the file of an outward reference, if that is allowed. Problems are reported at the reference. */
export async function readReference(
  name: string,
  reference: OutwardReference,
  access: ReferenceAccess,
  sink: DiagnosticSink,
): Promise<ReadReference | undefined> {
  return isUrl(name)
    ? fetchReference(name, reference, access, sink)
    : readLocalReference(name, reference, access, sink);
}

async function readLocalReference(
  name: string,
  { ref, at }: OutwardReference,
  access: ReferenceAccess,
  sink: DiagnosticSink,
): Promise<ReadReference | undefined> {
  if (access.folder === undefined) {
    sink.error("GG022", at, `${quote(ref)} names a file, but this document has no folder`, {
      hint: "read the document from a file",
    });
    return undefined;
  }
  const path = resolve(access.folder, name);
  const roots = [access.folder, ...access.refRoots.map((folder) => resolve(folder))];
  const isAllowed = isInside(path, roots);
  if (isAllowed) access.onRead?.(path);
  const real = isAllowed ? await realPath(path) : undefined;
  if (real === "missing") {
    sink.error("GG020", at, `${quote(ref)} names a file that does not exist`);
    return undefined;
  }
  // Links are followed before the check: a link inside the folder may lead anywhere.
  const realRoots = await Promise.all(
    roots.map(async (folder) => (await realPath(folder)) ?? folder),
  );
  if (real === undefined || !isInside(real, realRoots)) {
    sink.error("GG022", at, `${quote(ref)} leads out of the document's folder and is not read`, {
      hint: "allow its folder with --ref-root",
    });
    return undefined;
  }
  const bytes = await readTextFile(real, at, sink);
  return bytes && { bytes, path: real };
}

function isInside(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => {
    const way = relative(folder, path);
    return way !== ".." && !way.startsWith(`..${sep}`) && !posix.isAbsolute(way);
  });
}

async function realPath(path: string): Promise<string | "missing" | undefined> {
  try {
    return await realpath(path);
  } catch {
    return "missing";
  }
}

const fetchTimeoutMs = 10_000;

async function fetchReference(
  url: string,
  { ref, at }: OutwardReference,
  access: ReferenceAccess,
  sink: DiagnosticSink,
): Promise<ReadReference | undefined> {
  const origin = originOf(url);
  if (
    origin === undefined ||
    !access.allowRemoteRefs.some((allowed) => originOf(allowed) === origin)
  ) {
    sink.error("GG023", at, `${quote(ref)} leads to the network and is not fetched`, {
      hint: `copy the file beside the document, or allow its origin with --allow-remote-refs`,
    });
    return undefined;
  }
  try {
    // A redirect could lead to an origin that nobody allowed.
    const response = await fetch(url, {
      redirect: "error",
      signal: AbortSignal.timeout(fetchTimeoutMs),
    });
    if (response.ok && response.body) {
      const bytes = await collect(response.body, at, sink);
      return bytes && { bytes, path: undefined };
    }
    sink.error("GG020", at, `${quote(ref)} could not be fetched: status ${response.status}`);
  } catch (error) {
    const why = error instanceof Error ? error.name : "unknown reason";
    sink.error("GG020", at, `${quote(ref)} could not be fetched: ${why}`);
  }
  return undefined;
}

function originOf(url: string): string | undefined {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  return parsed && /^https?:$/.test(parsed.protocol) ? parsed.origin : undefined;
}

/** Name of a file as pointers have it: relative to the main document's folder, with `/`. */
export function nameInFolder(path: string, folder: string): string {
  return relative(folder, resolve(path)).split(sep).join("/");
}

/** Folder of a document on disk. */
export function folderOf(path: string): string {
  return dirname(resolve(path));
}
