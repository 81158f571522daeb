import type { DiagnosticSink } from "../../diagnostics.js";
import type { JsonObject } from "../../json.js";
import { describe, isList, isObject, quote } from "../../json.js";
import type { DocumentBuilder } from "./document-builder.js";
import { objectOf, textOf } from "./function-uri.js";
import {
  addIamScheme,
  addKeyScheme,
  addSamAuthorizers,
  iamScheme,
  keyScheme,
} from "./sam-authorizers.js";
import { asksForKey, authOf, protectionOf } from "./protection.js";
import type { Resource, Template } from "./template.js";
import { referredId } from "./template.js";

const methods = /^(?:get|put|post|delete|options|head|patch|x-amazon-apigateway-any-method)$/;

/**
 * What the resource of an API says beside its document, as extensions of the document: authorizers, CORS,
 * gateway responses, binary types, policy. What the document says itself counts. `isWritten`: it was not
 * built from events, which have their security already. Problems: GG026.
 */
export function addApiProperties(
  template: Template,
  api: Resource,
  builder: DocumentBuilder,
  options: { readonly sink: DiagnosticSink; readonly isWritten: boolean },
): boolean {
  const { sink, isWritten } = options;
  const isSam = api.type.startsWith("AWS::Serverless::");
  const isRest = api.type === "AWS::Serverless::Api" || api.type === "AWS::ApiGateway::RestApi";
  const isRight = !isSam || addSamAuthorizers(api, builder, sink);
  if (isSam && isWritten) addDefaultSecurity(api, builder, sink);
  if (isRest) addRestProperties(template, api, builder, sink);
  else addHttpCors(api, builder);
  return isRight;
}

/** Methods of a written document without security of their own get the default one, as SAM does it. */
function addDefaultSecurity(api: Resource, builder: DocumentBuilder, sink: DiagnosticSink): void {
  const auth = authOf(api.properties["Auth"], api.place("Auth"), sink);
  const name = protectionOf(
    auth["DefaultAuthorizer"],
    api.place("Auth", "DefaultAuthorizer"),
    sink,
  );
  const needsKey = asksForKey(auth["ApiKeyRequired"], api.place("Auth", "ApiKeyRequired"), sink);
  const at = api.place("Auth", name === undefined ? "ApiKeyRequired" : "DefaultAuthorizer");
  if (name === iamScheme) addIamScheme(builder, at);
  if (needsKey) addKeyScheme(builder, at);
  const authorizer = objectOf(objectOf(auth["Authorizers"])[name ?? ""]);
  const scopes = isList(authorizer["AuthorizationScopes"]) ? authorizer["AuthorizationScopes"] : [];
  const requirement = {
    ...(name === undefined ? {} : { [name]: scopes }),
    ...(needsKey ? { [keyScheme]: [] } : {}),
  };
  if (Object.keys(requirement).length === 0 || builder.get("security") !== undefined) return;
  const isPreflightOpen = auth["AddDefaultAuthorizerToCorsPreflight"] === false;
  for (const [path, method, operation] of operationsOf(builder)) {
    if (operation["security"] !== undefined || (method === "options" && isPreflightOpen)) continue;
    builder.set(["paths", path, method, "security"], [requirement], at);
  }
}

function operationsOf(
  builder: DocumentBuilder,
): readonly (readonly [path: string, method: string, operation: JsonObject])[] {
  return Object.entries(objectOf(builder.get("paths"))).flatMap(([path, item]) =>
    Object.entries(objectOf(item)).flatMap(([method, operation]) =>
      methods.test(method) && isObject(operation) ? [[path, method, operation] as const] : [],
    ),
  );
}

function addRestProperties(
  template: Template,
  api: Resource,
  builder: DocumentBuilder,
  sink: DiagnosticSink,
): void {
  const { properties } = api;
  const scalars = [
    ["ApiKeySourceType", "x-amazon-apigateway-api-key-source"],
    ["MinimumCompressionSize", "x-amazon-apigateway-minimum-compression-size"],
    ["Policy", "x-amazon-apigateway-policy"],
  ] as const;
  for (const [key, extension] of scalars) {
    const value = properties[key];
    if (value !== undefined) builder.setMissing([extension], numeric(value), api.place(key));
  }
  const types = properties["BinaryMediaTypes"];
  if (isList(types)) {
    // in some places of a template a slash of a media type is written as in a JSON pointer
    const plain = types.map((type) => String(type).replaceAll("~1", "/"));
    const at = api.place("BinaryMediaTypes");
    builder.setMissing(["x-amazon-apigateway-binary-media-types"], plain, at);
  }
  addGatewayResponses(template, api, builder);
  addResourcePolicy(api, builder, sink);
  addRestCors(api, builder, sink);
}

