import type { DiagnosticCase } from "./diagnostic-cases.js";
import { documentWith, lambdaProxy } from "./lower-text.js";

type Members = Readonly<Record<string, unknown>>;

const get = "#/paths/~1a/get";
const integration = `${get}/x-amazon-apigateway-integration`;
const http = { type: "http_proxy", httpMethod: "GET", uri: "http://backend.example/a" };

/** An HTTP API with one integration. */
const httpApi = (members: Members): object =>
  documentWith({ integration: members, root: { "x-amazon-apigateway-cors": {} } });
const changed = (requestParameters: Members): object => httpApi({ ...http, requestParameters });
const answered = (responseParameters: Members): object => httpApi({ ...http, responseParameters });
const queue = (requestParameters: Members): Members => ({
  type: "aws_proxy",
  integrationSubtype: "SQS-SendMessage",
  credentials: "arn:aws:iam::123456789012:role/r",
  requestParameters: { QueueUrl: "u", MessageBody: "$request.body", ...requestParameters },
});
const linked = {
  type: "http_proxy",
  httpMethod: "GET",
  uri: "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/lb/1/2",
  connectionType: "VPC_LINK",
  connectionId: "link",
};
const header = `${integration}/requestParameters/append:header.a`;
const warning = (code: DiagnosticCase["code"], at: string, input: object): DiagnosticCase => ({
  code,
  severity: "warning",
  at,
  input,
});
const error = (code: DiagnosticCase["code"], at: string, input: object): DiagnosticCase => ({
  ...warning(code, at, input),
  severity: "error",
});

