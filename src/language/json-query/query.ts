/**
 * JSONPath as RFC 9535 has it: what a query is made of. Not the dialect of mapping templates, which is
 * older: `../jsonpath/`.
 */
export interface Query {
  readonly from: "root" | "current";
  readonly segments: readonly Segment[];
}

export interface Segment {
  /** `descendant`: of the node itself and of all below it. */
  readonly kind: "child" | "descendant";
  readonly selectors: readonly Selector[];
}

export type Selector =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "wildcard" }
  | { readonly kind: "index"; readonly index: number }
  | {
      readonly kind: "slice";
      readonly start: number | undefined;
      readonly end: number | undefined;
      readonly step: number;
    }
  | { readonly kind: "filter"; readonly condition: Condition };

export type Condition =
  | { readonly kind: "or" | "and"; readonly parts: readonly Condition[] }
  | { readonly kind: "not"; readonly condition: Condition }
  | { readonly kind: "exists"; readonly query: Query }
  | { readonly kind: "test"; readonly call: FunctionCall }
  | {
      readonly kind: "compare";
      readonly operator: ComparisonOperator;
      readonly left: Comparable;
      readonly right: Comparable;
    };

export type ComparisonOperator = "==" | "!=" | "<" | "<=" | ">" | ">=";

/** Gives one value, or nothing. */
export type Comparable =
  | { readonly kind: "literal"; readonly value: string | number | boolean | null }
  /** Selects one node at most. */
  | { readonly kind: "query"; readonly query: Query }
  | { readonly kind: "call"; readonly call: FunctionCall };

/** The functions of RFC 9535, section 2.4. */
export type FunctionCall =
  | { readonly name: "length"; readonly of: Comparable }
  | { readonly name: "count" | "value"; readonly of: Query }
  | {
      readonly name: "match" | "search";
      readonly text: Comparable;
      readonly pattern: Comparable;
    };

/** True when a query can select one node at most: names and indexes only. */
export function isSingular({ segments }: Query): boolean {
  return segments.every(({ kind, selectors }) => {
    const [only, second] = selectors;
    if (kind !== "child" || only === undefined || second !== undefined) return false;
    return only.kind === "name" || only.kind === "index";
  });
}
