import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseAccessLogFormat } from "../../../src/language/access-log-format.js";
import { webSocketAuthorizer } from "../../../src/runtime/access/web-socket-authorizer.js";
import { httpFunctionAuthorizer } from "../../../src/runtime/access/http-function-authorizer.js";
import { iamAccess } from "../../../src/runtime/access/iam-access.js";
import { jwtAuthorizer } from "../../../src/runtime/access/jwt-authorizer.js";
import type {
  AccessLogTable,
  ModelValidator,
  UsagePlanTable,
} from "../../../src/runtime/contracts.js";
import { allow } from "../../../src/runtime/functions/authorizer.js";
import { httpApiFunctionIntegration } from "../../../src/runtime/integrations/http-api-function.js";
import { httpApiProxyIntegration } from "../../../src/runtime/integrations/http-api-proxy.js";
import { httpApi } from "../../../src/runtime/kinds/http-api.js";
import { accessLog } from "../../../src/runtime/logs/access-log.js";
import { ACCESS_LOG_NAMES } from "../../../src/runtime/logs/access-log-names.js";
import { fileLines } from "../../../src/runtime/logs/file-lines.js";
import { memoryState } from "../../../src/runtime/state/memory-state.js";
import { messageValidation } from "../../../src/runtime/websocket/message-validation.js";
import { startServer, type GatewayServer } from "../../../src/runtime/server/node.js";
import { ValueMap } from "../../../src/runtime/velocity/value.js";
import { observed } from "../../../src/runtime/views/observed.js";
import { requestLimits } from "../../../src/runtime/access/request-limits.js";
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
} from "../access/protected-gateway.js";
import { eventually, httpBackend, type Backend } from "../support/backend.js";
import { call } from "../support/client.js";
import {
  functionProxy,
  httpApiFunction,
  httpApiProxy,
  httpProxy,
  mock,
  stage,
} from "../support/table.js";
import {
  ACTION,
  answering,
  socketApi,
  socketGateway,
  type TestSocketRoute,
} from "../websocket/socket-api.js";
import { connectSocket, refusedSocket, type SocketClient } from "../websocket/socket-client.js";

