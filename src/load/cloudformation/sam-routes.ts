import type { DiagnosticSink } from "../../diagnostics.js";
import type { JsonObject } from "../../json.js";
import { describe, isList, isObject, member, quote } from "../../json.js";
import type { Pointer } from "../../pointer.js";
import { descend } from "../../pointer.js";
import type { DocumentBuilder } from "./document-builder.js";
import { invocationUri, objectOf, textOf } from "./function-uri.js";
import { asksForKey, authOf, protectionOf } from "./protection.js";
import { addIamScheme, addKeyScheme, iamScheme, keyScheme } from "./sam-authorizers.js";
import type { Resource, Template } from "./template.js";
import { referredId } from "./template.js";

/** One event of a function: a route of an API. */
interface RouteEvent {
  readonly function: Resource;
  readonly name: string;
  readonly properties: JsonObject;
  readonly at: Pointer;
}

/** Ids that SAM gives to the APIs of events that name none. */
export const implicitApis = {
  Api: "ServerlessRestApi",
  HttpApi: "ServerlessHttpApi",
} as const;

type EventType = keyof typeof implicitApis;

const anyMethod = "x-amazon-apigateway-any-method";

/** Adds the routes that functions' events declare for an API, as SAM builds its document from them. */
export function addSamRoutes(
  template: Template,
  api: Resource,
  builder: DocumentBuilder,
  sink: DiagnosticSink,
): void {
  const type: EventType = api.type === "AWS::Serverless::HttpApi" ? "HttpApi" : "Api";
  for (const event of eventsOf(template, api.id, type)) {
    if (type === "HttpApi") addHttpRoute(event, api, builder, sink);
    else addRestRoute(event, api, builder, sink);
  }
}

function eventsOf(template: Template, api: string, type: EventType): readonly RouteEvent[] {
  return template.ofType("AWS::Serverless::Function").flatMap((resource) => {
    const events = objectOf(resource.properties["Events"]);
    return Object.entries(events).flatMap(([name, event]) => {
      if (!isObject(event) || event["Type"] !== type) return [];
      const properties = objectOf(event["Properties"]);
      const named = type === "Api" ? properties["RestApiId"] : properties["ApiId"];
      const owner = named === undefined ? implicitApis[type] : referredId(named);
      if (owner !== api) return [];
      const at = resource.place("Events", name, "Properties");
      return [{ function: resource, name, properties, at }];
    });
  });
}

function addRestRoute(
  event: RouteEvent,
  api: Resource,
  builder: DocumentBuilder,
  sink: DiagnosticSink,
): void {
  const { properties, at } = event;
  const path = textOf(properties["Path"]);
  const method = methodOf(properties["Method"]);
  if (path === undefined || method === undefined) {
    sink.error("GG026", at, "an event of type Api needs a Path and a Method");
    return;
  }
  const route = ["paths", path, method];
  if (!isNew(route, event, builder, sink)) return;
  const role = invokeRole(event, api);
  builder.set(route, { responses: {} }, at);
  builder.set(
    [...route, "x-amazon-apigateway-integration"],
    {
      type: "aws_proxy",
      httpMethod: "POST",
      uri: invocationUri(`\${${event.function.id}.Arn}`),
      ...(role === undefined ? {} : { credentials: role }),
    },
    at,
  );
  addParameters(event, route, path, builder, sink);
  addModel(event, route, builder, sink);
  addSecurity(event, api, route, builder, sink);
  reportRest(properties, restKeys, at, sink);
}

const restKeys = [
  "Path",
  "Method",
  "RestApiId",
  "Auth",
  "RequestModel",
  "RequestParameters",
  "TimeoutInMillis",
];
const httpKeys = [
  "Path",
  "Method",
  "ApiId",
  "Auth",
  "PayloadFormatVersion",
  "TimeoutInMillis",
  "RouteSettings",
];

