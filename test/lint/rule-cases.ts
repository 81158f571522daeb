import type { LintRuleName } from "../../src/lint/rules.js";
import { documentWith, invocation, lambdaProxy } from "../lower/lower-text.js";

/** A document with settings beside it. */
export interface LintInput {
  readonly document: object;
  readonly settings?: object;
  /** Texts of files beside it, which make it a file, too. */
  readonly files?: Readonly<Record<string, string>>;
}

/** The smallest input that shows one rule, and one beside it that does not. */
export interface RuleCase {
  readonly rule: LintRuleName;
  /** Pointer of the finding, from the `#`; its file is `openapi.json` unless it begins otherwise. */
  readonly at: string;
  readonly fires: LintInput;
  readonly quiet: LintInput;
}

type Members = Readonly<Record<string, unknown>>;

const get = "#/paths/~1a/get";
const integration = `${get}/x-amazon-apigateway-integration`;
const modelAt = "#/components/schemas/M";
const http = { type: "http_proxy", httpMethod: "GET", uri: "https://backend.example/a" };
const ok = { "200": { description: "ok" } };

const root = (members: Members): LintInput => ({ document: documentWith({ root: members }) });
const operation = (members: Members): LintInput => ({
  document: documentWith({ operation: members }),
});
const integrated = (members: Members): LintInput => ({
  document: documentWith({ integration: members }),
});
const models = (schemas: Members): LintInput => root({ components: { schemas } });
const model = (schema: Members): LintInput => models({ M: schema });
const named = { type: "object", properties: { name: { type: "string" } } };
const paths = (items: Members, more: Members = {}): LintInput => root({ paths: items, ...more });
const lambda = (more: Members = {}): Members => ({
  responses: ok,
  "x-amazon-apigateway-integration": lambdaProxy,
  ...more,
});
const scheme = (authorizer: object): Members => ({
  securitySchemes: {
    auth: {
      type: "apiKey",
      in: "header",
      name: "Unused",
      "x-amazon-apigateway-authorizer": authorizer,
    },
  },
});
const iam = {
  securitySchemes: {
    iam: {
      type: "apiKey",
      in: "header",
      name: "Authorization",
      "x-amazon-apigateway-authtype": "awsSigv4",
    },
    key: { type: "apiKey", in: "header", name: "x-api-key" },
  },
};
const request = (identitySource: string, ttl = 60): object => ({
  type: "request",
  authorizerUri: invocation("auth"),
  identitySource,
  authorizerResultTtlInSeconds: ttl,
});
const service = (more: Members): Members => ({
  type: "aws",
  httpMethod: "POST",
  uri: "arn:aws:apigateway:us-east-1:sqs:path/123456789012/queue",
  credentials: "arn:aws:iam::123456789012:role/r",
  responses: { default: { statusCode: "200" } },
  ...more,
});
const policy = (...statements: readonly object[]): LintInput =>
  root({
    "x-amazon-apigateway-policy": {
      Version: "2012-10-17",
      Statement: statements.map((statement) => ({
        Effect: "Allow",
        Principal: "*",
        Action: "execute-api:Invoke",
        Resource: "execute-api:/*",
        ...statement,
      })),
    },
  });
const validated = (validators: Members, more: Members = {}): LintInput => ({
  document: documentWith({
    root: { "x-amazon-apigateway-request-validators": validators },
    operation: { "x-amazon-apigateway-request-validator": "all", ...more },
    integration: http,
  }),
});
const all = { validateRequestBody: true, validateRequestParameters: true };
const body = { requestBody: { content: { "application/json": { schema: named } } } };
const preflight = (gatewayResponses: Members): LintInput =>
  paths(
    {
      "/a": {
        options: {
          responses: ok,
          "x-amazon-apigateway-integration": {
            type: "mock",
            requestTemplates: { "application/json": '{"statusCode": 200}' },
            responses: {
              default: {
                statusCode: "200",
                responseParameters: {
                  "method.response.header.Access-Control-Allow-Origin": "'*'",
                },
              },
            },
          },
        },
      },
    },
    { "x-amazon-apigateway-gateway-responses": gatewayResponses },
  );
