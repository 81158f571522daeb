import type { DiagnosticSink } from "../../diagnostics.js";
import type { JsonObject } from "../../json.js";
import { describe, isList, isObject, quote } from "../../json.js";
import { lowerFirst } from "./api-properties.js";
import type { DocumentBuilder } from "./document-builder.js";
import { objectOf, textOf } from "./function-uri.js";
import { asksForKey, protectionOf } from "./protection.js";
import { addIamScheme, addKeyScheme, iamScheme, keyScheme } from "./sam-authorizers.js";
import type { Resource, Template } from "./template.js";
import { referredId } from "./template.js";

/** Paths inside one another; the service has 30 at most. */
const maxSegments = 100;
const anyMethod = "x-amazon-apigateway-any-method";

/** Adds the methods that CloudFormation's resources declare for a REST API without a document. */
export function addRestResources(
  template: Template,
  api: Resource,
  builder: DocumentBuilder,
  sink: DiagnosticSink,
): void {
  for (const model of own(template, "AWS::ApiGateway::Model", api)) {
    const schema = model.properties["Schema"];
    const value = typeof schema === "string" ? parseSchema(schema) : schema;
    if (isObject(value)) {
      const name = textOf(model.properties["Name"]) ?? model.id;
      builder.set(["components", "schemas", name], value, model.place("Schema"));
    } else sink.error("GG026", model.place("Schema"), `${describe(schema)} is no schema`);
  }
  for (const validator of own(template, "AWS::ApiGateway::RequestValidator", api)) {
    const { ValidateRequestBody, ValidateRequestParameters } = validator.properties;
    const value = {
      validateRequestBody: ValidateRequestBody === true,
      validateRequestParameters: ValidateRequestParameters === true,
    };
    const path = ["x-amazon-apigateway-request-validators", validator.id];
    builder.set(path, value, validator.place());
  }
  for (const authorizer of own(template, "AWS::ApiGateway::Authorizer", api)) {
    addAuthorizer(authorizer, builder);
  }
  for (const method of own(template, "AWS::ApiGateway::Method", api)) {
    const path = pathOf(template, method, api, sink);
    if (path !== undefined) addMethod(template, method, path, builder, sink);
  }
}

/** True when resources declare methods for the API. */
export function hasMethods(template: Template, api: string): boolean {
  return template
    .ofType("AWS::ApiGateway::Method")
    .some(({ properties }) => referredId(properties["RestApiId"]) === api);
}

function own(template: Template, type: string, api: Resource): readonly Resource[] {
  return template
    .ofType(type)
    .filter(({ properties }) => referredId(properties["RestApiId"]) === api.id);
}

