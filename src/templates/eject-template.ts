import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { baseFile, printBase, readBase } from "./base.js";
import { ending } from "./folder.js";

/**
 * Copies a built-in template into a folder of the user's and remembers it as what an upgrade starts
 * from. False: there is one already, and it is not touched.
 */
export function ejectTemplate(folder: string, name: string, text: string): boolean {
  const path = placeOf(folder, name);
  if (existsSync(path)) return false;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { flag: "wx" });
  writeBase(folder, new Map([...readBase(folder), [name, text]]));
  return true;
}

/** Puts texts in the place of templates, each in one step, and remembers the built-in ones. */
export function replaceTemplates(
  folder: string,
  texts: ReadonlyMap<string, string>,
  base: ReadonlyMap<string, string>,
): void {
  for (const [name, text] of texts) replaceFile(placeOf(folder, name), text);
  // last: a run that ends in between is made good by the next one, which finds the same on both sides
  writeBase(folder, base);
}

function writeBase(folder: string, base: ReadonlyMap<string, string>): void {
  replaceFile(join(folder, baseFile), printBase(base));
}

function replaceFile(path: string, text: string): void {
  const next = `${path}.new`;
  writeFileSync(next, text);
  renameSync(next, path);
}

function placeOf(folder: string, name: string): string {
  return join(folder, ...`${name}${ending}`.split("/"));
}
