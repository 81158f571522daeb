// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { Condition } from "./condition.js";
import type { Pattern } from "./pattern.js";

/** Whose policy it is: of the API, of a caller, or what an authorizer function gave back. */
export type PolicyKind = "resource" | "identity" | "authorizer";

/** The API that a policy is evaluated for; `execute-api:/…` means its own ARN. */
export interface PolicyApi {
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
  readonly apiId: string;
}

/** A policy, read and checked. */
export interface CompiledPolicy {
  readonly statements: readonly CompiledStatement[];
}

export interface CompiledStatement {
  /** The statement's `Sid`, else its number, from 1. */
  readonly name: string;
  readonly effect: "Allow" | "Deny";
  readonly actions: Listed<Pattern>;
  readonly resources: Listed<Pattern>;
  /** Null: the statement is for everybody whom the policy belongs to. */
  readonly principals: Listed<PrincipalMatcher> | null;
  readonly conditions: readonly Condition[];
}

/** One of a list must match, or, of a `Not` element, none. */
export interface Listed<T> {
  readonly negated: boolean;
  readonly items: readonly T[];
}

export type PrincipalMatcher =
  | { readonly kind: "everybody" }
  | { readonly kind: "account"; readonly account: string }
  | { readonly kind: "arn"; readonly arn: string }
  /** A service or another identity that never signs a request to the gateway. */
  | { readonly kind: "nobody" };

/** Something in a policy that cannot be read. */
export interface PolicyProblem {
  /** Keys from the policy's root: `["Statement", "0", "Effect"]`. */
  readonly path: readonly string[];
  readonly message: string;
}
