import type { DiagnosticSink } from "../../diagnostics.js";
import type { JsonObject } from "../../json.js";
import { describe, isList, isObject, quote } from "../../json.js";
import type { Pointer } from "../../pointer.js";
import type { DocumentBuilder } from "./document-builder.js";
import { invocationUri, objectOf, textOf } from "./function-uri.js";
import type { Resource } from "./template.js";

/** A security scheme as OpenAPI with the extensions of the service has it. */
type Scheme = JsonObject;

/** Names that SAM gives to what is no authorizer of the template's. */
export const iamScheme = "AWS_IAM";
export const keyScheme = "api_key";

/** Where a document has its security schemes. */
export function schemesPath(document: JsonObject): readonly string[] {
  return "swagger" in document ? ["securityDefinitions"] : ["components", "securitySchemes"];
}

/**
 * Adds the authorizers of a SAM API (`Auth.Authorizers`) to its document. An authorizer that cannot be read
 * is an error: its routes would be open.
 */
export function addSamAuthorizers(
  api: Resource,
  builder: DocumentBuilder,
  sink: DiagnosticSink,
): boolean {
  const authorizers = objectOf(objectOf(api.properties["Auth"])["Authorizers"]);
  const isHttp = api.type === "AWS::Serverless::HttpApi";
  let isRight = true;
  for (const [name, value] of Object.entries(authorizers)) {
    const at = api.place("Auth", "Authorizers", name);
    const scheme = isObject(value) ? (isHttp ? httpScheme(value) : restScheme(value)) : undefined;
    if (scheme === undefined) {
      const message = `the authorizer ${quote(name)} cannot be read: ${describe(value)} has none of UserPoolArn, FunctionArn, JwtConfiguration`;
      sink.error("GG026", at, message);
      isRight = false;
    } else addScheme(name, scheme, at, builder);
  }
  return isRight;
}

export function addIamScheme(builder: DocumentBuilder, at: Pointer): void {
  const scheme = {
    type: "apiKey",
    name: "Authorization",
    in: "header",
    "x-amazon-apigateway-authtype": "awsSigv4",
  };
  addScheme(iamScheme, scheme, at, builder);
}

export function addKeyScheme(builder: DocumentBuilder, at: Pointer): void {
  addScheme(keyScheme, { type: "apiKey", name: "x-api-key", in: "header" }, at, builder);
}

function addScheme(name: string, scheme: Scheme, at: Pointer, builder: DocumentBuilder): void {
  builder.setMissing([...schemesPath(builder.root), name], scheme, at);
}

function restScheme(value: JsonObject): Scheme | undefined {
  const identity = objectOf(value["Identity"]);
  const expression = textOf(identity["ValidationExpression"]);
  const validation = expression === undefined ? {} : { identityValidationExpression: expression };
  const name = textOf(identity["Header"]) ?? "Authorization";
  const pools = value["UserPoolArn"];
  if (pools !== undefined) {
    return {
      type: "apiKey",
      name,
      in: "header",
      "x-amazon-apigateway-authtype": "cognito_user_pools",
      "x-amazon-apigateway-authorizer": {
        type: "cognito_user_pools",
        providerARNs: isList(pools) ? pools : [pools],
        ...validation,
      },
    };
  }
  const arn = textOf(value["FunctionArn"]);
  if (arn === undefined) return undefined;
  const isRequest = textOf(value["FunctionPayloadType"])?.toUpperCase() === "REQUEST";
  const sources = identitySources(identity, "method.request.");
  return {
    type: "apiKey",
    name: isRequest ? "Unused" : name,
    in: "header",
    "x-amazon-apigateway-authtype": "custom",
    "x-amazon-apigateway-authorizer": {
      type: isRequest ? "request" : "token",
      ...lambdaAuthorizer(value, arn),
      ...(isRequest && sources.length > 0 ? { identitySource: sources.join(", ") } : {}),
      ...(isRequest ? {} : validation),
    },
  };
}

function httpScheme(value: JsonObject): Scheme | undefined {
  const jwt = value["JwtConfiguration"];
  if (isObject(jwt)) {
    return {
      type: "oauth2",
      "x-amazon-apigateway-authorizer": {
        type: "jwt",
        identitySource: textOf(value["IdentitySource"]) ?? "$request.header.Authorization",
        jwtConfiguration: {
          issuer: jwt["issuer"] ?? jwt["Issuer"],
          audience: listOf(jwt["audience"] ?? jwt["Audience"]),
        },
      },
    };
  }
  const arn = textOf(value["FunctionArn"]);
  if (arn === undefined) return undefined;
  const sources = identitySources(objectOf(value["Identity"]), "$request.");
  return {
    type: "apiKey",
    name: "Unused",
    in: "header",
    "x-amazon-apigateway-authorizer": {
      type: "request",
      ...lambdaAuthorizer(value, arn),
      authorizerPayloadFormatVersion: textOf(value["AuthorizerPayloadFormatVersion"]) ?? "2.0",
      ...(value["EnableSimpleResponses"] === true ? { enableSimpleResponses: true } : {}),
      ...(sources.length > 0 ? { identitySource: sources } : {}),
    },
  };
}

function lambdaAuthorizer(value: JsonObject, arn: string): JsonObject {
  const seconds = objectOf(value["Identity"])["ReauthorizeEvery"];
  const role = textOf(value["FunctionInvokeRole"]);
  return {
    authorizerUri: invocationUri(arn),
    ...(seconds === undefined ? {} : { authorizerResultTtlInSeconds: Number(seconds) }),
    ...(role === undefined || role === "NONE" ? {} : { authorizerCredentials: role }),
  };
}

/** Where an authorizer finds who calls; the prefix is `method.request.` or `$request.`. */
function identitySources(identity: JsonObject, prefix: string): readonly string[] {
  const isHttp = prefix.startsWith("$");
  const of = (key: string, start: string): readonly string[] =>
    listOf(identity[key]).map((name) => `${start}${String(name)}`);
  return [
    ...of("Headers", `${prefix}header.`),
    ...of("QueryStrings", `${prefix}querystring.`),
    ...of("StageVariables", isHttp ? "$stageVariables." : "stageVariables."),
    ...of("Context", isHttp ? "$context." : "context."),
  ];
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return isList(value) ? value : [value];
}
