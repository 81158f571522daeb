import { nearest } from "../../nearest.js";
import { Code } from "../printer/code.js";
import type { Expression, TemplateNode } from "./parse.js";
import { describeValue } from "./printers.js";
import { TemplateFault } from "./source.js";

/**
 * Checks the paths that rendering does not reach, too: those of the branch of a condition that is not
 * taken. Of lists the first item is looked at; what stands in a block over nothing cannot be known.
 * @throws TemplateFault for a path that the view does not have
 */
export function checkPaths(
  nodes: readonly TemplateNode[],
  view: object,
  helpers: ReadonlyMap<string, unknown>,
): void {
  visit(nodes, [view], (expression, scopes) => {
    if (expression.isData || helpers.has(expression.text)) return;
    let value = scopes.at(-1 - expression.depth);
    for (const key of expression.keys) {
      if (value === undefined || value === null) return;
      if (!isReadable(value) || !Object.hasOwn(value, key)) {
        throw missingMember(expression, value, key);
      }
      value = value[key];
    }
  });
}

/** Whether a value has members that a template may read; what a printer made has none. */
export function isReadable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !(value instanceof Code);
}

/** A path leads to a member that there is not. */
export function missingMember(
  { text, at }: PathExpression,
  value: unknown,
  key: string,
): TemplateFault {
  const quoted = JSON.stringify(key);
  if (!isReadable(value)) {
    const message = `${text}: ${describeValue(value)} has no member ${quoted}`;
    return new TemplateFault("unknown-value", at, message);
  }
  const known = Array.isArray(value) ? [] : Object.keys(value);
  const near = nearest(key, known);
  const list = known.length === 0 ? undefined : `there are ${known.slice(0, 20).join(", ")}`;
  return new TemplateFault("unknown-value", at, `the view has no ${quoted} here`, {
    hint: near === undefined ? list : `did you mean "${near}"?`,
  });
}

export type PathExpression = Extract<Expression, { kind: "path" }>;
type See = (expression: PathExpression, scopes: readonly unknown[]) => void;

function visit(nodes: readonly TemplateNode[], scopes: readonly unknown[], see: See): void {
  for (const node of nodes) {
    switch (node.kind) {
      case "text":
        break;
      case "value":
        visitExpression(node.value, scopes, see);
        break;
      case "if":
        visitExpression(node.condition, scopes, see);
        visit(node.body, scopes, see);
        visit(node.otherwise, scopes, see);
        break;
      case "each":
      case "with": {
        visitExpression(node.subject, scopes, see);
        visit(node.otherwise, scopes, see);
        const subject = valueOf(node.subject, scopes);
        const inner = node.kind === "with" ? subject : firstOf(subject);
        if (inner !== undefined && inner !== null) visit(node.body, [...scopes, inner], see);
        break;
      }
      case "partial":
        // a partial is looked at when it is rendered
        if (node.subject !== undefined) visitExpression(node.subject, scopes, see);
    }
  }
}

function visitExpression(expression: Expression, scopes: readonly unknown[], see: See): void {
  if (expression.kind === "path") see(expression, scopes);
  if (expression.kind === "call") {
    for (const argument of expression.args) visitExpression(argument, scopes, see);
  }
}

function firstOf(value: unknown): unknown {
  if (Array.isArray(value)) return value[0];
  return typeof value === "object" && value !== null ? Object.values(value)[0] : undefined;
}

/** Undefined where it cannot be known. */
function valueOf(expression: Expression, scopes: readonly unknown[]): unknown {
  if (expression.kind !== "path" || expression.isData) return undefined;
  let value = scopes.at(-1 - expression.depth);
  for (const key of expression.keys) {
    if (!isReadable(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}
