import type { Integration } from "../../ir/integration.js";
import type { Body, Operation } from "../../ir/operation.js";
import type { Schema } from "../../ir/schema.js";
import type { WebSocketRoute } from "../../ir/websocket.js";
import { quote } from "../../json.js";
import type { Pointer } from "../../pointer.js";
import { lowerIntegrationObject } from "../integration.js";
import type { Lowering } from "../lowering.js";
import { plainSchema } from "../schema.js";
import type { DeclaredApi, DeclaredRoute } from "./declared.js";
import { lowerSelection, lowerTemplateSelection } from "./selection.js";

/** One route: the operation that all kinds of APIs have, and what is of WebSocket APIs alone. */
export interface LoweredRoute {
  readonly operation: Operation;
  readonly route: WebSocketRoute;
}

const ownKeys = ["$connect", "$disconnect", "$default"];

/** Lowers a route. Problems: GG401, GG803, GG804, GG806, and those of its integration and selections. */
export function lowerRoute(
  context: Lowering,
  declared: DeclaredRoute,
  api: DeclaredApi,
): LoweredRoute {
  const { at, key } = declared;
  checkKey(context, declared);
  if (key !== "$connect") checkConnectOnly(context, declared);
  const integration = lowerRouteIntegration(context, declared);
  const isRequired = declared.parameters.some(({ required }) => required);
  return {
    operation: {
      at,
      method: "ANY",
      path: key,
      routeKey: key,
      operationId: declared.operationName,
      summary: declared.summary,
      description: declared.description,
      deprecated: false,
      tags: [],
      parameters: declared.parameters,
      body: bodyOf(declared),
      responses: [],
      authorization: authorizationOf(declared),
      apiKeyRequired: declared.apiKeyAt !== undefined,
      validator: isRequired
        ? { at, name: "parameters", validateBody: false, validateParameters: true }
        : undefined,
      integration,
    },
    route: {
      at,
      routeKey: key,
      modelSelection: lowerModelSelection(context, declared, integration, api),
      requestModels: declared.requestModels,
      templateSelection:
        declared.integration && lowerTemplateSelection(context, declared.integration, "request"),
      hasRouteResponse: declared.responseAt !== undefined && !isLast(context, declared),
      responseModels: declared.responseModels,
    },
  };
}

function checkKey({ sink }: Lowering, { key, at }: DeclaredRoute): void {
  if (key === "") sink.error("GG803", at, "the key of a route is not empty");
  if (!key.startsWith("$") || ownKeys.includes(key)) return;
  const message = `${quote(key)} is not the key of a route: only ${ownKeys.join(", ")} begin with a dollar sign`;
  sink.error("GG803", at, message);
}

/** Who connects is checked when he does, and only then. */
function checkConnectOnly({ sink }: Lowering, declared: DeclaredRoute): void {
  const { key, authorization, apiKeyAt, parameters } = declared;
  const refuse = (what: string, at: Pointer): void => {
    const message = `${what} can be asked for by the route $connect alone, not by ${quote(key)}`;
    sink.error("GG804", at, message, { hint: "move it to $connect" });
  };
  if (authorization.kind !== "none") refuse("authorization", authorization.at);
  if (apiKeyAt !== undefined) refuse("an API key", apiKeyAt);
  for (const { at } of parameters) refuse("a parameter", at);
}

function authorizationOf({ authorization }: DeclaredRoute): Operation["authorization"] {
  if (authorization.kind !== "authorizer") return authorization;
  const { at, name } = authorization;
  return { kind: "authorizer", at, authorizer: name, scopes: [] };
}

function lowerRouteIntegration(context: Lowering, declared: DeclaredRoute): Integration {
  const { integration, key, parameters, at } = declared;
  if (integration === undefined) {
    const reason = "the route has no integration";
    context.sink.warning("GG401", at, `${reason}: its messages are answered by an error`, {
      hint: "add integration",
    });
    return { kind: "none", at, reason };
  }
  const lowered = lowerIntegrationObject(context, integration, {
    path: key,
    routeKey: key,
    method: "ANY",
    parameters,
    responses: [],
    isMissed: true,
  });
  if (isProxy(lowered)) {
    for (const member of ["requestTemplates", "responses", "templateSelectionExpression"]) {
      if (!integration.has(member)) continue;
      const message =
        "this has no effect in a proxy integration, which hands the message on as it is";
      context.sink.warning("GG806", integration.place(member), message);
    }
  }
  return lowered;
}

function isProxy(integration: Integration): boolean {
  return (integration.kind === "function" || integration.kind === "http") && integration.proxy;
}

/** Models of proxy integrations are for the types alone, as on AWS. */
function lowerModelSelection(
  context: Lowering,
  declared: DeclaredRoute,
  integration: Integration,
  { disableSchemaValidation }: DeclaredApi,
): WebSocketRoute["modelSelection"] {
  const { modelSelection, requestModels } = declared;
  if (modelSelection === undefined) return undefined;
  const expression = lowerSelection(context, modelSelection, "request");
  if (requestModels.length === 0) {
    const message = "modelSelectionExpression has no effect without requestModels";
    context.sink.warning("GG806", modelSelection.at, message);
    return undefined;
  }
  if (disableSchemaValidation) return undefined;
  if (!isProxy(integration)) return expression;
  const message =
    "messages are not checked against the models: API Gateway does so for non-proxy integrations alone, and so does this gateway";
  context.sink.info("GG806", modelSelection.at, message);
  return undefined;
}

/** Nobody is there any more to read an answer. */
function isLast({ sink }: Lowering, { key, responseAt }: DeclaredRoute): boolean {
  if (key !== "$disconnect") return false;
  if (responseAt !== undefined) {
    sink.warning("GG806", responseAt, "an answer of $disconnect has no effect: nobody reads it");
  }
  return true;
}

/** What a message holds, for its type. */
function bodyOf({ at, key, requestModels }: DeclaredRoute): Body | undefined {
  if (key === "$connect" || key === "$disconnect" || requestModels.length === 0) return undefined;
  return {
    at,
    required: false,
    description: undefined,
    content: requestModels.map(({ at: place, model }) => ({
      at: place,
      mediaType: "application/json",
      schema: referenceTo(model, place),
      model: undefined,
      example: undefined,
    })),
  };
}

/** A schema that is a named model. */
function referenceTo(model: string, at: Pointer): Schema {
  return { ...plainSchema(at), shape: { kind: "ref", model } };
}
