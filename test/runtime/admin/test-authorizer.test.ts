import {
  APIGatewayClient,
  TestInvokeAuthorizerCommand,
  type TestInvokeAuthorizerCommandOutput,
} from "@aws-sdk/client-api-gateway";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startAdmin, type AdminServer } from "../../../src/runtime/admin/admin-server.js";
import { allow, deny } from "../../../src/runtime/functions/authorizer.js";
import {
  authorizer,
  denying,
  openedBy,
  protectedGateway,
  START_MS,
  type ProtectedGateway,
} from "../access/protected-gateway.js";
import { httpBackend, type Backend } from "../support/backend.js";
import { call } from "../support/client.js";
import { stage } from "../support/table.js";

const keys = await generateKeyPair("RS256");
const jwk = { ...(await exportJWK(keys.publicKey)), kid: "one", use: "sig", alg: "RS256" };

let issuer: Backend;
let gateway: ProtectedGateway;
let admin: AdminServer | undefined;
let client: APIGatewayClient;
let calls = 0;

beforeAll(async () => {
  issuer = await httpBackend((_request, response) => {
    response.end(JSON.stringify({ keys: [jwk] }));
  });
  gateway = protectedGateway(
    { "GET /guarded": openedBy("auth"), "GET /pool": openedBy("pool") },
    {
      api: { stages: { dev: stage({ variables: { tier: "gold" } }) } },
      access: {
        // a test asks the authorizer alone
        resourcePolicy: denying("*"),
        authorizers: {
          auth: authorizer("token"),
          where: authorizer("request", { identitySources: [{ stageVariable: "tier" }] }),
          pool: {
            kind: "cognito",
            pools: [
              {
                arn: ["arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_Pool"],
                issuer: issuer.origin,
                jwksUri: `${issuer.origin}/keys`,
              },
            ],
            header: "Authorization",
            validation: null,
          },
        },
      },
      functions: {
        authorizer: (event: {
          readonly authorizationToken?: string;
          readonly methodArn: string;
          readonly stageVariables?: Readonly<Record<string, string>>;
        }) => {
          calls += 1;
          switch (event.authorizationToken) {
            case "nobody-at-all":
              throw new Error("Unauthorized");
            case "broken-for-good":
              throw new Error("no luck");
            case "denied-for-good":
              return deny("somebody", event.methodArn);
            default:
              return {
                ...allow(event.stageVariables?.["tier"] ?? "somebody", event.methodArn),
                context: { sent: event.authorizationToken ?? "" },
              };
          }
        },
      },
    },
  );
  admin = await startAdmin(gateway, { port: 0, host: "127.0.0.1", live: "/l", ready: "/r" });
  client = new APIGatewayClient({
    endpoint: `http://127.0.0.1:${String(admin?.port)}`,
    region: "us-east-1",
    credentials: { accessKeyId: "any", secretAccessKey: "any" },
    maxAttempts: 1,
  });
});
afterAll(async () => {
  client.destroy();
  await admin?.stop();
  await gateway.close();
  await issuer.close();
});

function ask(
  authorizerId: string,
  token: string | null,
  more: Partial<ConstructorParameters<typeof TestInvokeAuthorizerCommand>[0]> = {},
): Promise<TestInvokeAuthorizerCommandOutput> {
  return client.send(
    new TestInvokeAuthorizerCommand({
      restApiId: "abcdefghij",
      authorizerId,
      ...(token === null ? {} : { headers: { Authorization: token } }),
      ...more,
    }),
  );
}

describe("aws apigateway test-invoke-authorizer", () => {
  test("gives principal and policy, and hides the token in the log", async () => {
    const answer = await ask("auth", "a-ticket-for-it");
    expect(answer).toMatchObject({ clientStatus: 0, principalId: "somebody" });
    expect(JSON.parse(answer.policy ?? "")).toMatchObject({
      Statement: [
        {
          Effect: "Allow",
          Resource: "arn:aws:execute-api:us-east-1:123456789012:abcdefghij/ESTestInvoke-stage/GET/",
        },
      ],
    });
    expect(answer.latency).toBeGreaterThanOrEqual(0);
    expect(answer.log).toMatch(
      /^Execution log for request [0-9a-f-]{36}\n.* : Starting authorizer: auth for request: /,
    );
    expect(answer.log).toContain('"context":{"sent":"***"}');
    expect(answer.log).toMatch(/Successfully completed authorizer execution\n$/);
  });

  test("a policy that denies is an answer, too", async () => {
    const { clientStatus, policy } = await ask("auth", "denied-for-good");
    expect(clientStatus).toBe(0);
    expect(JSON.parse(policy ?? "")).toMatchObject({ Statement: [{ Effect: "Deny" }] });
  });

  test.each<[name: string, token: string | null, status: number, line: RegExp]>([
    ["without a token", null, 401, /an identity source of "auth" was not sent/],
    ["that the function refuses", "nobody-at-all", 401, /says so/],
    ["whose function fails", "broken-for-good", 500, /failed \(Unhandled\)/],
  ])("one %s", async (_name, token, status, line) => {
    const answer = await ask("auth", token);
    expect(answer).toMatchObject({ clientStatus: status });
    expect(answer.policy).toBeUndefined();
    expect(answer.log).toMatch(line);
    expect(answer.log).toMatch(new RegExp(`refused the request with status: ${status}\\n$`));
  });

  test("reads stage variables of the request", async () => {
    expect(await ask("where", null)).toMatchObject({ clientStatus: 0, principalId: "gold" });
    const stageVariables = { tier: "silver" };
    expect(await ask("where", null, { stageVariables })).toMatchObject({ principalId: "silver" });
  });

  test("claims of a user pool's token", async () => {
    const now = START_MS / 1000;
    const token = await new SignJWT({
      iss: issuer.origin,
      token_use: "id",
      aud: "client",
      iat: now,
      exp: now + 3600,
      sub: "user-1",
    })
      .setProtectedHeader({ alg: "RS256", kid: "one" })
      .sign(keys.privateKey);
    const answer = await ask("pool", `Bearer ${token}`);
    expect(answer).toMatchObject({ clientStatus: 0, claims: { sub: "user-1" } });
    expect(answer.log).not.toContain(token);
  });

  test("keeps no result, and takes none that was kept", async () => {
    const before = calls;
    await ask("auth", "asked-every-time");
    await ask("auth", "asked-every-time");
    expect(calls - before).toBe(2);
    // the gateway's own request asks for itself, and is refused by the resource policy
    const sent = { headers: ["Authorization", "asked-every-time"] };
    expect((await call(gateway, "GET", "/dev/guarded", sent)).status).toBe(403);
  });

  test("an authorizer that is not there is refused", async () => {
    await expect(ask("other", "x")).rejects.toMatchObject({ name: "NotFoundException" });
  });
});
