import type { Authorizer } from "../ir/authorizer.js";
import type { Api, Gateway } from "../ir/gateway.js";
import type { FunctionIntegration, HttpIntegration, MockIntegration } from "../ir/integration.js";
import type { UriTemplate } from "../ir/mapping.js";
import type { Operation, Parameter } from "../ir/operation.js";
import type { JsonValue } from "../ir/schema.js";
import type { OperationPlan } from "./plan.js";
import { isServed } from "./served.js";

/** One request of the generated contract test, and what is known of its answer from the spec alone. */
export type ContractCase = {
  readonly operation: string;
  readonly method: string;
  /** Path and query without the stage. */
  readonly target: string;
  /** Name, value, name, value. */
  readonly headers: readonly string[];
  readonly body: string | null;
  readonly expect: ContractExpectation;
};

export type ContractExpectation = {
  /** What stands behind the route: the test plays its part. */
  readonly calls: "function" | "http" | null;
  /** Status of the answer where the spec decides it. */
  readonly status: number | null;
  /** Parameters without which the validator refuses the call. */
  readonly required: readonly string[];
  /** Status for a caller who shows nothing; null: the route is open. */
  readonly anonymous: number | null;
};

/** One case for each operation. */
export function planContractCases(
  { api, deployment }: Gateway,
  operations: readonly OperationPlan[],
): readonly ContractCase[] {
  const variables = new Set(deployment.stages[0]?.variables.map(({ name }) => name));
  return operations
    .filter((plan) => isReached(plan, operations))
    .map(({ name, operation }) => {
      const identity = sampleIdentity(authorizerOf(operation, api));
      const query = [sampleQuery(operation), identity.query]
        .filter((part) => part !== "")
        .join("&");
      const protection = protectionOf(operation, api);
      const answer = protection.refused ?? expectation(operation, variables);
      // a caller who leaves parameters out must be let in all the same
      const required = protection.anonymous === null ? answer.required : [];
      return {
        operation: name,
        method: operation.method === "ANY" ? "POST" : operation.method,
        target: samplePath(operation) + (query === "" ? "" : `?${query}`),
        headers: [...sampleHeaders(operation), ...identity.headers],
        body: sampleBody(operation),
        expect: { ...answer, required, anonymous: protection.anonymous },
      };
    });
}

/** A default route is left nothing by a greedy one at the root that takes every method. */
function isReached({ operation }: OperationPlan, operations: readonly OperationPlan[]): boolean {
  if (operation.routeKey !== "$default") return true;
  return !operations.some(({ operation: { path } }) => /^\/\{[^/]+\+\}$/.test(path));
}

type Answer = Omit<ContractExpectation, "anonymous">;

interface Protection {
  /** What a caller with a sample of everything gets; undefined: what lies behind the protection. */
  readonly refused: Answer | undefined;
  readonly anonymous: number | null;
}

/** The test plays authorizer functions, which let everybody in; it knows no keys, tokens or signatures. */
function protectionOf(operation: Operation, api: Api): Protection {
  const { authorization, apiKeyRequired } = operation;
  const refused = (status: number | null): Answer => ({ calls: null, status, required: [] });
  if (api.policy !== undefined) return { refused: refused(null), anonymous: null };
  if (authorization.kind === "iam") return { refused: refused(403), anonymous: 403 };
  const authorizer = authorizerOf(operation, api);
  if (authorizer === undefined) {
    return apiKeyRequired
      ? { refused: refused(403), anonymous: 403 }
      : { refused: undefined, anonymous: null };
  }
  if (authorizer.kind !== "token" && authorizer.kind !== "request") {
    return { refused: refused(401), anonymous: 401 };
  }
  const isReadable = authorizer.identity.every(({ kind }) => /^(?:header|queryString)$/.test(kind));
  const hasPattern = authorizer.identityValidationExpression !== undefined;
  const anonymous = authorizer.identity.length > 0 && isReadable ? 401 : null;
  if (hasPattern || !isReadable) return { refused: refused(null), anonymous };
  return { refused: apiKeyRequired ? refused(403) : undefined, anonymous };
}

export function authorizerOf({ authorization }: Operation, api: Api): Authorizer | undefined {
  if (authorization.kind !== "authorizer") return undefined;
  return api.authorizers.find(({ name }) => name === authorization.authorizer);
}

/** A sample of every identity source that a client sends. */
function sampleIdentity(authorizer: Authorizer | undefined): {
  readonly headers: readonly string[];
  readonly query: string;
} {
  const sources =
    authorizer?.kind === "token" || authorizer?.kind === "request" ? authorizer.identity : [];
  return {
    headers: sources.flatMap(({ kind, name }) => (kind === "header" ? [name, "sample"] : [])),
    query: sources
      .flatMap(({ kind, name }) =>
        kind === "queryString" ? [`${encodeURIComponent(name)}=sample`] : [],
      )
      .join("&"),
  };
}

