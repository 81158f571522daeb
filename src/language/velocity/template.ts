import type { TemplateNode } from "../../ir/template.js";
import { visitReferences } from "./references.js";

/** Characters of a template; the service's limit is 300 KB. */
export const maxTemplateLength = 300 * 1024;

/** Names of the stage variables that a template reads. */
export function stageVariables(nodes: readonly TemplateNode[]): ReadonlySet<string> {
  const names = new Set<string>();
  visitReferences(nodes, ({ name, parts: [first] }) => {
    if (name !== "stageVariables" || first === undefined) return;
    if (first.kind === "property") names.add(first.name);
    else if (first.kind === "index" && first.index.kind === "string") names.add(first.index.text);
  });
  return names;
}
