// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { PrincipalTable } from "../contracts.js";
import type { Exchange } from "../exchange.js";
import { compilePolicy } from "../policy/compile.js";
import type { SignerKey } from "../policy/condition-keys.js";
import type { CompiledPolicy } from "../policy/policy.js";
import { resolveSecret } from "../secrets.js";
import type { ArrivedRequest } from "../signature/received-request.js";
import { createVerifier, type Credential, type Verifier } from "../signature/verify.js";
import type { AccessSetup } from "./access.js";
import type { SignerIdentity } from "./caller.js";
import { methodArns } from "./method-arn.js";
import type { CallerKeys, PolicyCaller } from "./policy-request.js";
import {
  decideAccess,
  namedRefusal,
  policyApi,
  resourcePolicyOf,
  tellDecision,
} from "./resource-policy.js";
import type { AccessPart } from "./route-access.js";

/** A caller who may be known by his signature. */
interface Signer extends Credential {
  readonly identity: SignerIdentity;
  readonly caller: PolicyCaller;
  readonly policies: readonly CompiledPolicy[];
  /** He belongs to another account than the API. */
  readonly isForeign: boolean;
}

/** Signatures of version 4, then the policies of the signer together with the API's. */
export const iamAccess: AccessPart = (setup) => {
  const resource = resourcePolicyOf(setup);
  const verifier = setup.resource(createVerifiers).of(setup);
  return async (exchange) => {
    const arns = methodArns(exchange);
    const signer = await verifier.verify(arrivedRequest(exchange), () => exchange.readBody());
    exchange.signer = signer.identity;
    const policies = { resource, identity: signer.policies, crossAccount: signer.isForeign };
    const decision = decideAccess(exchange, arns, policies, signer.caller);
    tellDecision(exchange, decision);
    if (decision.outcome !== "Allow") throw namedRefusal(decision, arns, signer.identity.userArn);
    exchange.allows = (action) =>
      decideAccess(exchange, arns, policies, signer.caller, action).outcome === "Allow";
  };
};

/** What is needed to know signers. */
type SignerSetup = Pick<AccessSetup, "api" | "around" | "secrets">;

/** What was signed is what was sent: not what a header makes of the method, nor what routing makes of the path. */
export function arrivedRequest({ request }: Exchange): ArrivedRequest {
  const { method, target, rawHeaders } = request;
  const authority = /^[a-z]+:\/\/[^/?]*/i.exec(target)?.[0] ?? "";
  return { method, target: target.slice(authority.length), headers: rawHeaders };
}

/** One verifier for all routes of a gateway: it keeps the keys that it derives. */
export function createVerifiers(): {
  of(setup: SignerSetup): Verifier<Signer>;
  close(): Promise<void>;
} {
  let verifier: Verifier<Signer> | null = null;
  return {
    of: (setup) => (verifier ??= prepareVerifier(setup)),
    close: () => Promise.resolve(),
  };
}

function prepareVerifier(setup: SignerSetup): Verifier<Signer> {
  const signers = new Map(
    (setup.api.access?.principals ?? []).map((principal) => [
      principal.accessKeyId,
      prepareSigner(principal, setup),
    ]),
  );
  return createVerifier({
    lookup: (accessKeyId) => signers.get(accessKeyId),
    service: "execute-api",
    region: setup.api.region,
    clock: setup.around.clock,
  });
}

function prepareSigner(table: PrincipalTable, setup: SignerSetup): Signer {
  const { arn, accessKeyId, userId, principalOrgId, sessionToken } = table;
  const account = arn.split(":")[4] ?? "";
  const roleArn = assumedRole(arn);
  return {
    accessKeyId,
    secretAccessKey: resolveSecret(table.secretAccessKey, setup.secrets),
    sessionToken: sessionToken === null ? null : resolveSecret(sessionToken, setup.secrets),
    identity: {
      accessKey: accessKeyId,
      accountId: account,
      caller: userId,
      user: userId,
      userArn: arn,
      principalOrgId,
    },
    caller: {
      principal: { arn, account, ...(roleArn === null ? {} : { roleArn }) },
      keys: callerKeys(table, { account, roleArn, region: setup.api.region }),
    },
    policies: table.policies.map((document) => compiled(document, table.name, setup)),
    isForeign: account !== setup.api.accountId,
  };
}

function compiled(document: unknown, name: string, setup: SignerSetup): CompiledPolicy {
  const { policy, problems } = compilePolicy(document, { kind: "identity", api: policyApi(setup) });
  if (policy !== null) return policy;
  throw new Error(
    `a policy of the principal "${name}" cannot be read: ${problems[0]?.message ?? ""}`,
  );
}

/** The role behind a session: `arn:aws:sts::123456789012:assumed-role/Reader/session`. */
function assumedRole(arn: string): string | null {
  const [, partition, account, role] =
    /^arn:([^:]*):sts::(\d{12}):assumed-role\/([^/]+)\//.exec(arn) ?? [];
  return role === undefined ? null : `arn:${partition}:iam::${account}:role/${role}`;
}

/** Source: IAM user guide, "AWS global condition context keys". */
function callerKeys(
  { arn, userId, principalOrgId, tags, sessionToken }: PrincipalTable,
  { account, roleArn, region }: { account: string; roleArn: string | null; region: string },
): CallerKeys {
  const user = /:user\/(?:.*\/)?([^/]+)$/.exec(arn)?.[1];
  return new Map<SignerKey, readonly string[]>([
    ["aws:principalarn", [roleArn ?? arn]],
    ["aws:principalaccount", [account]],
    ["aws:principaltype", [principalType(arn)]],
    ["aws:principalisawsservice", ["false"]],
    ["aws:viaawsservice", ["false"]],
    ["aws:requestedregion", [region]],
    ["aws:userid", [userId]],
    // nobody vouches for a second factor of a session here
    ...(sessionToken === null ? [] : [["aws:multifactorauthpresent", ["false"]] as const]),
    ...(user === undefined ? [] : [["aws:username", [user]] as const]),
    ...(principalOrgId === null ? [] : [["aws:principalorgid", [principalOrgId]] as const]),
    ...Object.entries(tags).map(
      ([name, value]) => [`aws:principaltag/${name.toLowerCase()}`, [value]] as const,
    ),
  ]);
}

/** Source: IAM user guide, "Information available in all requests", table of principals. */
function principalType(arn: string): string {
  const [kind = ""] = (arn.split(":")[5] ?? "").split("/", 1);
  switch (kind) {
    case "user":
      return "User";
    case "role":
    case "assumed-role":
      return "AssumedRole";
    case "federated-user":
      return "FederatedUser";
    default:
      return "Account";
  }
}
