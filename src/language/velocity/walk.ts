import type { TemplateExpression, TemplateNode, TemplateReference } from "../../ir/template.js";

/** What is called on the way through a template, in the order of its text. */
export interface TemplateVisitor {
  /** Each node, in front of what is in it. */
  node?(node: TemplateNode): void;
  /** Each reference that is read, those in strings and arguments included. */
  reference?(reference: TemplateReference): void;
  /** What a `#set` sets. */
  target?(reference: TemplateReference): void;
}

/** Goes through a template with all of its blocks and strings. */
export function walkTemplate(nodes: readonly TemplateNode[], visitor: TemplateVisitor): void {
  for (const node of nodes) {
    visitor.node?.(node);
    switch (node.kind) {
      case "reference":
        walkReference(node.reference, visitor);
        break;
      case "set":
        visitor.target?.(node.target);
        walkParts(node.target, visitor);
        walkExpression(node.value, visitor);
        break;
      case "if":
        for (const { condition, body } of node.branches) {
          walkExpression(condition, visitor);
          walkTemplate(body, visitor);
        }
        walkTemplate(node.otherwise ?? [], visitor);
        break;
      case "foreach":
        if (node.list) walkExpression(node.list, visitor);
        walkTemplate(node.body, visitor);
        break;
      case "define":
        walkTemplate(node.body, visitor);
        break;
      case "text":
      case "break":
      case "stop":
      case "fail":
        break;
    }
  }
}

function walkReference(reference: TemplateReference, visitor: TemplateVisitor): void {
  visitor.reference?.(reference);
  walkParts(reference, visitor);
}

function walkParts({ parts }: TemplateReference, visitor: TemplateVisitor): void {
  for (const part of parts) {
    if (part.kind === "method") for (const arg of part.args) walkExpression(arg, visitor);
    if (part.kind === "index") walkExpression(part.index, visitor);
  }
}

function walkExpression(expression: TemplateExpression, visitor: TemplateVisitor): void {
  switch (expression.kind) {
    case "interpolation":
      walkTemplate(expression.nodes, visitor);
      return;
    case "reference":
      walkReference(expression.reference, visitor);
      return;
    case "list":
      for (const item of expression.items) walkExpression(item, visitor);
      return;
    case "map":
      for (const { key, value } of expression.entries) {
        walkExpression(key, visitor);
        walkExpression(value, visitor);
      }
      return;
    case "range":
      walkExpression(expression.from, visitor);
      walkExpression(expression.to, visitor);
      return;
    case "not":
      walkExpression(expression.of, visitor);
      return;
    case "operation":
      walkExpression(expression.left, visitor);
      walkExpression(expression.right, visitor);
      return;
    case "string":
    case "integer":
    case "double":
    case "boolean":
    case "null":
      return;
  }
}