/** What HTTP APIs alone report. */
export const httpApiDiagnosticCases: readonly DiagnosticCase[] = [
  warning(
    "GG209",
    get,
    documentWith({
      operation: { responses: undefined, "x-amazon-apigateway-integration": undefined },
      root: { "x-amazon-apigateway-cors": {} },
    }),
  ),
  {
    ...warning("GG049", "settings#/usagePlans", httpApi(http)),
    settings: { usagePlans: { basic: { stages: ["$default"] } } },
  },
  {
    ...warning("GG049", "settings#/stages/prod/cache", httpApi(http)),
    settings: { stages: { prod: { cache: { size: "0.5" } } } },
  },
  {
    ...warning("GG049", "settings#/defaults/methodSettings/* ~1*/loggingLevel", httpApi(http)),
    settings: { defaults: { methodSettings: { "* /*": { loggingLevel: "INFO" } } } },
  },
  {
    ...warning("GG049", "settings#/api/endpointConfiguration/types", httpApi(http)),
    settings: { api: { endpointConfiguration: { types: ["PRIVATE"] } } },
  },
  {
    ...warning("GG047", `${integration}/connectionId`, httpApi(linked)),
    settings: { vpcLinks: { other: { upstream: "http://10.0.0.1" } } },
  },
  {
    ...warning(
      "GG108",
      "#/paths",
      documentWith({
        root: {
          paths: Object.fromEntries(
            Array.from({ length: 301 }, (_, index) => [
              `/p${index}`,
              { get: { responses: {}, "x-amazon-apigateway-integration": lambdaProxy } },
            ]),
          ),
        },
      }),
    ),
    settings: { api: { kind: "http" } },
  },
  {
    ...warning("GG108", "settings#/stages/prod/variables/long", httpApi(http)),
    settings: { stages: { prod: { variables: { long: "x".repeat(513) } } } },
  },
  {
    ...error("GG402", `${integration}/type`, httpApi({ ...http, type: "http" })),
    settings: { api: { kind: "http" } },
  },
  error("GG403", `${integration}/uri`, httpApi({ ...linked, uri: "arn:aws:s3:::bucket" })),
  warning("GG403", `${integration}/uri`, httpApi({ ...linked, uri: "http://stock.internal/" })),
  warning("GG408", `${integration}/timeoutInMillis`, httpApi({ ...http, timeoutInMillis: 30_001 })),
  error(
    "GG410",
    `${integration}/integrationSubtype`,
    httpApi({ type: "aws_proxy", integrationSubtype: "SNS-Publish" }),
  ),
  {
    ...error("GG410", `${integration}/integrationSubtype`, httpApi(queue({}))),
    settings: { api: { kind: "rest" } },
  },
  error(
    "GG411",
    `${integration}/requestParameters/MessageBdy`,
    httpApi(queue({ MessageBdy: "a" })),
  ),
  error(
    "GG412",
    `${integration}/requestParameters`,
    httpApi({ ...queue({}), requestParameters: { MessageBody: "a" } }),
  ),
  warning("GG413", integration, httpApi({ ...queue({}), credentials: undefined })),
  error("GG414", `${integration}/uri`, httpApi({ ...linked, connectionType: "INTERNET" })),
  {
    ...warning(
      "GG415",
      `${integration}/tlsConfig/serverNameToVerify`,
      httpApi({ ...linked, tlsConfig: { serverNameToVerify: "stock.internal" } }),
    ),
    settings: { vpcLinks: { link: { upstream: "http://10.0.0.1" } } },
  },
  warning(
    "GG500",
    `${integration}/requestParameters/integration.request.header.a`,
    changed({ "integration.request.header.a": "method.request.header.a" }),
  ),
  warning(
    "GG500",
    `${integration}/responseParameters/200/overwrite:path`,
    answered({ 200: { "overwrite:path": "/a" } }),
  ),
  warning("GG501", header, changed({ "append:header.a": ["b"] })),
  warning(
    "GG501",
    `${integration}/requestParameters/remove:header.a`,
    changed({ "remove:header.a": "b" }),
  ),
  ...[
    "$request.cookie.a",
    "$response.header.a",
    "a $request.path.b",
    "a ${request.header}",
    "$stageVariables.a-b",
    "$context.requestid",
  ].map((value) => warning("GG502", header, changed({ "append:header.a": value }))),
  warning(
    "GG502",
    `${integration}/responseParameters/200/append:header.a`,
    answered({ 200: { "append:header.a": "$request.header.a" } }),
  ),
  ...["$request.header.region", "eu west", "a.example/#"].map((region) =>
    warning("GG502", `${integration}/requestParameters/Region`, httpApi(queue({ Region: region }))),
  ),
  warning("GG503", header, changed({ "append:header.a": "$request.path.id" })),
  error("GG504", header, changed({ "append:header.a": "b\nc" })),
  error(
    "GG505",
    `${integration}/requestParameters/append:header.a b`,
    changed({ "append:header.a b": "c" }),
  ),
  ...["a", "600", "199"].map((status) =>
    warning("GG511", `${integration}/responseParameters/${status}`, answered({ [status]: {} })),
  ),
  warning(
    "GG511",
    `${integration}/responseParameters/200/overwrite:statuscode`,
    answered({ 200: { "overwrite:statuscode": "ok" } }),
  ),
  ...["$request.body.a..b", "$request.body.a[?(@.b)]", "$request.body.a["].map((value) =>
    warning("GG514", header, changed({ "append:header.a": value })),
  ),
  ...["Authorization", "x-amzn-a", "Access-Control-Allow-Origin", "Via"].map((name) =>
    error(
      "GG516",
      `${integration}/requestParameters/overwrite:header.${name}`,
      changed({ [`overwrite:header.${name}`]: "a" }),
    ),
  ),
  error(
    "GG516",
    `${integration}/responseParameters/200/remove:header.Content-Length`,
    answered({ 200: { "remove:header.Content-Length": "" } }),
  ),
  {
    ...warning(
      "GG702",
      `${integration}/requestTemplates`,
      httpApi({ ...http, requestTemplates: {} }),
    ),
    settings: { api: { kind: "http" } },
  },
  {
    ...warning(
      "GG702",
      `${get}/requestBody`,
      documentWith({
        integration: http,
        operation: { requestBody: { content: { "application/json": { schema: {} } } } },
        root: { "x-amazon-apigateway-cors": {} },
      }),
    ),
    severity: "info",
  },
];
