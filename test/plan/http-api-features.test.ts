import { expect, test } from "vitest";
import { generate } from "../../src/generate.js";
import { documentWith } from "../lower/lower-text.js";

test("what HTTP APIs do not have is not wired, and each part is reported", async () => {
  const { plan, diagnostics } = await generate({
    input: "openapi.json",
    text: JSON.stringify(
      documentWith({
        root: {
          "x-amazon-apigateway-request-validators": { all: { validateRequestParameters: true } },
          "x-amazon-apigateway-request-validator": "all",
          "x-amazon-apigateway-policy": {
            Version: "2012-10-17",
            Statement: [
              { Effect: "Deny", Principal: "*", Action: "execute-api:Invoke", Resource: "*" },
            ],
          },
          "x-amazon-apigateway-minimum-compression-size": 0,
          "x-amazon-apigateway-binary-media-types": ["*/*"],
        },
        operation: { parameters: [{ name: "q", in: "query", required: true, schema: {} }] },
        integration: { type: "http_proxy", httpMethod: "GET", uri: "http://backend.example/" },
      }),
    ),
    settings: {
      api: { kind: "http" },
      stages: {
        prod: {
          cache: { size: "0.5" },
          canary: { percentTraffic: 10 },
          logging: { execution: { level: "INFO" } },
          methodSettings: { "GET /a": { cachingEnabled: true, loggingLevel: "INFO" } },
        },
      },
      usagePlans: { basic: { stages: ["prod"], keys: ["acme"] } },
      apiKeys: { acme: { value: { secret: "acme" } } },
    },
  });
  expect(plan?.features).toEqual(["http-api", "http-api-proxy"]);
  expect(plan?.tables.access).toBeNull();
  const counts = new Map<string, number>();
  for (const { code } of diagnostics) counts.set(code, (counts.get(code) ?? 0) + 1);
  expect(Object.fromEntries(counts)).toEqual({ GG049: 7, GG702: 5 });
});
