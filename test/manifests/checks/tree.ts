import { parseAllDocuments } from "yaml";

/** A parsed manifest, read without trust in its shape. */
export type Tree = unknown;

export function at(tree: Tree, ...keys: readonly (string | number)[]): Tree {
  return keys.reduce<Tree>((node, key) => {
    if (typeof node !== "object" || node === null) return undefined;
    return Object.hasOwn(node, key)
      ? (node as Readonly<Record<string | number, Tree>>)[key]
      : undefined;
  }, tree);
}

export function list(tree: Tree, ...keys: readonly (string | number)[]): readonly Tree[] {
  const found = at(tree, ...keys);
  return Array.isArray(found) ? (found as readonly Tree[]) : [];
}

export function members(
  tree: Tree,
  ...keys: readonly (string | number)[]
): readonly (readonly [string, Tree])[] {
  const found = at(tree, ...keys);
  return typeof found === "object" && found !== null && !Array.isArray(found)
    ? Object.entries(found)
    : [];
}

/** Every object, list and scalar below a tree, with its path. */
export function* walk(
  tree: Tree,
  path: readonly string[] = [],
): Generator<readonly [readonly string[], Tree]> {
  yield [path, tree];
  if (typeof tree !== "object" || tree === null) return;
  for (const [key, value] of Object.entries(tree)) yield* walk(value, [...path, key]);
}

/** Documents of a YAML file; a fault of the text is thrown. */
export function yamlDocuments(text: string, version: "1.1" | "1.2" = "1.2"): readonly Tree[] {
  return parseAllDocuments(text, { version, merge: false }).map((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw error;
    return document.toJS() as Tree;
  });
}

/** Collects what does not hold. */
export class Findings {
  readonly all: string[] = [];

  check(holds: boolean, finding: string): void {
    if (!holds) this.all.push(finding);
  }
}
