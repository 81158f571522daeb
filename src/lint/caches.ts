import type { Authorizer, IdentitySource } from "../ir/authorizer.js";
import type { MethodSettings, Stage } from "../ir/deployment.js";
import type { ApiKind, Gateway } from "../ir/gateway.js";
import type { MappingExpression } from "../ir/mapping.js";
import type { Operation } from "../ir/operation.js";
import { quote } from "../json.js";
import type { LintCheck, LintFinding } from "./finding.js";

/** What is kept for one caller and may be given to another. */
export const checkCaches: LintCheck = ({ gateway }) => {
  const { api, deployment } = gateway;
  return [
    ...api.authorizers.flatMap((authorizer) => sharedResult(authorizer, api.kind)),
    ...deployment.stages.flatMap((stage) =>
      stage.cache === undefined
        ? []
        : api.operations.flatMap((operation) => sharedAnswer(operation, stage, gateway)),
    ),
  ];
};

/** Context variables that differ from caller to caller. */
const callerContext = /^(?:identity\.|requestId|extendedRequestId)/i;

function tellsCallersApart(source: IdentitySource): boolean {
  switch (source.kind) {
    case "header":
    case "queryString":
      return true;
    case "stageVariable":
      return false;
    case "context":
      return callerContext.test(source.name);
  }
}

function sharedResult(authorizer: Authorizer, kind: ApiKind): readonly LintFinding[] {
  if (authorizer.kind !== "request" || authorizer.identity.length === 0) return [];
  const ttl = authorizer.ttlSeconds ?? (kind === "rest" ? 300 : 0);
  if (ttl === 0 || authorizer.identity.some(tellsCallersApart)) return [];
  const sources = authorizer.identitySources.join(", ");
  const message = `the authorizer ${quote(authorizer.name)} keeps its result for ${ttl} s by ${sources}, which is the same for all callers`;
  const hint =
    "add what tells callers apart, such as the Authorization header, or set the time to 0";
  return [{ rule: "shared-authorizer-result", at: authorizer.at, message, hint }];
}

function sharedAnswer(
  operation: Operation,
  stage: Stage,
  { api }: Gateway,
): readonly LintFinding[] {
  const { authorization, integration, method, path, at } = operation;
  if (authorization.kind === "none" || integration.kind === "none") return [];
  if (!isCached(operation, stage)) return [];
  const keys = integration.cacheKeys ?? [];
  if (keys.some((key) => isCallerKey(key, identityOf(operation, api.authorizers)))) return [];
  const message = `${method} ${path} is protected and cached in the stage ${quote(stage.name)} by keys that do not name the caller: one caller may get another's answer`;
  const hint = "add the header that names the caller to cacheKeyParameters, or do not cache it";
  return [{ rule: "shared-cached-answer", at, message, hint }];
}

/** GET alone is cached by the settings of a stage; other methods by settings of their own. */
function isCached({ method, path }: Operation, { methods, methodDefaults }: Stage): boolean {
  const setting = methods.find(
    ({ method: address }) => address?.method === method && address.path === path,
  );
  const caching = (settings: MethodSettings | undefined): boolean | undefined =>
    settings?.cachingEnabled;
  if (method !== "GET") return caching(setting) === true;
  return caching(setting) ?? caching(methodDefaults) ?? true;
}

/** Lower-case names of headers and query parameters that name the caller. */
function identityOf(
  { authorization }: Operation,
  authorizers: readonly Authorizer[],
): ReadonlySet<string> {
  const names = ["authorization"];
  if (authorization.kind === "authorizer") {
    const found = authorizers.find(({ name }) => name === authorization.authorizer);
    if (found?.kind === "cognito_user_pools") names.push(found.header);
    else for (const source of found?.identity ?? []) names.push(source.name);
  }
  return new Set(names.map((name) => name.toLowerCase()));
}

function isCallerKey(key: MappingExpression, identity: ReadonlySet<string>): boolean {
  return (
    (key.kind === "header" || key.kind === "queryString") && identity.has(key.name.toLowerCase())
  );
}
