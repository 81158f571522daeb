import type { TemplateNode } from "../../ir/mapping.js";
import type { MappingFilePlan, MappingFunctionPlan } from "../../plan/mappings.js";
import { Code } from "../printer/code.js";
import { docComment } from "../printer/doc-comment.js";
import { printString } from "../printer/literal.js";

/** One function for each compiled template of an operation, its original text in the comment. */
export function printMappingFunctions(file: MappingFilePlan): readonly Code[] {
  return file.functions.map((plan) => new Code(printFunction(plan)));
}

function printFunction({ name, template, purpose }: MappingFunctionPlan): string {
  const comment = docComment({
    title: `Compiled from the ${purpose}:`,
    lines: ["```vtl", ...template.text.split(/\r\n?|\n/), "```"],
  });
  const parts = (template.nodes ?? []).flatMap(printNode);
  const usesInput = (template.nodes ?? []).some((node) => node.kind !== "text");
  const signature = `export const ${name}: Template = (${usesInput ? "input" : ""}) =>`;
  const flat = `${signature} ${parts.join(" + ") || '""'};`;
  if (flat.length <= 100) return [...comment, flat].join("\n");
  const next = `  ${parts.join(" + ") || '""'};`;
  if (next.length <= 100 || parts.length <= 1) return [...comment, signature, next].join("\n");
  const lines = parts.map((part, index) => `  ${part}${index === parts.length - 1 ? ";" : " +"}`);
  return [...comment, signature, ...lines].join("\n");
}

/** The expression of a node; a text is cut behind its line breaks, so that the code reads like the template. */
function printNode(node: TemplateNode): readonly string[] {
  switch (node.kind) {
    case "text":
      return (node.text.match(/[^\n]*\n|[^\n]+$/g) ?? []).map(printString);
    case "body":
      return ["input.body"];
    case "param":
      return [`input.param(${printString(node.name)})`];
    case "context":
      return [`input.context(${printString(node.name)})`];
    case "stageVariable":
      return [`input.stageVariable(${printString(node.name)})`];
  }
}
