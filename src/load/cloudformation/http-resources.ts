import type { DiagnosticSink } from "../../diagnostics.js";
import type { JsonObject } from "../../json.js";
import { describe, isList, isObject, quote } from "../../json.js";
import { lowerFirst } from "./api-properties.js";
import type { DocumentBuilder } from "./document-builder.js";
import { invocationUri, objectOf, textOf } from "./function-uri.js";
import { protectionOf } from "./protection.js";
import { present } from "./rest-resources.js";
import { addIamScheme, iamScheme } from "./sam-authorizers.js";
import type { Resource, Template } from "./template.js";
import { referredId } from "./template.js";

const anyMethod = "x-amazon-apigateway-any-method";

/** Adds the routes that CloudFormation's resources declare for an HTTP API without a document. */
export function addHttpResources(
  template: Template,
  api: Resource,
  builder: DocumentBuilder,
  sink: DiagnosticSink,
): void {
  for (const authorizer of partsOf(template, "Authorizer", api)) addAuthorizer(authorizer, builder);
  addQuickRoute(api, builder);
  for (const route of partsOf(template, "Route", api)) {
    const key = textOf(route.properties["RouteKey"]) ?? "";
    const [, method = "", path = ""] = /^([A-Za-z]+) (\/.*)$/.exec(key) ?? [];
    if (key !== "$default" && path === "") {
      sink.error("GG026", route.place("RouteKey"), `${quote(key)} is no key of a route: GET /pets`);
      continue;
    }
    const verb = method.toLowerCase();
    const place =
      key === "$default"
        ? ["paths", "$default", anyMethod]
        : ["paths", path, verb === "any" ? anyMethod : verb];
    addRoute(template, route, place, builder, sink);
  }
}

/** Adds the routes of a WebSocket API, as the extension for such APIs has them. */
export function addWebSocketResources(
  template: Template,
  api: Resource,
  builder: DocumentBuilder,
): void {
  const { RouteSelectionExpression, ApiKeySelectionExpression, DisableSchemaValidation } =
    api.properties;
  const section = "x-gateway-websocket";
  const head = present({
    name: textOf(api.properties["Name"]) ?? api.id,
    routeSelectionExpression: RouteSelectionExpression,
    apiKeySelectionExpression: ApiKeySelectionExpression,
    disableSchemaValidation: DisableSchemaValidation,
  });
  builder.set([section], head, api.place());
  const sections = [
    [
      "Authorizer",
      "authorizers",
      ["authorizerType", "authorizerUri", "authorizerCredentialsArn", "identitySource"],
    ],
    ["Integration", "integrations", undefined],
    ["Route", "routes", undefined],
  ] as const;
  for (const [type, key, known] of sections) {
    for (const part of partsOf(template, type, api)) {
      const { ApiId: _api, ...properties } = part.properties;
      const value = lowerFirst(properties);
      const name = type === "Route" ? (textOf(value["routeKey"]) ?? part.id) : part.id;
      const kept = known?.map((member) => [member, value[member]]) ?? Object.entries(value);
      const member = present(Object.fromEntries(kept) as JsonObject);
      builder.set([section, key, name], type === "Route" ? routeOf(member) : member, part.place());
    }
  }
  for (const response of partsOf(template, "IntegrationResponse", api)) {
    const { ApiId: _api, IntegrationId, IntegrationResponseKey, ...others } = response.properties;
    const integration = referredId(IntegrationId) ?? "";
    const key = textOf(IntegrationResponseKey) ?? "$default";
    const path = [section, "integrations", integration, "integrationResponses", key];
    builder.set(path, lowerFirst(others), response.place());
  }
  for (const response of partsOf(template, "RouteResponse", api)) {
    const route = template.resource(referredId(response.properties["RouteId"]) ?? "");
    const name = textOf(route?.properties["RouteKey"]);
    const key = textOf(response.properties["RouteResponseKey"]) ?? "$default";
    if (name === undefined) continue;
    builder.set([section, "routes", name, "routeResponses", key], {}, response.place());
  }
}

function routeOf({ routeKey: _key, target, authorizerId, ...others }: JsonObject): JsonObject {
  return present({
    ...others,
    integration: targetId(target),
    authorizer: referredId(authorizerId),
  });
}

function partsOf(template: Template, type: string, api: Resource): readonly Resource[] {
  return template
    .ofType(`AWS::ApiGatewayV2::${type}`)
    .filter(({ properties }) => referredId(properties["ApiId"]) === api.id);
}

