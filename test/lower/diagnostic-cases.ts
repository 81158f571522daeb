import type { DiagnosticCode, Severity } from "../../src/diagnostics.js";
import { documentWith, invocation, lambdaProxy } from "./lower-text.js";
import {
  asyncDocument,
  handler,
  mockRoute,
  routeDocument,
  sectionWith,
  socketDocument,
} from "./websocket-text.js";

/** The smallest input that shows one diagnostic. */
export interface DiagnosticCase {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  /** Pointer of the report, from the `#`; its file is `openapi.*` unless it begins otherwise. */
  readonly at: string;
  /** A document from memory, or the files of a folder, the first of which is the document. */
  readonly input: object | string | { readonly files: Readonly<Record<string, string>> };
  readonly settings?: object;
}

type Members = Readonly<Record<string, unknown>>;

const get = "#/paths/~1a/get";
const integration = `${get}/x-amazon-apigateway-integration`;
const http = { type: "http_proxy", httpMethod: "GET", uri: "http://backend.example/a" };

const operation = (members: Members): object => documentWith({ operation: members });
const root = (members: Members): object => documentWith({ root: members });
const integrated = (members: Members): object => documentWith({ integration: members });
const path = (name: string): object => documentWith({ path: name });
const proxied = (members: Members): object => integrated({ ...lambdaProxy, ...members });
const response = (members: Members): object =>
  integrated({ type: "mock", responses: { default: { statusCode: "200", ...members } } });
const schemes = (securitySchemes: Members, more: Members = {}): object =>
  root({ components: { securitySchemes }, ...more });
const authorizer = (members: Members): object =>
  schemes({
    auth: {
      type: "apiKey",
      in: "header",
      name: "Authorization",
      "x-amazon-apigateway-authorizer": members,
    },
  });
const authorizerAt = "#/components/securitySchemes/auth/x-amazon-apigateway-authorizer";
const token = { type: "token", authorizerUri: invocation("auth") };
const model = (schema: unknown): object =>
  documentWith({
    root: {
      components: { schemas: { M: schema } },
      "x-amazon-apigateway-request-validators": { body: { validateRequestBody: true } },
    },
    operation: {
      "x-amazon-apigateway-request-validator": "body",
      requestBody: {
        content: { "application/json": { schema: { $ref: "#/components/schemas/M" } } },
      },
    },
  });
const modelAt = "#/components/schemas/M";
const twoPaths = (first: string, second: string): object => {
  const item = { get: { responses: {}, "x-amazon-apigateway-integration": lambdaProxy } };
  return root({ paths: { [first]: item, [second]: item } });
};
const nested = (depth: number): string =>
  `{"openapi":"3.0.1","x":${"[".repeat(depth)}${"]".repeat(depth)}}`;

const socket = "#/x-gateway-websocket";
const join = `${socket}/routes/join`;
const query = "route.request.querystring.a";
const asyncScheme = {
  type: "httpApiKey",
  name: "ticket",
  in: "query",
  "x-gateway-authorizer": { authorizerType: "REQUEST", authorizerUri: invocation("a") },
};
const schemeRef = (name: string): string => `#/components/securitySchemes/${name}`;
function twoChannels(): object {
  const receive = (channel: string): object => ({
    action: "receive",
    channel: { $ref: `#/channels/${channel}` },
  });
  return asyncDocument({
    root: { channels: { a: {}, b: {} }, operations: { one: receive("a"), two: receive("b") } },
  });
}