const withOrigin = {
  responseParameters: { "gatewayresponse.header.Access-Control-Allow-Origin": "'*'" },
};
const httpApi = (members: Members, cors: object): LintInput => ({
  document: documentWith({
    root: {
      "x-amazon-apigateway-cors": cors,
      ...(Object.keys(members).length === 0 ? {} : members),
    },
    integration: { ...lambdaProxy, payloadFormatVersion: "2.0" },
  }),
});
const jwt = {
  components: {
    securitySchemes: {
      jwt: {
        type: "oauth2",
        flows: {},
        "x-amazon-apigateway-authorizer": {
          type: "jwt",
          identitySource: "$request.header.Authorization",
          jwtConfiguration: { issuer: "https://issuer.example", audience: ["a"] },
        },
      },
    },
  },
};
const http2 = { ...lambdaProxy, payloadFormatVersion: "2.0" };
const defaultRoute = {
  "/$default": {
    "x-amazon-apigateway-any-method": {
      isDefaultRoute: true,
      security: [{ jwt: [] }],
      responses: ok,
      "x-amazon-apigateway-integration": http2,
    },
  },
};
const ignoring = (entry: unknown): LintInput => ({
  document: documentWith({
    operation: { "x-gateway-lint-ignore": entry },
    integration: { ...http, uri: "http://backend.example/a" },
  }),
});
const goodIgnore = ignoring([{ rule: "plain-http-backend", reason: "inside of one network" }]);
const cached = (keys: readonly string[]): LintInput => ({
  document: documentWith({
    root: { components: iam },
    operation: {
      security: [{ iam: [] }],
      parameters: [{ name: "Authorization", in: "header", schema: { type: "string" } }],
    },
    integration: { ...http, cacheKeyParameters: keys },
  }),
  settings: { stages: { prod: { cache: { size: "0.5" } } } },
});
const longText = "x".repeat(6 * 1024 * 1024);
/** Put together here, so that no scanner takes this file for a leak. */
const keyId = ["AKIA", "Q3EGRZT7ABCD", "EFGH"].join("");
const token = ["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxMjM0NTYifQ", "c2lnbmF0dXJlLXNpZ25hdHVyZQ"].join(
  ".",
);

