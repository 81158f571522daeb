import type { Authorizer, IdentitySource } from "../ir/authorizer.js";
import type { JsonObject } from "../json.js";
import { isList, isObject, member, quote, textOf } from "../json.js";
import { parseIdentitySource } from "../language/identity-source.js";
import { placeholderNames } from "../language/placeholder.js";
import { parseSelectionPattern } from "../language/selection-pattern.js";
import { parseFunctionUri, parseUriTemplate, stageVariablesOf } from "../language/uri-template.js";
import type { Lowering } from "./lowering.js";
import type { Members } from "./members.js";
import { payloadFormat } from "./payload-format.js";

const authorizerKey = "x-amazon-apigateway-authorizer";

const knownTypes = ["token", "request", "cognito_user_pools", "jwt"] as const;

/**
 * Reads the `x-amazon-apigateway-authorizer` of a security scheme. Every problem is an error: an authorizer
 * that cannot be read must not leave its routes open. Problems: GG310 to GG315.
 */
export function lowerAuthorizer(
  context: Lowering,
  name: string,
  scheme: Members,
): Authorizer | undefined {
  const object = scheme.object(authorizerKey);
  if (!object) return undefined;
  const type = object.text("type")?.toLowerCase();
  const kind = knownTypes.find((known) => known === type);
  if (kind === undefined) {
    const message = `${quote(type ?? "")} is not a type of authorizer: ${knownTypes.join(", ")}`;
    context.sink.error("GG310", object.has("type") ? object.place("type") : object.at, message);
    return undefined;
  }
  if (!isKindOfApi(kind, context.kind)) {
    const message = `a ${kind} authorizer does not exist in ${context.kind === "rest" ? "REST" : "HTTP"} APIs`;
    context.sink.error("GG311", object.place("type"), message);
  }
  const authType = scheme.text("x-amazon-apigateway-authtype");
  switch (kind) {
    case "token":
    case "request":
      return lowerFunction(context, kind, name, scheme, object, authType);
    case "cognito_user_pools":
      return lowerCognito(context, name, scheme, object, authType);
    case "jwt":
      return lowerJwt(context, name, scheme, object, authType);
  }
}

function isKindOfApi(kind: Authorizer["kind"], api: Lowering["kind"]): boolean {
  if (kind === "request") return true;
  return (kind === "jwt") === (api === "http");
}

function lowerFunction(
  context: Lowering,
  kind: "token" | "request",
  name: string,
  scheme: Members,
  object: Members,
  authType: string | undefined,
): Authorizer | undefined {
  const authorizerUri = object.text("authorizerUri");
  if (authorizerUri === undefined) {
    context.sink.error("GG312", object.at, `the authorizer ${quote(name)} has no authorizerUri`);
    return undefined;
  }
  const uri = parseFunctionUri(authorizerUri);
  if (!uri) {
    const message = `${quote(authorizerUri)} is not the invocation ARN of a function`;
    context.sink.error("GG312", object.place("authorizerUri"), message);
    return undefined;
  }
  for (const variable of stageVariablesOf(uri.function)) {
    context.needs.stageVariable(variable, object.place("authorizerUri"));
  }
  const ttlSeconds = chosenTtl(context, name) ?? lowerTtl(context, object);
  const identitySources = kind === "token" ? schemeSource(context, scheme) : lowerSources(object);
  if (
    kind === "request" &&
    context.kind === "rest" &&
    identitySources.length === 0 &&
    ttlSeconds !== 0
  ) {
    const message = `the authorizer ${quote(name)} needs an identitySource, unless its results are not cached`;
    context.sink.error("GG313", object.at, message, {
      hint: "set identitySource, or authorizerResultTtlInSeconds: 0",
    });
  }
  return {
    at: object.at,
    kind,
    name,
    authType,
    authorizerUri,
    function: uri.function,
    authorizerCredentials: object.text("authorizerCredentials"),
    identitySources,
    identity: readSources(context, object, identitySources),
    identityValidationExpression: lowerExpression(context, object),
    ttlSeconds,
    payloadFormat: payloadFormat(object, "authorizerPayloadFormatVersion"),
    simpleResponses: object.flag("enableSimpleResponses") ?? false,
  };
}

function lowerCognito(
  context: Lowering,
  name: string,
  scheme: Members,
  object: Members,
  authType: string | undefined,
): Authorizer | undefined {
  const providerArns = object.texts("providerARNs") ?? [];
  if (providerArns.length === 0) {
    context.sink.error("GG312", object.at, `the authorizer ${quote(name)} has no providerARNs`);
    return undefined;
  }
  const runtime = authorizerSettings(context, name);
  return {
    at: object.at,
    kind: "cognito_user_pools",
    name,
    authType,
    providerArns,
    pools: providerArns.map((arn) => parseUriTemplate(arn)),
    identitySources: schemeSource(context, scheme),
    header: scheme.text("name") ?? "Authorization",
    issuer: textOf(runtime["issuer"]),
    jwksUri: isObject(runtime["jwks"]) ? textOf(runtime["jwks"]["uri"]) : undefined,
    identityValidationExpression: lowerExpression(context, object),
    ttlSeconds: lowerTtl(context, object),
  };
}

