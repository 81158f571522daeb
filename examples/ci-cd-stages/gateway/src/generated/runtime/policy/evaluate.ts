// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { matchesPattern, type Pattern, type VariableReader } from "./pattern.js";
import type { CompiledPolicy, CompiledStatement, Listed, PrincipalMatcher } from "./policy.js";
import type { PolicyRequest } from "./request.js";

/** What one policy says about a request, and by which statement. */
export interface Verdict {
  readonly effect: "Allow" | "Deny" | "None";
  /** Null: no statement is about it. */
  readonly statement: string | null;
}

const NONE: Verdict = { effect: "None", statement: null };

/** A denial counts wherever it stands. */
export function evaluatePolicy({ statements }: CompiledPolicy, request: PolicyRequest): Verdict {
  const variable: VariableReader = (key) => {
    const [value, another] = request.context(key);
    return another === undefined ? value : undefined;
  };
  let verdict = NONE;
  for (const statement of statements) {
    if (verdict.effect === "Allow" && statement.effect === "Allow") continue;
    if (!isAbout(statement, request, variable)) continue;
    verdict = { effect: statement.effect, statement: statement.name };
    if (statement.effect === "Deny") return verdict;
  }
  return verdict;
}

/** Several policies of one identity are one. */
export function evaluatePolicies(
  policies: readonly CompiledPolicy[],
  request: PolicyRequest,
): Verdict {
  let verdict = NONE;
  for (const policy of policies) {
    const next = evaluatePolicy(policy, request);
    if (next.effect === "Deny") return next;
    if (next.effect === "Allow" && verdict.effect === "None") verdict = next;
  }
  return verdict;
}

function isAbout(
  { actions, resources, principals, conditions }: CompiledStatement,
  request: PolicyRequest,
  variable: VariableReader,
): boolean {
  return (
    isListed(actions, request.action, variable, true) &&
    isListed(resources, request.resource, variable, false) &&
    (principals === null || isMeant(principals, request)) &&
    conditions.every((condition) => condition(request, variable))
  );
}

function isListed(
  { negated, items }: Listed<Pattern>,
  text: string,
  variable: VariableReader,
  ignoreCase: boolean,
): boolean {
  return items.some((item) => matchesPattern(item, text, variable, ignoreCase)) !== negated;
}

function isMeant(
  { negated, items }: Listed<PrincipalMatcher>,
  { principal }: PolicyRequest,
): boolean {
  const isOne = items.some((matcher) => {
    switch (matcher.kind) {
      case "everybody":
        return true;
      case "account":
        return principal?.account === matcher.account;
      case "arn":
        return principal?.arn === matcher.arn || principal?.roleArn === matcher.arn;
      case "nobody":
        return false;
    }
  });
  return isOne !== negated;
}
