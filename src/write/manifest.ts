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
  /** Names that were chosen, by section and by what they name: they stay. */
  readonly names: NameSections;
  /** What the generator wanted of each merged file: the base of the next merge. */
  readonly merged: ReadonlyMap<string, JsonMembers>;
}

export type NameSections = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The manifest as text: sorted by path, the same on every machine and at any time. */
export function printManifest(manifest: Manifest): string {
  const value = {
    generator: manifest.generator,
    input: manifest.input,
    names: Object.fromEntries(
      Object.entries(manifest.names).map(([section, names]) => [
        section,
        sorted(new Map(Object.entries(names))),
      ]),
    ),
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
  const { generator, input, names, owned, merged } = value;
  if (typeof generator !== "string" || typeof input !== "string") return undefined;
  if (!isMembers(owned) || !isMembers(merged)) return undefined;
  const digests = entries(owned, isText);
  const bases = entries(merged, isMembers);
  return (
    digests &&
    bases && { generator, input, names: sectionsOf(names), owned: digests, merged: bases }
  );
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

/** What is no name is left out: names are a wish. Manifests of earlier versions have none. */
function sectionsOf(value: unknown): NameSections {
  if (!isMembers(value)) return {};
  return Object.fromEntries(
    Object.entries(value).map(([section, names]) => [
      section,
      Object.fromEntries(
        isMembers(names)
          ? Object.entries(names).filter((entry): entry is [string, string] => isText(entry[1]))
          : [],
      ),
    ]),
  );
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
