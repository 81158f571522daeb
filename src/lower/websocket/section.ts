import type { Parameter } from "../../ir/operation.js";
import type { RouteModel } from "../../ir/websocket.js";
import { isObject, quote } from "../../json.js";
import { mappingName } from "../../language/mapping-expression.js";
import type { Pointer } from "../../pointer.js";
import type { Lowering } from "../lowering.js";
import { Members } from "../members.js";
import { lowerSchema } from "../schema.js";
import {
  declaredText,
  type DeclaredApi,
  type DeclaredAuthorization,
  type DeclaredRoute,
} from "./declared.js";
import { NamedParts } from "./named-parts.js";

/** Settings of a route, as of a method. */
const settingKeys = ["throttle", "loggingLevel", "dataTraceEnabled"];

/** The scalars of a section. */
export type SectionHead = Pick<
  DeclaredApi,
  | "name"
  | "description"
  | "routeSelection"
  | "apiKeySource"
  | "disableSchemaValidation"
  | "disableExecuteApiEndpoint"
  | "connection"
>;

/**
 * Reads the section `websocket` of the settings, and the same object as `x-gateway-websocket` of a document. Its
 * vocabulary was checked when it was loaded. Problems: GG805, GG806, GG808, GG812.
 */
export function declareSection(context: Lowering, section: Members): DeclaredApi {
  const parts = new NamedParts(context, section);
  reportEndpoint(context, section);
  const routes = declareRoutes(context, section, parts);
  parts.reportUnused();
  return {
    at: section.at,
    ...declareHead(section),
    authorizers: parts.authorizers,
    routes,
    pushes: parts.pushes(routes),
  };
}

/** What concerns the endpoint that AWS makes. */
export function reportEndpoint({ sink }: Lowering, section: Members): void {
  if (!section.has("ipAddressType")) return;
  const message = "ipAddressType has no effect here: it concerns the endpoint on AWS";
  sink.info("GG806", section.place("ipAddressType"), message);
}

export function declareHead(section: Members): SectionHead {
  const keys = section.text("apiKeySelectionExpression");
  return {
    name: section.text("name"),
    description: section.text("description"),
    routeSelection: declaredText(section, "routeSelectionExpression"),
    apiKeySource: keys?.startsWith("$context.") === true ? "AUTHORIZER" : "HEADER",
    disableSchemaValidation: section.flag("disableSchemaValidation") ?? false,
    disableExecuteApiEndpoint: section.flag("disableExecuteApiEndpoint") ?? false,
    connection: section.object("connection"),
  };
}

/** The member `routes` of a section. */
export function declareRoutes(
  context: Lowering,
  section: Members,
  parts: NamedParts,
): readonly DeclaredRoute[] {
  const holder = section.object("routes");
  return (holder?.entries() ?? []).flatMap(([key]) => {
    const route = holder?.object(key);
    return route === undefined ? [] : [declareRoute(context, key, route, parts)];
  });
}

function declareRoute(
  context: Lowering,
  key: string,
  route: Members,
  parts: NamedParts,
): DeclaredRoute {
  if (route.has("authorizationScopes")) {
    const message = "scopes have no effect: WebSocket APIs have no authorizers that read them";
    context.sink.info("GG806", route.place("authorizationScopes"), message);
  }
  const response = declareResponse(context, route);
  return {
    at: route.at,
    key,
    operationName: route.text("operationName"),
    summary: route.text("summary"),
    description: undefined,
    authorization: declareAuthorization(context, route, parts),
    apiKeyAt: route.flag("apiKeyRequired") === true ? route.place("apiKeyRequired") : undefined,
    parameters: declareParameters(context, route),
    modelSelection: declaredText(route, "modelSelectionExpression"),
    requestModels: declareModels(route.object("requestModels"), parts),
    integration: parts.integration(route, "integration"),
    responseAt: response?.at,
    responseModels: declareModels(response?.models, parts),
    settings: settingKeys.some((name) => route.has(name)) ? route.value : undefined,
  };
}

/** A requirement that is not clear is an error: it must not leave the API open. */
function declareAuthorization(
  { sink }: Lowering,
  route: Members,
  parts: NamedParts,
): DeclaredAuthorization {
  const type = route.word("authorizationType", ["NONE", "AWS_IAM", "CUSTOM"]);
  const name = route.text("authorizer");
  const at = route.place(name === undefined ? "authorizationType" : "authorizer");
  if (name !== undefined && (type === "NONE" || type === "AWS_IAM")) {
    const message = `an authorizer contradicts the authorizationType ${type}`;
    sink.error("GG805", at, message, { hint: "set authorizationType: CUSTOM, or no authorizer" });
    return { kind: "none" };
  }
  if (type === "AWS_IAM") return { kind: "iam", at };
  if (name !== undefined) {
    parts.useAuthorizer(name, at);
    return { kind: "authorizer", at, name };
  }
  if (type === "CUSTOM") {
    sink.error("GG805", at, "the route asks for a custom authorizer and names none", {
      hint: "add authorizer: NAME",
    });
  }
  return { kind: "none" };
}

const parameterKey = /^route\.request\.(header|querystring)\.(.+)$/;

/** `route.request.querystring.NAME: { required: true }`. Problem: GG812. */
function declareParameters(context: Lowering, route: Members): readonly Parameter[] {
  const holder = route.object("requestParameters");
  return (holder?.entries() ?? []).flatMap(([key, value]) => {
    const at = holder?.place(key) ?? route.at;
    const [, place, name = ""] = parameterKey.exec(key) ?? [];
    if (place === undefined || !mappingName.test(name)) {
      context.sink.error("GG812", at, `${quote(key)} is not a parameter of the request`, {
        hint: "write route.request.header.NAME or route.request.querystring.NAME",
      });
      return [];
    }
    const required = isObject(value) ? value["required"] === true : value === true;
    const schema = lowerSchema(context, { type: "string" }, at);
    return [parameterOf(place === "header" ? "header" : "query", name, { required, at, schema })];
  });
}

/** A parameter of the request that opens a connection. */
export function parameterOf(
  place: "header" | "query",
  name: string,
  rest: Pick<Parameter, "required" | "at" | "schema">,
): Parameter {
  return { ...rest, name, in: place, greedy: false, description: undefined, deprecated: false };
}

function declareModels(holder: Members | undefined, parts: NamedParts): readonly RouteModel[] {
  return (holder?.entries() ?? []).flatMap(([key]) => {
    const name = holder?.text(key);
    const at = holder?.place(key);
    const model = name === undefined || at === undefined ? undefined : parts.model(name, at);
    return model === undefined || at === undefined ? [] : [{ at, key, model }];
  });
}

interface DeclaredResponse {
  readonly at: Pointer;
  readonly models: Members | undefined;
}

/** A route answers where it says so; `$default` is the only key there is. Problem: GG806. */
function declareResponse({ sink }: Lowering, route: Members): DeclaredResponse | undefined {
  const key = "routeResponseSelectionExpression";
  const responses = route.object("routeResponses");
  if (route.has(key)) {
    const models = responses?.object("$default")?.object("responseModels");
    return { at: route.place(key), models };
  }
  if (responses !== undefined) {
    const message = `routeResponses have no effect without ${key}: the route does not answer`;
    sink.warning("GG806", responses.at, message, { hint: `add ${key}: $default` });
  }
  return undefined;
}
