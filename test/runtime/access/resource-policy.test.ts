import { describe, expect, test } from "vitest";
import type { PolicyDocument } from "../../../src/runtime/contracts.js";
import { allow } from "../../../src/runtime/functions/authorizer.js";
import { call } from "../support/client.js";
import {
  arn,
  authorizer,
  denying,
  openedBy,
  policy,
  protectedGateway,
  statement,
  type ProtectedGateway,
} from "./protected-gateway.js";

const Principal = "*";

/** A gateway that answers for every path, with a policy and no authorization. */
function openGateway(resourcePolicy: PolicyDocument | null): ProtectedGateway {
  return protectedGateway(
    { "ANY /{proxy+}": {}, "ANY /": {} },
    { access: { resourcePolicy }, parts: {} },
  );
}

const statusOf = async (
  gateway: ProtectedGateway,
  target: string,
  method = "GET",
  headers: readonly string[] = [],
): Promise<number> => (await call(gateway, method, target, { headers })).status;

describe("methods without authorization", () => {
  test.each<[name: string, document: PolicyDocument | null, status: number]>([
    ["no policy", null, 200],
    ["an allowing one", policy(statement("Allow", "execute-api:/*", { Principal })), 200],
    ["one for other methods", policy(statement("Allow", arn("POST/*"), { Principal })), 403],
    ["one for other stages", policy(statement("Allow", "execute-api:/prod/*", { Principal })), 403],
    ["a denying one", denying("execute-api:/dev/*"), 403],
    ["one that is silent", policy(), 403],
    [
      "one for a signer",
      policy(statement("Allow", "*", { Principal: { AWS: "123456789012" } })),
      403,
    ],
    [
      "one for everybody but a signer",
      policy(statement("Deny", "*", { NotPrincipal: { AWS: "123456789012" } })),
      403,
    ],
    [
      "one for other addresses",
      policy(
        statement("Allow", "*", { Principal }),
        statement("Deny", "*", {
          Principal,
          Condition: { NotIpAddress: { "aws:SourceIp": "198.51.100.0/24" } },
        }),
      ),
      403,
    ],
    [
      "one for this address",
      policy(
        statement("Allow", "*", {
          Principal,
          Condition: { IpAddress: { "aws:SourceIp": ["198.51.100.0/24", "192.0.2.7"] } },
        }),
      ),
      200,
    ],
    [
      "one for this time",
      policy(
        statement("Allow", "*", {
          Principal,
          Condition: { DateLessThan: { "aws:CurrentTime": "2023-11-14T22:13:21Z" } },
        }),
      ),
      200,
    ],
    [
      "one for a time that is over",
      policy(
        statement("Allow", "*", {
          Principal,
          Condition: { DateLessThan: { "aws:CurrentTime": "2023-11-14T22:13:20Z" } },
        }),
      ),
      403,
    ],
  ])("%s", async (_name, document, status) => {
    expect(await statusOf(openGateway(document), "/dev/pets")).toBe(status);
  });

  test("a client cannot say where it comes from", async () => {
    const near = { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } };
    const gateway = openGateway(policy(statement("Allow", "*", { Principal, Condition: near })));
    const headers = [
      "X-Forwarded-For",
      "10.1.1.1",
      "X-Real-IP",
      "10.1.1.1",
      "Forwarded",
      "for=10.1.1.1",
    ];
    expect(await statusOf(gateway, "/dev/pets", "GET", headers)).toBe(403);
  });

  test("a refusal tells caller and method, the account masked", async () => {
    const { text } = await call(openGateway(policy()), "GET", "/dev/pets");
    expect(text).toBe(
      '{"Message":"User: anonymous is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:********9012:abcdefghij/dev/GET/pets"}',
    );
  });
});

describe("Lambda authorizers: both policies together", () => {
  const cases: readonly (readonly [
    own: "Allow" | "Deny" | null,
    resource: PolicyDocument,
    status: number,
  ])[] = [
    ["Allow", policy(statement("Allow", "*", { Principal })), 200],
    ["Allow", policy(), 200],
    ["Allow", denying("*"), 403],
    [null, policy(statement("Allow", "*", { Principal })), 200],
    [null, policy(), 403],
    ["Deny", policy(statement("Allow", "*", { Principal })), 403],
  ];
  test.each(cases)("%s, %j: %i", async (own, resourcePolicy, status) => {
    const document = policy(...(own === null ? [] : [statement(own, "*")]));
    const gateway = protectedGateway(
      { "GET /pets": openedBy("auth") },
      {
        access: { resourcePolicy, authorizers: { auth: authorizer("token") } },
        functions: { authorizer: () => ({ principalId: "me", policyDocument: document }) },
      },
    );
    expect(await statusOf(gateway, "/dev/pets", "GET", ["Authorization", "t"])).toBe(status);
  });
});