function lowerJwt(
  context: Lowering,
  name: string,
  scheme: Members,
  object: Members,
  authType: string | undefined,
): Authorizer | undefined {
  const configuration = object.object("jwtConfiguration");
  const discovery = scheme
    .text("openIdConnectUrl")
    ?.replace(/\/\.well-known\/openid-configuration$/, "");
  const runtime = authorizerSettings(context, name);
  const issuer = textOf(runtime["issuer"]) ?? configuration?.text("issuer") ?? discovery;
  const audience = texts(runtime["audience"]) ?? configuration?.texts("audience") ?? [];
  if (issuer === undefined || audience.length === 0) {
    const missing = issuer === undefined ? "issuer" : "audience";
    const message = `the authorizer ${quote(name)} has no ${missing} in its jwtConfiguration`;
    context.sink.error("GG312", object.at, message);
    return undefined;
  }
  const written = lowerSources(object);
  const sources = written.length > 0 ? written : ["$request.header.Authorization"];
  return {
    at: object.at,
    kind: "jwt",
    name,
    authType,
    issuer,
    jwksUri: isObject(runtime["jwks"]) ? textOf(runtime["jwks"]["uri"]) : undefined,
    audience,
    identitySources: sources,
    identity: readSources(context, object, sources),
  };
}

/** A source that cannot be read would leave a caller unidentified: an error. */
function readSources(
  context: Lowering,
  object: Members,
  sources: readonly string[],
): readonly IdentitySource[] {
  const kind = context.kind === "http" ? "http" : "rest";
  return sources.flatMap((text) => {
    const source = parseIdentitySource(text, kind);
    if (source === undefined) {
      const message = `${quote(text)} is not an identity source`;
      const example = kind === "rest" ? "method.request.header.NAME" : "$request.header.NAME";
      context.sink.error("GG313", object.place("identitySource"), message, {
        hint: `write ${example}, or querystring, stageVariables, context in its place`,
      });
      return [];
    }
    if (source.kind === "stageVariable") {
      context.needs.stageVariable(source.name, object.place("identitySource"));
    }
    return [source];
  });
}

/** What the settings say about the authorizer of this name. */
function authorizerSettings({ document }: Lowering, name: string): JsonObject {
  const authorizers = document.settings.value["authorizers"];
  const own = isObject(authorizers) ? member(authorizers, name) : undefined;
  return isObject(own) ? own : {};
}

function texts(value: unknown): readonly string[] | undefined {
  if (!isList(value)) return undefined;
  return value.filter((item): item is string => typeof item === "string");
}

/** Token and Cognito authorizers read the header that the scheme names, whatever `identitySource` says. */
function schemeSource(context: Lowering, scheme: Members): readonly string[] {
  const header = scheme.text("name");
  if (header !== undefined && scheme.text("in")?.toLowerCase() === "header") {
    return [`method.request.header.${header}`];
  }
  context.sink.error(
    "GG313",
    scheme.at,
    "the scheme of this authorizer must name a header (in: header)",
  );
  return [];
}

/** Text with commas; serverless tools write a list. */
function lowerSources(object: Members): readonly string[] {
  const key = "identitySource";
  if (isList(object.value[key])) return object.texts(key) ?? [];
  return (object.text(key) ?? "")
    .split(",")
    .map((source) => source.trim())
    .filter((source) => source !== "");
}

function lowerTtl(context: Lowering, object: Members): number | undefined {
  const key = "authorizerResultTtlInSeconds";
  const ttl = object.number(key);
  if (ttl === undefined || (Number.isInteger(ttl) && ttl >= 0 && ttl <= 3600)) return ttl;
  context.sink.error("GG314", object.place(key), `a cache time of ${ttl} s is outside 0 to 3600`);
  return undefined;
}

/** The settings may choose another time than the document. */
function chosenTtl(context: Lowering, name: string): number | undefined {
  const chosen = authorizerSettings(context, name)["cacheTtlInSeconds"];
  return typeof chosen === "number" ? chosen : undefined;
}

function lowerExpression(context: Lowering, object: Members): string | undefined {
  const key = "identityValidationExpression";
  const text = object.text(key);
  if (text === undefined || text === "") return undefined;
  const [open] = placeholderNames(text);
  if (open !== undefined) {
    const message = `the expression needs a value for the placeholder ${quote(open)}`;
    context.sink.error("GG315", object.place(key), message, {
      hint: `set parameters: { ${quote(open)}: ... } in the settings`,
    });
    return undefined;
  }
  const pattern = parseSelectionPattern(text);
  if (pattern.problem === undefined) return pattern.source;
  context.sink.error(
    "GG315",
    object.place(key),
    `the expression ${quote(text)} ${pattern.problem}`,
  );
  return undefined;
}
