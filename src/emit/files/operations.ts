import type { Operation, Parameter, Response } from "../../ir/operation.js";
import type { ObjectShape, Property, Schema, Shape } from "../../ir/schema.js";
import type { WebSocketRoute } from "../../ir/websocket.js";
import type { OperationPlan, Plan } from "../../plan/plan.js";
import { hardline, render } from "../layout.js";
import { Code } from "../printer/code.js";
import { docComment } from "../printer/doc-comment.js";
import type { ModulePrinter } from "../printer/module.js";
import { printMembers, type ModelNames } from "../printer/type.js";
import { modelNames, modelsPath } from "./models.js";

export const operationsPath = "src/generated/operations.ts";

/** One interface for each operation, in document order. */
export function printOperations(plan: Plan, module: ModulePrinter): readonly Code[] {
  const known = modelNames(plan);
  const names: ModelNames = (model) => {
    const name = known(model);
    return name === "unknown" ? name : module.type(name, modelsPath);
  };
  const routes = plan.gateway.api.websocket?.routes;
  return plan.operations.map(
    (operation, index) => new Code(printOperation(operation, routes?.[index], names)),
  );
}

/** Members of the map from operation names to their types. */
export function printOperationMap(plan: Plan): readonly Code[] {
  return plan.operations.map(({ name, typeName }) => new Code(`${name}: ${typeName};`));
}

function printOperation(
  { operation, typeName }: OperationPlan,
  route: WebSocketRoute | undefined,
  names: ModelNames,
): string {
  const comment = docComment({
    title: routeTitle(operation),
    description: joinTexts(operation.summary, operation.description),
    deprecated: operation.deprecated,
  });
  const properties =
    route === undefined ? contractProperties(operation) : routeProperties(operation, route);
  const members = printMembers(properties, false, names);
  const lead = comment.map((text) => `${text}\n`).join("");
  return `${lead}${render([`export interface ${typeName} {`, members, hardline, "}"])}`;
}

/** `GET /pets`; of a WebSocket API the route's key. */
export function routeTitle({ method, path, routeKey }: Operation): string {
  return routeKey === path ? `Route ${path}` : `${method} ${path}`;
}

/** The members of the contract of a WebSocket API's route. */
function routeProperties(operation: Operation, route: WebSocketRoute): readonly Property[] {
  const { at } = operation;
  const member = (name: string, shape: Shape): Property => property(name, true, plain(at, shape));
  return [
    member("routeKey", { kind: "enum", values: [route.routeKey] }),
    member("query", parameterShape(operation.parameters, "query")),
    member("headers", parameterShape(operation.parameters, "header")),
    property("body", true, messageSchema(operation)),
    member("response", answerShape(route)),
  ];
}

/** Only messages have a body; one without models may be anything. */
function messageSchema(operation: Operation): Schema {
  const { at, body, routeKey } = operation;
  if (body !== undefined) return bodySchema(operation);
  const isMessage = routeKey !== "$connect" && routeKey !== "$disconnect";
  return plain(at, { kind: isMessage ? "unknown" : "never" });
}

function answerShape({ at, hasRouteResponse, responseModels }: WebSocketRoute): Shape {
  if (!hasRouteResponse) return { kind: "never" };
  return modelUnion(
    responseModels.map(({ model }) => model),
    at,
  );
}

/** Any of some models; of none, anything. */
export function modelUnion(models: readonly string[], at: Schema["at"]): Shape {
  if (models.length === 0) return { kind: "unknown" };
  const of = [...new Set(models)].map((model) => plain(at, { kind: "ref", model }));
  return { kind: "union", of, discriminator: undefined };
}

function joinTexts(
  summary: string | undefined,
  description: string | undefined,
): string | undefined {
  if (summary === undefined || description === undefined) return summary ?? description;
  return description.startsWith(summary) ? description : `${summary}\n\n${description}`;
}

/** The members of an operation contract, as a schema to be printed by the one type printer. */
function contractProperties(operation: Operation): readonly Property[] {
  const at = operation.at;
  const member = (name: string, shape: Shape): Property => property(name, true, plain(at, shape));
  return [
    member("method", { kind: "enum", values: [operation.method] }),
    member("resource", { kind: "enum", values: [operation.path] }),
    member("path", parameterShape(operation.parameters, "path")),
    member("query", parameterShape(operation.parameters, "query")),
    member("headers", parameterShape(operation.parameters, "header")),
    property("body", true, bodySchema(operation)),
    member("responses", responsesShape(operation.responses, at)),
  ];
}

function parameterShape(parameters: readonly Parameter[], place: Parameter["in"]): ObjectShape {
  const seen = new Set<string>();
  const properties = parameters
    .filter(({ in: where, name }) => where === place && !seen.has(name) && seen.add(name).size > 0)
    .map(({ name, required, schema, description, deprecated }) =>
      property(name, required, {
        ...schema,
        readOnly: false,
        description: description ?? schema.description,
        deprecated: deprecated || schema.deprecated,
      }),
    );
  return { kind: "object", properties, additional: false };
}

function bodySchema({ at, body }: Operation): Schema {
  if (body === undefined) return plain(at, { kind: "never" });
  const schemas = body.content.flatMap(({ schema }) => (schema === undefined ? [] : [schema]));
  const shape: Shape =
    schemas.length === 0
      ? { kind: "unknown" }
      : { kind: "union", of: schemas, discriminator: undefined };
  return { ...plain(at, shape), description: body.description };
}

function responsesShape(responses: readonly Response[], at: Operation["at"]): ObjectShape {
  const properties = responses.map((response) =>
    property(response.status, true, {
      ...responseSchema(response, at),
      title: undefined,
      description: response.description,
    }),
  );
  return { kind: "object", properties, additional: false };
}

function responseSchema({ content }: Response, at: Operation["at"]): Schema {
  const schemas = content.flatMap(({ schema }) => (schema === undefined ? [] : [schema]));
  if (schemas.length === 0) {
    return plain(at, content.length === 0 ? { kind: "never" } : { kind: "unknown" });
  }
  return plain(at, { kind: "union", of: schemas, discriminator: undefined });
}

function property(name: string, required: boolean, schema: Schema): Property {
  return { name, required, schema };
}

function plain(at: Schema["at"], shape: Shape): Schema {
  return {
    at,
    title: undefined,
    description: undefined,
    deprecated: false,
    readOnly: true,
    writeOnly: false,
    nullable: false,
    shape,
  };
}