function parseSchema(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The way up from a method's resource to the root of the API. */
function pathOf(
  template: Template,
  method: Resource,
  api: Resource,
  sink: DiagnosticSink,
): string | undefined {
  const segments: string[] = [];
  const at = method.place("ResourceId");
  let id = method.properties["ResourceId"];
  for (;;) {
    if (id === `\${${api.id}.RootResourceId}`) return `/${segments.reverse().join("/")}`;
    const parent = template.resource(referredId(id) ?? "");
    const part = textOf(parent?.properties["PathPart"]);
    if (parent?.type !== "AWS::ApiGateway::Resource" || part === undefined) {
      sink.error("GG026", at, `${describe(id)} leads to no path of this API`);
      return undefined;
    }
    segments.push(part);
    if (segments.length > maxSegments) {
      sink.error("GG026", at, "the resources of this path lead in a circle");
      return undefined;
    }
    id = parent.properties["ParentId"];
  }
}

function addAuthorizer(authorizer: Resource, builder: DocumentBuilder): void {
  const { properties } = authorizer;
  const type = (textOf(properties["Type"]) ?? "").toLowerCase();
  const header = /^method\.request\.header\.([^,\s]+)$/.exec(
    textOf(properties["IdentitySource"]) ?? "",
  );
  const given: JsonObject = {
    type,
    authorizerUri: properties["AuthorizerUri"],
    authorizerCredentials: properties["AuthorizerCredentials"],
    authorizerResultTtlInSeconds: properties["AuthorizerResultTtlInSeconds"],
    identityValidationExpression: properties["IdentityValidationExpression"],
    providerARNs: properties["ProviderARNs"],
    identitySource: type === "request" ? properties["IdentitySource"] : undefined,
  };
  const scheme = {
    type: "apiKey",
    name: type === "request" ? "Unused" : (header?.[1] ?? "Authorization"),
    in: "header",
    "x-amazon-apigateway-authtype": type === "cognito_user_pools" ? type : "custom",
    "x-amazon-apigateway-authorizer": present(given),
  };
  builder.set(["components", "securitySchemes", authorizer.id], scheme, authorizer.place());
}

/** Without the members that are not there. */
export function present(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

function addMethod(
  template: Template,
  method: Resource,
  path: string,
  builder: DocumentBuilder,
  sink: DiagnosticSink,
): void {
  const { properties } = method;
  const verb = (textOf(properties["HttpMethod"]) ?? "").toLowerCase();
  const route = ["paths", path, verb === "any" ? anyMethod : verb];
  if (!/^(?:any|get|put|post|delete|options|head|patch)$/.test(verb)) {
    const message = `${describe(properties["HttpMethod"])} is no method`;
    sink.error("GG026", method.place("HttpMethod"), message);
    return;
  }
  if (builder.get(...route) !== undefined) {
    sink.error(
      "GG026",
      method.place(),
      `another resource has the method ${verb} of ${quote(path)}`,
    );
    return;
  }
  const name = textOf(properties["OperationName"]);
  builder.set(route, name === undefined ? {} : { operationId: name }, method.place());
  builder.set(
    [...route, "responses"],
    responsesOf(template, properties),
    method.place("MethodResponses"),
  );
  addRequest(template, method, path, route, builder);
  addSecurity(template, method, route, builder, sink);
  addIntegration(method, route, builder);
}

function addRequest(
  template: Template,
  method: Resource,
  path: string,
  route: readonly string[],
  builder: DocumentBuilder,
): void {
  const { RequestParameters, RequestModels, RequestValidatorId } = method.properties;
  const parameters: JsonObject[] = [...path.matchAll(/\{([^{}+]+)\+?\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
  const places: Readonly<Record<string, string>> = { querystring: "query", header: "header" };
  for (const [source, required] of Object.entries(objectOf(RequestParameters))) {
    const [, place = "", name] = /^method\.request\.(querystring|header)\.(.+)$/.exec(source) ?? [];
    const where = places[place];
    if (where === undefined || name === undefined) continue;
    parameters.push({ name, in: where, required: required === true, schema: { type: "string" } });
  }
  if (parameters.length > 0) {
    builder.set([...route, "parameters"], parameters, method.place("RequestParameters"));
  }
  if (isObject(RequestModels)) {
    const content = contentOf(template, RequestModels);
    builder.set([...route, "requestBody"], { content }, method.place("RequestModels"));
  }
  const validator = referredId(RequestValidatorId);
  if (validator !== undefined) {
    const at = method.place("RequestValidatorId");
    builder.set([...route, "x-amazon-apigateway-request-validator"], validator, at);
  }
}

function contentOf(template: Template, models: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(models).map(([type, model]) => {
      const id = referredId(model) ?? "";
      const name = textOf(template.resource(id)?.properties["Name"]) ?? id;
      const isBuiltIn = name === "Empty" || name === "Error";
      const schema = isBuiltIn ? { type: "object" } : { $ref: `#/components/schemas/${name}` };
      return [type, { schema }];
    }),
  );
}

function responsesOf(template: Template, { MethodResponses }: JsonObject): JsonObject {
  const responses = isList(MethodResponses) ? MethodResponses.filter(isObject) : [];
  return Object.fromEntries(
    responses.map(({ StatusCode, ResponseModels, ResponseParameters }) => {
      const headers = Object.keys(objectOf(ResponseParameters)).flatMap((source) => {
        const name = /^method\.response\.header\.(.+)$/.exec(source)?.[1];
        return name === undefined ? [] : [[name, { schema: { type: "string" } }] as const];
      });
      const response = {
        description: "",
        ...(headers.length > 0 ? { headers: Object.fromEntries(headers) as JsonObject } : {}),
        ...(isObject(ResponseModels) ? { content: contentOf(template, ResponseModels) } : {}),
      };
      return [textOf(StatusCode) ?? "", response];
    }),
  );
}

function addSecurity(
  template: Template,
  method: Resource,
  route: readonly string[],
  builder: DocumentBuilder,
  sink: DiagnosticSink,
): void {
  const { AuthorizationType, AuthorizerId, AuthorizationScopes, ApiKeyRequired } =
    method.properties;
  const requirement: Record<string, unknown> = {};
  const type = protectionOf(AuthorizationType, method.place("AuthorizationType"), sink);
  if (type === "AWS_IAM") {
    addIamScheme(builder, method.place("AuthorizationType"));
    requirement[iamScheme] = [];
  } else if (type !== undefined) {
    const id = referredId(AuthorizerId) ?? "";
    if (template.resource(id)?.type !== "AWS::ApiGateway::Authorizer") {
      const message = `a method of type ${type} needs an authorizer of this template`;
      sink.error("GG026", method.place("AuthorizationType"), message);
    }
    requirement[id] = isList(AuthorizationScopes) ? AuthorizationScopes : [];
  }
  if (asksForKey(ApiKeyRequired, method.place("ApiKeyRequired"), sink)) {
    addKeyScheme(builder, method.place("ApiKeyRequired"));
    requirement[keyScheme] = [];
  }
  if (Object.keys(requirement).length > 0) {
    builder.set([...route, "security"], [requirement], method.place("AuthorizationType"));
  }
}

function addIntegration(
  method: Resource,
  route: readonly string[],
  builder: DocumentBuilder,
): void {
  const integration = method.properties["Integration"];
  if (!isObject(integration)) return;
  const { Type, IntegrationHttpMethod, IntegrationResponses, ...others } = integration;
  const responses = isList(IntegrationResponses) ? IntegrationResponses.filter(isObject) : [];
  const value = present({
    type: textOf(Type)?.toLowerCase(),
    httpMethod: IntegrationHttpMethod,
    ...lowerFirst(others),
  });
  const path = [...route, "x-amazon-apigateway-integration"];
  builder.set(path, value, method.place("Integration"));
  for (const [key, item] of Object.entries(lowerFirst(others))) {
    const name = key.charAt(0).toUpperCase() + key.slice(1);
    builder.set([...path, key], item, method.place("Integration", name));
  }
  for (const [index, response] of responses.entries()) {
    const { SelectionPattern, StatusCode, ...rest } = response;
    const key = textOf(SelectionPattern) ?? "default";
    const at = method.place("Integration", "IntegrationResponses", index);
    const answer = present({ statusCode: textOf(StatusCode), ...lowerFirst(rest) });
    builder.set([...path, "responses", key], answer, at);
  }
}