/** `integrations/${Integration}`. */
function targetId(target: unknown): string | undefined {
  return referredId(textOf(target)?.replace(/^integrations\//, ""));
}

/** `Target` of the API itself: one integration for everything. */
function addQuickRoute(api: Resource, builder: DocumentBuilder): void {
  const target = textOf(api.properties["Target"]);
  if (target === undefined) return;
  const key = textOf(api.properties["RouteKey"]) ?? "$default";
  const [, method = "", path = "$default"] = /^([A-Za-z]+) (\/.*)$/.exec(key) ?? [];
  const verb = method === "" || method === "ANY" ? anyMethod : method.toLowerCase();
  const route = ["paths", path, verb];
  const integration = /^https?:/.test(target)
    ? { type: "http_proxy", httpMethod: "ANY", uri: target, payloadFormatVersion: "1.0" }
    : {
        type: "aws_proxy",
        httpMethod: "POST",
        uri: functionUri(target),
        payloadFormatVersion: "2.0",
      };
  builder.set(route, { responses: {} }, api.place("Target"));
  if (path === "$default") builder.set([...route, "isDefaultRoute"], true, api.place("Target"));
  builder.set([...route, "x-amazon-apigateway-integration"], integration, api.place("Target"));
}

/** Integrations of HTTP APIs name a function by its ARN alone, too. */
function functionUri(uri: string): string {
  const isFunction = /^\$\{[^}]+\.Arn\}$/.test(uri) || /^arn:[^:]+:lambda:/.test(uri);
  return isFunction ? invocationUri(uri) : uri;
}

function addRoute(
  template: Template,
  route: Resource,
  path: readonly string[],
  builder: DocumentBuilder,
  sink: DiagnosticSink,
): void {
  const name = textOf(route.properties["OperationName"]);
  const head = { responses: {}, ...(name === undefined ? {} : { operationId: name }) };
  builder.set(path, head, route.place());
  if (path[1] === "$default")
    builder.set([...path, "isDefaultRoute"], true, route.place("RouteKey"));
  for (const [, parameter] of path[1]?.matchAll(/\{([^{}+]+)\+?\}/g) ?? []) {
    const value = { name: parameter, in: "path", required: true, schema: { type: "string" } };
    builder.append([...path, "parameters"], value, route.place("RouteKey"));
  }
  const integration = template.resource(targetId(route.properties["Target"]) ?? "");
  if (integration?.type !== "AWS::ApiGatewayV2::Integration") {
    const message = `${describe(route.properties["Target"])} leads to no integration of this template`;
    sink.error("GG026", route.place("Target"), message);
    return;
  }
  addIntegration(integration, path, builder);
  addSecurity(template, route, path, builder, sink);
}

function addIntegration(
  integration: Resource,
  path: readonly string[],
  builder: DocumentBuilder,
): void {
  const {
    ApiId: _api,
    IntegrationType,
    IntegrationMethod,
    IntegrationUri,
    IntegrationSubtype,
    CredentialsArn,
    ResponseParameters,
    Description: _description,
    ...others
  } = integration.properties;
  const uri = textOf(IntegrationUri);
  const value = present({
    type: textOf(IntegrationType)?.toLowerCase(),
    httpMethod: IntegrationMethod ?? (IntegrationType === "AWS_PROXY" ? "POST" : undefined),
    uri: uri === undefined ? undefined : functionUri(uri),
    subtype: IntegrationSubtype,
    credentials: CredentialsArn,
    responseParameters: isObject(ResponseParameters) ? changesOf(ResponseParameters) : undefined,
    ...lowerFirst(others),
  });
  builder.set([...path, "x-amazon-apigateway-integration"], value, integration.place());
}

/** `{ "200": { ResponseParameters: [{ Source, Destination }] } }` as the document has it. */
function changesOf(parameters: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(parameters).map(([status, changes]) => {
      const list = objectOf(changes)["ResponseParameters"];
      const entries = (isList(list) ? list : []).filter(isObject);
      return [
        status,
        Object.fromEntries(
          entries.map(({ Source, Destination }) => [textOf(Destination) ?? "", Source]),
        ) as JsonObject,
      ];
    }),
  );
}

function addAuthorizer(authorizer: Resource, builder: DocumentBuilder): void {
  const { AuthorizerType, IdentitySource, JwtConfiguration, AuthorizerUri, ...others } =
    authorizer.properties;
  const isJwt = AuthorizerType === "JWT";
  const { AuthorizerCredentialsArn, ApiId: _api, Name: _name, ...rest } = others;
  const value = present({
    type: isJwt ? "jwt" : "request",
    identitySource: isJwt && isList(IdentitySource) ? IdentitySource[0] : IdentitySource,
    jwtConfiguration: isJwt ? lowerFirst(objectOf(JwtConfiguration)) : undefined,
    authorizerUri: AuthorizerUri,
    authorizerCredentials: AuthorizerCredentialsArn,
    ...lowerFirst(rest),
  });
  const scheme = isJwt
    ? { type: "oauth2", "x-amazon-apigateway-authorizer": value }
    : { type: "apiKey", name: "Unused", in: "header", "x-amazon-apigateway-authorizer": value };
  builder.set(["components", "securitySchemes", authorizer.id], scheme, authorizer.place());
}

function addSecurity(
  template: Template,
  route: Resource,
  path: readonly string[],
  builder: DocumentBuilder,
  sink: DiagnosticSink,
): void {
  const { AuthorizationType, AuthorizerId, AuthorizationScopes } = route.properties;
  const at = route.place("AuthorizationType");
  const type = protectionOf(AuthorizationType, at, sink);
  if (type === undefined) return;
  const id = type === "AWS_IAM" ? iamScheme : (referredId(AuthorizerId) ?? "");
  if (type === "AWS_IAM") addIamScheme(builder, at);
  else if (template.resource(id)?.type !== "AWS::ApiGatewayV2::Authorizer") {
    sink.error("GG026", at, `a route of type ${type} needs an authorizer of this template`);
  }
  const scopes = isList(AuthorizationScopes) ? AuthorizationScopes : [];
  builder.set([...path, "security"], [{ [id]: scopes }], at);
}
