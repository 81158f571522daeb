import { requestWay } from "../explain/request-way.js";
import type { Gateway } from "../ir/gateway.js";
import type { Operation, Parameter } from "../ir/operation.js";
import { child, type Pointer } from "../pointer.js";
import type { ApiView, ExampleView, RouteView, TemplateView } from "../runtime/console/wire.js";
import { authorizerOf, sampleBody, sampleText } from "./contract-cases.js";
import type { MappingFunctionPlan } from "./mappings.js";
import type { OperationPlan, Plan } from "./plan.js";

/** Says where something stands; null: that is not known. */
export type PlaceOf = (at: Pointer) => string | null;

export type ConsoleViewPlan = Omit<ApiView, "url" | "hasWorkbench">;

/** The API as the console shows it. */
export function planConsoleView(
  plan: Pick<Plan, "gateway" | "operations" | "mappings" | "tables">,
  placeOf: PlaceOf,
): ConsoleViewPlan {
  const { gateway, operations, tables } = plan;
  const { principals = [], apiKeys = {} } = tables.access ?? {};
  return {
    name: gateway.api.name,
    version: gateway.api.version,
    kind: gateway.api.kind,
    stages: gateway.deployment.stages.map(({ name }) => name),
    defaultStage: tables.defaultStage,
    routes: operations.map((operation) => routeView(plan, operation, placeOf)),
    places: places(gateway, operations, placeOf),
    callers: [...principals.map(({ name }) => name), ...Object.keys(apiKeys)],
  };
}

function routeView(
  { gateway, mappings }: Pick<Plan, "gateway" | "mappings">,
  plan: OperationPlan,
  placeOf: PlaceOf,
): RouteView {
  const { operation, name } = plan;
  const { boxes } = requestWay(gateway, operation);
  const at = (pointer: Pointer | undefined): string | null =>
    pointer === undefined ? null : placeOf(pointer);
  const functions = mappings.find((file) => file.operation === plan)?.functions ?? [];
  return {
    operation: name,
    method: operation.method,
    path: operation.routeKey ?? operation.path,
    summary: operation.summary ?? null,
    place: at(operation.at),
    boxes: boxes.map((box) => ({
      name: box.name,
      place: at(box.at),
      lines: box.lines.map((line) => ({ text: line.text, place: at(line.at) })),
    })),
    parameters: operation.parameters.map((parameter) => ({
      name: parameter.name,
      in: parameter.in,
      required: parameter.required,
      description: parameter.description ?? null,
    })),
    example: gateway.api.kind === "websocket" ? null : exampleOf(gateway, operation),
    templates: functions.map((planned) => templateView(operation, planned, placeOf)),
  };
}

function exampleOf({ api }: Gateway, operation: Operation): ExampleView {
  const { method, parameters, body, path, routeKey } = operation;
  const of = (place: Parameter["in"]): readonly Parameter[] =>
    parameters.filter((parameter) => parameter.in === place);
  const sample = (parameter: Parameter): string =>
    parameter.required ? sampleText(parameter) : "";
  const named = (place: "query" | "header"): [string, string][] =>
    of(place).map((parameter) => [parameter.name, sample(parameter)]);
  const authorizer = authorizerOf(operation, api);
  const identity =
    authorizer?.kind === "token" || authorizer?.kind === "request" ? authorizer.identity : [];
  const headers = named("header");
  const shown = identity
    .filter(({ kind }) => kind === "header")
    .filter((one) => !headers.some(([name]) => name.toLowerCase() === one.name.toLowerCase()));
  const type = body?.content[0]?.mediaType;
  const isTyped = headers.some(([name]) => name.toLowerCase() === "content-type");
  return {
    method: method === "ANY" ? "POST" : method,
    path: Object.fromEntries(
      pathNames(routeKey === "$default" ? "" : path).map((name) => {
        const parameter = of("path").find((one) => one.name === name);
        return [name, parameter === undefined ? "sample" : sampleText(parameter)];
      }),
    ),
    query: named("query"),
    headers: [
      ...(type === undefined || isTyped ? [] : [["content-type", type] as const]),
      ...headers,
      ...shown.map(({ name }) => [name, ""] as const),
    ],
    body: sampleBody(operation),
  };
}

function pathNames(path: string): readonly string[] {
  return [...path.matchAll(/\{([^}]+?)\+?\}/g)].map(([, name = ""]) => name);
}

function templateView(
  operation: Operation,
  { name, purpose, template }: MappingFunctionPlan,
  placeOf: PlaceOf,
): TemplateView {
  const status = /of status (\S+),/.exec(purpose)?.[1];
  const response = operation.responses.find((one) => one.status === status);
  const sample = purpose.startsWith("request")
    ? (sampleBody(operation) ?? "{}")
    : (response?.content[0]?.example ?? "{}");
  return {
    id: name,
    purpose,
    mediaType: template.mediaType,
    place: placeOf(template.at),
    text: template.text,
    sample,
  };
}

/** Where that stands which refuses requests, by what the events of a request call it. */
function places(
  { api, deployment }: Gateway,
  operations: readonly OperationPlan[],
  placeOf: PlaceOf,
): Readonly<Record<string, string>> {
  const found = new Map<string, string>();
  const put = (key: string, at: Pointer): void => {
    const place = placeOf(at);
    if (place !== null) found.set(key, place);
  };
  if (api.policy !== undefined) {
    const { at, document } = api.policy;
    put("policy", at);
    statementsOf(document).forEach(({ sid, path }, index) => {
      const statement = path.reduce<Pointer>(child, at);
      put(`policy/${index + 1}`, statement);
      if (sid !== null) put(`policy/${sid}`, statement);
    });
  }
  for (const { at, name } of deployment.usagePlans) put(`plan/${name}`, at);
  for (const { at, name } of deployment.apiKeys) put(`key/${name}`, at);
  for (const { at, arn } of deployment.principals) put(`principal/${arn}`, at);
  for (const { name, methods, methodDefaults } of deployment.stages) {
    for (const { name: operation, operation: served } of operations) {
      const own = methods.find(
        ({ method, throttle }) =>
          throttle !== undefined && method?.method === served.method && method.path === served.path,
      );
      const settings = own ?? methodDefaults;
      if (settings.throttle !== undefined)
        put(`method/${name}/${operation}`, child(settings.at, "throttle"));
    }
  }
  return Object.fromEntries(found);
}

interface PlacedStatement {
  readonly sid: string | null;
  readonly path: readonly (string | number)[];
}

function statementsOf(document: unknown): readonly PlacedStatement[] {
  if (typeof document !== "object" || document === null || !("Statement" in document)) return [];
  const { Statement: statement } = document;
  const sidOf = (item: unknown): string | null =>
    typeof item === "object" && item !== null && "Sid" in item && typeof item.Sid === "string"
      ? item.Sid
      : null;
  return Array.isArray(statement)
    ? statement.map((item: unknown, index) => ({ sid: sidOf(item), path: ["Statement", index] }))
    : [{ sid: sidOf(statement), path: ["Statement"] }];
}
