import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isObject } from "../json.js";

/** Where a folder of templates remembers what its templates were ejected from. */
export const baseFile = ".base.json";

/**
 * The built-in texts by name as they were when they were ejected, a line each, sorted; the digest tells
 * a text that was changed by hand.
 */
export function printBase(texts: ReadonlyMap<string, string>): string {
  const lines = [...texts]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([name, text]) =>
        `${JSON.stringify(name)}: ${JSON.stringify({ sha256: digestOfText(text), text })}`,
    );
  return lines.length === 0 ? "{}\n" : `{\n${lines.join(",\n")}\n}\n`;
}

/** Reads them; what cannot be understood, or is not as it was written, counts as not remembered. */
export function readBase(folder: string): ReadonlyMap<string, string> {
  const path = join(folder, baseFile);
  if (!existsSync(path)) return new Map();
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return new Map();
  }
  if (!isObject(value)) return new Map();
  return new Map(
    Object.entries(value).flatMap(([name, entry]) => {
      if (!isObject(entry) || typeof entry["text"] !== "string") return [];
      const { sha256, text } = entry;
      return sha256 === digestOfText(text) ? [[name, text] as const] : [];
    }),
  );
}

export function digestOfText(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