export const ruleCases: readonly RuleCase[] = [
  {
    rule: "aws-document-size",
    at: "#",
    fires: root({ "x-text": longText }),
    quiet: root({ "x-text": "short" }),
  },
  {
    rule: "aws-empty-description",
    at: "#/info/description",
    fires: root({ info: { title: "a", version: "1", description: "" } }),
    quiet: root({ info: { title: "a", version: "1", description: "b" } }),
  },
  {
    rule: "aws-limit",
    at: "#/paths",
    fires: paths(
      Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`/p${i}`, { get: lambda() }])),
      { "x-amazon-apigateway-binary-media-types": ["a/b"] },
    ),
    quiet: paths(
      Object.fromEntries(Array.from({ length: 299 }, (_, i) => [`/p${i}`, { get: lambda() }])),
      { "x-amazon-apigateway-binary-media-types": ["a/b"] },
    ),
  },
  {
    rule: "aws-model-annotation",
    at: `${modelAt}/properties/name/example`,
    fires: model({ ...named, properties: { name: { type: "string", example: "Rex" } } }),
    quiet: model({ ...named, properties: { example: { type: "string" } } }),
  },
  { rule: "aws-model-empty", at: modelAt, fires: model({ type: "object" }), quiet: model(named) },
  {
    rule: "aws-model-keyword",
    at: `${modelAt}/properties/name/nullable`,
    fires: model({ ...named, properties: { name: { type: "string", nullable: true } } }),
    quiet: model({ ...named, properties: { name: { type: "string", nullable: false } } }),
  },
  {
    rule: "aws-model-name",
    at: "#/components/schemas/my-pet",
    fires: models({ "my-pet": named }),
    quiet: models({ Pet2: named }),
  },
  {
    rule: "aws-model-reference",
    at: `${modelAt}/allOf`,
    fires: models({ M: { allOf: [{ $ref: "#/components/schemas/N" }] }, N: named }),
    quiet: models({ M: { properties: { n: { $ref: "#/components/schemas/N" } } }, N: named }),
  },
  {
    rule: "aws-openapi-version",
    at: "#/openapi",
    fires: root({ openapi: "3.1.0" }),
    quiet: root({}),
  },
  {
    rule: "aws-outside-reference",
    at: `${modelAt}/$ref`,
    fires: {
      ...model({ $ref: "other.yaml#/N" }),
      files: { "other.yaml": "N: { type: object, properties: { a: { type: string } } }" },
    },
    quiet: models({ M: { $ref: "#/components/schemas/N" }, N: named }),
  },
  {
    rule: "aws-private-without-policy",
    at: "#/servers/0/x-amazon-apigateway-endpoint-configuration/vpcEndpointIds",
    fires: root({
      servers: [
        {
          url: "/",
          "x-amazon-apigateway-endpoint-configuration": { vpcEndpointIds: ["vpce-1"] },
        },
      ],
    }),
    quiet: root({
      servers: [
        {
          url: "/",
          "x-amazon-apigateway-endpoint-configuration": { disableExecuteApiEndpoint: true },
        },
      ],
    }),
  },
  {
    rule: "aws-reserved-path",
    at: "#/paths/~1ping",
    fires: paths({ "/ping": { get: lambda() } }),
    quiet: paths({ "/pings": { get: lambda() } }),
  },
  {
    rule: "aws-response-key",
    at: `${get}/responses/4XX`,
    fires: operation({ responses: { ...ok, "4XX": { description: "bad" } } }),
    quiet: operation({ responses: { ...ok, "400": { description: "bad" } } }),
  },
  {
    rule: "aws-response-reference",
    at: `${get}/responses/200/$ref`,
    fires: {
      document: documentWith({
        root: { openapi: undefined, swagger: "2.0", responses: { Ok: { description: "ok" } } },
        operation: { responses: { "200": { $ref: "#/responses/Ok" } } },
      }),
    },
    quiet: root({ openapi: undefined, swagger: "2.0" }),
  },
  {
    rule: "aws-response-schema",
    at: `${get}/responses/200/content/application~1json`,
    fires: operation({
      responses: {
        "200": {
          description: "ok",
          content: { "application/json": { schema: { type: "string" } } },
        },
      },
    }),
    quiet: operation({
      responses: {
        "200": { description: "ok", content: { "application/json": { schema: named } } },
      },
    }),
  },
  {
    rule: "aws-root-security",
    at: "#/security",
    fires: root({ components: iam, security: [{ iam: [] }] }),
    quiet: {
      document: documentWith({
        root: { components: iam },
        operation: { security: [{ iam: [] }] },
      }),
    },
  },
  {
    rule: "aws-security-policy",
    at: "#/x-amazon-apigateway-security-policy",
    fires: root({ "x-amazon-apigateway-security-policy": "SecurityPolicy_TLS13_1_3_2025_09" }),
    quiet: root({
      "x-amazon-apigateway-security-policy": "SecurityPolicy_TLS13_1_3_2025_09",
      "x-amazon-apigateway-endpoint-access-mode": "BASIC",
    }),
  },
  {
    rule: "aws-server-override",
    at: `${get}/servers`,
    fires: operation({ servers: [{ url: "https://a.example" }] }),
    quiet: root({ servers: [{ url: "https://a.example" }] }),
  },
  {
    rule: "api-key-only",
    at: get,
    fires: {
      document: documentWith({ root: { components: iam }, operation: { security: [{ key: [] }] } }),
    },
    quiet: {
      document: documentWith({
        root: { components: iam },
        operation: { security: [{ key: [], iam: [] }] },
      }),
    },
  },
  {
    rule: "changed-header",
    at: `${integration}/requestParameters/integration.request.header.Expect`,
    fires: integrated({
      ...http,
      requestParameters: { "integration.request.header.Expect": "'a'" },
    }),
    quiet: integrated({ ...http, requestParameters: { "integration.request.header.X": "'a'" } }),
  },
  {
    rule: "cors-credentials-wildcard",
    at: "#/x-amazon-apigateway-gateway-responses/DEFAULT_4XX/responseParameters/gatewayresponse.header.Access-Control-Allow-Origin",
    fires: preflight({
      DEFAULT_4XX: {
        responseParameters: {
          ...withOrigin.responseParameters,
          "gatewayresponse.header.Access-Control-Allow-Credentials": "'true'",
        },
      },
    }),
    quiet: preflight({ DEFAULT_4XX: withOrigin }),
  },
  {
    rule: "cors-origin-slash",
    at: "#/x-amazon-apigateway-cors/allowOrigins",
    fires: httpApi({}, { allowOrigins: ["https://a.example/"] }),
    quiet: httpApi({}, { allowOrigins: ["https://a.example"] }),
  },
  {
    rule: "default-route-preflight",
    at: "#/paths/~1$default/x-amazon-apigateway-any-method",
    fires: httpApi({ paths: defaultRoute, ...jwt }, { allowOrigins: ["*"] }),
    quiet: httpApi(
      {
        paths: {
          ...defaultRoute,
          "/{proxy+}": { options: lambda({ "x-amazon-apigateway-integration": http2 }) },
        },
        ...jwt,
      },
      { allowOrigins: ["*"] },
    ),
  },
  {
    rule: "errors-without-cors",
    at: "#/paths/~1a/options",
    fires: preflight({ DEFAULT_4XX: withOrigin }),
    quiet: preflight({ DEFAULT_4XX: withOrigin, DEFAULT_5XX: withOrigin }),
  },
  {
    rule: "mixed-protection",
    at: get,
    fires: paths(
      { "/a": { get: lambda(), post: lambda({ security: [{ iam: [] }] }) } },
      { components: iam },
    ),
    quiet: paths(
      { "/a": { options: lambda(), post: lambda({ security: [{ iam: [] }] }) } },
      { components: iam },
    ),
  },
  {
    rule: "no-default-response",
    at: `${integration}/responses`,
    fires: integrated({ ...http, type: "http", responses: { "2..": { statusCode: "200" } } }),
    quiet: integrated({ ...http, type: "http", responses: { default: { statusCode: "200" } } }),
  },
  {
    rule: "open-policy",
    at: "#/x-amazon-apigateway-policy/Statement/0",
    fires: policy({}),
    quiet: policy(
      {},
      { Effect: "Deny", Condition: { NotIpAddress: { "aws:SourceIp": "10.0.0.0/8" } } },
    ),
  },
  {
    rule: "open-write",
    at: "#/paths/~1a/post",
    fires: paths({ "/a": { get: lambda(), post: lambda() } }),
    quiet: paths({ "/a": { post: lambda({ security: [{ iam: [] }] }) } }, { components: iam }),
  },
  {
    rule: "plain-http-backend",
    at: integration,
    fires: integrated({ ...http, uri: "http://backend.example/a" }),
    quiet: integrated({ ...http, uri: "http://localhost:3000/a" }),
  },
  {
    rule: "secret-in-document",
    at: "#/x-note/0",
    fires: root({ "x-note": [`key ${keyId}`] }),
    quiet: root({ "x-note": ["key AKIAIOSFODNN7EXAMPLE", "postgres://user:password@db/a"] }),
  },
  {
    rule: "secret-in-document",
    at: "settings#/runtime/state/url",
    fires: {
      document: documentWith({}),
      settings: { runtime: { state: { driver: "redis", url: "redis://app:s3cretHere@cache" } } },
    },
    quiet: {
      document: documentWith({}),
      settings: { runtime: { state: { driver: "redis", url: "redis://cache" } } },
    },
  },
  {
    rule: "shared-authorizer-result",
    at: "#/components/securitySchemes/auth/x-amazon-apigateway-authorizer",
    fires: root({ components: scheme(request("stageVariables.tenant, context.httpMethod")) }),
    quiet: root({ components: scheme(request("method.request.header.Authorization")) }),
  },
  {
    rule: "shared-cached-answer",
    at: get,
    fires: cached([]),
    quiet: cached(["method.request.header.Authorization"]),
  },
  {
    rule: "slow-pattern",
    at: `${modelAt}/properties/name/pattern`,
    fires: model({ ...named, properties: { name: { type: "string", pattern: "^(a+)+$" } } }),
    quiet: model({ ...named, properties: { name: { type: "string", pattern: "^a+$" } } }),
  },
  {
    rule: "tls-not-verified",
    at: integration,
    fires: integrated({ ...http, tlsConfig: { insecureSkipVerification: true } }),
    quiet: integrated({ ...http, tlsConfig: { insecureSkipVerification: false } }),
  },
  {
    rule: "token-in-document",
    at: "#/x-token",
    fires: root({ "x-token": `Bearer ${token}` }),
    quiet: root({ "x-token": "Bearer eyJ..." }),
  },
  {
    rule: "unchecked-parameter",
    at: `${get}/parameters/0`,
    fires: validated(
      { all },
      { parameters: [{ name: "q", in: "query", schema: { type: "string", enum: ["a"] } }] },
    ),
    quiet: validated({ all }, { parameters: [{ name: "q", in: "query", schema: {} }] }),
  },
  {
    rule: "unescaped-form",
    at: `${integration}/requestTemplates/application~1json`,
    fires: integrated(
      service({
        requestTemplates: { "application/json": "Action=SendMessage&MessageBody=$input.body" },
      }),
    ),
    quiet: integrated(
      service({
        requestTemplates: {
          "application/json": "Action=SendMessage&MessageBody=$util.urlEncode($input.body)",
        },
      }),
    ),
  },
  {
    rule: "unmapped-media-type",
    at: "#/paths/~1a/post/x-amazon-apigateway-integration/requestTemplates",
    fires: paths({
      "/a": {
        post: lambda({
          "x-amazon-apigateway-integration": service({
            requestTemplates: { "application/json": "{}" },
          }),
        }),
      },
    }),
    quiet: paths({
      "/a": {
        post: lambda({
          "x-amazon-apigateway-integration": service({
            requestTemplates: { "application/json": "{}" },
            passthroughBehavior: "never",
          }),
        }),
      },
    }),
  },
  {
    rule: "unused-authorizer",
    at: "#/components/securitySchemes/auth/x-amazon-apigateway-authorizer",
    fires: root({ components: scheme(request("method.request.header.A")) }),
    quiet: {
      document: documentWith({
        root: { components: scheme(request("method.request.header.A")) },
        operation: { security: [{ auth: [] }] },
      }),
    },
  },
  {
    rule: "unused-validator",
    at: "#/x-amazon-apigateway-request-validators/none",
    fires: validated({ all, none: {} }),
    quiet: validated({ all }),
  },
  {
    rule: "unvalidated-body",
    at: `${get}/requestBody/content/application~1json`,
    fires: validated({ all: { validateRequestParameters: true } }, body),
    quiet: validated({ all }, body),
  },
  {
    rule: "ignore-form",
    at: `${get}/x-gateway-lint-ignore`,
    fires: ignoring("open-write"),
    quiet: goodIgnore,
  },
  {
    rule: "ignore-unknown-rule",
    at: `${get}/x-gateway-lint-ignore/0`,
    fires: ignoring([{ rule: "plain-http-backends", reason: "a" }]),
    quiet: goodIgnore,
  },
  {
    rule: "ignore-without-reason",
    at: `${get}/x-gateway-lint-ignore/0`,
    fires: ignoring([{ rule: "plain-http-backend" }]),
    quiet: goodIgnore,
  },
  {
    rule: "unknown-rule",
    at: "settings#/lint/rules/open-writes",
    fires: { document: documentWith({}), settings: { lint: { rules: { "open-writes": "off" } } } },
    quiet: { document: documentWith({}), settings: { lint: { rules: { "open-write": "off" } } } },
  },
  {
    rule: "unused-ignore",
    at: `${get}/x-gateway-lint-ignore/0`,
    fires: ignoring([{ rule: "open-write", reason: "a public form" }]),
    quiet: goodIgnore,
  },
];
