import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ApiTable, PolicyDocument } from "../../../src/runtime/contracts.js";
import { httpBackend, type Backend } from "../support/backend.js";
import { call } from "../support/client.js";
import { functionProxy } from "../support/table.js";
import {
  denying,
  policy,
  protectedGateway,
  START_MS,
  type ProtectedGateway,
} from "./protected-gateway.js";

const keys = await generateKeyPair("RS256");
const jwk = { ...(await exportJWK(keys.publicKey)), kid: "one", use: "sig", alg: "RS256" };

/** How the pool's key endpoint answers; null: not at all. */
let answer: { readonly status: number; readonly body: string } | null;
let issuer: Backend;
beforeEach(async () => {
  answer = { status: 200, body: JSON.stringify({ keys: [jwk] }) };
  issuer = await httpBackend((_request, response) => {
    if (answer !== null) response.writeHead(answer.status).end(answer.body);
  });
});
afterEach(() => issuer.close());

function token(claims: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const now = START_MS / 1000;
  return new SignJWT({
    iss: issuer.origin,
    token_use: "id",
    aud: "client",
    iat: now,
    exp: now + 3600,
    sub: "u1",
    ...claims,
  })
    .setProtectedHeader({ alg: "RS256", kid: "one" })
    .sign(keys.privateKey);
}

function cognitoGateway(
  resourcePolicy: PolicyDocument | null = null,
  gatewayResponses: ApiTable["gatewayResponses"] = {},
): ProtectedGateway {
  const integration = functionProxy("echo");
  const by = (scopes: readonly string[]) =>
    ({ authorization: { kind: "authorizer", name: "pool", scopes }, integration }) as const;
  return protectedGateway(
    { "GET /id": by([]), "GET /scoped": by(["pets/read", "pets/all"]) },
    {
      api: { gatewayResponses },
      access: {
        resourcePolicy,
        authorizers: {
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
            validation: /^client$/,
          },
        },
      },
      functions: { echo: (event: object) => ({ statusCode: 200, body: JSON.stringify(event) }) },
    },
  );
}

const bearer = (value: string) => ({ headers: ["Authorization", `Bearer ${value}`] });

test("claims arrive as texts", async () => {
  const { status, text } = await call(
    cognitoGateway(),
    "GET",
    "/dev/id",
    bearer(await token({ admin: true, "custom:tier": 3 })),
  );
  expect(status).toBe(200);
  expect(JSON.parse(text)).toMatchObject({
    requestContext: {
      authorizer: {
        claims: {
          sub: "u1",
          admin: "true",
          "custom:tier": "3",
          exp: "Tue Nov 14 23:13:20 UTC 2023",
        },
      },
    },
  });
});

test.each<[name: string, path: string, claims: object, status: number]>([
  ["an id token where scopes are asked for", "/scoped", { scope: "pets/read" }, 401],
  ["an access token where none are", "/id", { token_use: "access" }, 401],
  [
    "an access token with a scope",
    "/scoped",
    { token_use: "access", scope: "other pets/all" },
    200,
  ],
  ["an access token without", "/scoped", { token_use: "access", scope: "pets/re" }, 401],
  ["another audience", "/id", { aud: "clients" }, 401],
  ["another issuer", "/id", { iss: "https://issuer.example" }, 401],
])("%s", async (_name, path, claims, status) => {
  expect(
    (await call(cognitoGateway(), "GET", `/dev${path}`, bearer(await token({ ...claims })))).status,
  ).toBe(status);
});

test("an expired token is told so, even one that was good before", async () => {
  const gateway = cognitoGateway();
  const sent = bearer(await token());
  expect((await call(gateway, "GET", "/dev/id", sent)).status).toBe(200);
  gateway.advance(3_600_000);
  expect(await call(gateway, "GET", "/dev/id", sent)).toMatchObject({
    status: 401,
    text: '{"message":"The incoming token has expired"}',
  });
});

describe("tokens that are not looked at", () => {
  test.each<[string, (value: string) => readonly string[]]>([
    ["two headers", (value) => ["Authorization", value, "Authorization", value]],
    [
      "a header that ends at the gateway",
      (value) => ["Authorization", value, "Connection", "Authorization"],
    ],
    ["two tokens in one", (value) => ["Authorization", `Bearer ${value},${value}`]],
    ["another header", (value) => ["X-Amzn-Oidc-Accesstoken", value]],
  ])("%s: 401", async (_name, headers) => {
    expect(
      (await call(cognitoGateway(), "GET", "/dev/id", { headers: headers(await token()) })).status,
    ).toBe(401);
  });
});

describe("the API's policy", () => {
  test("must allow, too, after the token was accepted", async () => {
    const sent = bearer(await token());
    expect((await call(cognitoGateway(policy()), "GET", "/dev/id", sent)).status).toBe(403);
    expect(
      (await call(cognitoGateway(denying("execute-api:/dev/POST/*")), "GET", "/dev/id", sent))
        .status,
    ).toBe(200);
    expect((await call(cognitoGateway(policy()), "GET", "/dev/id")).status).toBe(401);
  });
});

describe("keys that cannot be had", () => {
  test.each<[string, typeof answer]>([
    ["an error", { status: 500, body: "" }],
    ["no JSON", { status: 200, body: "<html>" }],
    ["JSON that is no key set", { status: 200, body: '{"keys":"none"}' }],
    ["a redirection", { status: 302, body: "" }],
    ["more than a key set may have", { status: 200, body: `{"keys":[]}${" ".repeat(200_000)}` }],
    ["nothing, for too long", null],
  ])("%s: 500, and it recovers by itself", async (_name, broken) => {
    const good = answer;
    const gateway = cognitoGateway();
    const sent = bearer(await token());
    answer = broken;
    const refused = await call(gateway, "GET", "/dev/id", sent);
    expect(refused).toMatchObject({ status: 500, text: '{"message":null}' });
    expect(refused.header("x-amzn-ErrorType")).toBe("AuthorizerConfigurationException");
    answer = good;
    gateway.advance(60_000);
    expect((await call(gateway, "GET", "/dev/id", sent)).status).toBe(200);
  });

  test("a key that is new is fetched; one that is gone counts no longer", async () => {
    const gateway = cognitoGateway();
    const sent = bearer(await token());
    answer = { status: 200, body: JSON.stringify({ keys: [{ ...jwk, kid: "other" }] }) };
    expect((await call(gateway, "GET", "/dev/id", sent)).status).toBe(401);
    answer = { status: 200, body: JSON.stringify({ keys: [jwk] }) };
    gateway.advance(61_000);
    expect((await call(gateway, "GET", "/dev/id", sent)).status).toBe(200);
  });
});
