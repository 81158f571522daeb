import { describe, expect, test } from "vitest";
import type { Authorizer } from "../../src/ir/authorizer.js";
import {
  documentWith,
  invocation,
  lambdaProxy,
  lowerGood,
  lowerText,
  summary,
} from "./lower-text.js";

type Members = Readonly<Record<string, unknown>>;

const header = { type: "apiKey", in: "header", name: "Authorization" };
const token = { type: "token", authorizerUri: invocation("auth") };
const schemes = {
  token: {
    ...header,
    "x-amazon-apigateway-authtype": "custom",
    "x-amazon-apigateway-authorizer": token,
  },
  other: { ...header, "x-amazon-apigateway-authorizer": token },
  key: { type: "apiKey", in: "header", name: "X-API-Key" },
  sigv4: { ...header, "x-amazon-apigateway-authtype": "awsSigv4" },
  bearer: { type: "http", scheme: "bearer" },
};

function secured(root: unknown, operation: unknown, more: Members = {}): object {
  return documentWith({
    root: {
      components: { securitySchemes: schemes },
      ...(root === undefined ? {} : { security: root }),
    },
    operation: {
      "x-amazon-apigateway-integration": lambdaProxy,
      ...(operation === undefined ? {} : { security: operation }),
      ...more,
    },
  });
}

const iam = { "x-amazon-apigateway-auth": { type: "aws_iam" } };
const open = { "x-amazon-apigateway-auth": { type: "NONE" } };

describe("what a method asks for", () => {
  test.each<
    [
      name: string,
      root: unknown,
      operation: unknown,
      more: Members,
      want: string,
      codes: readonly string[],
    ]
  >([
    ["nothing", undefined, undefined, {}, "none", []],
    ["the root's security", [{ token: ["a"] }], undefined, {}, "authorizer token a", []],
    ["the operation's instead", [{ token: [] }], [{ other: [] }], {}, "authorizer other ", []],
    ["an empty list opens", [{ token: [] }], [], {}, "none", []],
    ["an empty requirement opens", undefined, [{}], {}, "none", []],
    ["a key", undefined, [{ key: [] }], {}, "none key", []],
    [
      "a key and an authorizer",
      undefined,
      [{ token: ["a", "b"], key: [] }],
      {},
      "authorizer token a,b key",
      [],
    ],
    [
      "alternatives are all asked for",
      undefined,
      [{ token: [] }, { key: [] }],
      {},
      "authorizer token  key",
      ["warning GG305"],
    ],
    [
      "an open alternative is not taken",
      undefined,
      [{}, { token: [] }],
      {},
      "authorizer token ",
      ["warning GG305"],
    ],
    [
      "of two authorizers the first",
      undefined,
      [{ token: [] }, { other: [] }],
      {},
      "authorizer token ",
      ["warning GG305", "warning GG307"],
    ],
    ["IAM by scheme", undefined, [{ sigv4: [] }], {}, "iam", []],
    ["IAM by extension", undefined, undefined, iam, "iam", []],
    ["IAM by extension, with a key", undefined, [{ key: [] }], iam, "iam key", []],
    ["NONE opens", [{ token: [] }], undefined, open, "none", []],
    [
      "a scheme that the service does not check",
      undefined,
      [{ bearer: [] }],
      {},
      "none",
      ["warning GG308"],
    ],
    [
      "such a scheme beside an authorizer",
      undefined,
      [{ bearer: [], token: [] }],
      {},
      "authorizer token ",
      [],
    ],
  ])("%s", async (_name, root, operation, more, want, codes) => {
    const { gateway, diagnostics } = await lowerText(secured(root, operation, more));
    const found = gateway?.api.operations[0];
    const authorization = found?.authorization;
    const shown =
      authorization?.kind === "authorizer"
        ? `authorizer ${authorization.authorizer} ${authorization.scopes.join()}`
        : authorization?.kind;
    expect(`${shown}${found?.apiKeyRequired ? " key" : ""}`).toBe(want);
    expect(diagnostics.map(({ severity, code }) => `${severity} ${code}`)).toEqual(codes);
  });

  test.each<[name: string, security: unknown, code: string]>([
    ["an unknown scheme", [{ tokn: [] }], "GG303"],
    ["NONE beside another scheme", [{ NONE: [], token: [] }], "GG303"],
    ["NONE with scopes", [{ NONE: ["a"] }], "GG303"],
    ["an unknown scheme among good ones", [{ token: [], tokn: [] }], "GG303"],
    ["two authorizers at once", [{ token: [], other: [] }], "GG307"],
    ["no list", { token: [] }, "GG304"],
    ["null", null, "GG304"],
    ["names instead of objects", ["token"], "GG304"],
    ["scopes that are no list", [{ token: "a" }], "GG304"],
  ])("%s is an error, never an open route", async (_name, security, code) => {
    const { diagnostics } = await lowerText(secured(undefined, security));
    expect(
      diagnostics.filter(({ severity }) => severity === "error").map((item) => item.code),
    ).toEqual([code]);
  });

  test("NONE for the whole document is an error: it is written for one operation at a time", async () => {
    const { diagnostics } = await lowerText(secured([{ NONE: [] }], undefined));
    expect(diagnostics.map(({ code }) => code)).toContain("GG303");
  });
});

