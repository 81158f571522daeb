import { describe, expect, test } from "vitest";
import { iamAccess } from "../../../src/runtime/access/iam-access.js";
import { webSocketAuthorizer } from "../../../src/runtime/access/web-socket-authorizer.js";
import type { IntegrationTable, Template } from "../../../src/runtime/contracts.js";
import { allow } from "../../../src/runtime/functions/authorizer.js";
import { httpFunctionAuthorizer } from "../../../src/runtime/access/http-function-authorizer.js";
import { httpApiProxyIntegration } from "../../../src/runtime/integrations/http-api-proxy.js";
import { httpApi } from "../../../src/runtime/kinds/http-api.js";
import { startServer } from "../../../src/runtime/server/node.js";
import { memoryState } from "../../../src/runtime/state/memory-state.js";
import { signWithSdk } from "../../sigv4/signers.js";
import {
  authorizer,
  openedBy,
  policy,
  principal,
  protectedGateway,
  signed,
  START_MS,
  statement,
  type ProtectedGateway,
} from "../access/protected-gateway.js";
import { httpBackend } from "../support/backend.js";
import { call } from "../support/client.js";
import { httpApiProxy, mock, stage } from "../support/table.js";
import { answering, socketApi, socketGateway } from "../websocket/socket-api.js";
import { connectSocket } from "../websocket/socket-client.js";

/** What a variable prints in a template; empty where the service prints nothing, too. */
type Row = readonly [name: string, want: string | RegExp];

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const EXTENDED = /^[\w-]{15}=$/;
const KEY = "the-key-of-acme-0123456789";
const ann = { accessKeyId: "AKIAANN", secretAccessKey: "the secret of ann" };
const everything = policy(statement("Allow", "*"));

/** Prints variables as they are read one by one, and again out of `$context` as a whole. */
function printing(rows: readonly Row[]): Template {
  return (input) => {
    const single = rows.map(([name]) => input.context(name));
    void input.contextVariables;
    const whole = rows.map(([name]) => input.context(name));
    return JSON.stringify({ single, whole });
  };
}

function shows(text: string, rows: readonly Row[]): void {
  const { single, whole } = JSON.parse(text) as Record<"single" | "whole", readonly string[]>;
  const names = rows.map(([name]) => name);
  const wanted = rows.map(([, want]) =>
    typeof want === "string" ? want : (expect.stringMatching(want) as string),
  );
  const record = (values: readonly string[]): object =>
    Object.fromEntries(names.map((name, index) => [name, values[index]]));
  expect(record(single)).toEqual(record(wanted));
  expect(record(whole)).toEqual(record(wanted));
}

function printer(rows: readonly Row[]): IntegrationTable {
  const printed = mock();
  const responses = printed.responses.map((one) => ({
    ...one,
    templates: { "application/json": printing(rows) },
  }));
  return { ...printed, responses };
}

/** Variables that stand in every request to a REST API, and those that only answers or logs have. */
const OF_ALL: readonly Row[] = [
  ["accountId", "123456789012"],
  ["apiId", "abcdefghij"],
  ["customDomain.basePathMatched", ""],
  ["deploymentId", "abcdef"],
  ["domainName", "h.test"],
  ["domainPrefix", "h"],
  ["error.message", ""],
  ["error.messageString", ""],
  ["error.responseType", ""],
  ["error.validationErrorString", ""],
  ["extendedRequestId", EXTENDED],
  ["httpMethod", "GET"],
  ["identity.clientCert.clientCertPem", ""],
  ["identity.clientCert.issuerDN", ""],
  ["identity.clientCert.serialNumber", ""],
  ["identity.clientCert.subjectDN", ""],
  ["identity.clientCert.validity.notAfter", ""],
  ["identity.clientCert.validity.notBefore", ""],
  ["identity.cognitoAuthenticationProvider", ""],
  ["identity.cognitoAuthenticationType", ""],
  ["identity.cognitoIdentityId", ""],
  ["identity.cognitoIdentityPoolId", ""],
  ["identity.sourceIp", "192.0.2.7"],
  ["identity.userAgent", "agent"],
  ["identity.vpcId", ""],
  ["identity.vpceId", ""],
  ["isCanaryRequest", "false"],
  ["operationName", "listPets"],
  ["path", "/dev/pets/7"],
  ["protocol", "HTTP/1.1"],
  ["requestId", UUID],
  ["requestTime", "14/Nov/2023:22:13:20 +0000"],
  ["requestTimeEpoch", String(START_MS)],
  ["resourceId", "res001"],
  ["resourcePath", "/pets/{id}"],
  ["stage", "dev"],
  ["wafResponseCode", ""],
  ["webaclArn", ""],
];

