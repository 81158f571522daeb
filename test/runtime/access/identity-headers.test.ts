import type { IncomingHttpHeaders } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RequestMapping } from "../../../src/runtime/contracts.js";
import { allow } from "../../../src/runtime/functions/authorizer.js";
import { httpBackend, type Backend } from "../support/backend.js";
import { call } from "../support/client.js";
import { functionProxy, httpProxy } from "../support/table.js";
import {
  authorizer,
  openedBy,
  protectedGateway,
  type ProtectedGateway,
} from "./protected-gateway.js";

let backend: Backend;
let seen: IncomingHttpHeaders[] = [];
beforeEach(async () => {
  seen = [];
  backend = await httpBackend((request, response) => {
    seen.push(request.headers);
    response.end("{}");
  });
});
afterEach(() => backend.close());

/** `X-User` and `X-Role` tell the backend what the authorizer found out. */
const told: readonly RequestMapping[] = [
  { to: "header", name: "X-User", from: { context: "authorizer.principalId" } },
  { to: "header", name: "X-Role", from: { context: "authorizer.role" } },
  { to: "header", name: "X-Tier", from: { stageVariable: "tier" } },
];

function proxyGateway(context: Readonly<Record<string, string>>): ProtectedGateway {
  const integration = httpProxy([`${backend.origin}/`], { requestParameters: told });
  return protectedGateway(
    { "GET /pets": openedBy("auth", { integration }) },
    {
      access: { authorizers: { auth: authorizer("token") } },
      functions: { authorizer: () => allow("me", "*", context) },
    },
  );
}

describe("headers that tell a backend who calls", () => {
  const spellings = ["X-Role", "x-role", "X-ROLE"];

  test.each(spellings)("%s of the client is replaced", async (name) => {
    const headers = ["Authorization", "t", name, "admin", "x-user", "root"];
    const gateway = proxyGateway({ role: "reader" });
    expect((await call(gateway, "GET", "/dev/pets", { headers })).status).toBe(200);
    expect(seen).toMatchObject([{ "x-role": "reader", "x-user": "me" }]);
  });

  test.each(spellings)(
    "%s of the client is left out where the gateway knows none",
    async (name) => {
      const headers = ["Authorization", "t", name, "admin", "X-Tier", "gold"];
      const gateway = proxyGateway({});
      expect((await call(gateway, "GET", "/dev/pets", { headers })).status).toBe(200);
      expect(seen[0]).toMatchObject({ "x-user": "me" });
      expect(seen[0]).not.toHaveProperty("x-role");
      expect(seen[0]).not.toHaveProperty("x-tier");
    },
  );

  test("a client cannot have one removed by Connection", async () => {
    const gateway = proxyGateway({ role: "reader" });
    const headers = [
      "Authorization",
      "t",
      "Connection",
      "x-role, x-user, x-amzn-apigateway-api-id",
    ];
    expect((await call(gateway, "GET", "/dev/pets", { headers })).status).toBe(200);
    expect(seen).toMatchObject([
      { "x-role": "reader", "x-user": "me", "x-amzn-apigateway-api-id": "abcdefghij" },
    ]);
  });

  test("the API's id is the gateway's to say", async () => {
    const headers = ["Authorization", "t", "x-amzn-apigateway-api-id", "zyxwvutsrq"];
    expect((await call(proxyGateway({}), "GET", "/dev/pets", { headers })).status).toBe(200);
    expect(seen).toMatchObject([{ "x-amzn-apigateway-api-id": "abcdefghij" }]);
  });

  test("where the client comes from is the gateway's to add", async () => {
    const headers = [
      "Authorization",
      "t",
      "X-Forwarded-For",
      "10.0.0.1",
      "X-Forwarded-Proto",
      "http",
    ];
    await call(proxyGateway({}), "GET", "/dev/pets", { headers });
    expect(seen).toMatchObject([
      { "x-forwarded-for": "10.0.0.1, 192.0.2.7", "x-forwarded-proto": "https" },
    ]);
  });
});

test("identity in the event of a function comes from no header", async () => {
  const gateway = protectedGateway(
    { "GET /pets": { integration: functionProxy("echo") } },
    { functions: { echo: (event: object) => ({ statusCode: 200, body: JSON.stringify(event) }) } },
  );
  const claimed = [
    "x-amzn-principal-id",
    "x-amzn-user-arn",
    "x-amzn-oidc-identity",
    "x-amz-cognito-identity-id",
    "x-amzn-account-id",
  ];
  const headers = claimed.flatMap((name) => [name, "arn:aws:iam::123456789012:root"]);
  const { text } = await call(gateway, "GET", "/dev/pets", { headers });
  const { requestContext } = JSON.parse(text) as { requestContext: { identity: object } };
  expect(requestContext).not.toHaveProperty("authorizer");
  expect(requestContext.identity).toEqual({
    cognitoIdentityPoolId: null,
    accountId: null,
    cognitoIdentityId: null,
    caller: null,
    sourceIp: "192.0.2.7",
    principalOrgId: null,
    accessKey: null,
    cognitoAuthenticationType: null,
    cognitoAuthenticationProvider: null,
    userArn: null,
    userAgent: null,
    user: null,
  });
});
