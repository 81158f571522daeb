import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { OutputFile } from "../../src/emit/output-file.js";
import { generate } from "../../src/generate.js";
import { invocation } from "../lower/lower-text.js";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const route = (name: string, payloadFormatVersion: string, scheme: string): object => ({
  get: {
    operationId: name,
    security: [{ [scheme]: [] }],
    responses: { "200": { description: "ok" } },
    "x-amazon-apigateway-integration": {
      type: "aws_proxy",
      httpMethod: "POST",
      uri: invocation(name),
      payloadFormatVersion,
    },
  },
});

const scheme = (name: string, payload: string, enableSimpleResponses: boolean): object => ({
  type: "apiKey",
  name: "authorization",
  in: "header",
  "x-amazon-apigateway-authorizer": {
    type: "request",
    authorizerUri: invocation(name),
    authorizerPayloadFormatVersion: payload,
    enableSimpleResponses,
    identitySource: "$request.header.authorization",
  },
});

const document = {
  openapi: "3.0.1",
  info: { title: "Handlers", version: "1" },
  paths: {
    "/old": route("old", "1.0", "asked"),
    "/new": route("new", "2.0", "simple"),
    "/other": route("other", "2.0", "asked-new"),
  },
  components: {
    securitySchemes: {
      asked: scheme("checks-old", "1.0", false),
      simple: scheme("checks-simple", "2.0", true),
      "asked-new": scheme("checks-new", "2.0", false),
    },
  },
};

describe("functions of an HTTP API are typed by what they are handed", () => {
  const folder = mkdtempSync(join(tmpdir(), "gen-gateway-http-handlers-"));
  let files: readonly OutputFile[];
  beforeAll(async () => {
    const generated = await generate({ input: "api.json", text: JSON.stringify(document) });
    expect(generated.diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
    files = generated.files;
    for (const { path, content } of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each<[file: string, words: readonly string[]]>([
    ["old", ["event: HttpEventV1<Old, StageVariables>", "Promise<ProxyResult>"]],
    ["new", ["event: HttpEvent<New, StageVariables>", "Promise<HttpResult>"]],
    [
      "checks-old",
      [
        "event: HttpAuthorizerEventV1<StageVariables>",
        "Promise<AuthorizerResult>",
        'deny("unknown", event.methodArn)',
      ],
    ],
    [
      "checks-new",
      [
        "event: HttpAuthorizerEvent<StageVariables>",
        "Promise<AuthorizerResult>",
        'deny("unknown", event.routeArn)',
      ],
    ],
    [
      "checks-simple",
      [
        "event: HttpAuthorizerEvent<StageVariables>",
        "Promise<SimpleAuthorizerResult>",
        "isAuthorized: false",
      ],
    ],
  ])("%s", (file, words) => {
    const content = files.find(({ path }) => path === `src/handlers/${file}.ts`)?.content;
    for (const word of words) expect(content).toContain(word);
  });

  test("and compile under the strictest settings", () => {
    const tsc = join(root, "node_modules/.bin/tsc");
    expect(execFileSync(tsc, ["-p", folder], { encoding: "utf8" })).toBe("");
  });

  test("and pass their contract tests: scaffolds refuse everybody", { timeout: 60_000 }, () => {
    const output = execFileSync("npm", ["test", "--silent"], { cwd: folder, encoding: "utf8" });
    expect(output).toMatch(/^(?:#|ℹ) fail 0$/m);
    expect(output).toMatch(/^(?:#|ℹ) pass [1-9]/m);
  });
});
