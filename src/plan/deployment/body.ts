import { createHash } from "node:crypto";
import type { Operation } from "../../ir/operation.js";
import type { JsonValue } from "../../ir/schema.js";
import type { AwsManifest } from "../../ir/manifest.js";
import type { AwsParts } from "./aws.js";
import { roleKey, templateText } from "./aws-texts.js";
import { ReferenceText, type ReferenceValue } from "./reference-text.js";

/** The body of an API with its references. */
export interface PlannedBody {
  readonly value: { readonly [key: string]: ReferenceValue };
  /** The first ten digits of a hash of what it says: it changes when, and only when, a deployment is due. */
  readonly hash: string;
}

const integrationKey = "x-amazon-apigateway-integration";
const authorizerKey = "x-amazon-apigateway-authorizer";

/**
 * Puts references in the place of what the document names by ARN: functions, roles, VPC links. All other
 * texts stay as they are, so that no template language is touched.
 */
export function planBody(parts: AwsParts, body: NonNullable<AwsManifest["body"]>): PlannedBody {
  const operations = operationsByPlace(parts);
  const paths: Record<string, ReferenceValue> = {};
  for (const [path, item] of entries(body["paths"])) {
    const planned: Record<string, ReferenceValue> = {};
    for (const [key, operation] of entries(item)) {
      planned[key] = planOperation(parts, operation, operations.get(`${key} ${path}`));
    }
    define(paths, path, planned);
  }
  const components = body["components"];
  const value: { readonly [key: string]: ReferenceValue } = {
    ...body,
    ...planTitle(parts, body["info"]),
    paths,
    ...(isObject(components) ? { components: planComponents(parts, components) } : {}),
    ...(body["x-amazon-apigateway-policy"] === undefined
      ? {}
      : { "x-amazon-apigateway-policy": planPolicy(parts, body["x-amazon-apigateway-policy"]) }),
  };
  const hash = createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 10);
  return { value, hash };
}

type Json = { readonly [key: string]: JsonValue };