export const diagnosticCases: readonly DiagnosticCase[] = [
  { code: "GG003", severity: "error", at: "#", input: "openapi: 3.0.1\u0000" },
  { code: "GG004", severity: "error", at: "#", input: "" },
  { code: "GG005", severity: "error", at: "#/a", input: { files: { "openapi.json": '{"a": }' } } },
  { code: "GG006", severity: "error", at: "#", input: "openapi: [3.0.1" },
  { code: "GG007", severity: "error", at: "#", input: "openapi: 3.0.1\nopenapi: 3.0.1\n" },
  { code: "GG008", severity: "error", at: "#", input: { files: { "openapi.json": nested(500) } } },
  { code: "GG009", severity: "error", at: "#/x/e/1/6", input: aliasBomb() },
  { code: "GG010", severity: "error", at: "#", input: "just text" },
  { code: "GG011", severity: "error", at: "#/openapi", input: root({ openapi: "4.0.0" }) },
  {
    code: "GG012",
    severity: "info",
    at: "#/Resources/Api/Properties/Body",
    input: {
      Resources: { Api: { Type: "AWS::ApiGateway::RestApi", Properties: { Body: path("/a") } } },
    },
  },
  { code: "GG013", severity: "error", at: "#/Resources", input: { Resources: {} } },
  { code: "GG014", severity: "info", at: "#/x-a", input: "openapi: 3.0.1\npaths: {}\nx-a: yes\n" },
  {
    code: "GG015",
    severity: "warning",
    at: "#/x-a",
    input: "openapi: 3.0.1\npaths: {}\nx-a: !odd b\n",
  },
  {
    code: "GG019",
    severity: "error",
    at: "#/x-a/0",
    input: { files: { "openapi.json": '{"openapi":"3.0.1","x-a":["\\ud800"]}' } },
  },
  {
    code: "GG020",
    severity: "error",
    at: `${get}/parameters/0/$ref`,
    input: operation({ parameters: [{ $ref: "#/components/parameters/Gone" }] }),
  },
  {
    code: "GG020",
    severity: "error",
    at: `${modelAt}/$ref`,
    input: model({ $ref: "#/components/schemas/Gone" }),
  },
  { code: "GG021", severity: "error", at: modelAt, input: model({ $ref: modelAt }) },
  {
    code: "GG022",
    severity: "error",
    at: `${get}/parameters/0/$ref`,
    input: {
      files: { "openapi.json": JSON.stringify(operation({ parameters: [{ $ref: "../x.yaml" }] })) },
    },
  },
  {
    code: "GG023",
    severity: "error",
    at: `${get}/parameters/0/$ref`,
    input: {
      files: {
        "openapi.json": JSON.stringify(operation({ parameters: [{ $ref: "http://a.example/x" }] })),
      },
    },
  },
  {
    code: "GG024",
    severity: "error",
    at: "settings#/api/import/over",
    input: path("/a"),
    settings: { api: { import: { mode: "merge", over: "../other/api.yaml" } } },
  },
  {
    code: "GG030",
    severity: "warning",
    at: `${integration}/uri`,
    input: integrated({ ...http, uri: "http://${Host}/a" }),
  },
  {
    code: "GG030",
    severity: "info",
    at: `${integration}/uri`,
    input: integrated({ ...lambdaProxy, uri: invocation("${F}") }),
  },
  {
    code: "GG031",
    severity: "warning",
    at: "#/info/title",
    input: root({ info: { title: { "Fn::If": ["C", "a", "b"] } } }),
  },
  {
    code: "GG031",
    severity: "error",
    at: "#/security",
    input: root({ security: { "Fn::If": ["C", [], []] } }),
  },
  {
    code: "GG032",
    severity: "error",
    at: "#/info",
    input: root({ info: { "Fn::Transform": {} } }),
  },
  {
    code: "GG060",
    severity: "error",
    at: "settings#/generator/mappings/0",
    input: root({}),
    settings: { generator: { mappings: ["GET /gone"] } },
  },
  {
    code: "GG041",
    severity: "error",
    at: "settings#/stage",
    input: path("/a"),
    settings: { stage: {} },
  },
  {
    code: "GG042",
    severity: "error",
    at: "settings#/api/kind",
    input: path("/a"),
    settings: { api: { kind: "soap" } },
  },
  {
    code: "GG043",
    severity: "warning",
    at: "settings#/domains",
    input: path("/a"),
    settings: { targets: [], domains: {} },
  },
  {
    code: "GG044",
    severity: "error",
    at: "settings#/backends/b",
    input: path("/a"),
    settings: { backends: { b: { match: "x" } } },
  },
  {
    code: "GG044",
    severity: "error",
    at: "settings#/backends/b",
    input: path("/a"),
    settings: { backends: { b: { match: "x", service: { name: "s3", region: "evil.example/" } } } },
  },
  {
    code: "GG044",
    severity: "error",
    at: "settings#/vpcLinks/link/upstream",
    input: path("/a"),
    settings: { vpcLinks: { link: { upstream: "10.0.0.1" } } },
  },
  {
    code: "GG045",
    severity: "info",
    at: "settings#/stages/a",
    input: path("/a"),
    settings: { stages: { a: {} } },
  },
  {
    code: "GG046",
    severity: "warning",
    at: `${integration}/uri`,
    input: integrated({ ...http, uri: "http://${stageVariables.h}/" }),
  },
  {
    code: "GG047",
    severity: "warning",
    at: `${integration}/connectionId`,
    input: integrated({ ...http, connectionType: "VPC_LINK", connectionId: "link" }),
    settings: { vpcLinks: { link: { version: 2 }, other: { upstream: "http://10.0.0.1" } } },
  },
  {
    code: "GG048",
    severity: "error",
    at: "settings#/usagePlans/basic/keys/0",
    input: path("/a"),
    settings: { usagePlans: { basic: { stages: ["dev"], keys: ["nobody"] } } },
  },
  ...[
    ["info", "$context.requestId $context.wafResponseCode"],
    ["warning", "$context.requestId $context.statuss"],
    ["warning", "$context.requestId $context.connectionId"],
    ["warning", "$context.requestId $input.body"],
  ].map(([severity, format]) => ({
    code: "GG050" as const,
    severity: severity as Severity,
    at: "settings#/stages/dev/logging/access/format",
    input: path("/a"),
    settings: { stages: { dev: { logging: { access: { format } } } } },
  })),
  ...["$context.status", `$context.requestId ${"-".repeat(3100)}`].map((format) => ({
    code: "GG051" as const,
    severity: "warning" as const,
    at: "settings#/defaults/logging/access/format",
    input: path("/a"),
    settings: { defaults: { logging: { access: { format } } } },
  })),
  {
    code: "GG052",
    severity: "error",
    at: "settings#/stages/dev/logging/access",
    input: path("/a"),
    settings: { stages: { dev: { logging: { access: { destination: "file" } } } } },
  },
  {
    code: "GG052",
    severity: "error",
    at: "settings#/defaults/tracing/otlp/endpoint",
    input: path("/a"),
    settings: { defaults: { tracing: { otlp: { endpoint: "http://me:secret@otel:4318" } } } },
  },
  {
    code: "GG052",
    severity: "warning",
    at: "settings#/runtime/metrics",
    input: path("/a"),
    settings: { runtime: { metrics: { path: "/numbers" } } },
  },
  {
    code: "GG053",
    severity: "warning",
    at: "settings#/defaults/logging/redact/1",
    input: path("/a"),
    settings: { defaults: { logging: { redact: ["$.card.number", "$..number"] } } },
  },
  { code: "GG100", severity: "warning", at: `${get}/summary`, input: operation({ summary: [] }) },
  { code: "GG101", severity: "warning", at: "#/info", input: root({ info: {} }) },
  {
    code: "GG102",
    severity: "warning",
    at: `${integration}/passthroughBehavior`,
    input: proxied({ passthroughBehavior: "sometimes" }),
  },
  {
    code: "GG103",
    severity: "warning",
    at: "#/x-amazon-apigateway-binary-media-types/0",
    input: root({ "x-amazon-apigateway-binary-media-types": ["png"] }),
  },
  {
    code: "GG104",
    severity: "error",
    at: "#/x-amazon-apigateway-minimum-compression-size",
    input: root({ "x-amazon-apigateway-minimum-compression-size": -1 }),
  },
  {
    code: "GG105",
    severity: "error",
    at: "#/x-amazon-apigateway-policy",
    input: root({ "x-amazon-apigateway-policy": "deny" }),
  },
  {
    code: "GG106",
    severity: "error",
    at: "#/x-amazon-apigateway-cors",
    input: httpCors(),
    settings: { api: { kind: "http" } },
  },
  {
    code: "GG109",
    severity: "warning",
    at: "#/x-amazon-apigateway-policy/Statement/Condition/StringEquals/aws:SourceVpce",
    input: root({
      "x-amazon-apigateway-policy": {
        Statement: {
          Effect: "Allow",
          Principal: "*",
          Action: "execute-api:Invoke",
          Resource: "*",
          Condition: { StringEquals: { "aws:SourceVpce": "vpce-1" } },
        },
      },
    }),
  },
  { code: "GG200", severity: "error", at: "#/paths/a", input: path("a") },
  { code: "GG201", severity: "error", at: "#/paths/~1a~1~1b", input: path("/a//b") },
  { code: "GG201", severity: "warning", at: "#/paths/~1a(b)", input: path("/a(b)") },
  { code: "GG202", severity: "warning", at: "#/paths/~1{a}.json", input: path("/{a}.json") },
  { code: "GG202", severity: "error", at: "#/paths/~1{a}'+x", input: path("/{a}'+x") },
  { code: "GG203", severity: "error", at: "#/paths/~1{p+}~1b", input: path("/{p+}/b") },
  { code: "GG204", severity: "error", at: "#/paths/~1{p}~1{p}", input: path("/{p}/{p}") },
  { code: "GG205", severity: "info", at: "#/paths/~1a~1", input: path("/a/") },
  { code: "GG206", severity: "warning", at: "#/paths/~1{b}~1c", input: twoPaths("/{a}", "/{b}/c") },
  { code: "GG208", severity: "warning", at: "#/paths/~1{b}", input: twoPaths("/{a}", "/{b}") },
  { code: "GG209", severity: "error", at: get, input: operation({ responses: undefined }) },
  {
    code: "GG209",
    severity: "warning",
    at: get,
    input: operation({ responses: undefined, "x-amazon-apigateway-integration": lambdaProxy }),
  },
  {
    code: "GG210",
    severity: "warning",
    at: `${get}/responses/ok`,
    input: operation({ responses: { "200": {}, ok: {} } }),
  },
  {
    code: "GG211",
    severity: "warning",
    at: `${get}/parameters/1`,
    input: operation({
      parameters: [
        { name: "q", in: "query" },
        { name: "q", in: "query" },
      ],
    }),
  },
  {
    code: "GG212",
    severity: "warning",
    at: `${get}/parameters/0`,
    input: operation({ parameters: [{ name: "q" }] }),
  },
  {
    code: "GG213",
    severity: "warning",
    at: `${get}/parameters/0`,
    input: operation({ parameters: [{ name: "id", in: "path" }] }),
  },
  {
    code: "GG214",
    severity: "info",
    at: `${get}/parameters/0`,
    input: operation({ parameters: [{ name: "c", in: "cookie" }] }),
  },
  {
    code: "GG215",
    severity: "warning",
    at: `${get}/parameters/1`,
    input: operation({
      parameters: [
        { name: "x", in: "query" },
        { name: "x", in: "header" },
      ],
    }),
  },
  {
    code: "GG216",
    severity: "error",
    at: `${get}/x-amazon-apigateway-request-validator`,
    input: operation({ "x-amazon-apigateway-request-validator": "all" }),
  },
  { code: "GG217", severity: "warning", at: "#/paths/~1a/post", input: twiceNamed() },
  {
    code: "GG218",
    severity: "error",
    at: "#/paths/~1a/trace",
    input: root({ paths: { "/a": { trace: {} } } }),
  },
  { code: "GG219", severity: "warning", at: "#/paths", input: root({ paths: {} }) },
  {
    code: "GG220",
    severity: "warning",
    at: "#/paths/~1a/fetch",
    input: root({ paths: { "/a": { fetch: {} } } }),
  },
  {
    code: "GG300",
    severity: "error",
    at: "#/components/securitySchemes/s/x-amazon-apigateway-authtype",
    input: schemes({
      s: { type: "apiKey", in: "header", name: "A", "x-amazon-apigateway-authtype": "awsSigv5" },
    }),
  },
  {
    code: "GG301",
    severity: "error",
    at: "#/components/securitySchemes/s",
    input: schemes({
      s: { type: "apiKey", in: "header", name: "A", "x-amazon-apigateway-authtype": "custom" },
    }),
  },
  {
    code: "GG302",
    severity: "warning",
    at: "#/components/securitySchemes/s",
    input: schemes({
      s: { type: "http", name: "A", in: "header", "x-amazon-apigateway-authorizer": token },
    }),
  },
  {
    code: "GG303",
    severity: "error",
    at: `${get}/security/0/gone`,
    input: operation({ security: [{ gone: [] }] }),
  },
  {
    code: "GG318",
    severity: "warning",
    at: `${get}/security/0`,
    input: operation({ security: [{ NONE: [] }] }),
  },
  {
    code: "GG304",
    severity: "error",
    at: `${get}/security`,
    input: operation({ security: { a: [] } }),
  },
  {
    code: "GG305",
    severity: "warning",
    at: "#/security",
    input: schemes(
      { a: key("x-api-key"), b: key("x-api-key") },
      { security: [{ a: [] }, { b: [] }] },
    ),
  },
  {
    code: "GG306",
    severity: "error",
    at: `${get}/x-amazon-apigateway-auth`,
    input: operation({ "x-amazon-apigateway-auth": { type: "AWS" } }),
  },
  {
    code: "GG307",
    severity: "error",
    at: "#/security/0/b",
    input: twoAuthorizers([{ a: [], b: [] }]),
  },
  {
    code: "GG307",
    severity: "warning",
    at: "#/security/1/b",
    input: twoAuthorizers([{ a: [] }, { b: [] }]),
  },
  {
    code: "GG308",
    severity: "warning",
    at: "#/security",
    input: schemes({ b: { type: "http", scheme: "bearer" } }, { security: [{ b: [] }] }),
  },
  {
    code: "GG310",
    severity: "error",
    at: `${authorizerAt}/type`,
    input: authorizer({ ...token, type: "tokn" }),
  },
  {
    code: "GG311",
    severity: "error",
    at: `${authorizerAt}/type`,
    input: authorizer({
      type: "jwt",
      jwtConfiguration: { issuer: "https://i.example", audience: ["a"] },
    }),
    settings: { api: { kind: "rest" } },
  },
  { code: "GG312", severity: "error", at: authorizerAt, input: authorizer({ type: "token" }) },
  {
    code: "GG313",
    severity: "error",
    at: authorizerAt,
    input: authorizer({ ...token, type: "request" }),
  },
  {
    code: "GG314",
    severity: "error",
    at: `${authorizerAt}/authorizerResultTtlInSeconds`,
    input: authorizer({ ...token, authorizerResultTtlInSeconds: 4000 }),
  },
  {
    code: "GG315",
    severity: "error",
    at: `${authorizerAt}/identityValidationExpression`,
    input: authorizer({ ...token, identityValidationExpression: "(a+)+" }),
  },
  {
    code: "GG400",
    severity: "warning",
    at: `${integration}/passThroughBehaviour`,
    input: proxied({ passThroughBehaviour: "never" }),
  },
  { code: "GG401", severity: "warning", at: "#/paths/~1a/post", input: half() },
  {
    code: "GG402",
    severity: "error",
    at: `${integration}/type`,
    input: integrated({ ...lambdaProxy, type: "lambda" }),
  },
  {
    code: "GG403",
    severity: "error",
    at: `${integration}/uri`,
    input: integrated({ ...http, uri: "ftp://x" }),
  },
  {
    code: "GG404",
    severity: "error",
    at: `${integration}/uri`,
    input: proxied({ uri: "http://x" }),
  },
  {
    code: "GG405",
    severity: "error",
    at: `${integration}/uri`,
    input: proxied({ uri: "arn:aws:apigateway:r:sqs:path/1/q" }),
  },
  {
    code: "GG406",
    severity: "warning",
    at: integration,
    input: integrated({ ...http, httpMethod: undefined }),
  },
  {
    code: "GG407",
    severity: "warning",
    at: `${integration}/httpMethod`,
    input: proxied({ httpMethod: "GET" }),
  },
  {
    code: "GG408",
    severity: "error",
    at: `${integration}/timeoutInMillis`,
    input: proxied({ timeoutInMillis: 5 }),
  },
  {
    code: "GG408",
    severity: "warning",
    at: `${integration}/timeoutInMillis`,
    input: proxied({ timeoutInMillis: 60_000 }),
  },
  {
    code: "GG409",
    severity: "error",
    at: integration,
    input: integrated({ ...http, connectionType: "VPC_LINK" }),
  },
  {
    code: "GG500",
    severity: "warning",
    at: `${integration}/requestParameters/header.a`,
    input: proxied({ requestParameters: { "header.a": "'x'" } }),
  },
  {
    code: "GG501",
    severity: "warning",
    at: `${integration}/requestParameters/integration.request.header.a`,
    input: proxied({ requestParameters: { "integration.request.header.a": true } }),
  },
  {
    code: "GG502",
    severity: "warning",
    at: `${integration}/requestParameters/integration.request.header.a`,
    input: proxied({ requestParameters: { "integration.request.header.a": "Event" } }),
  },
  {
    code: "GG503",
    severity: "warning",
    at: `${integration}/requestParameters/integration.request.header.a`,
    input: proxied({
      requestParameters: { "integration.request.header.a": "method.request.header.b" },
    }),
  },
  {
    code: "GG504",
    severity: "error",
    at: `${integration}/responses/default/responseParameters/method.response.header.a`,
    input: response({ responseParameters: { "method.response.header.a": "'a\r\nb: c'" } }),
  },
  {
    code: "GG505",
    severity: "error",
    at: `${integration}/responses/default/responseParameters/method.response.header.a b`,
    input: response({ responseParameters: { "method.response.header.a b": "'c'" } }),
  },
  {
    code: "GG507",
    severity: "warning",
    at: `${integration}/requestParameters/integration.request.header.Content-Length`,
    input: proxied({ requestParameters: { "integration.request.header.Content-Length": "'1'" } }),
  },
  {
    code: "GG508",
    severity: "warning",
    at: `${integration}/cacheKeyParameters/0`,
    input: proxied({ cacheKeyParameters: ["integration.request.header.Nothing"] }),
  },
  {
    code: "GG513",
    severity: "warning",
    at: `${integration}/responses/default/responseTemplates/application~1json`,
    input: response({ responseTemplates: { "application/json": "#set($a = 1" } }),
  },
  {
    code: "GG514",
    severity: "warning",
    at: `${integration}/requestParameters/integration.request.header.a`,
    input: proxied({
      requestParameters: { "integration.request.header.a": "method.request.body.a[" },
    }),
  },
  {
    code: "GG515",
    severity: "warning",
    at: `${integration}/responses/default/responseTemplates/application~1json`,
    input: response({
      responseTemplates: { "application/json": "#if($input.params('a'))x#end" },
    }),
  },
  {
    code: "GG515",
    severity: "info",
    at: `${integration}/responses/default/responseTemplates/application~1json`,
    input: response({
      responseTemplates: { "application/json": '#set($m = {})$m.put("a", 1)' },
    }),
  },
  {
    code: "GG515",
    severity: "warning",
    at: `${integration}/responses/default/responseTemplates/application~1json`,
    input: response({
      responseTemplates: { "application/json": `{"a": "$input.path('$.a')"}` },
    }),
  },
  {
    code: "GG515",
    severity: "warning",
    at: `${integration}/responses/default/responseTemplates/application~1json`,
    input: response({ responseTemplates: { "application/json": "#set($n = 1)$n-1" } }),
  },
  {
    code: "GG509",
    severity: "error",
    at: `${integration}/responses/default/responseTemplates/application~1json`,
    input: response({ responseTemplates: { "application/json": "x".repeat(400_000) } }),
  },
  {
    code: "GG510",
    severity: "error",
    at: `${integration}/responses/(a|a)*b`,
    input: integrated({ type: "mock", responses: { "(a|a)*b": { statusCode: 200 } } }),
  },
  {
    code: "GG511",
    severity: "error",
    at: `${integration}/responses/default/statusCode`,
    input: response({ statusCode: "999" }),
  },
  {
    code: "GG511",
    severity: "warning",
    at: `${integration}/responses/default`,
    input: response({ statusCode: "404" }),
  },
  { code: "GG512", severity: "warning", at: integration, input: integrated({ type: "mock" }) },
  {
    code: "GG520",
    severity: "error",
    at: "#/x-amazon-apigateway-gateway-responses/DEFAULT_4xx",
    input: gatewayResponse("DEFAULT_4xx", {}),
  },
  {
    code: "GG521",
    severity: "error",
    at: "#/x-amazon-apigateway-gateway-responses/THROTTLED/statusCode",
    input: gatewayResponse("THROTTLED", { statusCode: "42" }),
  },
  {
    code: "GG522",
    severity: "warning",
    at: "#/x-amazon-apigateway-gateway-responses/THROTTLED/responseTemplates/application~1json",
    input: gatewayResponse("THROTTLED", {
      responseTemplates: { "application/json": "#if(true)x#end" },
    }),
  },
  {
    code: "GG600",
    severity: "warning",
    at: `${modelAt}/properties/a`,
    input: model({ properties: { a: "string" } }),
  },
  { code: "GG601", severity: "warning", at: `${modelAt}/type`, input: model({ type: "int" }) },
  {
    code: "GG602",
    severity: "warning",
    at: `${modelAt}/minLength`,
    input: model({ type: "string", minLength: "5" }),
  },
  {
    code: "GG603",
    severity: "info",
    at: `${modelAt}/pattern`,
    input: model({ type: "string", pattern: "(a+)+b" }),
  },
  {
    code: "GG603",
    severity: "warning",
    at: `${modelAt}/pattern`,
    input: model({ type: "string", pattern: "(?=.*\\d)x" }),
  },
  {
    code: "GG603",
    severity: "error",
    at: `${modelAt}/pattern`,
    input: model({ type: "string", pattern: "(?!x)(a+)+b" }),
  },
  {
    code: "GG604",
    severity: "error",
    at: `${modelAt}/$schema`,
    input: model({ $schema: "https://example.com/own-metaschema" }),
  },
  {
    code: "GG700",
    severity: "error",
    at: `${get}/x-amazon-apigateway-integratoin`,
    input: operation({ "x-amazon-apigateway-integratoin": {} }),
  },
  {
    code: "GG701",
    severity: "error",
    at: `${get}/x-amazon-apigateway-policy`,
    input: operation({ "x-amazon-apigateway-policy": {} }),
  },
  {
    code: "GG702",
    severity: "warning",
    at: "#/x-amazon-apigateway-cors",
    input: root({ "x-amazon-apigateway-cors": {} }),
    settings: { api: { kind: "rest" } },
  },
  {
    code: "GG703",
    severity: "warning",
    at: `${get}/x-gateway-throttle`,
    input: operation({ "x-gateway-throttle": {} }),
  },
  {
    code: "GG710",
    severity: "warning",
    at: integration,
    input: integrated({
      type: "aws",
      httpMethod: "POST",
      uri: "arn:aws:apigateway:eu-west-1:sqs:path/123456789012/jobs",
      credentials: "arn:aws:iam::*:user/*",
      responses: { default: { statusCode: "200" } },
    }),
  },
  {
    code: "GG710",
    severity: "warning",
    at: integration,
    input: integrated({
      type: "aws",
      httpMethod: "GET",
      uri: "arn:aws:apigateway:eu-west-1:{bucket}.s3:path/a",
      responses: { default: { statusCode: "200" } },
    }),
  },
  {
    code: "GG712",
    severity: "info",
    at: `${integration}/responseTransferMode`,
    input: integrated({
      type: "aws",
      httpMethod: "POST",
      uri: invocation("f"),
      responses: { default: { statusCode: "200" } },
      responseTransferMode: "STREAM",
    }),
  },
  {
    code: "GG712",
    severity: "info",
    at: `${integration}/responseTransferMode`,
    input: integrated({
      ...http,
      type: "http",
      responses: { default: { statusCode: "200" } },
      responseTransferMode: "STREAM",
    }),
  },
  {
    code: "GG800",
    severity: "warning",
    at: "#/x-gateway-websocket",
    input: documentWith({ root: { "x-gateway-websocket": sectionWith() } }),
  },
  {
    code: "GG800",
    severity: "warning",
    at: "#/paths",
    input: documentWith({ root: { "x-gateway-websocket": sectionWith() } }),
    settings: { api: { kind: "websocket" } },
  },
  {
    code: "GG800",
    severity: "error",
    at: "#",
    input: asyncDocument(),
    settings: { api: { kind: "rest" } },
  },
  {
    code: "GG801",
    severity: "error",
    at: "settings#/websocket",
    input: socketDocument(),
    settings: { websocket: sectionWith() },
  },
  {
    code: "GG801",
    severity: "error",
    at: "settings#/websockets",
    input: { openapi: "3.0.1", info: { title: "t", version: "1" } },
    settings: { websockets: { a: sectionWith(), b: sectionWith() } },
  },
  { code: "GG801", severity: "error", at: "#/channels", input: twoChannels() },
  {
    code: "GG802",
    severity: "error",
    at: `${socket}/routeSelectionExpression`,
    input: socketDocument({ routeSelectionExpression: "$request.path.x" }),
  },
  {
    code: "GG802",
    severity: "error",
    at: `${socket}/routeSelectionExpression`,
    input: socketDocument({ routeSelectionExpression: "$context.stage" }),
  },
  {
    code: "GG802",
    severity: "warning",
    at: `${socket}/routeSelectionExpression`,
    input: socketDocument({ routeSelectionExpression: "join" }),
  },
  {
    code: "GG802",
    severity: "error",
    at: "#/x-gateway-websocket-routes",
    input: {
      openapi: "3.0.1",
      info: { title: "t", version: "1" },
      "x-gateway-websocket-routes": { join: {} },
    },
  },
  { code: "GG802", severity: "info", at: "#", input: asyncDocument() },
  {
    code: "GG514",
    severity: "error",
    at: `${socket}/routeSelectionExpression`,
    input: socketDocument({ routeSelectionExpression: "$request.body.a[" }),
  },
  {
    code: "GG803",
    severity: "error",
    at: `${socket}/routes/$join`,
    input: routeDocument({}, "$join"),
  },
  { code: "GG803", severity: "error", at: `${socket}/routes/`, input: routeDocument({}, "") },
  {
    code: "GG803",
    severity: "error",
    at: "#/operations/enter",
    input: asyncDocument({
      root: { "x-gateway-websocket": { routes: { join: { integration: handler } } } },
    }),
  },
  ...(
    [
      [{ authorizationType: "AWS_IAM" }, "/authorizationType"],
      [{ apiKeyRequired: true }, "/apiKeyRequired"],
      [{ requestParameters: { [query]: true } }, `/requestParameters/${query}`],
    ] as const
  ).map(([members, at]): DiagnosticCase => ({
    code: "GG804",
    severity: "error",
    at: `${join}${at}`,
    input: routeDocument(members),
  })),
  ...(
    [
      [{ integration: "chat" }, "/integration"],
      [{ requestModels: { a: "Join" } }, "/requestModels/a"],
      [{ authorizer: "ticket" }, "/authorizer"],
      [{ authorizationType: "CUSTOM" }, "/authorizationType"],
      [{ authorizationType: "NONE", authorizer: "ticket" }, "/authorizer"],
    ] as const
  ).map(([members, at]): DiagnosticCase => ({
    code: "GG805",
    severity: "error",
    at: `${join}${at}`,
    input: routeDocument(members),
  })),
  {
    code: "GG806",
    severity: "warning",
    at: `${join}/integration/integrationResponses`,
    input: routeDocument({ integration: { ...handler, integrationResponses: {} } }),
  },
  {
    code: "GG806",
    severity: "warning",
    at: `${join}/routeResponses`,
    input: routeDocument({ routeResponses: { $default: {} } }),
  },
  {
    code: "GG806",
    severity: "warning",
    at: `${socket}/routes/$disconnect/routeResponseSelectionExpression`,
    input: routeDocument({ routeResponseSelectionExpression: "$default" }, "$disconnect"),
  },
  {
    code: "GG806",
    severity: "warning",
    at: `${join}/modelSelectionExpression`,
    input: routeDocument({ modelSelectionExpression: "$request.body.a" }),
  },
  {
    code: "GG806",
    severity: "info",
    at: `${join}/modelSelectionExpression`,
    input: socketDocument({
      models: { M: {} },
      routes: {
        join: {
          integration: handler,
          modelSelectionExpression: "$request.body.a",
          requestModels: { a: "M" },
        },
      },
    }),
  },
  {
    code: "GG806",
    severity: "info",
    at: `${socket}/routes/$connect/authorizationScopes`,
    input: routeDocument({ authorizationScopes: ["a"] }, "$connect"),
  },
  {
    code: "GG807",
    severity: "error",
    at: "#",
    input: path("/a"),
    settings: { api: { kind: "websocket" } },
  },
  { code: "GG807", severity: "error", at: socket, input: socketDocument({ routes: {} }) },
  {
    code: "GG807",
    severity: "info",
    at: socket,
    input: socketDocument({ routes: { join: { integration: handler } } }),
  },
  {
    code: "GG808",
    severity: "info",
    at: `${socket}/integrations/chat`,
    input: socketDocument({ integrations: { chat: handler } }),
  },
  {
    code: "GG809",
    severity: "info",
    at: `${socket}/connection/maxMessageBytes`,
    input: socketDocument({ connection: { maxMessageBytes: 1_000_000 } }),
  },
  {
    code: "GG809",
    severity: "warning",
    at: socket,
    input: socketDocument({
      routes: Object.fromEntries(
        Array.from({ length: 301 }, (_, index) => [`r${index}`, { integration: handler }]),
      ),
    }),
  },
  {
    code: "GG810",
    severity: "error",
    at: "#",
    input: { asyncapi: "3.0.0", info: { title: "t", version: "1" } },
  },
  {
    code: "GG810",
    severity: "warning",
    at: "#/chanels",
    input: asyncDocument({ root: { chanels: {} } }),
  },
  {
    code: "GG810",
    severity: "error",
    at: "#/operations/enter/action",
    input: asyncDocument({ operation: { action: "publish" } }),
  },
  {
    code: "GG810",
    severity: "error",
    at: "#/operations/enter",
    input: asyncDocument({ operation: { channel: undefined } }),
  },
  {
    code: "GG811",
    severity: "info",
    at: "#/servers/queue",
    input: asyncDocument({ root: { servers: { queue: { host: "h", protocol: "amqp" } } } }),
  },
  {
    code: "GG811",
    severity: "info",
    at: "#/operations/enter/traits",
    input: asyncDocument({ operation: { traits: [] } }),
  },
  {
    code: "GG812",
    severity: "error",
    at: `${socket}/routes/$connect/requestParameters/route.request.body.a`,
    input: routeDocument({ requestParameters: { "route.request.body.a": true } }, "$connect"),
  },
  {
    code: "GG011",
    severity: "error",
    at: "#/asyncapi",
    input: asyncDocument({ root: { asyncapi: "2.6.0" } }),
  },
  {
    code: "GG041",
    severity: "error",
    at: `${socket}/rutes`,
    input: socketDocument({ rutes: {} }),
  },
  {
    code: "GG041",
    severity: "error",
    at: "#/operations/enter/x-gateway-integration/integrationTyp",
    input: asyncDocument({
      operation: { "x-gateway-integration": { integrationType: "MOCK", integrationTyp: 1 } },
    }),
  },
  {
    code: "GG042",
    severity: "error",
    at: `${socket}/routes/join/routeResponseSelectionExpression`,
    input: routeDocument({ routeResponseSelectionExpression: "other" }),
  },
  {
    code: "GG307",
    severity: "error",
    at: "#/components/securitySchemes/b",
    input: asyncDocument({
      operation: { security: ["a", "b"].map((name) => ({ $ref: schemeRef(name) })) },
      root: { components: { securitySchemes: { a: asyncScheme, b: asyncScheme } } },
    }),
  },
  {
    code: "GG308",
    severity: "warning",
    at: "#/components/securitySchemes/a",
    input: asyncDocument({
      operation: { security: [{ $ref: schemeRef("a") }] },
      root: { components: { securitySchemes: { a: { type: "userPassword" } } } },
    }),
  },
  {
    code: "GG310",
    severity: "error",
    at: `${socket}/authorizers/a/authorizerType`,
    input: {
      ...socketDocument(),
      "x-gateway-websocket": sectionWith({
        authorizers: { a: { authorizerType: "JWT", authorizerUri: invocation("a") } },
      }),
    },
  },
  {
    code: "GG312",
    severity: "error",
    at: `${socket}/authorizers/a/authorizerUri`,
    input: socketDocument({
      authorizers: { a: { authorizerType: "REQUEST", authorizerUri: "https://x" } },
    }),
  },
  {
    code: "GG313",
    severity: "error",
    at: `${socket}/authorizers/a/identitySource/0`,
    input: socketDocument({
      authorizers: {
        a: {
          authorizerType: "REQUEST",
          authorizerUri: invocation("a"),
          identitySource: ["method.request.header.x"],
        },
      },
    }),
  },
  {
    code: "GG401",
    severity: "warning",
    at: "#/operations/enter",
    input: asyncDocument({ operation: { "x-gateway-integration": undefined } }),
  },
  {
    code: "GG406",
    severity: "warning",
    at: `${join}/integration`,
    input: routeDocument({
      integration: { integrationType: "HTTP_PROXY", integrationUri: "http://a.example" },
    }),
  },
  {
    code: "GG408",
    severity: "error",
    at: "#/x-gateway-websocket-routes/join/integration/timeoutInMillis",
    input: {
      openapi: "3.0.1",
      info: { title: "t", version: "1" },
      "x-amazon-apigateway-route-selection-expression": "$request.body.a",
      "x-gateway-websocket-routes": {
        join: { integration: { ...lambdaProxy, timeoutInMillis: 29_001 } },
      },
    },
  },
  {
    code: "GG503",
    severity: "warning",
    at: `${join}/integration/requestParameters/integration.request.header.x`,
    input: routeDocument({
      integration: {
        ...mockRoute,
        requestParameters: { "integration.request.header.x": "route.request.header.x" },
      },
    }),
  },
  {
    code: "GG510",
    severity: "error",
    at: `${join}/integration/integrationResponses/200`,
    input: routeDocument({ integration: { ...mockRoute, integrationResponses: { 200: {} } } }),
  },
];

