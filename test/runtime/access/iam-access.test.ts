import { describe, expect, test } from "vitest";
import type { PolicyDocument, PrincipalTable } from "../../../src/runtime/contracts.js";
import { signWithSdk, type PlannedRequest, type SigningIdentity } from "../../sigv4/signers.js";
import { call, type Answer } from "../support/client.js";
import { functionProxy, mock } from "../support/table.js";
import {
  arn,
  policy,
  principal,
  protectedGateway,
  signed,
  START_MS,
  statement,
  type ProtectedGateway,
} from "./protected-gateway.js";

const alice: SigningIdentity = { accessKeyId: "AKIAALICE", secretAccessKey: "secret of alice" };
const everything = [policy(statement("Allow", "*"))];

interface Setup {
  readonly caller?: Partial<PrincipalTable>;
  readonly resourcePolicy?: PolicyDocument | null;
  readonly secrets?: Readonly<Record<string, string>>;
}

function iamGateway({ caller = {}, resourcePolicy = null, secrets = {} }: Setup): ProtectedGateway {
  const context = ["accessKey", "accountId", "caller", "user", "userArn", "principalOrgId"];
  return protectedGateway(
    {
      "GET /event": { ...signed, integration: functionProxy("echo") },
      "GET /context": {
        ...signed,
        integration: mock("", {
          responses: [
            {
              pattern: null,
              statusCode: 200,
              headers: [],
              templates: {
                "application/json": (input) =>
                  context.map((name) => input.context(`identity.${name}`)).join("|"),
              },
              contentHandling: null,
            },
          ],
        }),
      },
      "ANY /{proxy+}": signed,
    },
    {
      access: { resourcePolicy, principals: [principal("alice", caller)] },
      functions: { echo: (event: object) => ({ statusCode: 200, body: JSON.stringify(event) }) },
      secrets: { "alice-secret": "secret of alice", ...secrets },
    },
  );
}

async function ask(
  gateway: ProtectedGateway,
  path: string,
  plan: Partial<PlannedRequest> = {},
  identity = alice,
): Promise<Answer> {
  const planned = { method: "GET", ...plan, path: `/dev${path}` };
  const { method, target, headers } = await signWithSdk(planned, identity, START_MS);
  return call(gateway, method, target, { headers });
}

describe("who signed", () => {
  const caller = { policies: everything, principalOrgId: "o-1234567890" };

  test("stands in $context.identity", async () => {
    expect((await ask(iamGateway({ caller }), "/context")).text).toBe(
      "AKIAALICE|123456789012|AIDAALICE|AIDAALICE|arn:aws:iam::123456789012:user/alice|o-1234567890",
    );
  });

  test("stands in proxy events, and the signature does not", async () => {
    const { text } = await ask(iamGateway({ caller }), "/event");
    expect(JSON.parse(text)).toMatchObject({
      requestContext: {
        identity: {
          accessKey: "AKIAALICE",
          accountId: "123456789012",
          caller: "AIDAALICE",
          user: "AIDAALICE",
          userArn: "arn:aws:iam::123456789012:user/alice",
          principalOrgId: "o-1234567890",
          cognitoIdentityId: null,
        },
      },
    });
    expect(text).not.toContain("AWS4-HMAC-SHA256");
  });
});

