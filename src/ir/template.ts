/**
 * A mapping template, parsed. Escapes are resolved, white space that the language swallows is gone, and
 * what only looks like a directive is text. Places are offsets into the template.
 */
export type TemplateNode =
  /** `starts`: where each line of the text begins. */
  | { readonly kind: "text"; readonly text: string; readonly starts: readonly number[] }
  | { readonly kind: "reference"; readonly reference: TemplateReference }
  | SetNode
  | IfNode
  | ForeachNode
  /** `#define($name) … #end`: a block that every mention of the name renders anew. */
  | {
      readonly kind: "define";
      readonly at: number;
      readonly name: string;
      readonly body: readonly TemplateNode[];
    }
  /** `#break`: leaves this many loops; outside of loops it ends the template. */
  | { readonly kind: "break"; readonly at: number; readonly loops: number }
  | { readonly kind: "stop"; readonly at: number }
  /** What can be read and fails whenever it is reached. */
  | { readonly kind: "fail"; readonly at: number; readonly message: string };

export interface SetNode {
  readonly kind: "set";
  readonly at: number;
  readonly target: TemplateReference;
  readonly value: TemplateExpression;
}
export interface IfNode {
  readonly kind: "if";
  readonly at: number;
  readonly branches: readonly IfBranch[];
  readonly otherwise: readonly TemplateNode[] | undefined;
}
export interface IfBranch {
  readonly at: number;
  readonly condition: TemplateExpression;
  readonly body: readonly TemplateNode[];
}
export interface ForeachNode {
  readonly kind: "foreach";
  readonly at: number;
  readonly item: string;
  /** Undefined: written without a list, so there is no round. */
  readonly list: TemplateExpression | undefined;
  readonly body: readonly TemplateNode[];
}

/** `$name.a.b(1)[2]`. */
export interface TemplateReference {
  readonly at: number;
  readonly name: string;
  /** `${…}` or `$!…`: such a reference cannot be set. */
  readonly decorated: boolean;
  readonly parts: readonly ReferencePart[];
}
export type ReferencePart =
  | { readonly kind: "property"; readonly at: number; readonly name: string }
  | {
      readonly kind: "method";
      readonly at: number;
      readonly name: string;
      readonly args: readonly TemplateExpression[];
    }
  | { readonly kind: "index"; readonly at: number; readonly index: TemplateExpression };

export type TemplateExpression =
  | { readonly kind: "string"; readonly text: string }
  /** `"…"` with references or directives in it. */
  | { readonly kind: "interpolation"; readonly at: number; readonly nodes: readonly TemplateNode[] }
  | { readonly kind: "integer"; readonly value: bigint }
  | { readonly kind: "double"; readonly value: number }
  | { readonly kind: "boolean"; readonly value: boolean }
  /** Only as an argument of a method. */
  | { readonly kind: "null" }
  | { readonly kind: "list"; readonly items: readonly TemplateExpression[] }
  | { readonly kind: "map"; readonly entries: readonly MapEntry[] }
  | {
      readonly kind: "range";
      readonly at: number;
      readonly from: TemplateExpression;
      readonly to: TemplateExpression;
    }
  | { readonly kind: "reference"; readonly reference: TemplateReference }
  | { readonly kind: "not"; readonly of: TemplateExpression }
  | {
      readonly kind: "operation";
      readonly at: number;
      readonly operator: TemplateOperator;
      readonly left: TemplateExpression;
      readonly right: TemplateExpression;
    };
export interface MapEntry {
  readonly key: TemplateExpression;
  readonly value: TemplateExpression;
}
export type TemplateOperator = LogicOperator | ComparisonOperator | ArithmeticOperator;
export type LogicOperator = "||" | "&&";
export type ComparisonOperator = "==" | "!=" | "<" | ">" | "<=" | ">=";
export type ArithmeticOperator = "+" | "-" | "*" | "/" | "%";
