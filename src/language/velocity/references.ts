import type { TemplateExpression, TemplateNode, TemplateReference } from "../../ir/template.js";

type Visit = (reference: TemplateReference) => void;

/** Calls `visit` for every reference of a template, those in strings and arguments included. */
export function visitReferences(nodes: readonly TemplateNode[], visit: Visit): void {
  for (const node of nodes) {
    switch (node.kind) {
      case "reference":
        inReference(node.reference, visit);
        break;
      case "set":
        inReference(node.target, visit);
        inExpression(node.value, visit);
        break;
      case "if":
        for (const { condition, body } of node.branches) {
          inExpression(condition, visit);
          visitReferences(body, visit);
        }
        visitReferences(node.otherwise ?? [], visit);
        break;
      case "foreach":
        if (node.list) inExpression(node.list, visit);
        visitReferences(node.body, visit);
        break;
      case "define":
        visitReferences(node.body, visit);
        break;
      case "text":
      case "break":
      case "stop":
      case "fail":
        break;
    }
  }
}

function inReference(reference: TemplateReference, visit: Visit): void {
  visit(reference);
  for (const part of reference.parts) {
    if (part.kind === "method") for (const arg of part.args) inExpression(arg, visit);
    if (part.kind === "index") inExpression(part.index, visit);
  }
}

function inExpression(expression: TemplateExpression, visit: Visit): void {
  switch (expression.kind) {
    case "interpolation":
      visitReferences(expression.nodes, visit);
      return;
    case "reference":
      inReference(expression.reference, visit);
      return;
    case "list":
      for (const item of expression.items) inExpression(item, visit);
      return;
    case "map":
      for (const { key, value } of expression.entries) {
        inExpression(key, visit);
        inExpression(value, visit);
      }
      return;
    case "range":
      inExpression(expression.from, visit);
      inExpression(expression.to, visit);
      return;
    case "not":
      inExpression(expression.of, visit);
      return;
    case "operation":
      inExpression(expression.left, visit);
      inExpression(expression.right, visit);
      return;
    case "string":
    case "integer":
    case "double":
    case "boolean":
    case "null":
      return;
  }
}
