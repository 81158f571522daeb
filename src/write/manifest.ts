import type { JsonMembers } from "./merge-json.js";
import { isMembers } from "./merge-json.js";
import { pathFault, recordsFolder } from "./output-path.js";

export const manifestPath = `${recordsFolder}/manifest.json`;

/** What the last run left in the folder. */
export interface Manifest {
  /** Version of the generator. */
  readonly generator: string;
  /** SHA-256 of the input, in hexadecimal. */
  readonly input: string;
  /** Digests of the owned files, by path. */
  readonly owned: ReadonlyMap<string, string>;
  /** What the generator wanted of each merged file: the base of the next merge. */
  readonly merged: ReadonlyMap<string, JsonMembers>;
}

/** The manifest as text: sorted by path, the same on every machine and at any time. */
export function printManifest(manifest: Manifest): string {
  const value = {
    generator: manifest.generator,
    input: manifest.input,
    owned: sorted(manifest.owned),
    merged: sorted(manifest.merged),
  };
  return `${JSON.stringify(value, null, 2)}\n`;
}

function sorted<T>(map: ReadonlyMap<string, T>): Record<string, T> {
  return Object.fromEntries([...map].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Reads a manifest; undefined when it is none. It is as little trusted as any file of a checkout. */
export function parseManifest(text: string): Manifest | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isMembers(value)) return undefined;
  const { generator, input, owned, merged } = value;
  if (typeof generator !== "string" || typeof input !== "string") return undefined;
  if (!isMembers(owned) || !isMembers(merged)) return undefined;
  const digests = entries(owned, (digest) => typeof digest === "string");
  const bases = entries(merged, isMembers);
  return digests && bases && { generator, input, owned: digests, merged: bases };
}

function entries<T>(
  members: JsonMembers,
  isValue: (value: unknown) => value is T,
): ReadonlyMap<string, T> | undefined {
  const map = new Map<string, T>();
  for (const [path, value] of Object.entries(members)) {
    if (pathFault(path) !== undefined || !isValue(value)) return undefined;
    map.set(path, value);
  }
  return map;
}