describe("signatures that are none", () => {
  const gateway = iamGateway({ caller: { policies: everything } });

  test("nothing was signed", async () => {
    const answer = await call(gateway, "GET", "/dev/pets");
    expect(answer).toMatchObject({
      status: 403,
      text: '{"message":"Missing Authentication Token"}',
    });
    expect(answer.header("x-amzn-ErrorType")).toBe("MissingAuthenticationTokenException");
  });

  test("the key is not known", async () => {
    const answer = await ask(gateway, "/pets", {}, { ...alice, accessKeyId: "AKIANOBODY" });
    expect(answer).toMatchObject({
      status: 403,
      text: '{"message":"The security token included in the request is invalid."}',
    });
    expect(answer.header("x-amzn-ErrorType")).toBe("UnrecognizedClientException");
  });

  test("the secret is another one", async () => {
    const answer = await ask(gateway, "/pets", {}, { ...alice, secretAccessKey: "guessed" });
    expect(answer.status).toBe(403);
    expect(answer.header("x-amzn-ErrorType")).toBe("InvalidSignatureException");
    expect(answer.text).toMatch(/^\{"message":"The request signature we calculated does not match/);
  });

  test("there is a session token where there should be none", async () => {
    const answer = await ask(gateway, "/pets", {}, { ...alice, sessionToken: "t" });
    expect(answer.header("x-amzn-ErrorType")).toBe("UnrecognizedClientException");
  });

  test.each<[name: string, authorization: string]>([
    ["a token", "Bearer abc"],
    ["one word", "abc"],
    [
      "another algorithm",
      "AWS4-HMAC-SHA512 Credential=a/20231114/us-east-1/execute-api/aws4_request, SignedHeaders=host, Signature=b",
    ],
    ["nothing but the name", "AWS4-HMAC-SHA256"],
  ])("%s stands in its place", async (_name, authorization) => {
    const headers = ["Host", "a", "Authorization", authorization];
    const answer = await call(gateway, "GET", "/dev/pets", { headers });
    expect(answer.status).toBe(403);
    expect(answer.header("x-amzn-ErrorType")).toBe("IncompleteSignatureException");
  });

  test("who is wrong is not shown in logs", async () => {
    const traced = iamGateway({ caller: { policies: everything } });
    const token = "eyJhbGciOi.secret.token";
    for (const value of [`Bearer ${token}`, `Bearer a=b,${token}`]) {
      const { text } = await call(traced, "GET", "/dev/pets", {
        headers: ["Authorization", value],
      });
      expect(text).toContain(token);
    }
    await ask(
      traced,
      "/pets",
      {},
      { ...alice, secretAccessKey: "guessed", sessionToken: "session-text" },
    );
    const errors = traced.trace.filter(({ kind }) => kind === "gateway-error");
    expect(errors).toHaveLength(3);
    expect(JSON.stringify(errors)).not.toMatch(/secret\.token|session-text/);
  });
});

describe("policies of the caller", () => {
  test.each<[name: string, policies: readonly PolicyDocument[], path: string, status: number]>([
    ["none", [], "/pets", 403],
    ["all", everything, "/pets", 200],
    ["the short form", [policy(statement("Allow", "execute-api:/dev/GET/pets"))], "/pets", 200],
    ["another method", [policy(statement("Allow", arn("POST/pets")))], "/pets", 403],
    [
      "another action",
      [policy({ Effect: "Allow", Action: "execute-api:InvalidateCache", Resource: "*" })],
      "/pets",
      403,
    ],
    [
      "every action",
      [policy({ Effect: "Allow", Action: "Execute-API:*", Resource: "*" })],
      "/pets",
      200,
    ],
    [
      "a denial in another policy",
      [...everything, policy(statement("Deny", arn("*/admin/*")))],
      "/admin/x",
      403,
    ],
    [
      "a disguised path",
      [...everything, policy(statement("Deny", arn("*/admin/*")))],
      "/open%2F..%2Fadmin%2Fx",
      403,
    ],
    [
      "his own name",
      [policy(statement("Allow", arn("GET/users/${aws:username}/*")))],
      "/users/alice/x",
      200,
    ],
    [
      "another's name",
      [policy(statement("Allow", arn("GET/users/${aws:username}/*")))],
      "/users/bob/x",
      403,
    ],
    [
      "his tag",
      [policy(statement("Allow", arn("GET/${aws:PrincipalTag/Team}/*")))],
      "/blue/x",
      200,
    ],
    [
      "a tag he does not have",
      [policy(statement("Allow", arn("GET/${aws:PrincipalTag/Other}/*")))],
      "//x",
      403,
    ],
    [
      "a default for a tag",
      [policy(statement("Allow", arn("GET/${aws:PrincipalTag/Other, 'red'}/*")))],
      "/red/x",
      200,
    ],
    [
      "a wildcard in a tag is text",
      [policy(statement("Allow", arn("GET/${aws:PrincipalTag/Star}/x")))],
      "/any/x",
      403,
    ],
  ])("%s", async (_name, policies, path, status) => {
    const caller = { policies, tags: { Team: "blue", Star: "*" } };
    expect((await ask(iamGateway({ caller }), path)).status).toBe(status);
  });

  test("a refusal names the caller", async () => {
    const { text } = await ask(iamGateway({}), "/pets");
    expect(text).toBe(
      '{"Message":"User: arn:aws:iam::123456789012:user/alice is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:********9012:abcdefghij/dev/GET/pets"}',
    );
  });
});

describe("the caller's policy and the API's", () => {
  const own = { arn: "arn:aws:iam::123456789012:user/alice" };
  const foreign = { arn: "arn:aws:iam::999999999999:user/alice" };
  const resource = (effect: "Allow" | "Deny", AWS: string): PolicyDocument =>
    policy(statement(effect, "*", { Principal: { AWS } }));

  test.each<
    [
      name: string,
      caller: Partial<PrincipalTable>,
      allows: boolean,
      document: PolicyDocument | null,
      status: number,
    ]
  >([
    ["one account: his alone", own, true, null, 200],
    ["one account: the API's alone", own, false, resource("Allow", own.arn), 200],
    ["one account: the API's for the account", own, false, resource("Allow", "123456789012"), 200],
    [
      "one account: neither",
      own,
      false,
      resource("Allow", "arn:aws:iam::123456789012:user/bob"),
      403,
    ],
    ["one account: the API's denies", own, true, resource("Deny", own.arn), 403],
    ["two accounts: his alone, no policy of the API", foreign, true, null, 403],
    ["two accounts: his alone", foreign, true, resource("Allow", own.arn), 403],
    ["two accounts: the API's alone", foreign, false, resource("Allow", foreign.arn), 403],
    ["two accounts: both", foreign, true, resource("Allow", foreign.arn), 200],
    [
      "two accounts: both, by its root",
      foreign,
      true,
      resource("Allow", "arn:aws:iam::999999999999:root"),
      200,
    ],
  ])("%s", async (_name, caller, allows, resourcePolicy, status) => {
    const policies = allows ? everything : [];
    const gateway = iamGateway({ caller: { ...caller, policies }, resourcePolicy });
    expect((await ask(gateway, "/pets")).status).toBe(status);
  });

  test("a session is known by its role", async () => {
    const caller = {
      arn: "arn:aws:sts::123456789012:assumed-role/Reader/alice",
      sessionToken: { secret: "token", key: null },
    };
    const resourcePolicy = resource("Allow", "arn:aws:iam::123456789012:role/Reader");
    const gateway = iamGateway({ caller, resourcePolicy, secrets: { token: "session" } });
    expect((await ask(gateway, "/pets", {}, { ...alice, sessionToken: "session" })).status).toBe(
      200,
    );
    expect((await ask(gateway, "/pets", {}, { ...alice, sessionToken: "sessiom" })).status).toBe(
      403,
    );
    expect((await ask(gateway, "/pets")).status).toBe(403);
  });
});
