import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { createDiagnosticSink } from "../../src/diagnostics.js";
import { reportApiKind, type ApiKindReport } from "../../src/explain/api-kind-report.js";
import { explainDocument } from "../../src/explain/explain-document.js";
import { featureFacts } from "../../src/explain/features.js";
import { loadDocument } from "../../src/load/load-document.js";
import { documentWith, lambdaProxy } from "../lower/lower-text.js";

async function reportOf(document: object, settings: object = {}): Promise<ApiKindReport> {
  const text = JSON.stringify(document, null, 2);
  const loaded = await loadDocument(
    { input: "openapi.json", text, settings },
    createDiagnosticSink(),
  );
  const report = loaded && reportApiKind(loaded);
  if (report === undefined) throw new Error("there is no report");
  return report;
}

const names = (uses: readonly { readonly feature: string }[]): readonly string[] =>
  uses.map(({ feature }) => feature);
const places = (
  uses: readonly { readonly feature: string; readonly places: readonly string[] }[],
  feature: string,
): readonly string[] | undefined =>
  uses.find((one) => one.feature === feature)?.places.map((at) => at.slice(at.indexOf("#")));

const scheme = (authorizer: object): Readonly<Record<string, unknown>> => ({
  components: {
    securitySchemes: {
      auth: {
        type: "apiKey",
        in: "header",
        name: "Authorization",
        "x-amazon-apigateway-authorizer": authorizer,
      },
    },
  },
});

describe("kind and reasons", () => {
  test.each<[name: string, document: object, settings: object, want: object]>([
    [
      "nothing tells",
      documentWith({ integration: lambdaProxy }),
      {},
      { kind: "rest", by: "default", reasons: [] },
    ],
    ["a mock", documentWith({}), {}, { kind: "rest", by: "document", reasons: ["mock"] }],
    [
      "payload 2.0",
      documentWith({ integration: { ...lambdaProxy, payloadFormatVersion: "2.0" } }),
      {},
      { kind: "http", by: "document", reasons: ["payload-2"] },
    ],
    [
      "the settings",
      documentWith({ integration: lambdaProxy }),
      { api: { kind: "http" } },
      { kind: "http", by: "settings", reasons: [] },
    ],
    [
      "what decides comes first",
      documentWith({
        integration: { ...lambdaProxy, passthroughBehavior: "never" },
        root: { "x-amazon-apigateway-policy": {} },
      }),
      {},
      { kind: "rest", by: "document", reasons: ["resource-policy", "passthrough"] },
    ],
  ])("%s", async (_name, document, settings, want) => {
    const { kind, by, reasons } = await reportOf(document, settings);
    expect({ kind, by, reasons: names(reasons) }).toEqual(want);
  });

  test("OpenAPI 2.0 is REST, whatever it asks for", async () => {
    const document = {
      ...documentWith({ integration: { ...lambdaProxy, payloadFormatVersion: "2.0" } }),
      openapi: undefined,
      swagger: "2.0",
    };
    const { kind, by, conflicts } = await reportOf(document);
    expect({ kind, by, conflicts: names(conflicts) }).toEqual({
      kind: "rest",
      by: "version",
      conflicts: ["payload-2"],
    });
  });

  test("each use has its place", async () => {
    const { reasons, common } = await reportOf(
      documentWith({
        integration: {
          ...lambdaProxy,
          requestParameters: { "append:header.a": "b" },
          responseParameters: { 200: {} },
        },
        root: { "x-amazon-apigateway-cors": {} },
      }),
    );
    const integration = "#/paths/~1a/get/x-amazon-apigateway-integration";
    expect(places(reasons, "cors")).toEqual(["#/x-amazon-apigateway-cors"]);
    expect(places(reasons, "http-mappings")).toEqual([`${integration}/requestParameters`]);
    expect(places(reasons, "response-mappings")).toEqual([`${integration}/responseParameters`]);
    expect(places(common, "lambda-proxy")).toEqual([integration]);
  });

  test("a document that asks for both says what the chosen kind lacks", async () => {
    const { kind, conflicts, other } = await reportOf(
      documentWith({ root: { "x-amazon-apigateway-cors": {} } }),
    );
    expect(kind).toBe("rest");
    expect(names(conflicts)).toEqual(["cors"]);
    expect(conflicts[0]?.instead).toContain("OPTIONS");
    expect(names(other.loses)).toEqual(["mock"]);
  });
});

