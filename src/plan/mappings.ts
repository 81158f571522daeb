import type { Integration } from "../ir/integration.js";
import type { MappedTextPart, MappingTemplate } from "../ir/mapping.js";
import type { OperationPlan } from "./plan.js";
import { Reference } from "./value.js";
import { camelCase, NameSpace } from "./names.js";

/** The compiled templates of one operation, one file. */
export interface MappingFilePlan {
  /** `src/generated/mappings/get-pet.ts` */
  readonly path: string;
  readonly operation: OperationPlan;
  readonly functions: readonly MappingFunctionPlan[];
  readonly accessors: readonly BodyAccessorPlan[];
  /** Where the functions are that the gateway uses, when they are the user's: `src/mappings/get-pet.ts`. */
  readonly own: string | undefined;
}

export interface MappingFunctionPlan {
  readonly name: string;
  readonly template: MappingTemplate;
  /** What it maps, for its comment: `request body, application/json`. */
  readonly purpose: string;
}

/** The accessor of a parameter mapping's JSON path. */
export interface BodyAccessorPlan {
  readonly name: string;
  /** Without the leading `$.`. */
  readonly jsonPath: string;
}

/** One file for each operation that has a template, or a mapping that looks into a body. */
export function planMappings(operations: readonly OperationPlan[]): readonly MappingFilePlan[] {
  return operations
    .map((operation) => ({
      path: mappingPath(operation),
      own: ownMappingPath(operation),
      operation,
      ...mappingContent(operation.operation.integration),
    }))
    .filter(({ functions, accessors }) => functions.length + accessors.length > 0);
}

/** Where the compiled template stands. */
export function templateReference(operation: OperationPlan, template: MappingTemplate): Reference {
  const { functions } = mappingContent(operation.operation.integration);
  const found = functions.find((candidate) => candidate.template === template);
  if (found === undefined)
    throw new Error(`no mapping function for the template at ${template.at}`);
  const own = ownMappingPath(operation);
  return own === undefined
    ? new Reference(found.name, operation.name, mappingPath(operation))
    : new Reference(found.name, ownModule(operation.name), own);
}

/** Where the accessor of a JSON path stands. */
export function accessorReference(operation: OperationPlan, jsonPath: string): Reference {
  const { accessors } = mappingContent(operation.operation.integration);
  const found = accessors.find((candidate) => candidate.jsonPath === jsonPath);
  if (found === undefined) throw new Error(`no accessor for the path ${jsonPath}`);
  return new Reference(found.name, operation.name, mappingPath(operation));
}

function ownMappingPath({ fileName, hasOwnMappings }: OperationPlan): string | undefined {
  return hasOwnMappings ? `src/mappings/${fileName}.ts` : undefined;
}

/** Local name of a module of the user's; no operation has an underscore inside its name. */
export function ownModule(operation: string): string {
  return `own_${operation}`;
}

function mappingPath({ fileName }: OperationPlan): string {
  return `src/generated/mappings/${fileName}.ts`;
}

function mappingContent(
  integration: Integration,
): Pick<MappingFilePlan, "functions" | "accessors"> {
  if (integration.kind === "none") return { functions: [], accessors: [] };
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
  const accessors = bodyPaths(integration).map((jsonPath) => ({
    name: names.claim(camelCase(`${jsonPath} of body`, "body")),
    jsonPath,
  }));
  return { functions: [...request, ...responses], accessors };
}

/** JSON paths of parameter mappings, each once. */
function bodyPaths(integration: Exclude<Integration, { kind: "none" }>): readonly string[] {
  const { requestParameters, responses, changes } = integration;
  const texts = [
    ...changes.request.map(({ value }) => value),
    ...changes.responses.flatMap((response) => response.changes.map(({ value }) => value)),
    ...(integration.kind === "subtype" ? integration.parameters.map(({ value }) => value) : []),
  ];
  const sources: readonly MappedTextPart[] = [
    ...requestParameters.map(({ from }) => from),
    ...responses.flatMap(({ headers }) => headers.map(({ from }) => from)),
    ...texts.flat(),
  ];
  const paths = sources.flatMap((from) => {
    const isBody = from.kind === "body" || from.kind === "responseBody";
    return isBody && from.jsonPath !== undefined ? [from.jsonPath] : [];
  });
  return [...new Set(paths)];
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

/** A media type without its first part; of WebSocket APIs the value of a selection. */
function mediaName(mediaType: string): string {
  return mediaType === "$default" ? "default" : mediaType.slice(mediaType.indexOf("/") + 1);
}