function addHttpRoute(
  event: RouteEvent,
  api: Resource,
  builder: DocumentBuilder,
  sink: DiagnosticSink,
): void {
  const { properties, at } = event;
  const path = textOf(properties["Path"]) ?? "$default";
  const method =
    path === "$default" || properties["Method"] === undefined
      ? anyMethod
      : methodOf(properties["Method"]);
  if (method === undefined) {
    sink.error("GG026", descend(at, ["Method"]), `${describe(properties["Method"])} is no method`);
    return;
  }
  const route = ["paths", path, method];
  if (!isNew(route, event, builder, sink)) return;
  const timeout = Number(properties["TimeoutInMillis"]);
  builder.set(
    route,
    { responses: {}, ...(path === "$default" ? { isDefaultRoute: true } : {}) },
    at,
  );
  builder.set(
    [...route, "x-amazon-apigateway-integration"],
    {
      type: "aws_proxy",
      httpMethod: "POST",
      payloadFormatVersion: textOf(properties["PayloadFormatVersion"]) ?? "2.0",
      uri: invocationUri(`\${${event.function.id}.Arn}`),
      ...(Number.isFinite(timeout) ? { timeoutInMillis: timeout } : {}),
    },
    at,
  );
  addPathParameters(route, path, builder, at);
  addSecurity(event, api, route, builder, sink);
  reportRest(properties, httpKeys, at, sink);
}

function reportRest(
  properties: JsonObject,
  known: readonly string[],
  at: Pointer,
  sink: DiagnosticSink,
): void {
  for (const key of Object.keys(properties)) {
    if (known.includes(key)) continue;
    sink.warning("GG025", descend(at, [key]), `${quote(key)} of an event has no effect here`);
  }
}

function isNew(
  route: readonly string[],
  { at }: RouteEvent,
  builder: DocumentBuilder,
  sink: DiagnosticSink,
): boolean {
  if (builder.get(...route) === undefined) return true;
  const [, path = "", method = ""] = route;
  sink.error("GG026", at, `another event has the method ${quote(method)} of ${quote(path)}`);
  return false;
}

function methodOf(value: unknown): string | undefined {
  const method = textOf(value)?.toLowerCase();
  if (method === "any" || method === "*" || method === anyMethod) return anyMethod;
  return method !== undefined && /^(?:get|put|post|delete|options|head|patch)$/.test(method)
    ? method
    : undefined;
}

/** The role that a function is invoked with; callers with signatures invoke it themselves unless told otherwise. */
function invokeRole({ properties }: RouteEvent, api: Resource): string | undefined {
  const [own, shared] = [objectOf(properties["Auth"]), objectOf(api.properties["Auth"])];
  const isSigned = (own["Authorizer"] ?? shared["DefaultAuthorizer"]) === iamScheme;
  const role = textOf(
    own["InvokeRole"] ?? shared["InvokeRole"] ?? (isSigned ? callers : undefined),
  );
  if (role === "NONE" || role === undefined) return undefined;
  return role === callers ? "arn:aws:iam::*:user/*" : role;
}

const callers = "CALLER_CREDENTIALS";

function addPathParameters(
  route: readonly string[],
  path: string,
  builder: DocumentBuilder,
  at: Pointer,
): void {
  const isOld = "swagger" in builder.root;
  for (const [, name = ""] of path.matchAll(/\{([^{}+]+)\+?\}/g)) {
    const type = isOld ? { type: "string" } : { schema: { type: "string" } };
    const parameter = { name, in: "path", required: true, ...type };
    builder.append([...route, "parameters"], parameter, at);
  }
}

const places: Readonly<Record<string, string>> = {
  path: "path",
  querystring: "query",
  header: "header",
};

/** `method.request.querystring.name`, alone or with `Required` and `Caching`. */
function addParameters(
  event: RouteEvent,
  route: readonly string[],
  path: string,
  builder: DocumentBuilder,
  sink: DiagnosticSink,
): void {
  addPathParameters(route, path, builder, event.at);
  const written = event.properties["RequestParameters"];
  const cached: string[] = [];
  for (const [index, item] of (isList(written) ? written : []).entries()) {
    const at = descend(event.at, ["RequestParameters", String(index)]);
    const entries: readonly (readonly [string, unknown])[] = isObject(item)
      ? Object.entries(item)
      : [[String(item), {}]];
    for (const [source, options] of entries) {
      const [, place = "", name = ""] =
        /^method\.request\.(path|querystring|header)\.(.+)$/.exec(source) ?? [];
      const where = places[place];
      if (where === undefined) {
        const message = `${quote(source)} is no parameter: method.request.querystring.name is expected`;
        sink.error("GG026", at, message);
        continue;
      }
      const required = where === "path" || objectOf(options)["Required"] === true;
      const type = "swagger" in builder.root ? { type: "string" } : { schema: { type: "string" } };
      if (objectOf(options)["Caching"] === true) cached.push(source);
      if (where === "path" && path.includes(`{${name}`)) continue;
      builder.append([...route, "parameters"], { name, in: where, required, ...type }, at);
    }
  }
  if (cached.length === 0) return;
  const at = descend(event.at, ["RequestParameters"]);
  builder.set([...route, "x-amazon-apigateway-integration", "cacheKeyParameters"], cached, at);
}