describe("what the other kind would cost", () => {
  test.each<[name: string, document: object, loses: readonly string[]]>([
    [
      "a token authorizer",
      documentWith({ root: scheme({ type: "token" }), integration: lambdaProxy }),
      ["token-authorizer"],
    ],
    [
      "a user pool",
      documentWith({ root: scheme({ type: "COGNITO_USER_POOLS" }), integration: lambdaProxy }),
      ["cognito-authorizer"],
    ],
    [
      "a queue, which has a subtype",
      documentWith({
        integration: { type: "aws", uri: "arn:aws:apigateway:eu-west-1:sqs:path/1/q" },
      }),
      ["service-with-subtype"],
    ],
    [
      "a table, which has none",
      documentWith({
        integration: { type: "aws", uri: "arn:aws:apigateway:eu-west-1:dynamodb:action/PutItem" },
      }),
      ["service-mapped"],
    ],
    [
      "an action without a subtype",
      documentWith({
        integration: { type: "aws", uri: "arn:aws:apigateway:eu-west-1:kinesis:action/PutRecords" },
      }),
      ["service-mapped"],
    ],
    [
      "a function that is mapped",
      documentWith({
        integration: {
          ...lambdaProxy,
          type: "aws",
          requestTemplates: { "application/json": "{}" },
        },
      }),
      ["lambda-mapped", "body-templates"],
    ],
    ["nothing", documentWith({ integration: lambdaProxy }), []],
    [
      "a trifle",
      documentWith({ integration: { ...lambdaProxy, passthroughBehavior: "when_no_match" } }),
      [],
    ],
  ])("REST to HTTP: %s", async (_name, document, loses) => {
    const { other } = await reportOf(document);
    expect([other.kind, names(other.loses)]).toEqual(["http", loses]);
  });

  test.each<[name: string, document: object, loses: readonly string[]]>([
    [
      "tokens",
      documentWith({
        root: scheme({ type: "jwt", jwtConfiguration: { issuer: "https://i.example" } }),
        integration: lambdaProxy,
      }),
      ["jwt-authorizer"],
    ],
    [
      "simple results",
      documentWith({
        root: scheme({ type: "request", enableSimpleResponses: true }),
        integration: lambdaProxy,
      }),
      ["simple-authorizer"],
    ],
    [
      "a subtype",
      documentWith({ integration: { type: "aws_proxy", integrationSubtype: "SQS-SendMessage" } }),
      ["subtype"],
    ],
    [
      "a private listener",
      documentWith({
        integration: {
          type: "http_proxy",
          connectionType: "VPC_LINK",
          uri: "arn:aws:elasticloadbalancing:eu-west-1:1:listener/a",
        },
      }),
      ["private-arn"],
    ],
    [
      "the default route",
      documentWith({ path: "/$default", integration: lambdaProxy }),
      ["default-route"],
    ],
  ])("HTTP to REST: %s", async (_name, document, loses) => {
    const { other } = await reportOf(document);
    expect([other.kind, names(other.loses)]).toEqual(["rest", loses]);
  });

  test("settings count, and what they switch off does not", async () => {
    const document = documentWith({ integration: lambdaProxy });
    const { other } = await reportOf(document, {
      usagePlans: { basic: { stages: ["dev"] } },
      stages: { dev: { cache: { size: "0.5" }, canary: false, waf: false } },
    });
    expect(names(other.loses)).toEqual(["api-keys", "cache"]);
    expect(other.loses[0]?.places[0]).toContain("usagePlans");
  });

  test("gains name the places that would use them", async () => {
    const rest = await reportOf({
      ...documentWith({ integration: lambdaProxy }),
      paths: {
        "/a": { options: { responses: {}, "x-amazon-apigateway-integration": { type: "mock" } } },
      },
    });
    const cors = rest.other.gains.find(({ text }) => text.includes("CORS"));
    expect(cors?.places).toHaveLength(1);
    const http = await reportOf(
      documentWith({
        root: { "x-amazon-apigateway-cors": {} },
        integration: lambdaProxy,
        operation: {
          requestBody: { content: { "application/json": { schema: { type: "object" } } } },
        },
      }),
    );
    const checked = http.other.gains.find(({ text }) => text.includes("schemas"));
    expect(checked?.places).toHaveLength(1);
  });

  test("limits tell what the document uses", async () => {
    const { limits } = await reportOf(
      documentWith({ path: "/a/{b}/c", integration: { ...lambdaProxy, timeoutInMillis: 29_500 } }),
    );
    const row = (name: string) => limits.find((limit) => limit.name === name)?.here;
    expect(row("integration timeout")).toBe("29.5 s");
    expect(row("routes")).toBe("4 resources, 1 route");
  });
});

test("a feature is of one kind or of both, and never of none", () => {
  const homeless = Object.values(featureFacts).filter(({ rest, http }) => !rest.has && !http.has);
  expect(homeless).toEqual([]);
});

const specs = fileURLToPath(new URL("../../../shared/specs/", import.meta.url));

describe.skipIf(!existsSync(specs))("real documents (skipped without ../shared)", () => {
  test.each<[file: string, kind: string, loses: readonly string[], conflicts: readonly string[]]>([
    [
      "url-shortener.yaml",
      "rest",
      ["validation", "cognito-authorizer", "service-mapped", "body-templates", "mock-preflight"],
      [],
    ],
    [
      "http-api-jwt.json",
      "http",
      ["cors", "jwt-authorizer", "default-route", "payload-2", "tags"],
      [],
    ],
    ["http-api-sqs-subtype.yaml", "http", ["cors", "payload-2", "subtype"], []],
    ["http-api-export.json", "http", ["cors"], []],
    ["step-functions.yaml", "rest", ["service-with-subtype", "body-templates"], []],
    ["s3-proxy.json", "rest", ["service-mapped", "rest-mappings"], []],
    ["cognito-validators.json", "rest", ["validation", "cognito-authorizer"], []],
    ["request-authorizer.json", "rest", ["http-mapped", "mock", "api-keys"], []],
    [
      "rest-lambda-terraform.yaml",
      "rest",
      ["validation", "gateway-responses", "token-authorizer", "api-keys"],
      ["cors"],
    ],
  ])("%s", async (file, kind, loses, conflicts) => {
    const { outcome, locate } = await explainDocument({ input: `${specs}${file}` });
    if (outcome.kind !== "explained") throw new Error(`${file} is not explained`);
    const { report } = outcome;
    expect(report.kind).toBe(kind);
    expect(names(report.other.loses)).toEqual(loses);
    expect(names(report.conflicts)).toEqual(conflicts);
    for (const at of report.reasons.flatMap((reason) => reason.places)) {
      expect(locate(at)?.line).toBeGreaterThan(0);
    }
  });
});
