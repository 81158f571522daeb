import type { OperationPlan, Plan } from "../../plan/plan.js";
import type { Value } from "../../plan/value.js";
import { hardline, indent, render, type Layout } from "../layout.js";
import { Code } from "../printer/code.js";
import { docComment } from "../printer/doc-comment.js";
import {
  printLiteral,
  printPropertyKey,
  printString,
  printTall,
  type ReferenceNames,
} from "../printer/literal.js";
import type { ModulePrinter } from "../printer/module.js";
import { routeTitle } from "./operations.js";

/** References as members of modules, which are imported whole. */
export const imported = (module: ModulePrinter): ReferenceNames => {
  return ({ name, module: local, from }) => `${module.namespace(local, from)}.${name}`;
};

/** The route table: one entry for each operation, under its summary. */
export function printRoutes(plan: Plan, module: ModulePrinter): Code {
  const items = plan.tables.routes.map((route, index): Layout => {
    const operation = plan.operations[index];
    const comment = operation === undefined ? [] : routeComment(operation);
    return [comment.map((text) => [text, hardline]), printLiteral(route, imported(module))];
  });
  return new Code(render(printTall(items)));
}

function routeComment({ operation }: OperationPlan): readonly string[] {
  const text = operation.summary ?? firstSentence(operation.description);
  return docComment({ title: text, deprecated: operation.deprecated });
}

function firstSentence(text: string | undefined): string | undefined {
  return text === undefined ? undefined : /^.{1,80}?(?=[.\n]|$)/.exec(text.trim())?.[0];
}

/** A record of tables, each entry on its own lines. */
export function printTable(
  entries: Readonly<Record<string, Value>>,
  module: ModulePrinter,
  comments: (key: string) => readonly string[] = () => [],
): Code {
  const members = Object.entries(entries).map(([key, value]): Layout => {
    const comment = comments(key).map((text) => [text, hardline]);
    const printed = printLiteral(value, imported(module));
    return [hardline, comment, printPropertyKey(key), ": ", printed, ","];
  });
  if (members.length === 0) return new Code("{}");
  return new Code(render(["{", indent(members), hardline, "}"]));
}

/** Method and path in front of each integration. */
export function operationComment(plan: Plan): (key: string) => readonly string[] {
  const operations = new Map(plan.operations.map((operation) => [operation.name, operation]));
  return (key) => {
    const operation = operations.get(key)?.operation;
    return operation === undefined ? [] : docComment({ title: routeTitle(operation) });
  };
}

/** A union of string literals for a type alias; `string` when there is none. */
export function printNameUnion(declaration: string, names: readonly string[]): Code {
  const literals = names.map(printString);
  const flat = `${declaration} = ${literals.join(" | ") || "string"};`;
  if (flat.length <= 100) return new Code(flat);
  const next = `  ${literals.join(" | ")};`;
  if (next.length <= 100) return new Code(`${declaration} =\n${next}`);
  return new Code(`${declaration} =\n${literals.map((literal) => `  | ${literal}`).join("\n")};`);
}

/** The body of the interface `StageVariables`: a variable that some stage lacks is optional. */
export function printStageVariables(plan: Plan): Code {
  const { stages } = plan.gateway.deployment;
  const names = [...new Set(stages.flatMap((stage) => stage.variables.map(({ name }) => name)))];
  const members = names.map((name) => {
    const everywhere = stages.every((stage) => stage.variables.some((item) => item.name === name));
    return `  readonly ${printPropertyKey(name)}${everywhere ? "" : "?"}: string;\n`;
  });
  return new Code(members.length === 0 ? "{}" : `{\n${members.join("")}}`);
}
