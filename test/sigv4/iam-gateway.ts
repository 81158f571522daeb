import {
  policy,
  principal,
  protectedGateway,
  signed,
  statement,
  type ProtectedGateway,
} from "../runtime/access/protected-gateway.js";
import { call, type Answer } from "../runtime/support/client.js";
import { functionProxy } from "../runtime/support/table.js";
import type { SigningIdentity, WireRequest } from "./signers.js";

/** A user with a lasting key. */
export const alice: SigningIdentity = {
  accessKeyId: "AKIAALICE",
  secretAccessKey: "alice/secret+key",
};
/** A session of a role. */
export const session: SigningIdentity = {
  accessKeyId: "ASIASESSION",
  secretAccessKey: "session/secret+key",
  sessionToken: "IQoJb3JpZ2luX2VjEJr//////////wEaCXVzLWVhc3QtMSJGMEQCIG+/=",
};

const route = { ...signed, integration: functionProxy("echo") };

/** A gateway whose every path and method asks for a signature; both callers may call everything. */
export function iamGateway(): ProtectedGateway {
  const policies = [policy(statement("Allow", "*"))];
  return protectedGateway(
    { "ANY /{proxy+}": route, "ANY /": route },
    {
      functions: { echo: (event: object) => ({ statusCode: 200, body: JSON.stringify(event) }) },
      access: {
        principals: [
          principal("alice", { policies }),
          principal("session", {
            arn: "arn:aws:sts::123456789012:assumed-role/Reader/session",
            accessKeyId: session.accessKeyId,
            sessionToken: { secret: "session-token", key: null },
            policies,
          }),
        ],
      },
      secrets: {
        "alice-secret": alice.secretAccessKey,
        "session-secret": session.secretAccessKey,
        "session-token": session.sessionToken ?? "",
      },
    },
  );
}

export function send(
  gateway: ProtectedGateway,
  { method, target, headers, body }: WireRequest,
): Promise<Answer> {
  return call(gateway, method, target, {
    headers,
    ...(body === "" ? {} : { body: Buffer.from(body, "latin1") }),
  });
}