function numeric(value: unknown): unknown {
  return typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
}

const responsesKey = "x-amazon-apigateway-gateway-responses";

function addGatewayResponses(template: Template, api: Resource, builder: DocumentBuilder): void {
  for (const [type, response] of Object.entries(objectOf(api.properties["GatewayResponses"]))) {
    const { StatusCode, ResponseParameters, ResponseTemplates } = objectOf(response);
    const parameters = samParameters(objectOf(ResponseParameters));
    const at = api.place("GatewayResponses", type);
    builder.setMissing(
      [responsesKey, type],
      responseOf(StatusCode, parameters, ResponseTemplates),
      at,
    );
  }
  for (const resource of template.ofType("AWS::ApiGateway::GatewayResponse")) {
    const { RestApiId, ResponseType, StatusCode, ResponseParameters, ResponseTemplates } =
      resource.properties;
    const type = textOf(ResponseType);
    if (referredId(RestApiId) !== api.id || type === undefined) continue;
    const response = responseOf(StatusCode, objectOf(ResponseParameters), ResponseTemplates);
    builder.setMissing([responsesKey, type], response, resource.place());
  }
}

function responseOf(status: unknown, parameters: JsonObject, templates: unknown): JsonObject {
  return {
    ...(status === undefined ? {} : { statusCode: status }),
    ...(Object.keys(parameters).length === 0 ? {} : { responseParameters: parameters }),
    ...(isObject(templates) ? { responseTemplates: templates } : {}),
  };
}

/** `Headers: { X: "'v'" }` is `gatewayresponse.header.X`. */
function samParameters(parameters: JsonObject): JsonObject {
  const places = { Headers: "header", Paths: "path", QueryStrings: "querystring" } as const;
  return Object.fromEntries(
    Object.entries(places).flatMap(([key, place]) =>
      Object.entries(objectOf(parameters[key])).map(([name, value]) => [
        `gatewayresponse.${place}.${name}`,
        value,
      ]),
    ),
  );
}

/** `Auth.ResourcePolicy`; a part of it that is not read would leave the API open, and is an error. */
function addResourcePolicy(api: Resource, builder: DocumentBuilder, sink: DiagnosticSink): void {
  const policy = objectOf(objectOf(api.properties["Auth"])["ResourcePolicy"]);
  const at = api.place("Auth", "ResourcePolicy");
  const resource = "execute-api:/*";
  const everybody = {
    Effect: "Allow",
    Principal: "*",
    Action: "execute-api:Invoke",
    Resource: resource,
  };
  const denied = { ...everybody, Effect: "Deny" };
  const statements: unknown[] = [];
  for (const [key, value] of Object.entries(policy)) {
    const values = isList(value) ? value : [value];
    switch (key) {
      case "CustomStatements":
        statements.push(...values);
        break;
      case "IpRangeBlacklist":
        statements.push(everybody, {
          ...denied,
          Condition: { IpAddress: { "aws:SourceIp": values } },
        });
        break;
      case "IpRangeWhitelist":
        statements.push(everybody, {
          ...denied,
          Condition: { NotIpAddress: { "aws:SourceIp": values } },
        });
        break;
      case "AwsAccountWhitelist":
        statements.push({ ...everybody, Principal: { AWS: values } });
        break;
      case "AwsAccountBlacklist":
        statements.push(everybody, { ...denied, Principal: { AWS: values } });
        break;
      default: {
        const message = `${quote(key)} of a resource policy is not read here`;
        sink.error("GG026", api.place("Auth", "ResourcePolicy", key), message, {
          hint: "write it as CustomStatements",
        });
      }
    }
  }
  if (statements.length === 0) return;
  const document = { Version: "2012-10-17", Statement: statements };
  builder.setMissing(["x-amazon-apigateway-policy"], document, at);
}

