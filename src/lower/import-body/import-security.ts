import type { Authorizer } from "../../ir/authorizer.js";
import type { ApiKind } from "../../ir/gateway.js";
import type { Operation } from "../../ir/operation.js";
import type { JsonValue } from "../../ir/schema.js";
import { isList, isObject, setMember } from "../../json.js";
import type { LoadedDocument } from "../../load/document.js";

/** The scheme of operations that ask for an API key. */
export const apiKeyScheme = "api_key";

/** Members of an authorizer that each kind of API reads. */
const authorizerKeys: Readonly<Record<"rest" | "http", readonly string[]>> = {
  rest: [
    "type",
    "authorizerUri",
    "authorizerCredentials",
    "identitySource",
    "identityValidationExpression",
    "authorizerResultTtlInSeconds",
    "providerARNs",
  ],
  http: [
    "type",
    "authorizerUri",
    "authorizerCredentials",
    "identitySource",
    "authorizerResultTtlInSeconds",
    "jwtConfiguration",
    "authorizerPayloadFormatVersion",
    "enableSimpleResponses",
  ],
};

/** The security schemes of the body: one for each authorizer, and one for API keys where they are asked for. */
export function importSchemes(
  document: LoadedDocument,
  kind: ApiKind,
  authorizers: readonly Authorizer[],
  operations: readonly Operation[],
): Readonly<Record<string, JsonValue>> {
  const schemes: Record<string, JsonValue> = {};
  for (const authorizer of authorizers) {
    setMember(schemes, schemeName(authorizer.name), importScheme(document, kind, authorizer));
  }
  if (operations.some(({ apiKeyRequired }) => apiKeyRequired)) {
    schemes[apiKeyScheme] = { type: "apiKey", name: "x-api-key", in: "header" };
  }
  return schemes;
}

/** A scheme of the document may have the name of the one for API keys. */
function schemeName(name: string): string {
  return name === apiKeyScheme ? `${name}_authorizer` : name;
}

function importScheme(document: LoadedDocument, kind: ApiKind, authorizer: Authorizer): JsonValue {
  const given = document.node(authorizer.at);
  const known = authorizerKeys[kind === "http" ? "http" : "rest"];
  const members: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(isObject(given) ? given : {})) {
    if (!known.includes(key)) continue;
    members[key] = value as JsonValue;
  }
  members["type"] = authorizer.kind;
  if (authorizer.kind === "jwt") {
    const configuration = isObject(given) ? given["jwtConfiguration"] : undefined;
    // the settings' issuer is for this machine; the document's is AWS's
    members["jwtConfiguration"] = {
      issuer: authorizer.issuer,
      audience: authorizer.audience,
      ...(isObject(configuration) ? (configuration as Record<string, JsonValue>) : {}),
    };
    members["identitySource"] = authorizer.identitySources.join(",");
    return { type: "oauth2", flows: {}, "x-amazon-apigateway-authorizer": members };
  }
  const isToken = authorizer.kind !== "request";
  if (isToken) delete members["identitySource"];
  else if (isList(members["identitySource"]) || authorizer.identitySources.length > 0) {
    members["identitySource"] = authorizer.identitySources.join(", ");
  }
  if (authorizer.kind === "request" && kind === "http") {
    members["authorizerPayloadFormatVersion"] = authorizer.payloadFormat;
  }
  return {
    type: "apiKey",
    in: "header",
    name: isToken ? headerOf(authorizer) : "Unused",
    "x-amazon-apigateway-authtype":
      authorizer.authType ??
      (authorizer.kind === "cognito_user_pools" ? authorizer.kind : "custom"),
    "x-amazon-apigateway-authorizer": members,
  };
}

function headerOf({ identitySources: [source = ""] }: Authorizer): string {
  return /^method\.request\.header\.(.+)$/.exec(source)?.[1] ?? "Authorization";
}

/** What an operation asks of its callers, in the words of the import. */
export function importSecurity({
  authorization,
  apiKeyRequired,
}: Operation): Readonly<Record<string, JsonValue>> {
  const requirement: Record<string, JsonValue> = {};
  if (authorization.kind === "authorizer") {
    setMember(requirement, schemeName(authorization.authorizer), authorization.scopes);
  }
  if (apiKeyRequired) requirement[apiKeyScheme] = [];
  return {
    security: Object.keys(requirement).length === 0 ? [] : [requirement],
    ...(authorization.kind === "iam" ? { "x-amazon-apigateway-auth": { type: "AWS_IAM" } } : {}),
  };
}
