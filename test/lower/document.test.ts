import { describe, expect, test } from "vitest";
import {
  documentWith,
  invocation,
  lambdaProxy,
  lowerGood,
  lowerText,
  summary,
} from "./lower-text.js";
import { sectionWith, socketDocument } from "./websocket-text.js";

type Members = Readonly<Record<string, unknown>>;

describe("kind of API", () => {
  const jwt = {
    j: {
      type: "oauth2",
      "x-amazon-apigateway-authorizer": {
        type: "jwt",
        jwtConfiguration: { issuer: "https://i", audience: ["a"] },
      },
    },
  };
  const proxy = (members: Members): Members => ({ integration: { ...lambdaProxy, ...members } });

  test.each<[name: string, document: object, settings: object, want: string | undefined]>([
    ["no sign", documentWith(proxy({})), {}, "rest"],
    ["payload format 2.0", documentWith(proxy({ payloadFormatVersion: "2.0" })), {}, "http"],
    ["payload format 1.0 alone", documentWith(proxy({ payloadFormatVersion: "1.0" })), {}, "http"],
    [
      "payload format 1.0 beside what only REST reads",
      documentWith(proxy({ payloadFormatVersion: "1.0", passthroughBehavior: "never" })),
      {},
      "rest",
    ],
    [
      "payload format in 2.0",
      {
        ...documentWith(proxy({ payloadFormatVersion: "2.0" })),
        openapi: undefined,
        swagger: "2.0",
      },
      {},
      "rest",
    ],
    ["a mock", documentWith({}), {}, "rest"],
    ["cors", documentWith({ ...proxy({}), root: { "x-amazon-apigateway-cors": {} } }), {}, "http"],
    [
      "cors and validators",
      documentWith({
        ...proxy({}),
        root: { "x-amazon-apigateway-cors": {}, "x-amazon-apigateway-request-validators": {} },
      }),
      {},
      "rest",
    ],
    [
      "a JWT authorizer",
      documentWith({ ...proxy({}), root: { components: { securitySchemes: jwt } } }),
      {},
      "http",
    ],
    [
      "a subtype",
      documentWith({
        integration: {
          type: "aws_proxy",
          integrationSubtype: "SQS-SendMessage",
          payloadFormatVersion: "1.0",
        },
      }),
      {},
      "http",
    ],
    ["a default route", documentWith({ ...proxy({}), path: "/$default" }), {}, "http"],
    [
      "as the settings say",
      documentWith(proxy({ payloadFormatVersion: "2.0" })),
      { api: { kind: "rest" } },
      "rest",
    ],
    ["a WebSocket API without paths", socketDocument(), {}, "websocket"],
    [
      "a section of the settings beside paths",
      documentWith({}),
      { websocket: sectionWith() },
      "rest",
    ],
  ])("%s", async (_name, document, settings, want) => {
    const { gateway } = await lowerText(document, settings);
    expect(gateway?.api.kind).toBe(want);
  });
});

describe("root", () => {
  test("what stands beside paths", async () => {
    const { api, source } = await lowerGood(
      documentWith({
        root: {
          info: { title: "Pets", version: 2, description: "D" },
          tags: [{ name: "a", description: "A" }],
          servers: [
            {
              url: "/",
              "x-amazon-apigateway-endpoint-configuration": { disableExecuteApiEndpoint: true },
            },
          ],
          "x-amazon-apigateway-binary-media-types": ["image/png", "*/*"],
          "x-amazon-apigateway-minimum-compression-size": 0,
          "x-amazon-apigateway-api-key-source": "authorizer",
          "x-amazon-apigateway-policy": '{"Version":"2012-10-17","Statement":[]}',
        },
      }),
    );
    expect(api).toMatchObject({
      kind: "rest",
      name: "Pets",
      version: "2",
      description: "D",
      tags: [{ name: "a", description: "A" }],
      binaryMediaTypes: ["image/png", "*/*"],
      minimumCompressionSize: 0,
      apiKeySource: "AUTHORIZER",
      disableExecuteApiEndpoint: true,
      policy: { document: { Version: "2012-10-17", Statement: [] } },
      cors: undefined,
    });
    expect(source).toMatchObject({ file: "openapi.json", openapi: "3.0.1" });
    expect(source.digest).toMatch(/^[0-9a-f]{64}$/);
  });

  test("the settings name the API", async () => {
    expect((await lowerGood(documentWith({}), { api: { name: "other" } })).api.name).toBe("other");
  });
});