/** An HTTP API takes its name from the title; the one that its deployments have in common would name all of them. */
function planTitle(
  { gateway }: AwsParts,
  info: JsonValue | undefined,
): { readonly [key: string]: ReferenceValue } {
  if (gateway.api.kind !== "http" || !isObject(info)) return {};
  return { info: { ...info, title: new ReferenceText([{ kind: "apiName" }]) } };
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function entries(value: unknown): readonly (readonly [string, JsonValue])[] {
  return isObject(value) ? Object.entries(value) : [];
}

function define(target: Record<string, ReferenceValue>, key: string, value: ReferenceValue): void {
  Object.defineProperty(target, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

function operationsByPlace({ gateway }: AwsParts): ReadonlyMap<string, Operation> {
  return new Map(
    gateway.api.operations.map((operation) => {
      const { method, path, routeKey } = operation;
      const key = method === "ANY" ? "x-amazon-apigateway-any-method" : method.toLowerCase();
      return [`${key} ${routeKey === "$default" ? "/$default" : path}`, operation];
    }),
  );
}

function planOperation(
  parts: AwsParts,
  given: JsonValue,
  operation: Operation | undefined,
): ReferenceValue {
  if (!isObject(given) || operation === undefined) return given;
  const integration = given[integrationKey];
  if (!isObject(integration)) return given;
  return { ...given, [integrationKey]: planIntegration(parts, integration, operation) };
}

function planIntegration(parts: AwsParts, given: Json, operation: Operation): ReferenceValue {
  const { integration } = operation;
  const planned: Record<string, ReferenceValue> = { ...given };
  const { uri, credentials, connectionId } = given;
  if (typeof uri === "string") {
    planned["uri"] =
      integration.kind === "function"
        ? functionUri(uri, parts.functionOf(integration.function, { operation }).arn)
        : parts.arn(uri);
  }
  if (typeof credentials === "string") {
    const service =
      integration.kind === "function"
        ? "lambda"
        : integration.kind === "service"
          ? integration.service
          : integration.kind === "subtype"
            ? subtypeService(integration.subtype)
            : "";
    planned["credentials"] = roleText(parts, credentials, service);
  }
  if (typeof connectionId === "string") planned["connectionId"] = linkText(parts, connectionId);
  if (integration.kind === "subtype" && isObject(given["requestParameters"])) {
    planned["requestParameters"] = Object.fromEntries(
      Object.entries(given["requestParameters"]).map(([name, text]) => [
        name,
        typeof text === "string" && text.startsWith("arn:") ? parts.arn(text) : text,
      ]),
    );
  }
  return planned;
}

/** Services by the names that IAM has for them. */
function subtypeService(subtype: string): string {
  const [head = ""] = subtype.split("-");
  const names: Readonly<Record<string, string>> = {
    EventBridge: "events",
    StepFunctions: "states",
  };
  return names[head] ?? head.toLowerCase();
}

/** The URI that invokes a function; another ARN stands in its place, the rest stays. */
export function functionUri(uri: string, arn: ReferenceText): ReferenceText {
  const match =
    /^arn:[^:]*:apigateway:[^:]*:lambda:path\/+(\d{4}-\d\d-\d\d)\/functions\/.+?\/((?:response-streaming-)?invocations)\/?$/.exec(
      uri,
    );
  const [date, end] = match === null ? ["2015-03-31", "invocations"] : [match[1], match[2]];
  return new ReferenceText([
    "arn:",
    { kind: "pseudo", name: "Partition" },
    ":apigateway:",
    { kind: "pseudo", name: "Region" },
    `:lambda:path/${date ?? ""}/functions/`,
    ...arn.parts,
    `/${end ?? ""}`,
  ]);
}

/** A role that the manifest makes stands in the place of the one that the document names. */
export function roleText(parts: AwsParts, credentials: string, service: string): ReferenceText {
  const role = parts.roles.get(roleKey(credentials, service));
  return role === undefined
    ? parts.arn(credentials)
    : new ReferenceText([{ kind: "role", id: role.id }]);
}

export function linkText(parts: AwsParts, connectionId: string): ReferenceText {
  const link = parts.vpcLinks.get(connectionId);
  return link === undefined
    ? parts.text(connectionId)
    : new ReferenceText([{ kind: "vpcLink", id: link.id }]);
}

function planComponents(parts: AwsParts, components: Json): ReferenceValue {
  const schemes: Record<string, ReferenceValue> = {};
  for (const [name, scheme] of entries(components["securitySchemes"])) {
    define(schemes, name, planScheme(parts, name, scheme));
  }
  return {
    ...components,
    ...(Object.keys(schemes).length === 0 ? {} : { securitySchemes: schemes }),
  };
}

function planScheme(parts: AwsParts, name: string, scheme: JsonValue): ReferenceValue {
  const given = isObject(scheme) ? scheme[authorizerKey] : undefined;
  if (!isObject(scheme) || !isObject(given)) return scheme;
  const planned: Record<string, ReferenceValue> = { ...given };
  const authorizer = parts.gateway.api.authorizers.find(
    (one) => one.name === name || `${one.name}_authorizer` === name,
  );
  if (authorizer?.kind === "token" || authorizer?.kind === "request") {
    const { arn } = parts.functionOf(authorizer.function, { authorizer: authorizer.name });
    planned["authorizerUri"] = functionUri(authorizer.authorizerUri, arn);
    if (authorizer.authorizerCredentials !== undefined) {
      planned["authorizerCredentials"] = roleText(
        parts,
        authorizer.authorizerCredentials,
        "lambda",
      );
    }
  }
  if (authorizer?.kind === "cognito_user_pools") {
    planned["providerARNs"] = authorizer.pools.map((pool) => parts.arn(templateText(pool)));
  }
  if (authorizer?.kind === "jwt" && isObject(given["jwtConfiguration"])) {
    const { issuer } = given["jwtConfiguration"];
    planned["jwtConfiguration"] = {
      ...given["jwtConfiguration"],
      ...(typeof issuer === "string" ? { issuer: parts.text(issuer) } : {}),
    };
  }
  return { ...scheme, [authorizerKey]: planned };
}

/** Resources and principals of a policy may be placeholders; a variable of IAM stays. */
function planPolicy(parts: AwsParts, policy: JsonValue): ReferenceValue {
  if (typeof policy === "string") {
    return /\$\{(?!aws:)[^{}]+\}/i.test(policy) && !/\$\{[a-z-]+:[A-Z]/.test(policy)
      ? parts.text(policy)
      : policy;
  }
  if (Array.isArray(policy)) return policy.map((item: JsonValue) => planPolicy(parts, item));
  if (!isObject(policy)) return policy;
  return Object.fromEntries(
    Object.entries(policy).map(([key, value]) => [key, planPolicy(parts, value)]),
  );
}
