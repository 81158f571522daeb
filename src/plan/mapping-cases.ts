import type { Stage } from "../ir/deployment.js";
import type { MappingTemplate } from "../ir/mapping.js";
import type { Operation, Parameter } from "../ir/operation.js";
import { sampleBody, sampleText } from "./contract-cases.js";
import { mappingOutcome, type MappingOutcome } from "./mapping-outcome.js";
import { ownModule, type MappingFilePlan } from "./mappings.js";
import { Reference } from "./value.js";

/** One example of the generated mapping test; what the sample leaves out is empty. */
export type MappingCase = {
  readonly name: string;
  readonly template: Reference;
  readonly sample: {
    readonly [part: string]: string | Texts | { readonly [place: string]: Texts };
  };
  readonly gives: MappingOutcome;
};
type Texts = { readonly [name: string]: string };

/** One case for each template that reads something; its sample comes from the document alone. */
export function planMappingCases(
  files: readonly MappingFilePlan[],
  stage: Stage | undefined,
): readonly MappingCase[] {
  return files
    .filter(({ own }) => own === undefined)
    .flatMap(({ path, operation: { name: module, operation }, functions }) =>
      functions.flatMap(({ name, template, purpose }): readonly MappingCase[] => {
        const { nodes } = template;
        if (nodes === undefined || nodes.every((node) => node.kind === "text")) return [];
        const { body, texts, sample } = sampleOf(operation, template, stage);
        return [
          {
            name: `${module}: ${purpose}`,
            template: new Reference(name, module, path),
            sample,
            gives: mappingOutcome(nodes, { mediaType: template.mediaType, body, texts }),
          },
        ];
      }),
    );
}

/** A function of the user's beside the compiled one, for the test that compares them. */
export type EqualMappingCase = Pick<MappingCase, "name" | "sample"> & {
  readonly own: Reference;
  readonly compiled: Reference;
};

/** One case for each template whose function is the user's. */
export function planEqualMappings(
  { path, own, operation: { name: module, operation }, functions }: MappingFilePlan,
  stage: Stage | undefined,
): readonly EqualMappingCase[] {
  if (own === undefined) return [];
  return functions.map(({ name, template, purpose }) => ({
    name: `${module}: ${purpose}`,
    own: new Reference(name, ownModule(module), own),
    compiled: new Reference(name, module, path),
    sample: sampleOf(operation, template, stage).sample,
  }));
}

/** Something to read for a template, made from the document. */
function sampleOf(
  operation: Operation,
  template: MappingTemplate,
  stage: Stage | undefined,
): {
  readonly body: string;
  readonly texts: readonly string[];
  readonly sample: MappingCase["sample"];
} {
  const isRequest =
    operation.integration.kind !== "none" &&
    operation.integration.requestTemplates.includes(template);
  const body = (isRequest ? sampleBody(operation) : null) ?? "{}";
  const params = sampleParams(operation, template);
  const context = reads(template, "context") ? sampleContext(operation, stage) : {};
  const stageVariables = sampleVariables(stage, template);
  const texts = [...Object.values(params), context, stageVariables].flatMap((part) =>
    Object.values(part),
  );
  const sample = {
    ...(body === "{}" ? {} : { body }),
    ...filled({ params, context, stageVariables }),
  };
  return { body, texts, sample };
}

function reads({ text }: MappingTemplate, word: string): boolean {
  return text.includes(word);
}

/** Members that are not empty. */
function filled<T extends object>(parts: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(
    Object.entries(parts).filter(([, part]) => Object.keys(part).length > 0),
  );
}

function sampleParams(
  { parameters }: Operation,
  template: MappingTemplate,
): Readonly<Record<string, Texts>> {
  if (!reads(template, "params")) return {};
  const of = (place: Parameter["in"]): Texts =>
    Object.fromEntries(
      parameters
        .filter((parameter) => parameter.in === place)
        .map((parameter) => [parameter.name, sampleText(parameter)]),
    );
  return filled({ path: of("path"), querystring: of("query"), header: of("header") });
}

function sampleContext({ method, path, routeKey }: Operation, stage: Stage | undefined): Texts {
  if (routeKey === path) return { routeKey, eventType: "MESSAGE", stage: stage?.name ?? "" };
  const httpMethod = method === "ANY" ? "POST" : method;
  return { httpMethod, resourcePath: path, stage: stage?.name ?? "" };
}

/** The variables of the stage that the template names. */
function sampleVariables(stage: Stage | undefined, template: MappingTemplate): Texts {
  if (!reads(template, "stageVariables")) return {};
  const named = stage?.variables.filter(({ name }) => reads(template, name)) ?? [];
  return Object.fromEntries(named.map(({ name, value }) => [name, value]));
}
