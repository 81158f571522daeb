import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { runCommand } from "../../src/cli/run.js";
import { captureTerminal } from "./captured-terminal.js";

const mock = `
      x-amazon-apigateway-integration:
        type: mock
        requestTemplates: { application/json: '{"statusCode": 200}' }
        responses: { default: { statusCode: "200" } }`;
const pets = `openapi: 3.0.1
info: { title: Pets, version: "1" }
paths:
  /pets:
    get:
      operationId: listPets
      responses: { "200": { description: ok } }${mock}
  /internal:
    get:
      operationId: secret
      responses: { "200": { description: ok } }${mock}
`;
const withoutInternal = `overlay: 1.0.0
info: { title: public, version: "1" }
actions:
  - target: $.paths['/internal']
    remove: true
`;

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gen-gateway-cli-inputs-"));
  writeFileSync(join(folder, "api.yaml"), pets);
  writeFileSync(join(folder, "public.yaml"), withoutInternal);
});

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(...args: readonly string[]): Promise<Run> {
  const terminal = captureTerminal();
  const code = await runCommand(args, terminal, undefined);
  return { code, out: terminal.outText(), err: terminal.errText() };
}

function file(name: string): string {
  return join(folder, name);
}

describe("overlays", () => {
  test("a project of the document under its overlay", async () => {
    const args = [file("api.yaml"), "-o", file("out"), "--overlay", file("public.yaml")];
    expect(await run(...args)).toMatchObject({ code: 0, err: "" });
    const routes = readFileSync(file("out/src/generated/routes.ts"), "utf8");
    expect(routes).toContain("listPets");
    expect(routes).not.toContain("secret");
    expect((await run(...args, "--check")).code).toBe(0);
    // without the overlay it is another project
    expect((await run(file("api.yaml"), "-o", file("out"), "--check")).code).toBe(1);
  });

  test("explain, lint, diff and map read the document under them", async () => {
    const overlay = ["--overlay", file("public.yaml")];
    writeFileSync(file("body.json"), "{}");
    const explained = await run("explain", file("api.yaml"), ...overlay, "--json");
    expect(explained.code).toBe(0);
    const linted = await run("lint", file("api.yaml"), ...overlay, "--json");
    expect(linted.out).not.toContain("internal");
    const diffed = await run(
      "diff",
      file("api.yaml"),
      file("api.yaml"),
      "--new-overlay",
      file("public.yaml"),
    );
    expect(diffed.code).toBe(1);
    expect(diffed.out).toContain("/internal");
    expect((await run("diff", file("api.yaml"), file("api.yaml"), ...overlay)).code).toBe(0);
    const mapped = ["secret", "--request", "--input", file("body.json")];
    expect((await run("map", file("api.yaml"), ...mapped)).code).toBe(0);
    expect((await run("map", file("api.yaml"), ...mapped, ...overlay)).code).not.toBe(0);
  });

  test("what is wrong with an overlay is told with its place there", async () => {
    writeFileSync(file("public.yaml"), withoutInternal.replace("$.paths['/internal']", "paths"));
    const { code, err } = await run(
      file("api.yaml"),
      "-o",
      file("out"),
      "--overlay",
      file("public.yaml"),
    );
    expect(code).toBe(1);
    expect(err).toContain('public.yaml:4:5 error GG017: "paths" is not JSONPath at character 1');
  });

  test("an overlay that does not exist", async () => {
    const { code, err } = await run(
      file("api.yaml"),
      "-o",
      file("out"),
      "--overlay",
      file("gone.yaml"),
    );
    expect(code).toBe(2);
    expect(err).toContain("gone.yaml:1:1 error GG001");
  });

  test("dev follows it", async () => {
    let told = (): void => undefined;
    const terminal = captureTerminal({ onText: () => told() });
    const printed = (words: RegExp): Promise<void> =>
      new Promise((resolve) => {
        told = () => {
          if (words.test(terminal.outText() + terminal.errText())) resolve();
        };
        told();
      });
    const overlay = ["--overlay", file("public.yaml")];
    const ended = runCommand(["dev", file("api.yaml"), "--port", "0", ...overlay], terminal);
    await printed(/ · 1 route · /);
    writeFileSync(file("public.yaml"), withoutInternal.replace("remove: true", "update: {}"));
    await printed(/ · 2 routes · /);
    terminal.interrupt();
    expect(await ended).toBe(0);
  });
});

describe("an API of several", () => {
  const template = `Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        A: { Type: Api, Properties: { Path: /a, Method: get } }
        B: { Type: HttpApi, Properties: { Path: /b, Method: get } }
`;

  test("is asked for, and chosen", async () => {
    writeFileSync(file("template.yaml"), template);
    const { code, err } = await run(file("template.yaml"), "-o", file("out"));
    expect(code).toBe(1);
    expect(err).toContain("this template has 2 APIs: ServerlessRestApi, ServerlessHttpApi");
    expect(err).toContain("hint: say which: --resource ServerlessRestApi");
    const chosen = await run(file("template.yaml"), "-r", "ServerlessHttpApi", "-o", file("out"));
    expect(chosen).toMatchObject({ code: 0 });
    expect(chosen.out).toContain(" · 1 route · ");
  });

  test("of Terraform", async () => {
    const api = (name: string, path: string): string =>
      `resource "aws_apigatewayv2_api" "${name}" {\n  body = jsonencode({ openapi = "3.0.1", info = { title = "${name}", version = "1" }, paths = { "${path}" = { get = { responses = {}, x-amazon-apigateway-integration = { type = "http_proxy", httpMethod = "GET", uri = "https://a.example", payloadFormatVersion = "1.0" } } } } })\n}\n`;
    writeFileSync(file("api.tf"), api("a", "/a") + api("b", "/b"));
    const { err } = await run(file("api.tf"), "-o", file("out"));
    expect(err).toContain("hint: say which: --resource aws_apigatewayv2_api.a");
    const args = [file("api.tf"), "-r", "aws_apigatewayv2_api.b", "-o", file("out")];
    expect(await run(...args)).toMatchObject({ code: 0 });
    expect((await run(...args, "--check")).code).toBe(0);
    expect(readFileSync(file("out/src/generated/routes.ts"), "utf8")).toContain("/b");
  });
});
