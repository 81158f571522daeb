// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { evaluatePolicies, evaluatePolicy, type Verdict } from "./evaluate.js";
import type { CompiledPolicy } from "./policy.js";
import type { PolicyRequest } from "./request.js";

/** Whether a request may pass, and why. */
export interface Decision {
  readonly outcome: "Allow" | "ExplicitDeny" | "ImplicitDeny";
  /** The policy that decided; null: none is about the request. */
  readonly by: "resource" | "identity" | null;
  /** The statement in it. */
  readonly statement: string | null;
}

export interface Policies {
  /** The API's; null: it has none. */
  readonly resource: CompiledPolicy | null;
  /** The caller's, or what his authorizer gave back; null: the method asks for no identity. */
  readonly identity: readonly CompiledPolicy[] | null;
  /** The caller belongs to another account than the API. */
  readonly crossAccount: boolean;
}

const PASSED: Decision = { outcome: "Allow", by: null, statement: null };

/**
 * Weighs the policies of a request. Source: developer guide, "How API Gateway resource policies affect
 * authorization workflow", tables A and B: a denial of either side counts; within an account one side
 * must allow, between accounts both; without an identity the resource policy alone must allow.
 */
export function decide(policies: Policies, request: PolicyRequest): Decision {
  const { resource, identity, crossAccount } = policies;
  const byResource = resource === null ? null : evaluatePolicy(resource, request);
  if (byResource?.effect === "Deny") return denied("resource", byResource);
  if (identity === null) {
    if (byResource === null) return PASSED;
    return byResource.effect === "Allow" ? allowed("resource", byResource) : SILENT;
  }
  const byIdentity = evaluatePolicies(identity, request);
  if (byIdentity.effect === "Deny") return denied("identity", byIdentity);
  const isAllowedByResource = byResource?.effect === "Allow";
  if (crossAccount && !(isAllowedByResource && byIdentity.effect === "Allow")) return SILENT;
  if (byIdentity.effect === "Allow") return allowed("identity", byIdentity);
  return byResource !== null && isAllowedByResource ? allowed("resource", byResource) : SILENT;
}

const SILENT: Decision = { outcome: "ImplicitDeny", by: null, statement: null };

function allowed(by: "resource" | "identity", { statement }: Verdict): Decision {
  return { outcome: "Allow", by, statement };
}

function denied(by: "resource" | "identity", { statement }: Verdict): Decision {
  return { outcome: "ExplicitDeny", by, statement };
}
