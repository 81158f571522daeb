import type { Integration } from "../ir/integration.js";
import type { MappingTemplate } from "../ir/mapping.js";
import type { OperationPlan } from "./plan.js";
import { Reference } from "./value.js";
import { camelCase, NameSpace } from "./names.js";

/** The compiled templates of one operation, one file. */
export interface MappingFilePlan {
  /** `src/generated/mappings/get-pet.ts` */
  readonly path: string;
  readonly operation: OperationPlan;
  readonly functions: readonly MappingFunctionPlan[];
}

export interface MappingFunctionPlan {
  readonly name: string;
  readonly template: MappingTemplate;
  /** What it maps, for its comment: `request body, application/json`. */
  readonly purpose: string;
}

/** One file for each operation that has a template which could be compiled. */
export function planMappings(operations: readonly OperationPlan[]): readonly MappingFilePlan[] {
  return operations
    .map((operation) => ({
      path: mappingPath(operation),
      operation,
      functions: mappingFunctions(operation.operation.integration),
    }))
    .filter((file) => file.functions.length > 0);
}

/** Where the compiled template stands. */
export function templateReference(operation: OperationPlan, template: MappingTemplate): Reference {
  const found = mappingFunctions(operation.operation.integration).find(
    (candidate) => candidate.template === template,
  );
  if (found === undefined)
    throw new Error(`no mapping function for the template at ${template.at}`);
  return new Reference(found.name, operation.name, mappingPath(operation));
}

function mappingPath({ fileName }: OperationPlan): string {
  return `src/generated/mappings/${fileName}.ts`;
}

function mappingFunctions(integration: Integration): readonly MappingFunctionPlan[] {
  if (integration.kind === "none") return [];
  const names = new NameSpace();
  const request = integration.requestTemplates.map((template) =>
    planFunction(names, template, `request ${mediaName(template.mediaType)}`, "request body"),
  );
  const responses = integration.responses.flatMap((response) =>
    response.templates.map((template) =>
      planFunction(
        names,
        template,
        `response ${response.statusCode} ${mediaName(template.mediaType)}`,
        `response body of status ${response.statusCode}`,
      ),
    ),
  );
  return [...request, ...responses].filter(({ template }) => template.nodes !== undefined);
}

function planFunction(
  names: NameSpace,
  template: MappingTemplate,
  words: string,
  purpose: string,
): MappingFunctionPlan {
  return {
    name: names.claim(camelCase(words, "mapping")),
    template,
    purpose: `${purpose}, ${template.mediaType}`,
  };
}

function mediaName(mediaType: string): string {
  return mediaType === "$default" ? "default" : mediaType.slice(mediaType.indexOf("/") + 1);
}
