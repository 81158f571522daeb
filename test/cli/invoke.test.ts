import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { runCommand } from "../../src/cli/run.js";
import { captureTerminal } from "./captured-terminal.js";

const work = mkdtempSync(join(tmpdir(), "gen-gateway-invoke-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const api = `openapi: 3.0.1
info: { title: Pets, version: "1" }
components:
  securitySchemes:
    iam: { type: apiKey, in: header, name: Authorization, x-amazon-apigateway-authtype: awsSigv4 }
    key: { type: apiKey, in: header, name: x-api-key }
paths:
  /pets/{petId}:
    get:
      operationId: getPet
      parameters: [{ name: petId, in: path, required: true, schema: { type: string } }]
      responses: { "200": { description: ok } }
      x-amazon-apigateway-integration:
        type: mock
        requestTemplates: { application/json: '{"statusCode": 200}' }
        responses:
          default:
            statusCode: "200"
            responseParameters: { method.response.header.X-Stage: context.stage }
            responseTemplates:
              application/json: '{"id": "$input.params("petId")", "stage": "$context.stage"}'
  /signed:
    get:
      responses: { "200": { description: ok } }
      security: [{ iam: [] }]
      x-amazon-apigateway-integration: &mock
        type: mock
        requestTemplates: { application/json: '{"statusCode": 200}' }
        responses:
          default:
            statusCode: "200"
            responseTemplates:
              application/json: '{"caller": "$context.identity.userArn$context.identity.apiKeyId"}'
  /keyed:
    get:
      responses: { "200": { description: ok } }
      security: [{ key: [] }]
      x-amazon-apigateway-integration: *mock
  /echo:
    post:
      operationId: echo
      responses: { "200": { description: ok } }
      x-amazon-apigateway-integration:
        type: aws_proxy
        httpMethod: POST
        uri: arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:echo/invocations
x-gateway-config:
  stages: { dev: {}, prod: {} }
  principals:
    ann:
      arn: arn:aws:iam::123456789012:user/ann
      accessKeyId: AKIAIOSFODNN7EXAMPLE
      secretAccessKey: { secret: keys/ann }
      policies: [{ Version: "2012-10-17", Statement: [{ Effect: Allow, Action: "*", Resource: "*" }] }]
  apiKeys: { acme: { value: { secret: keys/acme } } }
  usagePlans: { basic: { stages: [dev], keys: [acme] } }
`;

async function invoke(
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const file = join(work, "openapi.yaml");
  writeFileSync(file, api);
  const terminal = captureTerminal();
  const code = await runCommand(["invoke", file, ...args], terminal);
  return { code, out: terminal.outText(), err: terminal.errText() };
}

interface Answer {
  readonly exitCode: number;
  readonly status: number;
  readonly body: string;
  readonly multiValueHeaders: Readonly<Record<string, readonly string[]>>;
  readonly log: readonly string[];
  readonly stage: string;
}

async function answer(...args: readonly string[]): Promise<Answer> {
  const { out, err } = await invoke(...args, "--json");
  if (out === "") throw new Error(err);
  return JSON.parse(out) as Answer;
}

describe("one call", () => {
  test("shows route, answer and execution log", async () => {
    const { code, out, err } = await invoke("get", "/pets/7?a=b", "-H", "X-Pet: Rex");
    expect(err).not.toContain("✗");
    expect(code).toBe(0);
    expect(out).toContain(`GET /pets/{petId} · getPet · ${join(work, "openapi.yaml")}:9`);
    expect(out).toMatch(/^200 OK · \d+ ms$/m);
    expect(out).toContain("X-Stage: dev");
    expect(out).toContain('{"id": "7", "stage": "dev"}');
    expect(out).toMatch(/Method request path: \{petId=7\}/);
    expect(out).toMatch(/Method request headers: \{X-Pet=Rex, /);
    expect(out).toMatch(/Method completed with status: 200$/m);
  });

  test("of another stage, as JSON with the names of TestInvokeMethod", async () => {
    expect(await answer("GET", "/pets/7", "--stage", "prod")).toMatchObject({
      exitCode: 0,
      stage: "prod",
      status: 200,
      body: '{"id": "7", "stage": "prod"}',
      isBase64Encoded: false,
      multiValueHeaders: { "X-Stage": ["prod"] },
      log: expect.arrayContaining([expect.stringContaining("Successfully completed execution")]),
    });
  });

  test.each([
    ["GET", "/signed", 403, "the route asks for a signature: call --as ann"],
    ["GET", "/keyed", 403, "the route asks for an API key: call --as acme"],
    ["GET", "/pets/7", 200, null],
  ])("%s %s, %i, says what to do: %s", async (method, path, status, hint) => {
    expect(await answer(method, path)).toMatchObject({ status, hint });
    const { err } = await invoke(method, path);
    if (hint === null) expect(err).not.toContain("--as");
    else expect(err).toContain(`hint: ${hint}`);
  });

  test("runs the handlers of a project", async () => {
    const project = join(work, "project");
    mkdirSync(join(project, "src/handlers"), { recursive: true });
    writeFileSync(
      join(project, "src/handlers/echo.ts"),
      "export const handler = async (event: { body: string }) => ({ statusCode: 201, body: event.body });\n",
    );
    const file = join(work, "body.json");
    writeFileSync(file, '{"name":"Rex"}');
    const given = ["POST", "/echo", "-o", project];
    expect(await answer(...given, "--body-file", file)).toMatchObject({
      status: 201,
      body: '{"name":"Rex"}',
    });
    expect(await answer(...given, "-d", "plain")).toMatchObject({ status: 201, body: "plain" });
  });
});

describe("as a caller", () => {
  test("without one a protected route refuses", async () => {
    expect(await answer("GET", "/signed")).toMatchObject({ status: 403, exitCode: 0 });
    expect(await answer("GET", "/keyed")).toMatchObject({ status: 403, exitCode: 0 });
  });

  test("a principal signs", async () => {
    const { status, body, log } = await answer("GET", "/signed?b=2&a=1", "--as", "ann");
    expect([status, body]).toEqual([200, '{"caller": "arn:aws:iam::123456789012:user/ann"}']);
    expect(log.join("\n")).not.toMatch(/Signature=[0-9a-f]/);
  });

  test("an API key is sent", async () => {
    expect(await answer("GET", "/keyed", "--as", "acme")).toMatchObject({
      status: 200,
      body: '{"caller": "acme"}',
    });
  });

  test("nobody of that name", async () => {
    const { code, err } = await invoke("GET", "/keyed", "--as", "acne");
    expect(code).toBe(2);
    expect(err).toContain('did you mean "acme"?');
  });
});

describe("what cannot be called", () => {
  test.each([
    ["a path that no route has", "/pet/7", "did you mean GET /pets/{petId}?"],
    ["the stage in front of the path", "/dev/pets/7", 'leave "/dev" out'],
    ["a method that the path does not have", "/echo", "/echo has POST"],
  ])("%s", async (_name, path, hint) => {
    const { code, out, err } = await invoke("GET", path);
    expect(code).toBe(1);
    expect(out).toContain("403 Forbidden");
    expect(err).toContain(`no route serves GET ${path}`);
    expect(err).toContain(hint);
  });

  test("a stage that there is not", async () => {
    const { code, err } = await invoke("GET", "/pets/7", "--stage", "pord");
    expect(code).toBe(2);
    expect(err).toContain('did you mean "prod"?');
  });

  test.each([
    [["GET"]],
    [["GET", "pets/7"]],
    [["GET", "/pets/7", "-H", "no header"]],
    [["GET", "/pets/7", "-H", "a: b\nc: d"]],
    [["GET", "/pets/7", "--body", "a", "--body-file", "b"]],
  ])("the command line %j", async (args) => {
    expect((await invoke(...args)).code).toBe(2);
  });
});
