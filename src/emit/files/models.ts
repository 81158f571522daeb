import type { ModelPlan, Plan } from "../../plan/plan.js";
import { hardline, render } from "../layout.js";
import { Code } from "../printer/code.js";
import { docComment } from "../printer/doc-comment.js";
import { printAlias, printMembers, type ModelNames } from "../printer/type.js";

export const modelsPath = "src/generated/models.ts";

/** Gives the type name of each model. */
export function modelNames(plan: Plan): ModelNames {
  const names = new Map(plan.models.map(({ model, typeName }) => [model.name, typeName]));
  return (model) => names.get(model) ?? "unknown";
}

/** The interfaces and type aliases of the document's schemas, in document order. */
export function printModels(plan: Plan): readonly Code[] {
  const names = modelNames(plan);
  return plan.models.map((model) => new Code(printModel(model, names)));
}

function printModel({ model, typeName, circular }: ModelPlan, names: ModelNames): string {
  const { schema } = model;
  const comment = docComment({
    title: schema.title,
    description: schema.description,
    deprecated: schema.deprecated,
    lines: circular ? ["The schema refers to itself and nothing else."] : [],
  });
  const lead = comment.map((text) => `${text}\n`).join("");
  if (circular) return `${lead}export type ${typeName} = unknown;`;
  const { shape } = schema;
  if (shape.kind === "object" && shape.properties.length > 0 && !schema.nullable) {
    const members = printMembers(shape.properties, shape.additional, names);
    return `${lead}${render([`export interface ${typeName} {`, members, hardline, "}"])}`;
  }
  return `${lead}${render(printAlias(typeName, schema, names))}`;
}