function key(name: string): Members {
  return { type: "apiKey", in: "header", name };
}

function twoAuthorizers(security: readonly Members[]): object {
  const scheme = { ...key("Authorization"), "x-amazon-apigateway-authorizer": token };
  return schemes({ a: scheme, b: scheme }, { security });
}

function gatewayResponse(type: string, members: Members): object {
  return root({ "x-amazon-apigateway-gateway-responses": { [type]: members } });
}

function twiceNamed(): object {
  const named = {
    operationId: "same",
    responses: {},
    "x-amazon-apigateway-integration": lambdaProxy,
  };
  return root({ paths: { "/a": { get: named, post: named } } });
}

function half(): object {
  const whole = { responses: {}, "x-amazon-apigateway-integration": lambdaProxy };
  return root({ paths: { "/a": { get: whole, post: { responses: {} } } } });
}

function httpCors(): object {
  return root({ "x-amazon-apigateway-cors": { allowOrigins: ["*"], allowCredentials: true } });
}

/** Ten lists of ten aliases each, five deep. */
function aliasBomb(): string {
  const ten = (item: string): string => `[${Array.from({ length: 10 }, () => item).join(",")}]`;
  const names = ["a", "b", "c", "d", "e"];
  const lines = names.map((name, index) => {
    const item = index === 0 ? "x" : `*${names[index - 1] ?? ""}`;
    return `  ${name}: &${name} ${ten(index === names.length - 1 ? ten(item) : item)}`;
  });
  return `openapi: 3.0.1\nx:\n${lines.join("\n")}\n`;
}
