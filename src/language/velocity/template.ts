import type { TemplateNode, TemplateReference } from "../../ir/template.js";
import { walkTemplate } from "./walk.js";

/** Characters of a template; the service's limit is 300 KB. */
export const maxTemplateLength = 300 * 1024;

/** Names of the stage variables that a template reads. */
export function stageVariables(nodes: readonly TemplateNode[]): ReadonlySet<string> {
  const names = new Set<string>();
  const note = ({ name, parts: [first] }: TemplateReference): void => {
    if (name !== "stageVariables" || first === undefined) return;
    if (first.kind === "property") names.add(first.name);
    else if (first.kind === "index" && first.index.kind === "string") names.add(first.index.text);
  };
  walkTemplate(nodes, { reference: note, target: note });
  return names;
}