const folder = mkdtempSync(join(tmpdir(), "gen-gateway-variables-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What a variable prints, and in which line; `-` is what the service prints where there is no value. */
type Row = readonly [name: string, line: string, want: string | RegExp];
type Line = Readonly<Record<string, string>>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const EXTENDED = /^[\w-]{15}=$/;
const TIME = "14/Nov/2023:22:13:20 +0000";
const TRACE = /^1-[0-9a-f]{8}-[0-9a-f]{24}$/;
const NUMBER = /^\d+$/;
const SEPARATOR = " | ";

/** A log of every variable, written out as a format of the settings is. */
function everyVariable(names: readonly string[], path: string): AccessLogTable {
  const format = names.map((name) => `$context.${name}`).join(SEPARATOR);
  return {
    format: "text",
    parts: parseAccessLogFormat(format).parts.map((part) =>
      part.kind === "text" ? part.text : { context: part.name },
    ),
    destination: { kind: "file", path },
  };
}

/** Lines of a log by what they are called, in the order in which the requests were sent. */
function readLines(
  path: string,
  names: readonly string[],
  calls: readonly string[],
): ReadonlyMap<string, Line> {
  const lines = readFileSync(path, "utf8").split("\n").slice(0, -1);
  expect(lines).toHaveLength(calls.length);
  return new Map(
    calls.map((name, index): [string, Line] => {
      const values = lines[index]?.split(SEPARATOR) ?? [];
      expect(values).toHaveLength(names.length);
      return [name, Object.fromEntries(names.map((key, at) => [key, values[at] ?? ""]))];
    }),
  );
}

/** The names that are no names of a fixed list, one of each. */
const OPEN = {
  rest: [
    "authorizer.tier",
    "authorizer.claims.sub",
    "requestOverride.header.X-Over",
    "requestOverride.path.id",
    "requestOverride.querystring.q",
    "responseOverride.header.X-Back",
  ],
  http: ["authorizer.tier", "authorizer.claims.sub"],
  websocket: ["authorizer.tier"],
} as const;

type Kind = keyof typeof OPEN;

function namesOf(kind: Kind): readonly string[] {
  const listed = [...ACCESS_LOG_NAMES].filter(([, { kinds }]) => kinds.includes(kind));
  return [...listed.map(([name]) => name), ...OPEN[kind]];
}

/** What always prints `-` in this gateway, and why. */
const ABSENT: Readonly<Record<string, string>> = {
  cipherSuite: "TLS ends in front of the gateway",
  "customDomain.basePathMatched": "custom domains are not served here",
  "identity.clientCert.clientCertPem": "TLS ends in front of the gateway",
  "identity.clientCert.issuerDN": "TLS ends in front of the gateway",
  "identity.clientCert.serialNumber": "TLS ends in front of the gateway",
  "identity.clientCert.subjectDN": "TLS ends in front of the gateway",
  "identity.clientCert.validity.notAfter": "TLS ends in front of the gateway",
  "identity.clientCert.validity.notBefore": "TLS ends in front of the gateway",
  "identity.cognitoAuthenticationProvider":
    "callers sign with keys of the settings, not of identity pools",
  "identity.cognitoAuthenticationType":
    "callers sign with keys of the settings, not of identity pools",
  "identity.cognitoIdentityId": "callers sign with keys of the settings, not of identity pools",
  "identity.cognitoIdentityPoolId": "callers sign with keys of the settings, not of identity pools",
  "identity.vpcId": "there are no VPC endpoints here",
  "identity.vpceId": "there are no VPC endpoints here",
  tlsVersion: "TLS ends in front of the gateway",
  "waf.error": "no web ACL is evaluated here",
  "waf.latency": "no web ACL is evaluated here",
  "waf.status": "no web ACL is evaluated here",
  wafResponseCode: "no web ACL is evaluated here",
  webaclArn: "no web ACL is evaluated here",
};

/** Every variable of a kind has its row or its reason, each row is as it says, and what is absent is so in all lines. */
function checkVariables(
  kind: Kind,
  rows: readonly Row[],
  lines: () => ReadonlyMap<string, Line>,
): void {
  test("each variable has a value in some line, or a reason to have none", () => {
    const absent = namesOf(kind).filter((name) => Object.hasOwn(ABSENT, name));
    expect([...rows.map(([name]) => name), ...absent].toSorted()).toEqual(
      [...namesOf(kind)].toSorted(),
    );
  });

  test.each(rows)("$context.%s of %s", (name, line, want) => {
    const value = lines().get(line)?.[name];
    if (typeof want === "string") expect(value).toBe(want);
    else expect(value).toMatch(want);
  });

  const absent = namesOf(kind).flatMap((name) => {
    const reason = ABSENT[name];
    return reason === undefined ? [] : [[name, reason] as const];
  });
  test.each(absent)("$context.%s prints -: %s", (name, reason) => {
    expect(ACCESS_LOG_NAMES.get(name)?.absent).toBe(reason);
    expect([...lines().values()].map((line) => line[name])).toEqual(
      Array.from({ length: lines().size }, () => "-"),
    );
  });
}

test("what the gateway says of variables without a value is what is tested here", () => {
  const said = [...ACCESS_LOG_NAMES].flatMap(([name, { absent }]) =>
    absent === null ? [] : [[name, absent] as const],
  );
  expect(Object.fromEntries(said)).toEqual(ABSENT);
});

const keys = await generateKeyPair("RS256");
const jwk = { ...(await exportJWK(keys.publicKey)), kid: "one", use: "sig", alg: "RS256" };

let backend: Backend;
beforeAll(async () => {
  backend = await httpBackend((request, response) => {
    const [path = ""] = (request.url ?? "").split("?");
    if (path.includes("openid")) {
      response.end(JSON.stringify({ issuer: backend.origin, jwks_uri: `${backend.origin}/keys` }));
    } else if (path === "/keys") response.end(JSON.stringify({ keys: [jwk] }));
    else if (path === "/reset") request.socket.destroy();
    else {
      response
        .writeHead(201, { "x-amzn-RequestId": "endpoint-1", "x-amz-id-2": "endpoint-2" })
        .end("12345");
    }
  });
});
afterAll(() => backend.close());

function bearer(claims: Readonly<Record<string, unknown>>): Promise<string> {
  const now = START_MS / 1000;
  return new SignJWT({ iss: backend.origin, aud: "client", iat: now, exp: now + 3600, ...claims })
    .setProtectedHeader({ alg: "RS256", kid: "one" })
    .sign(keys.privateKey);
}

const everything = policy(statement("Allow", "*"));
const ann = { accessKeyId: "AKIAANN", secretAccessKey: "the secret of ann" };
const bob = { accessKeyId: "AKIABOB", secretAccessKey: "the secret of bob" };
const secrets = {
  "ann-secret": "the secret of ann",
  "bob-secret": "the secret of bob",
  "key-of-acme": "the-key-of-acme-0123456789",
};
const access = {
  principals: [
    principal("ann", { policies: [everything], principalOrgId: "o-1234567890" }),
    principal("bob"),
  ],
  apiKeys: {
    key0000001: {
      name: "acme",
      customerId: null,
      enabled: true,
      value: { secret: "key-of-acme", key: null },
    },
  },
} as const;

/** A model that nothing fits. */
const never: ModelValidator = Object.assign((): boolean => false, {
  errors: [{ instancePath: "", schemaPath: "#/type", keyword: "type", params: {}, message: "no" }],
});

function plan(stageName: string): UsagePlanTable {
  return {
    name: "gold",
    stages: [stageName],
    keys: ["key0000001"],
    throttle: null,
    quota: null,
    methods: {},
  };
}

const authorize = ({ authorizationToken }: { authorizationToken?: string }): object => {
  if (authorizationToken === "broken") throw new Error("the authorizer has no luck");
  return { ...allow("somebody", "*"), context: { tier: "gold" } };
};

describe("REST", () => {
  const names = namesOf("rest");
  const path = join(folder, "rest.log");
  let lines: ReadonlyMap<string, Line>;
  let ids: Readonly<Record<string, string | undefined>>;

  beforeAll(async () => {
    const overriding = mock("", {
      responses: [
        {
          pattern: null,
          statusCode: 200,
          headers: [],
          contentHandling: null,
          templates: {
            "application/json": ({ contextVariables }) => {
              const request = contextVariables.get("requestOverride");
              const response = contextVariables.get("responseOverride");
              if (!(request instanceof ValueMap) || !(response instanceof ValueMap)) return "";
              request.put("header", new ValueMap([["X-Over", "one"]]));
              request.put("path", new ValueMap([["id", "two"]]));
              request.put("querystring", new ValueMap([["q", "three"]]));
              response.put("status", 202);
              response.put("header", new ValueMap([["X-Back", "four"]]));
              return "";
            },
          },
        },
      ],
    });
    const gateway = protectedGateway(
      {
        "GET /guarded/{id}": openedBy("auth", {
          apiKeyRequired: true,
          resourceId: "res001",
          operationName: "getGuarded",
          integration: functionProxy("echo"),
        }),
        "GET /signed": { ...signed, integration: httpProxy([`${backend.origin}/ok`]) },
        "GET /token": openedBy("pool"),
        "POST /checked": {
          validation: {
            requiredHeaders: [],
            requiredPath: [],
            requiredQuery: [],
            bodyModels: { "application/json": "never" },
          },
        },
        "GET /reset": { integration: httpProxy([`${backend.origin}/reset`]) },
        "GET /over": { integration: overriding },
      },
      {
        api: {
          validators: { never },
          stages: {
            dev: stage({
              canary: { percentTraffic: 0, variables: {}, useStageCache: false },
            }),
          },
        },
        access: {
          ...access,
          usagePlans: { gold: plan("dev") },
          authorizers: {
            auth: authorizer("token"),
            pool: {
              kind: "cognito",
              pools: [
                {
                  arn: ["arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_Pool"],
                  issuer: backend.origin,
                  jwksUri: `${backend.origin}/keys`,
                },
              ],
              header: "Authorization",
              validation: null,
            },
          },
        },
        secrets,
        functions: {
          echo: () => ({ statusCode: 201, body: "12345" }),
          authorizer: authorize,
        },
        parts: {
          views: observed(accessLog({ dev: everyVariable(names, path) }, { file: fileLines })),
        },
      },
    );
    const token = await bearer({ sub: "user-1", token_use: "id" });
    const opened = { "x-api-key": secrets["key-of-acme"], Host: "api.example.com" };
    const guarded = await call(gateway, "GET", "/dev/guarded/7?a=b", {
      headers: Object.entries({
        ...opened,
        Authorization: "a-ticket-for-it",
        "User-Agent": "agent",
      }).flat(),
    });
    const planned = await signWithSdk({ method: "GET", path: "/dev/signed" }, ann, START_MS);
    await call(gateway, planned.method, planned.target, { headers: planned.headers });
    await call(gateway, "GET", "/dev/token", { headers: ["Authorization", `Bearer ${token}`] });
    await call(gateway, "POST", "/dev/checked", { body: "{}" });
    await call(gateway, "GET", "/dev/signed", { headers: ["Authorization", "AWS4-HMAC-SHA256 x"] });
    await call(gateway, "GET", "/dev/guarded/7", { headers: ["Authorization", "broken"] });
    await call(gateway, "GET", "/dev/reset");
    await call(gateway, "GET", "/dev/over");
    const refused = await signWithSdk({ method: "GET", path: "/dev/signed" }, bob, START_MS);
    await call(gateway, refused.method, refused.target, { headers: refused.headers });
    await gateway.close();
    ids = {
      request: guarded.header("x-amzn-RequestId"),
      extended: guarded.header("x-amz-apigw-id"),
    };
    lines = readLines(path, names, [
      "guarded",
      "signed",
      "token",
      "checked",
      "unsigned",
      "broken authorizer",
      "reset",
      "over",
      "denied",
    ]);
  });

  test("ids are those of the answer", () => {
    expect(lines.get("guarded")?.["requestId"]).toBe(ids["request"]);
    expect(lines.get("guarded")?.["extendedRequestId"]).toBe(ids["extended"]);
  });

  const rows: readonly Row[] = [
    ["accountId", "guarded", "123456789012"],
    ["apiId", "guarded", "abcdefghij"],
    ["authenticate.error", "unsigned", /equal-sign|Credential/],
    ["authenticate.latency", "signed", NUMBER],
    ["authenticate.status", "signed", "200"],
    ["authorize.error", "denied", /is not authorized to perform/],
    ["authorize.latency", "signed", NUMBER],
    ["authorize.status", "signed", "200"],
    ["authorizer.claims.sub", "token", "user-1"],
    ["authorizer.error", "broken authorizer", /the authorizer \\"auth\\" failed/],
    ["authorizer.integrationLatency", "guarded", NUMBER],
    ["authorizer.integrationStatus", "guarded", "200"],
    ["authorizer.latency", "guarded", NUMBER],
    ["authorizer.principalId", "guarded", "somebody"],
    ["authorizer.requestId", "guarded", UUID],
    ["authorizer.status", "guarded", "200"],
    ["authorizer.tier", "guarded", "gold"],
    ["awsEndpointRequestId", "signed", "endpoint-1"],
    ["awsEndpointRequestId2", "signed", "endpoint-2"],
    ["deploymentId", "guarded", "abcdef"],
    ["domainName", "guarded", "api.example.com"],
    ["domainPrefix", "guarded", "api"],
    ["error.message", "checked", "Invalid request body"],
    ["error.messageString", "checked", '\\"Invalid request body\\"'],
    ["error.responseType", "checked", "BAD_REQUEST_BODY"],
    ["error.validationErrorString", "checked", /^\[.+\]$/],
    ["extendedRequestId", "guarded", EXTENDED],
    ["httpMethod", "guarded", "GET"],
    ["identity.accessKey", "signed", "AKIAANN"],
    ["identity.accountId", "signed", "123456789012"],
    ["identity.apiKey", "guarded", "****6789"],
    ["identity.apiKeyId", "guarded", "key0000001"],
    ["identity.caller", "signed", "AIDAANN"],
    ["identity.principalOrgId", "signed", "o-1234567890"],
    ["identity.sourceIp", "guarded", "192.0.2.7"],
    ["identity.user", "signed", "AIDAANN"],
    ["identity.userAgent", "guarded", "agent"],
    ["identity.userArn", "signed", "arn:aws:iam::123456789012:user/ann"],
    ["integration.error", "reset", /endpoint|socket|other side/i],
    ["integration.integrationStatus", "guarded", "200"],
    ["integration.latency", "guarded", NUMBER],
    ["integration.requestId", "guarded", UUID],
    ["integration.status", "guarded", "201"],
    ["integrationErrorMessage", "reset", /endpoint|socket|other side/i],
    ["integrationLatency", "signed", NUMBER],
    ["integrationStatus", "signed", "201"],
    ["isCanaryRequest", "guarded", "false"],
    ["operationName", "guarded", "getGuarded"],
    ["path", "guarded", "/dev/guarded/7"],
    ["protocol", "guarded", "HTTP/1.1"],
    ["requestId", "guarded", UUID],
    ["requestOverride.header.X-Over", "over", "one"],
    ["requestOverride.path.id", "over", "two"],
    ["requestOverride.querystring.q", "over", "three"],
    ["requestTime", "guarded", TIME],
    ["requestTimeEpoch", "guarded", String(START_MS)],
    ["resourceId", "guarded", "res001"],
    ["resourcePath", "guarded", "/guarded/{id}"],
    ["responseLatency", "guarded", NUMBER],
    ["responseLength", "guarded", "5"],
    ["responseOverride.header.X-Back", "over", "four"],
    ["responseOverride.status", "over", "202"],
    ["stage", "guarded", "dev"],
    ["status", "guarded", "201"],
    ["xrayTraceId", "guarded", TRACE],
  ];
  checkVariables("rest", rows, () => lines);
});

describe("HTTP", () => {
  const names = namesOf("http");
  const path = join(folder, "http.log");
  let lines: ReadonlyMap<string, Line>;
  let id: string | undefined;

  beforeAll(async () => {
    const gateway = protectedGateway(
      {
        "GET /guarded/{id}": openedBy("auth", { integration: httpApiFunction("echo") }),
        "POST /token": openedBy("jwt", {
          integration: httpApiProxy([`${backend.origin}/ok`]),
        }),
        "GET /signed": { ...signed, integration: httpApiProxy([`${backend.origin}/ok`]) },
        "GET /reset": { integration: httpApiProxy([`${backend.origin}/reset`]) },
      },
      {
        api: { kind: "http" },
        access: {
          principals: access.principals,
          authorizers: {
            auth: authorizer("request", { payloadFormat: "2.0" }),
            jwt: {
              kind: "jwt",
              issuer: backend.origin,
              audience: ["client"],
              identitySource: { header: "Authorization" },
              jwksUri: `${backend.origin}/keys`,
            },
          },
        },
        secrets,
        functions: {
          echo: () => ({ statusCode: 201, body: "12345" }),
          authorizer: ({ identitySource: [authorizationToken] }: { identitySource: [string] }) =>
            authorize({ authorizationToken }),
        },
        parts: {
          kind: httpApi,
          integrations: {
            http_api_function: httpApiFunctionIntegration,
            http_api_proxy: httpApiProxyIntegration,
          },
          authorizers: { request: httpFunctionAuthorizer, jwt: jwtAuthorizer },
          views: observed(accessLog({ dev: everyVariable(names, path) }, { file: fileLines })),
        },
      },
    );
    const token = await bearer({ sub: "user-1" });
    const guarded = await call(gateway, "GET", "/dev/guarded/7?a=b", {
      headers: [
        "Authorization",
        "a-ticket-for-it",
        "User-Agent",
        "agent",
        "Host",
        "api.example.com",
      ],
    });
    id = guarded.header("apigw-requestid");
    await call(gateway, "POST", "/dev/token", {
      headers: ["Authorization", `Bearer ${token}`, "Content-Length", "3"],
      body: "abc",
    });
    const planned = await signWithSdk({ method: "GET", path: "/dev/signed" }, ann, START_MS);
    await call(gateway, planned.method, planned.target, { headers: planned.headers });
    await call(gateway, "GET", "/dev/guarded/7", { headers: ["Authorization", "broken"] });
    await call(gateway, "GET", "/dev/reset");
    await gateway.close();
    lines = readLines(path, names, ["guarded", "token", "signed", "broken authorizer", "reset"]);
  });

  test("has one id for both", () => {
    const { requestId, extendedRequestId } = lines.get("guarded") ?? {};
    expect([requestId, extendedRequestId]).toEqual([id, id]);
  });

  const rows: readonly Row[] = [
    ["accountId", "guarded", "123456789012"],
    ["apiId", "guarded", "abcdefghij"],
    ["authorizer.claims.sub", "token", "user-1"],
    ["authorizer.error", "broken authorizer", /the authorizer \\"auth\\" failed/],
    ["authorizer.latency", "guarded", NUMBER],
    ["authorizer.principalId", "guarded", "somebody"],
    ["authorizer.status", "guarded", "200"],
    ["authorizer.tier", "guarded", "gold"],
    ["awsEndpointRequestId", "signed", "endpoint-1"],
    ["awsEndpointRequestId2", "signed", "endpoint-2"],
    ["dataProcessed", "token", "8"],
    ["domainName", "guarded", "api.example.com"],
    ["domainPrefix", "guarded", "api"],
    ["error.message", "reset", "Service Unavailable"],
    ["error.messageString", "reset", '\\"Service Unavailable\\"'],
    ["error.responseType", "reset", "INTEGRATION_FAILURE"],
    ["extendedRequestId", "guarded", EXTENDED],
    ["httpMethod", "token", "POST"],
    ["identity.accountId", "signed", "123456789012"],
    ["identity.caller", "signed", "AIDAANN"],
    ["identity.principalOrgId", "signed", "o-1234567890"],
    ["identity.sourceIp", "guarded", "192.0.2.7"],
    ["identity.user", "signed", "AIDAANN"],
    ["identity.userAgent", "guarded", "agent"],
    ["identity.userArn", "signed", "arn:aws:iam::123456789012:user/ann"],
    ["integration.error", "reset", /endpoint|socket|other side/i],
    ["integration.integrationStatus", "guarded", "200"],
    ["integration.latency", "guarded", NUMBER],
    ["integration.requestId", "guarded", UUID],
    ["integration.status", "guarded", "201"],
    ["integrationErrorMessage", "reset", /endpoint|socket|other side/i],
    ["integrationLatency", "signed", NUMBER],
    ["integrationStatus", "signed", "201"],
    ["path", "guarded", "/dev/guarded/7"],
    ["protocol", "guarded", "HTTP/1.1"],
    ["requestId", "guarded", EXTENDED],
    ["requestTime", "guarded", TIME],
    ["requestTimeEpoch", "guarded", String(START_MS)],
    ["responseLatency", "guarded", NUMBER],
    ["responseLength", "guarded", "5"],
    ["routeKey", "guarded", "GET /guarded/{id}"],
    ["stage", "guarded", "dev"],
    ["status", "guarded", "201"],
  ];
  checkVariables("http", rows, () => lines);
});

describe("WebSocket", () => {
  const names = namesOf("websocket");
  let lines: ReadonlyMap<string, Line>;
  let connectionId: string | Buffer;

  /** A gateway whose `$connect` is opened in some way, and its log. */
  async function served(connect: TestSocketRoute, path: string): Promise<GatewayServer> {
    const gateway = socketGateway(
      socketApi(
        {
          $connect: { ...connect, integration: silent },
          $disconnect: { integration: silent },
          $default: { integration: answering((input) => input.context("connectionId")) },
          called: { integration: functionProxy("echo") },
          sent: { integration: httpProxy([`${backend.origin}/ok`], { method: "POST" }) },
          reset: { integration: httpProxy([`${backend.origin}/reset`], { method: "POST" }) },
          checked: {
            socket: { modelSelection: [{ body: ACTION }], models: { checked: "never" } },
            integration: silent,
          },
        },
        {
          validators: { never },
          access: {
            resourcePolicy: null,
            ...access,
            usagePlans: { gold: plan("prod") },
            authorizers: {
              auth: authorizer("request", {
                identitySources: [{ queryString: "ticket" }],
                ttlSeconds: 0,
              }),
            },
          },
        },
      ),
      {
        echo: () => ({ statusCode: 201, body: "12345" }),
        authorizer: ({ queryStringParameters }) =>
          authorize({
            authorizationToken: (queryStringParameters as { readonly ticket: string }).ticket,
          }),
      },
      {
        authorizers: { request: webSocketAuthorizer },
        iam: iamAccess,
        limits: requestLimits,
        state: memoryState,
        validation: messageValidation,
        views: observed(accessLog({ prod: everyVariable(names, path) }, { file: fileLines })),
      },
      { clock: () => START_MS, secrets: (name) => new Map(Object.entries(secrets)).get(name) },
    );
    return startServer(gateway, { port: 0, host: "127.0.0.1", handleSignals: false });
  }

  /** The end of a connection is told when it has ended. */
  async function leave({ socket, closed }: SocketClient, path: string): Promise<void> {
    socket.close(1000, "bye");
    await closed;
    await eventually(() => existsSync(path) && readFileSync(path, "utf8").includes("DISCONNECT"));
  }

  beforeAll(async () => {
    const opened = join(folder, "opened.log");
    const server = await served({ ...openedBy("auth"), apiKeyRequired: true }, opened);
    const url = `ws://127.0.0.1:${String(server.port)}/prod`;
    const headers = {
      "x-api-key": secrets["key-of-acme"],
      "User-Agent": "agent",
      Host: "api.example.com",
    };
    const client = await connectSocket(`${url}?ticket=a-ticket-for-it`, { headers });
    connectionId = await client.ask("hello");
    for (const action of ["called", "sent", "reset", "checked"]) {
      await client.ask(JSON.stringify({ action }));
    }
    await leave(client, opened);
    await refusedSocket(`${url}?ticket=broken`, { headers });
    await server.stop();

    const signedLog = join(folder, "signed.log");
    const other = await served(signed, signedLog);
    const otherUrl = `ws://127.0.0.1:${String(other.port)}/prod`;
    const planned = await signWithSdk({ method: "GET", path: "/prod" }, ann, START_MS);
    await leave(
      await connectSocket(otherUrl, { headers: headerRecord(planned.headers) }),
      signedLog,
    );
    await refusedSocket(otherUrl, { headers: { Authorization: "AWS4-HMAC-SHA256 x" } });
    const denied = await signWithSdk({ method: "GET", path: "/prod" }, bob, START_MS);
    await refusedSocket(otherUrl, { headers: headerRecord(denied.headers) });
    await other.stop();
    const messages = ["message", "called", "sent", "reset", "checked"];
    lines = new Map([
      ...readLines(opened, names, ["connect", ...messages, "disconnect", "broken authorizer"]),
      ...readLines(signedLog, names, ["signed", "signed disconnect", "unsigned", "denied"]),
    ]);
  });

  test("ids are those of the connection and of the event", () => {
    expect(lines.get("message")?.["connectionId"]).toBe(connectionId);
    const { requestId, extendedRequestId } = lines.get("message") ?? {};
    expect(requestId).toBe(extendedRequestId);
  });

  const rows: readonly Row[] = [
    ["accountId", "message", "123456789012"],
    ["apiId", "message", "abcdefghij"],
    ["authenticate.error", "unsigned", /equal-sign|Credential/],
    ["authenticate.latency", "signed", NUMBER],
    ["authenticate.status", "signed", "200"],
    ["authorize.error", "denied", /is not authorized to perform/],
    ["authorize.latency", "signed", NUMBER],
    ["authorize.status", "connect", "200"],
    ["authorizer.error", "broken authorizer", /the authorizer \\"auth\\" failed/],
    ["authorizer.integrationLatency", "connect", NUMBER],
    ["authorizer.integrationStatus", "connect", "200"],
    ["authorizer.latency", "connect", NUMBER],
    ["authorizer.principalId", "message", "somebody"],
    ["authorizer.requestId", "connect", UUID],
    ["authorizer.status", "connect", "200"],
    ["authorizer.tier", "message", "gold"],
    ["awsEndpointRequestId", "sent", "endpoint-1"],
    ["awsEndpointRequestId2", "sent", "endpoint-2"],
    ["connectedAt", "message", String(START_MS)],
    ["connectionId", "message", /^[\w-]{23}=$/],
    ["deploymentId", "message", "abcdef"],
    ["disconnectReason", "disconnect", "bye"],
    ["disconnectStatusCode", "disconnect", "1000"],
    ["domainName", "connect", "api.example.com"],
    ["domainPrefix", "connect", "api"],
    ["error.message", "checked", "Bad request body"],
    ["error.messageString", "checked", '\\"Bad request body\\"'],
    ["error.responseType", "checked", "BAD_REQUEST_BODY"],
    ["error.validationErrorString", "checked", /^\[.+\]$/],
    ["eventType", "message", "MESSAGE"],
    ["extendedRequestId", "message", EXTENDED],
    ["identity.accessKey", "signed", "AKIAANN"],
    ["identity.accountId", "signed", "123456789012"],
    ["identity.apiKey", "connect", "****6789"],
    ["identity.apiKeyId", "connect", "key0000001"],
    ["identity.caller", "signed", "AIDAANN"],
    ["identity.principalOrgId", "signed", "o-1234567890"],
    ["identity.sourceIp", "message", "127.0.0.1"],
    ["identity.user", "signed", "AIDAANN"],
    ["identity.userAgent", "message", "agent"],
    ["identity.userArn", "signed", "arn:aws:iam::123456789012:user/ann"],
    ["integration.error", "reset", /endpoint|socket|other side/i],
    ["integration.integrationStatus", "called", "200"],
    ["integration.latency", "called", NUMBER],
    ["integration.requestId", "called", UUID],
    ["integration.status", "called", "201"],
    ["integrationErrorMessage", "reset", /endpoint|socket|other side/i],
    ["integrationLatency", "sent", NUMBER],
    ["integrationStatus", "sent", "201"],
    ["messageDirection", "message", "IN"],
    ["messageId", "message", EXTENDED],
    ["requestId", "message", EXTENDED],
    ["requestTime", "message", TIME],
    ["requestTimeEpoch", "message", String(START_MS)],
    ["responseLatency", "message", NUMBER],
    ["responseLength", "message", "24"],
    ["routeKey", "sent", "sent"],
    ["stage", "message", "prod"],
    ["status", "message", "200"],
    ["xrayTraceId", "connect", TRACE],
  ];
  checkVariables("websocket", rows, () => lines);
});

const silent = answering(() => "");

function headerRecord(pairs: readonly string[]): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (let i = 0; i + 1 < pairs.length; i += 2) headers[pairs[i] ?? ""] = pairs[i + 1] ?? "";
  return headers;
}
