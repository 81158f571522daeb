import { nearest } from "../../nearest.js";
import type { Expression, TemplateNode } from "./parse.js";
import { TemplateFault, type TemplatePlace } from "./source.js";

/** Names that a template may use. */
export interface TemplateWords {
  readonly helpers: readonly string[];
  readonly partials: readonly string[];
}

/**
 * Checks that the helpers and partials of a template exist, also in parts that no view reaches.
 * @throws TemplateFault
 */
export function checkWords(nodes: readonly TemplateNode[], words: TemplateWords): void {
  for (const node of nodes) checkNode(node, words);
}

function checkNode(node: TemplateNode, words: TemplateWords): void {
  switch (node.kind) {
    case "text":
      return;
    case "value":
      return checkExpression(node.value, words);
    case "if":
      checkExpression(node.condition, words);
      checkWords(node.body, words);
      return checkWords(node.otherwise, words);
    case "each":
    case "with":
      checkExpression(node.subject, words);
      checkWords(node.body, words);
      return checkWords(node.otherwise, words);
    case "partial":
      if (!words.partials.includes(node.name)) throw unknown("partial", node.name, node.at, words);
      if (node.subject !== undefined) checkExpression(node.subject, words);
  }
}

function checkExpression(expression: Expression, words: TemplateWords): void {
  if (expression.kind !== "call") return;
  const { helper, args, at } = expression;
  if (!words.helpers.includes(helper)) throw unknown("helper", helper, at, words);
  for (const argument of args) checkExpression(argument, words);
}

function unknown(
  kind: "helper" | "partial",
  name: string,
  at: TemplatePlace,
  words: TemplateWords,
): TemplateFault {
  const known = kind === "helper" ? words.helpers : words.partials;
  const near = nearest(name, known);
  return new TemplateFault("unknown-word", at, `there is no ${kind} ${JSON.stringify(name)}`, {
    hint: near === undefined ? `there are ${known.join(", ")}` : `did you mean "${near}"?`,
  });
}