describe("deployment", () => {
  test("defaults", async () => {
    const { deployment } = await lowerGood(documentWith({}), {});
    expect(deployment).toMatchObject({
      stages: [{ name: "dev", description: undefined, variables: [], backends: [] }],
      defaultStage: "dev",
      accountId: "123456789012",
      region: "us-east-1",
      port: 8080,
      functionMode: "worker",
      shutdown: { drainDelayMs: undefined, graceMs: undefined },
      requests: { timeoutMs: undefined, maxBytes: undefined },
    });
  });

  test("what clients may ask for", async () => {
    const runtime = { requestTimeout: "30s", maxRequestBytes: 0 };
    const { deployment } = await lowerGood(documentWith({}), { runtime });
    expect(deployment.requests).toEqual({ timeoutMs: 30_000, maxBytes: 0 });
  });

  test("what of a shared state each process keeps by itself", async () => {
    const redis = { driver: "redis", url: "redis://redis:6379" };
    const state = async (use: object) =>
      (await lowerGood(documentWith({}), { runtime: { state: { ...redis, use } } })).deployment
        .state;
    expect(await state({ connections: false, quota: true, throttle: false })).toMatchObject({
      local: ["throttle", "connections"],
    });
    expect(await state({})).toMatchObject({ local: [] });
  });

  test("how a backend is connected to", async () => {
    const { deployment } = await lowerGood(documentWith({}), {
      backends: {
        stock: {
          match: ["arn:aws:x", "stock.internal"],
          url: "https://10.0.0.1",
          tls: { caFile: "./ca.pem", serverName: "stock.internal" },
          keepAlive: false,
          maxConcurrency: 8,
          retries: { attempts: 2 },
          circuitBreaker: { failures: 5, window: "10s", cooldown: "1.5s" },
        },
        none: { match: "b", url: "http://b", retries: { attempts: 0 } },
        other: {
          match: "c",
          url: "http://c",
          retries: { attempts: 1, on: ["5xx", "timeout"], backoff: "1s" },
        },
        plain: { match: "d", url: "http://d" },
      },
    });
    const connections = Object.fromEntries(
      deployment.stages[0]?.backends.map(({ name, connection }) => [name, connection]) ?? [],
    );
    const usual = {
      tls: undefined,
      keepAlive: true,
      maxConcurrency: undefined,
      retries: undefined,
      circuitBreaker: undefined,
    };
    expect(connections).toEqual({
      stock: {
        tls: { caFile: "./ca.pem", serverName: "stock.internal", insecureSkipVerification: false },
        keepAlive: false,
        maxConcurrency: 8,
        retries: { attempts: 2, on: ["connect"], backoffMs: 100 },
        circuitBreaker: { failures: 5, windowMs: 10_000, cooldownMs: 1_500 },
      },
      none: usual,
      other: { ...usual, retries: { attempts: 1, on: ["5xx", "timeout"], backoffMs: 1000 } },
      plain: undefined,
    });
  });

  test.each([
    ["a module", { match: "stock.internal", module: "./src/handlers/stock.ts" }],
    ["a service", { match: "arn:*:sqs:*", service: { name: "sqs" } }],
    ["a function's address", { match: "arn:*:function:*", url: "http://localhost:9001" }],
  ])("%s is not connected to in another way", async (_what, backend) => {
    const { gateway, diagnostics } = await lowerText(documentWith({}), {
      backends: { b: { ...backend, keepAlive: false, retries: { attempts: 1 } } },
    });
    expect(gateway?.deployment.stages[0]?.backends[0]?.connection).toBeUndefined();
    expect(summary(diagnostics)).toEqual(["warning GG043 #/backends/b"]);
    expect(diagnostics[0]?.message).toContain("keepAlive, retries");
  });

  test("how long a stop takes", async () => {
    const runtime = { drainDelay: "1.5s", shutdownGrace: "2m" };
    const { deployment } = await lowerGood(documentWith({}), { runtime });
    expect(deployment.shutdown).toEqual({ drainDelayMs: 1_500, graceMs: 120_000 });
  });

  test.each(["10.0.0.0/8", "192.0.2.1", "0.0.0.0/0", "fd00::/8", "::1", "::ffff:192.0.2.1/128"])(
    "proxies of %s are trusted",
    async (network) => {
      const runtime = { trustProxy: [network] };
      const { deployment } = await lowerGood(documentWith({}), { runtime });
      expect(deployment.trustProxy).toEqual([network]);
    },
  );

  test.each([
    "10.0.0.0/33",
    "10.0.0/8",
    "10.0.0.256",
    "fd00::/129",
    "fd00:::",
    "loopback",
    "",
    "1.2.3.4/8/8",
    "::1/x",
  ])("%j is no proxy", async (network) => {
    const { diagnostics } = await lowerText(documentWith({}), {
      runtime: { trustProxy: ["10.0.0.0/8", network] },
    });
    const errors = diagnostics.filter(({ severity }) => severity === "error");
    expect(errors).toMatchObject([
      { code: "GG042", at: expect.stringMatching(/\/runtime\/trustProxy\/1$/) },
    ]);
  });

  test("stages, variables and backends", async () => {
    const { deployment } = await lowerGood(documentWith({}), {
      parameters: { "AWS::Region": "eu-west-1" },
      defaults: { variables: { a: "1", b: "2" } },
      stages: {
        dev: { description: "D", account: "111111111111", region: "eu-north-1" },
        prod: { variables: { b: "3" }, backends: { stock: { url: "https://stock.internal" } } },
      },
      backends: {
        stock: {
          match: "stock.internal",
          mock: { statusCode: 503, headers: { "X-A": "b" }, body: { a: 1 } },
          timeout: "1.5s",
        },
        orders: {
          match: ["arn:aws:lambda:*:*:function:orders*"],
          module: "./src/handlers/orders.ts#main",
        },
        exact: {
          match: "x",
          functionArn: "arn:aws:lambda:r:1:function:orders",
          service: { name: "lambda", endpoint: "http://l" },
        },
      },
      runtime: { port: 0, functions: "in-thread" },
    });
    expect(deployment).toMatchObject({
      defaultStage: "dev",
      accountId: "111111111111",
      region: "eu-west-1",
      port: 0,
      functionMode: "in-thread",
    });
    const [dev, prod] = deployment.stages;
    expect(dev).toMatchObject({
      name: "dev",
      description: "D",
      variables: [
        { name: "a", value: "1" },
        { name: "b", value: "2" },
      ],
    });
    expect(prod?.variables).toEqual([
      { name: "a", value: "1" },
      { name: "b", value: "3" },
    ]);
    expect(dev?.backends.map(({ name }) => name)).toEqual(["exact", "stock", "orders"]);
    expect(dev?.backends).toMatchObject([
      {
        match: ["arn:aws:lambda:r:1:function:orders", "x"],
        target: { kind: "lambda", region: "us-east-1", endpoint: "http://l" },
      },
      {
        timeoutMs: 1500,
        target: {
          kind: "mock",
          statusCode: 503,
          headers: [{ name: "X-A", value: "b" }],
          body: '{"a":1}',
        },
      },
      {
        timeoutMs: undefined,
        target: { kind: "module", path: "src/handlers/orders.ts", exportName: "main" },
      },
    ]);
    expect(prod?.backends[1]).toMatchObject({
      name: "stock",
      timeoutMs: 1500,
      target: { kind: "url", url: "https://stock.internal" },
    });
  });

  test("addresses of backends may name parameters and stage variables", async () => {
    const { deployment } = await lowerGood(documentWith({}), {
      stages: { dev: { variables: { alias: "live", host: "stock.dev" } } },
      backends: {
        orders: {
          functionArn:
            "arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:o:${stageVariables.alias}",
          module: "./src/o.ts",
        },
        stock: { match: "${stageVariables.host}", url: "http://${stageVariables.host}:${Port}" },
      },
      parameters: { Port: 8081 },
    });
    expect(deployment.stages[0]?.backends).toMatchObject([
      { match: ["arn:aws:lambda:us-east-1:123456789012:function:o:live"] },
      { match: ["stock.dev"], target: { url: "http://stock.dev:8081" } },
    ]);
  });

  test("services and private hosts are reached where the settings say", async () => {
    const { deployment } = await lowerGood(documentWith({}), {
      stages: { dev: { variables: { host: "stock.dev" } } },
      backends: {
        queue: {
          match: "arn:aws:apigateway:*:sqs:*",
          service: {
            name: "sqs",
            endpoint: "http://${stageVariables.host}:9324",
            region: "eu-west-1",
          },
        },
      },
      vpcLinks: {
        unbound: { version: 2, upstream: null },
        balancer: { version: 1, upstream: "https://10.0.0.1:8443" },
        internal: { upstream: "http://${stageVariables.host}" },
      },
    });
    expect(deployment.stages[0]?.backends).toMatchObject([
      {
        target: {
          kind: "service",
          name: "sqs",
          endpoint: "http://stock.dev:9324",
          region: "eu-west-1",
        },
      },
    ]);
    expect(deployment.stages[0]?.vpcLinks).toEqual([
      { name: "balancer", upstream: "https://10.0.0.1:8443", stageInPath: false },
      { name: "internal", upstream: "http://stock.dev", stageInPath: true },
    ]);
  });

  test("a stage that is also a path segment leaves no default", async () => {
    const { gateway, diagnostics } = await lowerText(documentWith({ path: "/prod/x" }), {
      stages: { dev: {}, prod: {} },
    });
    expect(gateway?.deployment.defaultStage).toBeUndefined();
    expect(summary(diagnostics)).toEqual(["info GG045 #/stages/prod"]);
  });

  test("what is not honoured is reported by name", async () => {
    const { diagnostics } = await lowerText(documentWith({}), {
      targets: [],
      defaults: { dashboard: true },
      stages: { dev: { variables: {}, clientCertificateId: "a", waf: false } },
      domains: {},
      backends: { q: { match: "arn:*:sqs:*", service: { name: "sqs" }, retries: { attempts: 1 } } },
      runtime: { port: 1, state: { driver: "redis" } },
      authorizers: { a: { jwks: { uri: "https://a/jwks", cacheSeconds: 60 } } },
      api: { import: { basepath: "ignore", mode: "merge" } },
    });
    expect(diagnostics.map(({ severity, code }) => `${severity} ${code}`)).toEqual(
      Array.from({ length: 7 }, () => "warning GG043"),
    );
    expect(diagnostics.map(({ message }) => / (\S+) is not supported/.exec(message)?.[1])).toEqual(
      expect.arrayContaining([
        "defaults.dashboard",
        "stages.dev.clientCertificateId",
        "stages.dev.waf",
        "domains",
        "authorizers.a.jwks.cacheSeconds",
        "api.import.mode",
      ]),
    );
  });

  test.each<[name: string, backend: object]>([
    ["no target", { match: "x" }],
    ["two targets", { match: "x", url: "http://a", module: "./b.ts" }],
    ["a module outside the project", { match: "x", module: "../a.ts" }],
    ["a module outside src", { match: "x", module: "./a.ts" }],
    ["a module among generated ones", { match: "x", module: "./src/generated/routes.ts" }],
    ["a module in the place of the program", { match: "x", module: "./src/main.ts" }],
    ["a module that Windows cannot have", { match: "x", module: "./src/con.ts" }],
    ["a module in a folder with a dot", { match: "x", module: "./src/a.ts/b.ts" }],
    ["a module in another language", { match: "x", module: "./src/a.py" }],
    ["an export that is code", { match: "x", module: "./src/a.ts#a;b()" }],
    ["an export that is a word", { match: "x", module: "./src/a.ts", export: "delete" }],
    ["no match", { url: "http://a" }],
    ["an address that is none", { match: "x", url: "ftp://a" }],
  ])("a backend with %s is an error", async (_name, backend) => {
    const { diagnostics } = await lowerText(documentWith({}), { backends: { b: backend } });
    expect(summary(diagnostics)).toEqual(["error GG044 #/backends/b"]);
  });

  test("modules that are one file on some systems are an error", async () => {
    const { diagnostics } = await lowerText(documentWith({}), {
      backends: {
        a: { match: "a", module: "./src/handlers/orders.ts" },
        b: { match: "b", module: "./src/handlers/Orders.ts" },
      },
    });
    expect(summary(diagnostics)).toEqual(["error GG044 #/backends/b"]);
  });

  test("stage variables that a stage lacks, wherever they are read", async () => {
    const { diagnostics } = await lowerText(
      documentWith({ integration: { ...lambdaProxy, uri: invocation("${stageVariables.f}") } }),
      { stages: { a1: { variables: { f: "x" } }, b1: {} } },
    );
    expect(summary(diagnostics)).toEqual([
      "warning GG046 #/paths/~1a/get/x-amazon-apigateway-integration/uri",
    ]);
    expect(diagnostics[0]?.message).toContain('"b1"');
  });
});

describe("places of extensions", () => {
  test.each<[name: string, root: Members, want: readonly string[]]>([
    ["inside an example", { "x-a": { example: { "x-amazon-apigateway-nonsense": 1 } } }, []],
    [
      "in a schema",
      { components: { schemas: { M: { "x-amazon-apigateway-integration": {} } } } },
      ["error GG701 #/components/schemas/M/x-amazon-apigateway-integration"],
    ],
    [
      "misspelt at the root",
      { "x-amazon-apigateway-gateway-response": {} },
      ["error GG700 #/x-amazon-apigateway-gateway-response"],
    ],
    [
      "of an endpoint, inside a server",
      { servers: [{ url: "/", "x-amazon-apigateway-endpoint-configuration": {} }] },
      [],
    ],
    [
      "a setting of an operation at the root",
      { "x-gateway-backend": {} },
      ["error GG701 #/x-gateway-backend"],
    ],
    [
      "documentation",
      { "x-amazon-apigateway-documentation": {} },
      ["info GG703 #/x-amazon-apigateway-documentation"],
    ],
  ])("%s", async (_name, root, want) => {
    expect(summary((await lowerText(documentWith({ root }))).diagnostics)).toEqual(want);
  });
});