/** `Cors` of a SAM API of REST: a mock that answers preflights, for each path. */
function addRestCors(api: Resource, builder: DocumentBuilder, sink: DiagnosticSink): void {
  const cors = api.properties["Cors"];
  if (cors === undefined) return;
  const at = api.place("Cors");
  const given = isObject(cors) ? cors : { AllowOrigin: cors };
  const origin = textOf(given["AllowOrigin"]);
  if (origin === undefined) {
    sink.error("GG026", at, `Cors needs an AllowOrigin in quotes, not ${describe(cors)}`);
    return;
  }
  const auth = objectOf(api.properties["Auth"]);
  const authorizer = textOf(auth["DefaultAuthorizer"]);
  const isGuarded =
    authorizer !== undefined && auth["AddDefaultAuthorizerToCorsPreflight"] !== false;
  for (const [path, item] of Object.entries(objectOf(builder.get("paths")))) {
    const own = Object.keys(objectOf(item)).filter((key) => methods.test(key));
    if (own.includes("options")) continue;
    const allowed = own.includes("x-amazon-apigateway-any-method")
      ? ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]
      : [...own.map((method) => method.toUpperCase()), "OPTIONS"].sort();
    const headers = preflightHeaders(given, origin, `'${allowed.join(",")}'`);
    builder.set(["paths", path, "options"], preflight(headers, "swagger" in builder.root), at);
    if (isGuarded) {
      builder.set(["paths", path, "options", "security"], [{ [authorizer]: [] }], at);
    }
  }
}

function preflightHeaders(cors: JsonObject, origin: string, allowed: string): JsonObject {
  const seconds = textOf(cors["MaxAge"]);
  const headers = textOf(cors["AllowHeaders"]);
  return {
    ...(cors["AllowCredentials"] === true ? { "Access-Control-Allow-Credentials": "'true'" } : {}),
    ...(headers === undefined ? {} : { "Access-Control-Allow-Headers": headers }),
    "Access-Control-Allow-Methods": textOf(cors["AllowMethods"]) ?? allowed,
    "Access-Control-Allow-Origin": origin,
    ...(seconds === undefined ? {} : { "Access-Control-Max-Age": seconds }),
  };
}

function preflight(headers: JsonObject, isOld: boolean): JsonObject {
  const declared = Object.keys(headers).map((name) => [
    name,
    isOld ? { type: "string" } : { schema: { type: "string" } },
  ]);
  return {
    summary: "CORS support",
    ...(isOld ? { consumes: ["application/json"], produces: ["application/json"] } : {}),
    responses: {
      "200": { description: "preflight", headers: Object.fromEntries(declared) as JsonObject },
    },
    "x-amazon-apigateway-integration": {
      type: "mock",
      requestTemplates: { "application/json": '{"statusCode": 200}' },
      responses: {
        default: {
          statusCode: "200",
          responseParameters: Object.fromEntries(
            Object.entries(headers).map(([name, value]) => [
              `method.response.header.${name}`,
              value,
            ]),
          ),
          responseTemplates: { "application/json": "{}\n" },
        },
      },
    },
  };
}

/** `CorsConfiguration` of HTTP APIs, of SAM and of CloudFormation. */
function addHttpCors(api: Resource, builder: DocumentBuilder): void {
  const cors = api.properties["CorsConfiguration"];
  if (cors === undefined || cors === false) return;
  const value = isObject(cors) ? lowerFirst(cors) : { allowOrigins: ["*"] };
  builder.setMissing(["x-amazon-apigateway-cors"], value, api.place("CorsConfiguration"));
}

/** Members with the names of the service's own API: `AllowOrigins` is `allowOrigins`. */
export function lowerFirst(value: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key.charAt(0).toLowerCase() + key.slice(1), item]),
  );
}

/** Adds the models of a SAM API. */
export function addModels(api: Resource, builder: DocumentBuilder): void {
  const path = "swagger" in builder.root ? ["definitions"] : ["components", "schemas"];
  for (const [name, schema] of Object.entries(objectOf(api.properties["Models"]))) {
    builder.setMissing([...path, name], schema, api.place("Models", name));
  }
}
