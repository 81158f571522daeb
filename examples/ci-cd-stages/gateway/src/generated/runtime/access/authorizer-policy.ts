// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { GatewayError } from "../errors/gateway-error.js";
import type { Exchange } from "../exchange.js";
import { compilePolicy } from "../policy/compile.js";
import type { CompiledPolicy } from "../policy/policy.js";
import { remembered } from "../remembered.js";
import type { AccessSetup } from "./access.js";
import { readAuthorizerResult, ResultProblem, type AuthorizerResult } from "./authorizer-result.js";
import type { MethodArns } from "./method-arn.js";
import { decideAccess, policyApi, tellDecision } from "./resource-policy.js";

/** A result with its policy compiled. */
export interface ReadResult extends Omit<AuthorizerResult, "policyDocument"> {
  readonly policy: CompiledPolicy;
  /** The context with its own types; null: it is all text. */
  readonly values: Readonly<Record<string, unknown>> | null;
}

/** Reads results; what was read stays read, since a kept result serves many requests. */
export interface ResultReader {
  /** @throws ResultProblem */
  read(payload: string, setup: AccessSetup): ReadResult;
  close(): Promise<void>;
}

/** Results that stay read, of all authorizers of a gateway. */
const REMEMBERED = 1000;

export function createResultReader(): ResultReader {
  return rememberingReader((payload, setup) => {
    const { policyDocument, ...result } = readAuthorizerResult(payload);
    return { ...result, values: null, policy: compileResultPolicy(policyDocument, setup) };
  });
}

/** Keeps what was read by the text that it was read from. */
export function rememberingReader(read: ResultReader["read"]): ResultReader {
  const known = new Map<string, ReadResult>();
  return {
    read: (payload, setup) => remembered(known, REMEMBERED, payload, () => read(payload, setup)),
    close: () => Promise.resolve(),
  };
}

/** @throws ResultProblem */
export function compileResultPolicy(policyDocument: unknown, setup: AccessSetup): CompiledPolicy {
  const { policy, problems } = compilePolicy(policyDocument, {
    kind: "authorizer",
    api: policyApi(setup),
  });
  if (policy !== null) return policy;
  const [problem] = problems;
  const place = problem === undefined ? "" : ` at /${problem.path.join("/")}: ${problem.message}`;
  throw new ResultProblem(`the authorizer's result has a policy that cannot be read${place}`);
}

/** Lets the request pass when the result and the API's policy together allow it. */
export function admitByResult(
  exchange: Exchange,
  arns: MethodArns,
  { policy }: ReadResult,
  resource: CompiledPolicy | null,
): void {
  const policies = { resource, identity: [policy], crossAccount: false };
  const decision = decideAccess(exchange, arns, policies, null);
  tellDecision(exchange, decision);
  exchange.allows = (action) =>
    decideAccess(exchange, arns, policies, null, action).outcome === "Allow";
  if (decision.outcome === "Allow") return;
  throw decision.outcome === "ExplicitDeny"
    ? new GatewayError("ACCESS_DENIED", {
        message: "User is not authorized to access this resource with an explicit deny",
      })
    : new GatewayError("ACCESS_DENIED");
}
