import { expect, test } from "vitest";
import { generate } from "../../src/generate.js";

/** A document whose one body has a text of a pattern. */
function documentWith(pattern: string): string {
  return JSON.stringify({
    openapi: "3.0.1",
    info: { title: "patterns", version: "1" },
    "x-amazon-apigateway-request-validators": { body: { validateRequestBody: true } },
    "x-amazon-apigateway-request-validator": "body",
    paths: {
      "/": {
        post: {
          requestBody: {
            content: { "application/json": { schema: { $ref: "#/components/schemas/Name" } } },
          },
          responses: { "200": { description: "ok" } },
          "x-amazon-apigateway-integration": {
            type: "mock",
            requestTemplates: { "application/json": '{"statusCode": 200}' },
            responses: { default: { statusCode: "200" } },
          },
        },
      },
    },
    components: { schemas: { Name: { type: "string", pattern } } },
  });
}

test.each<[pattern: string, wantsPackage: boolean, code: string]>([
  ["^[a-z]+$", false, "schemaPattern as modelPattern"],
  ["^([a-z]+)+$", true, '["^([a-z]+)+$", linearPattern("^(?:[a-z]+)+$")]'],
  ["(?=.*x)y", false, '["(?=.*x)y", boundedPattern("(?=.*x)y", 1000)]'],
])("%s", async (pattern, wantsPackage, code) => {
  const { files } = await generate({
    input: "api.json",
    text: documentWith(pattern),
    settings: {},
  });
  const content = (path: string): string => files.find((file) => file.path === path)?.content ?? "";
  const module = "src/generated/runtime/validation/linear-pattern.ts";
  expect(content("package.json").includes('"re2js"')).toBe(wantsPackage);
  expect(content(module) !== "").toBe(wantsPackage);
  expect(content("src/generated/validators.js")).toContain(code);
});