const OPENED: readonly Row[] = [
  ...OF_ALL,
  ["authorizer.principalId", "somebody"],
  ["authorizer.tier", "gold"],
  ["authorizer.other", ""],
  ["identity.apiKey", KEY],
  ["identity.apiKeyId", "key0000001"],
  ["identity.accessKey", ""],
  ["identity.accountId", ""],
  ["identity.caller", ""],
  ["identity.principalOrgId", ""],
  ["identity.user", ""],
  ["identity.userArn", ""],
];

const SIGNED: readonly Row[] = [
  ["authorizer.principalId", ""],
  ["identity.apiKey", ""],
  ["identity.apiKeyId", ""],
  ["identity.accessKey", "AKIAANN"],
  ["identity.accountId", "123456789012"],
  ["identity.caller", "AIDAANN"],
  ["identity.principalOrgId", "o-1234567890"],
  ["identity.user", "AIDAANN"],
  ["identity.userArn", "arn:aws:iam::123456789012:user/ann"],
];

const principals = [principal("ann", { policies: [everything], principalOrgId: "o-1234567890" })];
const secrets = { "ann-secret": "the secret of ann", acme: KEY };

function restGateway(): ProtectedGateway {
  return protectedGateway(
    {
      "GET /pets/{id}": openedBy("auth", {
        apiKeyRequired: true,
        resourceId: "res001",
        operationName: "listPets",
        integration: printer(OPENED),
      }),
      "GET /signed": { ...signed, integration: printer(SIGNED) },
    },
    {
      api: {
        stages: {
          dev: stage({ canary: { percentTraffic: 0, variables: {}, useStageCache: false } }),
        },
      },
      access: {
        principals,
        authorizers: { auth: authorizer("token") },
        apiKeys: {
          key0000001: {
            name: "acme",
            customerId: null,
            enabled: true,
            value: { secret: "acme", key: null },
          },
        },
        usagePlans: {
          gold: {
            name: "gold",
            stages: ["dev"],
            keys: ["key0000001"],
            throttle: null,
            quota: null,
            methods: {},
          },
        },
      },
      secrets,
      functions: {
        authorizer: () => ({ ...allow("somebody", "*"), context: { tier: "gold" } }),
      },
    },
  );
}

