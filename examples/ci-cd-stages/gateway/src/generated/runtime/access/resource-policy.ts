// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { GatewayError } from "../errors/gateway-error.js";
import type { Exchange } from "../exchange.js";
import { compilePolicy } from "../policy/compile.js";
import { decide, type Decision, type Policies } from "../policy/decide.js";
import type { CompiledPolicy, PolicyApi } from "../policy/policy.js";
import type { AccessSetup } from "./access.js";
import { partitionOf, type MethodArns } from "./method-arn.js";
import { INVOKE, policyRequest, type PolicyCaller } from "./policy-request.js";

/** The policies of one gateway, compiled once for all its routes. */
interface CompiledPolicies {
  resource: CompiledPolicy | null | undefined;
  close(): Promise<void>;
}

function createPolicies(): CompiledPolicies {
  return { resource: undefined, close: () => Promise.resolve() };
}

/** The API's policy; null: it has none. Throws when it cannot be read, which generation rules out. */
export function resourcePolicyOf(setup: AccessSetup): CompiledPolicy | null {
  const policies = setup.resource(createPolicies);
  if (policies.resource !== undefined) return policies.resource;
  const document = setup.api.access?.resourcePolicy ?? null;
  if (document === null) return (policies.resource = null);
  const { policy, problems } = compilePolicy(document, { kind: "resource", api: policyApi(setup) });
  if (policy === null) {
    throw new Error(`the resource policy cannot be read: ${problems[0]?.message ?? ""}`);
  }
  return (policies.resource = policy);
}

export function policyApi({ api }: Pick<AccessSetup, "api">): PolicyApi {
  const { region, accountId, apiId } = api;
  return { partition: partitionOf(region), region, accountId, apiId };
}

/**
 * Weighs policies under both names that a method may have. A denial under either counts; where the
 * path climbs, what is allowed as `/open/*` may lead anywhere, and both must be allowed.
 */
export function decideAccess(
  exchange: Exchange,
  arns: MethodArns,
  policies: Policies,
  caller: PolicyCaller | null,
  action = INVOKE,
): Decision {
  const decision = decide(policies, policyRequest(exchange, arns.asSent, caller, action));
  if (arns.plain === null || decision.outcome === "ExplicitDeny") return decision;
  const plain = decide(policies, policyRequest(exchange, arns.plain, caller, action));
  if (plain.outcome === "ExplicitDeny") return plain;
  return arns.climbs && decision.outcome === "Allow" ? plain : decision;
}

/** Refuses what the API's policy denies by itself, before an authorizer is asked. */
export function refuseDenied(
  resource: CompiledPolicy | null,
  exchange: Exchange,
  arns: MethodArns,
): void {
  if (resource === null) return;
  const policies = { resource, identity: null, crossAccount: false };
  const decision = decideAccess(exchange, arns, policies, null);
  if (decision.outcome !== "ExplicitDeny") return;
  tellDecision(exchange, decision);
  throw namedRefusal(decision, arns, "anonymous");
}

/** Tells the trace which statement decided. */
export function tellDecision(exchange: Exchange, { outcome, by, statement }: Decision): void {
  exchange.trace?.({ kind: "authorized", outcome, by, statement });
}

/** The refusal that names caller and method, the account of the API masked but for its last digits. */
export function namedRefusal(
  { outcome }: Decision,
  { asSent }: MethodArns,
  user: string,
): GatewayError {
  const resource = asSent.replace(/^(arn:[^:]*:execute-api:[^:]*:)\d*(\d{4}):/, "$1********$2:");
  const explicit = outcome === "ExplicitDeny" ? " with an explicit deny" : "";
  return new GatewayError("ACCESS_DENIED", {
    message: `User: ${user} is not authorized to perform: ${INVOKE} on resource: ${resource}${explicit}`,
  });
}