/** `RequestModel: { Model, Required, ValidateBody, ValidateParameters }`; models are those of the API. */
function addModel(
  { properties, at }: RouteEvent,
  route: readonly string[],
  builder: DocumentBuilder,
  sink: DiagnosticSink,
): void {
  const model = properties["RequestModel"];
  if (!isObject(model)) return;
  const place = descend(at, ["RequestModel"]);
  const name = textOf(model["Model"]);
  const isOld = "swagger" in builder.root;
  const path = isOld ? ["definitions"] : ["components", "schemas"];
  if (name === undefined || member(objectOf(builder.get(...path)), name) === undefined) {
    const message = `the API has no model ${describe(model["Model"])}`;
    sink.error("GG026", place, message, { hint: "models stand in Models of the API" });
    return;
  }
  const schema = { $ref: `#/${path.join("/")}/${name}` };
  const required = model["Required"] === true;
  if (isOld) {
    const body = { in: "body", name: name.toLowerCase(), required, schema };
    builder.append([...route, "parameters"], body, place);
  } else {
    const body = { required, content: { "application/json": { schema } } };
    builder.set([...route, "requestBody"], body, place);
  }
  const [validateBody, validateParameters] = [
    model["ValidateBody"] === true,
    model["ValidateParameters"] === true,
  ];
  if (!validateBody && !validateParameters) return;
  const validator = [validateBody ? "body" : "", validateParameters ? "params" : ""]
    .filter((part) => part !== "")
    .join("-and-");
  builder.set(
    ["x-amazon-apigateway-request-validators", validator],
    { validateRequestBody: validateBody, validateRequestParameters: validateParameters },
    place,
  );
  builder.set([...route, "x-amazon-apigateway-request-validator"], validator, place);
}

/** What a route asks of its callers: its event's authorizer, else the default one of the API; and a key. */
function addSecurity(
  { properties, at }: RouteEvent,
  api: Resource,
  route: readonly string[],
  builder: DocumentBuilder,
  sink: DiagnosticSink,
): void {
  const own = authOf(properties["Auth"], descend(at, ["Auth"]), sink);
  const shared = authOf(api.properties["Auth"], api.place("Auth"), sink);
  const isOwn = own["Authorizer"] !== undefined;
  const place = isOwn
    ? descend(at, ["Auth", "Authorizer"])
    : api.place("Auth", "DefaultAuthorizer");
  const name = protectionOf(own["Authorizer"] ?? shared["DefaultAuthorizer"], place, sink);
  const isOwnKey = own["ApiKeyRequired"] !== undefined;
  const keyPlace = isOwnKey ? descend(at, ["Auth"]) : api.place("Auth", "ApiKeyRequired");
  const needsKey = asksForKey(own["ApiKeyRequired"] ?? shared["ApiKeyRequired"], keyPlace, sink);
  const requirement: Record<string, unknown> = {};
  if (name !== undefined) {
    if (name === iamScheme) addIamScheme(builder, place);
    requirement[name] = scopesOf(own, shared, name);
    const known = objectOf(shared["Authorizers"]);
    if (name !== iamScheme && !Object.hasOwn(known, name)) {
      sink.error("GG026", place, `the API has no authorizer ${quote(name)}`);
    }
  }
  if (needsKey) {
    addKeyScheme(builder, keyPlace);
    requirement[keyScheme] = [];
  }
  if (Object.keys(requirement).length > 0)
    builder.set([...route, "security"], [requirement], place);
}

function scopesOf(own: JsonObject, shared: JsonObject, name: string): readonly unknown[] {
  const authorizer = objectOf(objectOf(shared["Authorizers"])[name]);
  const scopes = own["AuthorizationScopes"] ?? authorizer["AuthorizationScopes"];
  return isList(scopes) ? scopes : [];
}