describe("variables of templates", () => {
  test("of a REST API behind an authorizer and a key", async () => {
    const { text } = await call(restGateway(), "GET", "/dev/pets/7", {
      headers: Object.entries({
        Authorization: "ticket",
        "x-api-key": KEY,
        "User-Agent": "agent",
        Host: "h.test",
      }).flat(),
    });
    shows(text, OPENED);
  });

  test("of a REST API whose caller signs", async () => {
    const sent = await signWithSdk({ method: "GET", path: "/dev/signed" }, ann, START_MS);
    const { text } = await call(restGateway(), sent.method, sent.target, { headers: sent.headers });
    shows(text, SIGNED);
  });

  test("of a WebSocket API", async () => {
    const rows: readonly Row[] = [
      ["apiId", "abcdefghij"],
      ["authorizer.principalId", "somebody"],
      ["authorizer.tier", "gold"],
      ["connectedAt", String(START_MS)],
      ["connectionId", /^[\w-]{23}=$/],
      ["disconnectReason", ""],
      ["disconnectStatusCode", ""],
      ["domainName", "h.test"],
      ["eventType", "MESSAGE"],
      ["extendedRequestId", EXTENDED],
      ["identity.sourceIp", "127.0.0.1"],
      ["identity.userAgent", "agent"],
      ["identity.userArn", ""],
      ["messageDirection", "IN"],
      ["messageId", EXTENDED],
      ["requestId", EXTENDED],
      ["requestTime", "14/Nov/2023:22:13:20 +0000"],
      ["requestTimeEpoch", String(START_MS)],
      ["routeKey", "$default"],
      ["stage", "prod"],
    ];
    const gateway = socketGateway(
      socketApi(
        {
          $connect: { ...openedBy("auth"), integration: answering(() => "") },
          $default: { integration: answering(printing(rows)) },
        },
        {
          access: {
            resourcePolicy: null,
            principals: [],
            apiKeys: {},
            usagePlans: {},
            authorizers: { auth: authorizer("request", { identitySources: [] }) },
          },
        },
      ),
      { authorizer: () => ({ ...allow("somebody", "*"), context: { tier: "gold" } }) },
      { authorizers: { request: webSocketAuthorizer }, state: memoryState },
      { clock: () => START_MS },
    );
    const server = await startServer(gateway, { port: 0, host: "127.0.0.1", handleSignals: false });
    const client = await connectSocket(`ws://127.0.0.1:${String(server.port)}/prod`, {
      headers: { "User-Agent": "agent", Host: "h.test" },
    });
    const answer = await client.ask("hello");
    await server.stop();
    shows(String(answer), rows);
  });
});

/** Without a route, an answer or an authorizer of its own a variable is no text, and nothing is mapped. */
const MAPPED: readonly Row[] = [
  ["accountId", "123456789012"],
  ["apiId", "abcdefghij"],
  ["authorizer.principalId", "somebody"],
  ["authorizer.tier", "gold"],
  ["domainName", "h.test"],
  ["domainPrefix", "h"],
  ["extendedRequestId", EXTENDED],
  ["httpMethod", "GET"],
  ["identity.sourceIp", "192.0.2.7"],
  ["identity.userAgent", "agent"],
  ["path", "/dev/pets/7"],
  ["protocol", "HTTP/1.1"],
  ["requestId", EXTENDED],
  ["requestTime", "14/Nov/2023:22:13:20 +0000"],
  ["requestTimeEpoch", String(START_MS)],
  ["routeKey", "GET /pets/{id}"],
  ["stage", "dev"],
];

test("variables of parameter mappings of an HTTP API", async () => {
  const seen: Record<string, string> = {};
  const backend = await httpBackend((request, response) => {
    for (const [name, value] of Object.entries(request.headers)) seen[name] = String(value);
    response.end("{}");
  });
  const header = (name: string): string => `over-${name.replaceAll(".", "-").toLowerCase()}`;
  const gateway = protectedGateway(
    {
      "GET /pets/{id}": openedBy("auth", {
        integration: httpApiProxy([`${backend.origin}/`], {
          changes: {
            request: MAPPED.map(([context]) => ({
              action: "overwrite",
              to: "header",
              name: header(context),
              value: [{ context }],
            })),
            responses: {},
          },
        }),
      }),
    },
    {
      api: { kind: "http" },
      access: { principals, authorizers: { auth: authorizer("request") } },
      secrets,
      functions: {
        authorizer: () => ({ ...allow("somebody", "*"), context: { tier: "gold" } }),
      },
      parts: {
        kind: httpApi,
        iam: iamAccess,
        integrations: { http_api_proxy: httpApiProxyIntegration },
        authorizers: { request: httpFunctionAuthorizer },
      },
    },
  );
  await call(gateway, "GET", "/dev/pets/7", {
    headers: ["Authorization", "ticket", "User-Agent", "agent", "Host", "h.test"],
  });
  await gateway.close();
  await backend.close();
  const wanted = MAPPED.map(([name, want]): [string, unknown] => [
    header(name),
    typeof want === "string" ? want : expect.stringMatching(want),
  ]);
  expect(seen).toMatchObject(Object.fromEntries(wanted));
});
