import { expect, test } from "vitest";
import type { PrincipalTable } from "../../../src/runtime/contracts.js";
import { canHaveValue } from "../../../src/runtime/policy/condition-keys.js";
import { signWithSdk } from "../../sigv4/signers.js";
import { call } from "../support/client.js";
import {
  policy,
  principal,
  protectedGateway,
  signed,
  START_MS,
  statement,
} from "./protected-gateway.js";

const role = "arn:aws:iam::123456789012:role/team/Reader";
const session = "arn:aws:sts::123456789012:assumed-role/Reader/s";

/** A caller, a key of conditions, and its one value; null: the key is absent. */
test.each<[caller: Partial<PrincipalTable>, key: string, value: string | null]>([
  [{}, "aws:PrincipalArn", "arn:aws:iam::123456789012:user/alice"],
  [{ arn: session }, "aws:PrincipalArn", "arn:aws:iam::123456789012:role/Reader"],
  [{}, "aws:PrincipalAccount", "123456789012"],
  [{}, "aws:PrincipalType", "User"],
  [{ arn: role }, "aws:PrincipalType", "AssumedRole"],
  [{ arn: session }, "aws:PrincipalType", "AssumedRole"],
  [{ arn: "arn:aws:sts::123456789012:federated-user/bob" }, "aws:PrincipalType", "FederatedUser"],
  [{ arn: "arn:aws:iam::123456789012:root" }, "aws:PrincipalType", "Account"],
  [{}, "aws:userid", "AIDAALICE"],
  [{}, "aws:username", "alice"],
  [{ arn: "arn:aws:iam::123456789012:user/a/b/alice" }, "aws:username", "alice"],
  [{ arn: role }, "aws:username", null],
  [{}, "aws:PrincipalOrgID", null],
  [{ principalOrgId: "o-1" }, "aws:PrincipalOrgID", "o-1"],
  [{ tags: { Team: "a" } }, "aws:PrincipalTag/team", "a"],
  [{}, "aws:PrincipalTag/Team", null],
  [{}, "aws:RequestedRegion", "us-east-1"],
  [{}, "aws:ViaAWSService", "false"],
  [{}, "aws:PrincipalIsAWSService", "false"],
  [{}, "aws:MultiFactorAuthPresent", null],
  [{ sessionToken: { secret: "token", key: null } }, "aws:MultiFactorAuthPresent", "false"],
  [{}, "aws:CurrentTime", "2023-11-14T22:13:20.000Z"],
  [{}, "aws:EpochTime", "1700000000"],
  [{}, "aws:SecureTransport", "true"],
  [{}, "aws:SourceIp", "192.0.2.7"],
  [{}, "aws:Referer", "https://pets.example/"],
  [{}, "aws:UserAgent", "test"],
  [{}, "aws:SourceVpce", null],
  [{}, "constructor", null],
])("%j: %s is %j", async (caller, key, value) => {
  if (value !== null) expect(canHaveValue(key)).toBe(true);
  const Condition =
    value === null ? { Null: { [key]: "true" } } : { StringEquals: { [key]: value } };
  const gateway = protectedGateway(
    { "GET /pets": signed },
    {
      access: {
        principals: [
          principal("alice", {
            ...caller,
            policies: [policy(statement("Allow", "*", { Condition }))],
          }),
        ],
      },
      secrets: { "alice-secret": "s", token: "t" },
    },
  );
  const identity = {
    accessKeyId: "AKIAALICE",
    secretAccessKey: "s",
    ...(caller.sessionToken === undefined ? {} : { sessionToken: "t" }),
  };
  const { method, target, headers } = await signWithSdk(
    { method: "GET", path: "/dev/pets" },
    identity,
    START_MS,
  );
  const unsigned = ["Referer", "https://pets.example/", "User-Agent", "test"];
  expect((await call(gateway, method, target, { headers: [...headers, ...unsigned] })).status).toBe(
    200,
  );
});

test.each(["aws:SourceVpce", "aws:VpcSourceIp", "aws:TokenIssueTime", "toString", ""])(
  "no request has %j",
  (key) => expect(canHaveValue(key)).toBe(false),
);
