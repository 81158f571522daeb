import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compilePolicy } from "../../src/runtime/policy/compile.js";
import { decide } from "../../src/runtime/policy/decide.js";
import type { CompiledPolicy, PolicyApi, PolicyKind } from "../../src/runtime/policy/policy.js";
import type { PolicyPrincipal, PolicyRequest } from "../../src/runtime/policy/request.js";

/** A decision case, as the README beside the cases describes it. */
export interface PolicyCase {
  readonly id: string;
  readonly auth: "NONE" | "AWS_IAM" | "CUSTOM" | "COGNITO";
  readonly crossAccount: boolean;
  readonly policies: Readonly<Partial<Record<PolicyKind, unknown>>>;
  readonly request: {
    readonly action: string;
    readonly resource: string;
    readonly principal: PolicyPrincipal | null;
    readonly context: Readonly<Record<string, string | readonly string[]>>;
  };
  readonly expect: string;
  readonly authorizerCalled?: boolean;
  readonly alsoAccepted?: string;
  readonly maxMs?: number;
  readonly why: string;
}

/** A policy that must be refused. */
export interface MalformedCase {
  readonly id: string;
  readonly where: PolicyKind;
  readonly policy: unknown;
  readonly why: string;
}

export interface PolicyCases {
  readonly api: { readonly account: string; readonly region: string; readonly apiId: string };
  readonly cases: readonly PolicyCase[];
  readonly malformed: readonly MalformedCase[];
}

const copied = fileURLToPath(new URL("cases", import.meta.url));
const shared = fileURLToPath(new URL("../../../shared/iam-policy", import.meta.url));

/** The cases of `IAM_POLICY_CASES`, else the shared ones where they are, else the copies. */
export function readPolicyCases(environment: NodeJS.ProcessEnv = process.env): PolicyCases {
  const folder = environment["IAM_POLICY_CASES"] ?? (existsSync(shared) ? shared : copied);
  return JSON.parse(readFileSync(join(folder, "cases.json"), "utf8")) as PolicyCases;
}

export interface PolicyOutcome {
  readonly id: string;
  readonly why: string;
  readonly passed: boolean;
  readonly seen: string;
  /** From the text of the policies to the decision. */
  readonly tookMs: number;
}

/** Decides a case; time counts from the text of the policies. */
export function runPolicyCase(item: PolicyCase, { api }: PolicyCases): PolicyOutcome {
  const startedMs = performance.now();
  const { outcome, authorizerCalled } = decision(item, apiOf(api));
  const tookMs = performance.now() - startedMs;
  const inTime = item.maxMs === undefined || tookMs <= item.maxMs;
  const calledRight =
    item.authorizerCalled === undefined || item.authorizerCalled === authorizerCalled;
  const isExpected = outcome === item.expect || outcome === item.alsoAccepted;
  const seen = `${outcome}${calledRight ? "" : `, authorizer called: ${authorizerCalled}`}`;
  return {
    id: item.id,
    why: item.why,
    passed: isExpected && inTime && calledRight,
    seen: inTime ? seen : `${seen} after ${tookMs.toFixed(0)} ms`,
    tookMs,
  };
}

function decision(
  { auth, policies, crossAccount, request }: PolicyCase,
  api: PolicyApi,
): { readonly outcome: string; readonly authorizerCalled: boolean } {
  const compiled = (kind: PolicyKind): CompiledPolicy | null => {
    if (policies[kind] === undefined) return null;
    const { policy, problems } = compilePolicy(policies[kind], { kind, api });
    if (policy === null) throw new Error(`${kind}: ${JSON.stringify(problems)}`);
    return policy;
  };
  const resource = compiled("resource");
  const own = compiled(auth === "AWS_IAM" ? "identity" : "authorizer");
  const hasIdentity = auth === "AWS_IAM" || auth === "CUSTOM";
  const asked: PolicyRequest = { ...request, context: contextOf(request.context) };
  const before = decide({ resource, identity: null, crossAccount }, asked);
  const identity = hasIdentity ? (own === null ? [] : [own]) : null;
  return {
    outcome: decide({ resource, identity, crossAccount }, asked).outcome,
    authorizerCalled: auth === "CUSTOM" && before.outcome !== "ExplicitDeny",
  };
}

function contextOf(values: PolicyCase["request"]["context"]): PolicyRequest["context"] {
  const byKey = new Map(
    Object.entries(values).map(([key, value]) => [
      key.toLowerCase(),
      typeof value === "string" ? [value] : value,
    ]),
  );
  return (key) => byKey.get(key) ?? [];
}

/** A policy that cannot be read must be refused, and the place of the fault be named. */
export function runMalformedCase(item: MalformedCase, { api }: PolicyCases): PolicyOutcome {
  const startedMs = performance.now();
  const { policy, problems } = compilePolicy(item.policy, { kind: item.where, api: apiOf(api) });
  const tookMs = performance.now() - startedMs;
  const seen =
    policy === null
      ? problems.map(({ path, message }) => `/${path.join("/")}: ${message}`).join("; ")
      : "accepted";
  const passed = policy === null && problems.length > 0;
  return { id: item.id, why: item.why, passed, seen, tookMs };
}

function apiOf({ account, region, apiId }: PolicyCases["api"]): PolicyApi {
  return { partition: "aws", region, accountId: account, apiId };
}