/** Spellings that a backend may take for `/admin/users`, `/admin` or below. */
const disguises: readonly string[] = [
  "/admin/users",
  "//admin/users",
  "///admin//users",
  "/admin//users",
  "/admin/users/",
  "/%61dmin/users",
  "/admin%2Fusers",
  "/admin%2fusers",
  "/admin%5Cusers",
  "/admin\\users",
  "/./admin/users",
  "/admin/./users",
  "/%2e/admin/users",
  "/open/../admin/users",
  "/open/%2e%2e/admin/users",
  "/open/%2E./admin/users",
  "/open%2f..%2fadmin%2fusers",
  "/open\\..\\admin\\users",
  "/open/..;/admin/users",
  "/open/..;x=1/admin/users",
  "/admin;v=1/users",
  "/admin/users;v=1",
  "/admin/users%3Bv=1",
  "/../admin/users",
  "/admin%2Fusers%2F%ff",
];

describe("spellings of a path that is denied", () => {
  test.each(disguises)("%s by the API's policy", async (path) => {
    const gateway = openGateway(denying(arn("*/admin/*")));
    expect(await statusOf(gateway, `/dev${path}`)).toBe(403);
    expect(await statusOf(gateway, "/dev/open")).toBe(200);
  });

  test.each(disguises)("%s by an authorizer's policy", async (path) => {
    const policyDocument = policy(statement("Allow", "*"), statement("Deny", arn("GET/admin/*")));
    const gateway = protectedGateway(
      { "ANY /{proxy+}": openedBy("auth") },
      {
        access: { authorizers: { auth: authorizer("token") } },
        functions: { authorizer: () => ({ principalId: "me", policyDocument }) },
      },
    );
    expect(await statusOf(gateway, `/dev${path}`, "GET", ["Authorization", "t"])).toBe(403);
  });

  test.each(disguises.filter((path) => path.includes("open")))(
    "%s where only what is open is allowed",
    async (path) => {
      const gateway = openGateway(policy(statement("Allow", arn("GET/open/*"), { Principal })));
      expect(await statusOf(gateway, `/dev${path}`)).toBe(403);
      expect(await statusOf(gateway, "/dev/open/a%2Fb/c.d/..e/")).toBe(200);
    },
  );

  test.each(["/admin/", "/admin;x", "/%61dmin", "//admin", "/admin/."])(
    "%s for the resource itself",
    async (path) => {
      const gateway = openGateway(denying(arn("GET/admin")));
      expect(await statusOf(gateway, `/dev${path}`)).toBe(403);
    },
  );

  test("the stage is no part of the path that could be disguised", async () => {
    const gateway = openGateway(denying("execute-api:/dev/*"));
    for (const target of [
      "/%64ev/pets",
      "/DEV/pets",
      "/x/../dev/pets",
      "//dev/pets",
      "/dev;x/pets",
    ]) {
      expect(await statusOf(gateway, target)).toBe(403);
    }
  });

  test("another case is another resource, as the service has it: no route of its own, no denial", async () => {
    const fixed = protectedGateway(
      { "GET /admin": {} },
      { access: { resourcePolicy: denying(arn("GET/admin")) } },
    );
    expect(await statusOf(fixed, "/dev/ADMIN")).toBe(403);
    expect(await statusOf(openGateway(denying(arn("GET/admin"))), "/dev/ADMIN")).toBe(200);
  });
});

describe("methods that are denied", () => {
  const override = (method: string) => ["X-HTTP-Method-Override", method];

  test("a policy sees the method that is served, not the one that was sent", async () => {
    const gateway = openGateway(denying(arn("DELETE/*")));
    expect(await statusOf(gateway, "/dev/pets", "DELETE")).toBe(403);
    expect(await statusOf(gateway, "/dev/pets", "GET", override("DELETE"))).toBe(403);
    expect(await statusOf(gateway, "/dev/pets", "GET")).toBe(200);
  });

  test("what was sent and what is served may differ only once", async () => {
    const gateway = openGateway(null);
    const twice = [...override("DELETE"), ...override("GET")];
    expect(await statusOf(gateway, "/dev/pets", "GET", twice)).toBe(403);
    expect(await statusOf(gateway, "/dev/pets", "GET", override("get"))).toBe(403);
    expect(await statusOf(gateway, "/dev/pets", "GET", override("GET, DELETE"))).toBe(403);
  });

  test("an authorizer of one method does not open another", async () => {
    const gateway = protectedGateway(
      { "GET /pets": {}, "DELETE /pets": openedBy("auth") },
      {
        access: { authorizers: { auth: authorizer("token") } },
        functions: { authorizer: () => allow("me", arn("GET/pets")) },
      },
    );
    expect(await statusOf(gateway, "/dev/pets")).toBe(200);
    expect(await statusOf(gateway, "/dev/pets", "GET", override("DELETE"))).toBe(401);
    const known = [...override("DELETE"), "Authorization", "t"];
    expect(await statusOf(gateway, "/dev/pets", "GET", known)).toBe(403);
    // the header ends at the gateway, and what it says is still what is served
    const hidden = [...known, "Connection", "X-HTTP-Method-Override"];
    expect(await statusOf(gateway, "/dev/pets", "GET", hidden)).toBe(403);
  });
});