function expectation(operation: Operation, variables: ReadonlySet<string>): Answer {
  const { integration } = operation;
  const required = requiredNames(operation);
  if (!isServed(integration)) return { calls: null, status: 501, required };
  if (mayRefuseBody(operation)) return { calls: null, status: null, required };
  switch (integration.kind) {
    case "mock":
      return { calls: null, status: mockStatus(integration), required };
    case "http":
      if (!isResolved(integration.uri, variables)) return { calls: null, status: null, required };
      return { calls: "http", status: proxied(integration), required };
    case "private":
      // without an upstream in the settings nobody is called
      return { calls: null, status: null, required };
    case "function":
      return { calls: "function", status: proxied(integration), required };
    case "service":
      return { calls: "http", status: null, required };
    case "subtype":
      // a sample request may lack what a required parameter reads
      return { calls: null, status: null, required };
    case "none":
      return { calls: null, status: 501, required };
  }
}

/** What a proxy makes of the 200 of its backend; null: that is mapped. */
function proxied({ proxy, changes }: HttpIntegration | FunctionIntegration): number | null {
  if (!proxy) return null;
  const change = changes.responses
    .find(({ status }) => status === 200)
    ?.changes.findLast(({ to }) => to === "status");
  return change === undefined ? 200 : null;
}

/** Whether the stage sets every variable; without one the endpoint's address may be broken. */
function isResolved(uri: UriTemplate, variables: ReadonlySet<string>): boolean {
  return uri.every((part) => part.kind !== "stageVariable" || variables.has(part.name));
}

function requiredNames({ validator, parameters }: Operation): readonly string[] {
  if (validator?.validateParameters !== true) return [];
  const of = (place: Parameter["in"]): readonly string[] =>
    parameters
      .filter(({ in: where, required }) => where === place && required)
      .map(({ name }) => name);
  return [...of("header"), ...of("query")];
}

/** Without an example in the document, a body that fits the model cannot be told from the spec alone. */
function mayRefuseBody({ validator, body }: Operation): boolean {
  if (validator?.validateBody !== true || body === undefined) return false;
  return body.content.some(({ model }) => model !== undefined);
}

function mockStatus({ requestTemplates, responses }: MockIntegration): number | null {
  const template = requestTemplates.find(({ mediaType }) => mediaType === "application/json");
  const isFixed = template?.nodes?.every((node) => node.kind === "text") === true;
  const text = isFixed ? template.text : "";
  const status = /^\s*\{\s*"?statusCode"?\s*:\s*(\d{3})\s*\}\s*$/.exec(text)?.[1];
  if (status === undefined) return null;
  const chosen =
    responses.find(({ pattern }) => pattern === status) ??
    (responses.some(({ pattern }) => pattern !== undefined && !/^\d{3}$/.test(pattern))
      ? undefined
      : responses.find(({ pattern }) => pattern === undefined));
  return chosen?.statusCode ?? null;
}

function samplePath({ path, parameters, routeKey }: Operation): string {
  if (routeKey === "$default") return "/what/no/other/route/takes";
  return path.replace(/\{([^}]+?)\+?\}/g, (_hole, name: string) => {
    const parameter = parameters.find((item) => item.in === "path" && item.name === name);
    return encodeURIComponent(parameter === undefined ? "sample" : sampleText(parameter));
  });
}

function sampleQuery({ parameters }: Operation): string {
  return parameters
    .filter((parameter) => parameter.in === "query" && parameter.required)
    .map(
      (parameter) =>
        `${encodeURIComponent(parameter.name)}=${encodeURIComponent(sampleText(parameter))}`,
    )
    .join("&");
}

function sampleHeaders({ parameters, body }: Operation): readonly string[] {
  const mediaType = body?.content[0]?.mediaType;
  const contentType = mediaType === undefined ? [] : ["content-type", mediaType];
  const required = parameters
    .filter((parameter) => parameter.in === "header" && parameter.required)
    .filter(({ name }) => /^[A-Za-z0-9-]+$/.test(name) && name.toLowerCase() !== "content-type")
    .flatMap((parameter) => [parameter.name, sampleText(parameter)]);
  return ["host", "localhost", ...contentType, ...required];
}

/** A value for a parameter. */
export function sampleText({ schema: { shape } }: Parameter): string {
  const first: JsonValue | undefined = shape.kind === "enum" ? shape.values[0] : undefined;
  if (typeof first === "string" && /^[\x21-\x7e]+$/.test(first)) return first;
  if (typeof first === "number" || shape.kind === "number") return String(first ?? 1);
  return shape.kind === "boolean" ? "true" : "sample";
}

/** A request body; null: none is sent. */
export function sampleBody({ method, body }: Operation): string | null {
  if (method === "GET" || method === "HEAD" || body === undefined) return null;
  return body.content[0]?.example ?? "{}";
}
