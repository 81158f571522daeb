import type { PlannedTemplate } from "../dev/template-workbench.js";
import type { Mapped } from "../ir/integration.js";
import type { MappingTemplate, ResponseMapping } from "../ir/mapping.js";
import { nearest } from "../nearest.js";
import type { OperationPlan, Plan } from "../plan/plan.js";
import type { MapCommandOptions } from "./options.js";

/** What the user asks for is not in the document; the hint says what is. */
export class SelectionProblem extends Error {
  override readonly name = "SelectionProblem";
  readonly hint: string | undefined;
  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

type Wanted = Pick<MapCommandOptions, "route" | "part" | "status" | "mediaType">;

/**
 * The one template that the options mean.
 * @throws SelectionProblem when there is none, or more than one
 */
export function selectTemplate(
  plan: Plan,
  wanted: Wanted,
): PlannedTemplate & { readonly operation: OperationPlan } {
  const operation = selectRoute(plan.operations, wanted.route);
  const { integration } = operation.operation;
  if (integration.kind === "none") {
    throw new SelectionProblem(`${wanted.route} has no integration: ${integration.reason}`);
  }
  const template =
    wanted.part === "request"
      ? selectByType(integration.requestTemplates, wanted, `${wanted.route} maps its request body`)
      : selectResponseTemplate(integration, wanted);
  const file = plan.mappings.find((one) => one.operation === operation);
  const found = file?.functions.find((one) => one.template === template);
  if (file === undefined || found === undefined) {
    throw new Error(`no mapping function for the template at ${template.at}`);
  }
  return { operation, file, function: found };
}

/**
 * The operation that a user means.
 * @throws SelectionProblem when there is none
 */
export function selectRoute(operations: readonly OperationPlan[], route: string): OperationPlan {
  const asked = route.trim().replace(/\s+/, " ");
  const [method = "", path] = asked.split(" ");
  const found =
    operations.find(({ operation }) => operation.operationId === asked) ??
    operations.find(({ name, operation }) => name === asked || operation.routeKey === asked) ??
    operations.find(({ operation }) => {
      return operation.path === path && operation.method === method.toUpperCase();
    });
  if (found !== undefined) return found;
  throw new SelectionProblem(`the document has no route "${route}"`, routeHint(asked, operations));
}

const listedRoutes = 8;

function routeHint(route: string, operations: readonly OperationPlan[]): string {
  const spoken = route.includes(" ")
    ? operations.map(({ operation: { method, path } }) => `${method} ${path}`)
    : operations.map(({ name, operation }) => operation.operationId ?? name);
  const near = nearest(route, spoken);
  if (near !== undefined) return `did you mean "${near}"?`;
  const more = spoken.length > listedRoutes ? `, and ${spoken.length - listedRoutes} more` : "";
  return `there are ${spoken.slice(0, listedRoutes).join(", ")}${more}`;
}

function selectByType(
  templates: readonly MappingTemplate[],
  { mediaType }: Wanted,
  subject: string,
): MappingTemplate {
  const types = templates.map((template) => template.mediaType).join(", ");
  const [first, second] = templates;
  if (first === undefined) {
    throw new SelectionProblem(`${subject} by no template: the body goes on as it is`);
  }
  if (mediaType === undefined) {
    if (second === undefined) return first;
    throw new SelectionProblem(
      `${subject} by ${templates.length} templates`,
      `choose with --media-type: ${types}`,
    );
  }
  const asked = mediaType.trim().toLowerCase();
  const found = templates.find((template) => template.mediaType.trim().toLowerCase() === asked);
  if (found !== undefined) return found;
  throw new SelectionProblem(`${subject} by no template for ${mediaType}`, `there is ${types}`);
}

function selectResponseTemplate({ responses }: Mapped, wanted: Wanted): MappingTemplate {
  const { route, status } = wanted;
  const matching =
    status === undefined
      ? responses.filter(({ templates }) => templates.length > 0)
      : responses.filter((one) => String(one.statusCode) === status || keyOf(one) === status);
  const [first, second] = matching;
  if (first === undefined) {
    const what = status === undefined ? "with a template" : `of status ${status}`;
    throw new SelectionProblem(`${route} has no response ${what}`, responseHint(responses));
  }
  if (second !== undefined) {
    const which = status === undefined ? "" : ` of status ${status}`;
    const keys = matching.map(keyOf).join(", ");
    const isByKey = new Set(matching.map(({ statusCode }) => statusCode)).size < matching.length;
    throw new SelectionProblem(
      `${route} has ${matching.length} responses${which}`,
      isByKey
        ? `choose with --status by their keys: ${keys}`
        : `choose with --status: ${matching.map(({ statusCode }) => statusCode).join(", ")}`,
    );
  }
  const subject = `${route} maps the body of its response ${keyOf(first)} (${first.statusCode})`;
  return selectByType(first.templates, wanted, subject);
}

/** The key under which the document has a response. */
function keyOf({ pattern }: ResponseMapping): string {
  return pattern ?? "default";
}

function responseHint(responses: readonly ResponseMapping[]): string | undefined {
  if (responses.length === 0) return undefined;
  const known = responses.map((one) => `${one.statusCode} (${keyOf(one)})`);
  return `there are ${known.join(", ")}`;
}
