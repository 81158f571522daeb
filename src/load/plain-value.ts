import { maxDepth } from "./json-text.js";

/** Nodes that aliases may add to a document. An alias costs nothing itself, but every walk sees it unfolded. */
export const maxAliasNodes = 200_000;

interface Measure {
  nodes: number;
  /** 0 while the node is being measured. */
  height: number;
}

const leaf: Measure = { nodes: 1, height: 0 };

/**
 * What a parsed YAML value has that JSON could not have, or not that deep: a number that is none, a node that
 * contains itself, depth or size beyond the limits once aliases are unfolded. Shared nodes are measured once.
 */
export function findUnplain(value: unknown): "number" | "circle" | "depth" | "aliases" | undefined {
  const measures = new Map<object, Measure>();
  let aliasNodes = 0;
  let found: "number" | "circle" | "depth" | "aliases" | undefined;

  const measure = (node: unknown, depth: number): Measure => {
    if (typeof node === "number" && !Number.isFinite(node)) found ??= "number";
    if (typeof node !== "object" || node === null || found) return leaf;
    const known = measures.get(node);
    if (known) {
      aliasNodes += known.nodes;
      if (known.height === 0) found = "circle";
      else if (depth + known.height > maxDepth) found = "depth";
      else if (aliasNodes > maxAliasNodes) found = "aliases";
      return known;
    }
    if (depth > maxDepth) found = "depth";
    const own = { nodes: 1, height: 0 };
    measures.set(node, own);
    let height = 0;
    for (const item of Object.values(node)) {
      const below = measure(item, depth + 1);
      own.nodes += below.nodes;
      height = Math.max(height, below.height);
    }
    own.height = height + 1;
    return own;
  };
  measure(value, 0);
  return found;
}