async function authorizerOf(
  scheme: Members,
  kind: "rest" | "http" = "rest",
): Promise<{ authorizer: Authorizer | undefined; codes: readonly string[] }> {
  const { gateway, diagnostics } = await lowerText(
    documentWith({
      root: { components: { securitySchemes: { auth: scheme } } },
      operation: { "x-amazon-apigateway-integration": lambdaProxy },
    }),
    { api: { kind } },
  );
  const codes = summary(diagnostics);
  return { authorizer: gateway?.api.authorizers[0], codes };
}

describe("authorizers", () => {
  const withAuthorizer = (authorizer: Members, scheme: Members = header): Members => ({
    ...scheme,
    "x-amazon-apigateway-authorizer": authorizer,
  });

  test.each<[name: string, scheme: Members, kind: "rest" | "http", want: object]>([
    [
      "token: the source is the scheme's header",
      withAuthorizer({ ...token, identitySource: "ignored", authorizerResultTtlInSeconds: 0 }),
      "rest",
      {
        kind: "token",
        identitySources: ["method.request.header.Authorization"],
        ttlSeconds: 0,
        simpleResponses: false,
      },
    ],
    [
      "request: sources as written",
      withAuthorizer({
        ...token,
        type: "REQUEST",
        identitySource: "method.request.header.A, context.b",
      }),
      "rest",
      {
        kind: "request",
        identitySources: ["method.request.header.A", "context.b"],
        ttlSeconds: undefined,
        payloadFormat: "1.0",
      },
    ],
    [
      "cognito",
      withAuthorizer({ type: "cognito_user_pools", providerARNs: ["arn:a", "arn:b"] }),
      "rest",
      {
        kind: "cognito_user_pools",
        providerArns: ["arn:a", "arn:b"],
        identitySources: ["method.request.header.Authorization"],
      },
    ],
    [
      "an expression, rewritten",
      withAuthorizer({ ...token, identityValidationExpression: "(?i)bearer \\w+" }),
      "rest",
      { identityValidationExpression: "[Bb][Ee][Aa][Rr][Ee][Rr] \\w+" },
    ],
    [
      "jwt",
      withAuthorizer(
        { type: "jwt", jwtConfiguration: { issuer: "https://i", audience: ["a"] } },
        { type: "oauth2" },
      ),
      "http",
      {
        kind: "jwt",
        issuer: "https://i",
        audience: ["a"],
        identitySources: ["$request.header.Authorization"],
      },
    ],
    [
      "jwt by discovery",
      withAuthorizer(
        { type: "jwt", jwtConfiguration: { audience: ["a"] } },
        { type: "openIdConnect", openIdConnectUrl: "https://i/.well-known/openid-configuration" },
      ),
      "http",
      { issuer: "https://i" },
    ],
    [
      "request with payload 2.0",
      withAuthorizer({
        ...token,
        type: "request",
        identitySource: ["$request.header.A"],
        authorizerPayloadFormatVersion: 2,
        enableSimpleResponses: true,
      }),
      "http",
      { payloadFormat: "2.0", simpleResponses: true, identitySources: ["$request.header.A"] },
    ],
  ])("%s", async (_name, scheme, kind, want) => {
    const { authorizer, codes } = await authorizerOf(scheme, kind);
    expect(codes).toEqual([]);
    expect(authorizer).toMatchObject({ name: "auth", ...want });
  });

  test.each<[name: string, scheme: Members, code: string]>([
    ["no type", withAuthorizer({ authorizerUri: invocation("a") }), "GG310"],
    [
      "a URI that names no function",
      withAuthorizer({ ...token, authorizerUri: "http://x" }),
      "GG312",
    ],
    ["no pools", withAuthorizer({ type: "cognito_user_pools" }), "GG312"],
    [
      "no audience",
      withAuthorizer({ type: "jwt", jwtConfiguration: { issuer: "https://i" } }),
      "GG312",
    ],
    [
      "a token in the query",
      withAuthorizer(token, { type: "apiKey", in: "query", name: "t" }),
      "GG313",
    ],
    [
      "an expression with an open placeholder",
      withAuthorizer({ ...token, identityValidationExpression: "${Expression}" }),
      "GG315",
    ],
    [
      "an authtype without authorizer",
      { ...header, "x-amazon-apigateway-authtype": "cognito_user_pools" },
      "GG301",
    ],
  ])("%s is an error", async (_name, scheme, code) => {
    const { codes } = await authorizerOf(scheme);
    expect(codes.filter((line) => line.startsWith("error")).join()).toContain(code);
  });

  test("schemes are found where either version puts them", async () => {
    const root = { securityDefinitions: { auth: withAuthorizer(token) }, security: [{ auth: [] }] };
    const { api } = await lowerGood(
      documentWith({ root, operation: { "x-amazon-apigateway-integration": lambdaProxy } }),
    );
    expect(api.operations[0]?.authorization.kind).toBe("authorizer");
  });
});
