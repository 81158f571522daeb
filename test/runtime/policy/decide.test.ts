import { describe, expect, test } from "vitest";
import { compilePolicy } from "../../../src/runtime/policy/compile.js";
import { decide, type Decision } from "../../../src/runtime/policy/decide.js";
import type { CompiledPolicy, PolicyKind } from "../../../src/runtime/policy/policy.js";
import type { PolicyPrincipal, PolicyRequest } from "../../../src/runtime/policy/request.js";

const api = { partition: "aws", region: "us-east-1", accountId: "123456789012", apiId: "api" };
const session: PolicyPrincipal = {
  arn: "arn:aws:sts::123456789012:assumed-role/Reader/s",
  account: "123456789012",
  roleArn: "arn:aws:iam::123456789012:role/Reader",
};

function compiled(kind: PolicyKind, ...statements: readonly object[]): CompiledPolicy {
  const defaults = { Action: "execute-api:Invoke", Resource: "execute-api:/dev/GET/pets" };
  const principal = kind === "resource" ? { Principal: "*" } : {};
  const document = {
    Version: "2012-10-17",
    Statement: statements.map((statement) => ({ ...defaults, ...principal, ...statement })),
  };
  const { policy, problems } = compilePolicy(document, { kind, api });
  if (policy === null) throw new Error(JSON.stringify(problems));
  return policy;
}

function request(principal: PolicyPrincipal | null = null): PolicyRequest {
  return {
    action: "execute-api:Invoke",
    resource: "arn:aws:execute-api:us-east-1:123456789012:api/dev/GET/pets",
    principal,
    context: () => [],
  };
}

const ALLOW = [{ Effect: "Allow", Sid: "let" }];
const DENY = [{ Effect: "Allow" }, { Effect: "Deny", Sid: "stop" }];

/** Statements of both sides, the account of the caller, and what comes of it. */
test.each<
  [
    resource: readonly object[] | null,
    identity: readonly object[] | null,
    foreign: boolean,
    want: Decision,
  ]
>([
  [null, null, false, { outcome: "Allow", by: null, statement: null }],
  [[], null, false, { outcome: "ImplicitDeny", by: null, statement: null }],
  [ALLOW, null, false, { outcome: "Allow", by: "resource", statement: "let" }],
  [DENY, null, false, { outcome: "ExplicitDeny", by: "resource", statement: "stop" }],
  [null, ALLOW, false, { outcome: "Allow", by: "identity", statement: "let" }],
  [null, [], false, { outcome: "ImplicitDeny", by: null, statement: null }],
  [null, DENY, false, { outcome: "ExplicitDeny", by: "identity", statement: "stop" }],
  [[], ALLOW, false, { outcome: "Allow", by: "identity", statement: "let" }],
  [ALLOW, [], false, { outcome: "Allow", by: "resource", statement: "let" }],
  [ALLOW, DENY, false, { outcome: "ExplicitDeny", by: "identity", statement: "stop" }],
  [DENY, ALLOW, false, { outcome: "ExplicitDeny", by: "resource", statement: "stop" }],
  [null, ALLOW, true, { outcome: "ImplicitDeny", by: null, statement: null }],
  [[], ALLOW, true, { outcome: "ImplicitDeny", by: null, statement: null }],
  [ALLOW, [], true, { outcome: "ImplicitDeny", by: null, statement: null }],
  [ALLOW, ALLOW, true, { outcome: "Allow", by: "identity", statement: "let" }],
  [DENY, ALLOW, true, { outcome: "ExplicitDeny", by: "resource", statement: "stop" }],
  [ALLOW, DENY, true, { outcome: "ExplicitDeny", by: "identity", statement: "stop" }],
])("resource policy %j, caller %j, of another account: %j", (resource, identity, foreign, want) => {
  const policies = {
    resource: resource === null ? null : compiled("resource", ...resource),
    identity: identity === null ? null : [compiled("identity", ...identity)],
    crossAccount: foreign,
  };
  expect(decide(policies, request())).toEqual(want);
});

test("several policies of a caller are one: a denial in the last one counts", () => {
  const identity = [compiled("identity", ...ALLOW), compiled("identity", ...DENY)];
  const decision = decide({ resource: null, identity, crossAccount: false }, request());
  expect(decision).toMatchObject({ outcome: "ExplicitDeny", statement: "stop" });
});

test.each(["resource", "identity"] as const)("a denial counts in front of an allow: %s", (kind) => {
  const denied = compiled(kind, { Effect: "Deny" }, { Effect: "Allow" }, { Effect: "Allow" });
  const policies =
    kind === "resource"
      ? { resource: denied, identity: null }
      : { resource: null, identity: [denied, compiled("identity", ...ALLOW)] };
  expect(decide({ ...policies, crossAccount: false }, request())).toEqual({
    outcome: "ExplicitDeny",
    by: kind,
    statement: "1",
  });
});

test("statements without a name are known by their number", () => {
  const resource = compiled("resource", { Effect: "Deny", Action: "a:b" }, { Effect: "Allow" });
  const decision = decide({ resource, identity: null, crossAccount: false }, request());
  expect(decision).toMatchObject({ outcome: "Allow", statement: "2" });
});

describe("whom a statement is for", () => {
  test.each<[name: string, statement: object, principal: PolicyPrincipal | null, want: string]>([
    ["the session", { Principal: { AWS: session.arn } }, session, "Allow"],
    ["its role", { Principal: { AWS: session.roleArn } }, session, "Allow"],
    ["its account", { Principal: { AWS: session.account } }, session, "Allow"],
    ["another session", { Principal: { AWS: `${session.arn}2` } }, session, "ImplicitDeny"],
    ["nobody known", { Principal: { AWS: session.account } }, null, "ImplicitDeny"],
    ["a service", { Principal: { Service: "a.amazonaws.com" } }, session, "ImplicitDeny"],
    ["all but one", { NotPrincipal: { AWS: session.arn } }, session, "ImplicitDeny"],
    ["all but another", { NotPrincipal: { AWS: "210987654321" } }, session, "Allow"],
  ])("%s", (_name, statement, principal, want) => {
    const resource = compiled("resource", {
      Effect: "Allow",
      ...("NotPrincipal" in statement ? { Principal: undefined } : {}),
      ...statement,
    });
    const decision = decide({ resource, identity: null, crossAccount: false }, request(principal));
    expect(decision.outcome).toBe(want);
  });
});
