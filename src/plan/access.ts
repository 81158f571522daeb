import type {
  Authorizer,
  CognitoAuthorizer,
  FunctionAuthorizer,
  IdentitySource,
  JwtAuthorizer,
} from "../ir/authorizer.js";
import type { Principal, Secret, UsagePlan } from "../ir/deployment.js";
import type { Gateway } from "../ir/gateway.js";
import type {
  AccessTable,
  AuthorizerTable,
  IdentitySource as IdentitySourceTable,
  PolicyDocument,
  PrincipalTable,
  SecretReference,
  UsagePlanTable,
} from "../runtime/contracts.js";
import { plannedFunction } from "./functions.js";
import { usedAuthorizers } from "./used-authorizers.js";
import type { OperationPlan } from "./plan.js";
import { record, uriParts, type Planned } from "./tables.js";
import { Pattern } from "./value.js";

/** Seconds for which results are kept unless the document says otherwise; recorded. */
const defaultTtlSeconds = 300;
/** Milliseconds that an authorizer function may take. Source: developer guide, "Quotas". */
const authorizerTimeoutMs = 29_000;
const httpAuthorizerTimeoutMs = 10_000;

/** What decides who may call; null when nothing of the API is protected. */
export function accessTable(
  gateway: Gateway,
  operations: readonly OperationPlan[],
): Planned<AccessTable> | null {
  const { api, deployment } = gateway;
  // callers of WebSocket APIs may also sign for `@connections`
  const usesIam =
    api.operations.some(({ authorization }) => authorization.kind === "iam") ||
    (api.kind === "websocket" && deployment.principals.length > 0);
  const usesKeys = api.operations.some(({ apiKeyRequired }) => apiKeyRequired);
  const authorizers = usedAuthorizers(gateway);
  if (api.policy === undefined && authorizers.length === 0 && !usesIam && !usesKeys) return null;
  return {
    // a policy is an object: lowering refuses anything else
    resourcePolicy: (api.policy?.document ?? null) as PolicyDocument | null,
    authorizers: record(
      authorizers.map((authorizer) => [authorizer.name, authorizerTable(authorizer, gateway)]),
    ),
    principals: usesIam ? deployment.principals.map(principalTable) : [],
    apiKeys: record(
      (usesKeys ? deployment.apiKeys : []).map(({ name, customerId, enabled, value }) => [
        name,
        { name, customerId: customerId ?? null, enabled, value: secretReference(value) },
      ]),
    ),
    usagePlans: record(
      (usesKeys ? deployment.usagePlans : []).map((plan) => [
        plan.name,
        usagePlanTable(plan, operations),
      ]),
    ),
  };
}

function authorizerTable(authorizer: Authorizer, gateway: Gateway): Planned<AuthorizerTable> {
  switch (authorizer.kind) {
    case "token":
    case "request":
      return functionTable(authorizer, gateway);
    case "cognito_user_pools":
      return cognitoTable(authorizer);
    case "jwt":
      return jwtTable(authorizer);
  }
}

function functionTable(
  authorizer: FunctionAuthorizer,
  { api, deployment }: Gateway,
): Planned<AuthorizerTable> {
  const { kind, identity, identityValidationExpression, ttlSeconds } = authorizer;
  const isHttp = api.kind === "http";
  return {
    kind,
    function: uriParts(plannedFunction(authorizer.function, deployment)),
    identitySources: identity.map(identityTable),
    validation: pattern(kind === "token" ? identityValidationExpression : undefined),
    ttlSeconds: ttlSeconds ?? defaultTtlSeconds,
    timeoutMs: isHttp ? httpAuthorizerTimeoutMs : authorizerTimeoutMs,
    payloadFormat: isHttp ? authorizer.payloadFormat : "1.0",
    simpleResponses: isHttp && authorizer.simpleResponses,
  };
}

function jwtTable({
  issuer,
  jwksUri,
  audience,
  identity,
}: JwtAuthorizer): Planned<AuthorizerTable> {
  const [source] = identity;
  return {
    kind: "jwt",
    issuer,
    jwksUri: jwksUri ?? null,
    audience,
    identitySource: source === undefined ? { header: "Authorization" } : identityTable(source),
  };
}

function cognitoTable(authorizer: CognitoAuthorizer): Planned<AuthorizerTable> {
  const { pools, header, identityValidationExpression, issuer, jwksUri } = authorizer;
  return {
    kind: "cognito",
    pools: pools.map((arn) => ({
      arn: uriParts(arn),
      issuer: issuer ?? null,
      jwksUri: jwksUri ?? null,
    })),
    header,
    validation: pattern(identityValidationExpression),
  };
}

function pattern(source: string | undefined): Pattern | null {
  return source === undefined ? null : new Pattern(source);
}

function identityTable(source: IdentitySource): IdentitySourceTable {
  switch (source.kind) {
    case "header":
      return { header: source.name };
    case "queryString":
      return { queryString: source.name };
    case "stageVariable":
      return { stageVariable: source.name };
    case "context":
      return { context: source.name };
  }
}

export function secretReference({ secret, key }: Secret): SecretReference {
  return { secret, key: key ?? null };
}

function principalTable(principal: Principal): Planned<PrincipalTable> {
  const { name, arn, userId, principalOrgId, tags, accessKeyId, sessionToken } = principal;
  return {
    name,
    arn,
    userId,
    principalOrgId: principalOrgId ?? null,
    tags: record(tags.map((tag) => [tag.name, tag.value])),
    accessKeyId,
    secretAccessKey: secretReference(principal.secretAccessKey),
    sessionToken: sessionToken === undefined ? null : secretReference(sessionToken),
    // policies are objects: lowering refuses anything else
    policies: principal.policies as readonly PolicyDocument[],
  };
}

function usagePlanTable(
  { name, stages, keys, throttle, quota, methods }: UsagePlan,
  operations: readonly OperationPlan[],
): Planned<UsagePlanTable> {
  return {
    name,
    stages,
    keys,
    throttle: throttle ?? null,
    quota: quota ?? null,
    methods: record(
      methods.flatMap(({ method, path, throttle: own }) =>
        operations
          .filter(({ operation }) => operation.method === method && operation.path === path)
          .map((plan) => [plan.name, own] as const),
      ),
    ),
  };
}
