import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { check, resolveConfig } from "prettier";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { OutputFile } from "../../src/emit/output-file.js";
import { emitProject } from "../../src/emit/project.js";
import type { Operation } from "../../src/ir/operation.js";
import { planProject } from "../../src/plan/plan.js";
import {
  at,
  devStage,
  gatewayOf,
  mock,
  modelOf,
  operationOf,
  parameterOf,
  schemaOf,
  templateOf,
  text,
} from "../support/ir.js";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const functionOperation = (name: string, method: Operation["method"], path: string): Operation =>
  operationOf(method, path, {
    operationId: `${method.toLowerCase()}${name}`,
    parameters: [parameterOf("id", "path"), parameterOf("page", "query", { required: true })],
    validator: { at, name: "all", validateBody: true, validateParameters: true },
    body: {
      at,
      required: true,
      description: undefined,
      content: [
        {
          at,
          mediaType: "application/json",
          schema: schemaOf({ kind: "ref", model: "Pet" }),
          model: "Pet",
          example: undefined,
        },
      ],
    },
    integration: {
      ...mock,
      kind: "function",
      proxy: true,
      method: "POST",
      function: [{ kind: "text", text: `arn:aws:lambda:us-east-1:123456789012:function:${name}` }],
      uri: "",
      timeoutMs: 29_000,
      payloadFormat: "1.0",
      credentials: undefined,
      transfer: "BUFFERED",
    },
  });

const pet = modelOf(
  "Pet",
  schemaOf({
    kind: "object",
    additional: true,
    properties: [
      { name: "name", required: true, schema: text },
      { name: "parent", required: false, schema: schemaOf({ kind: "ref", model: "Pet" }) },
    ],
  }),
  {
    type: "object",
    required: ["name"],
    properties: { name: { type: "string", minLength: 1 }, parent: { $ref: "#/definitions/Pet" } },
  },
);

const token = { name: "Authorization", value: { secret: "sink/token", key: undefined } };

const gateway = gatewayOf(
  [
    operationOf("GET", "/"),
    functionOperation("orders", "POST", "/orders/{id}"),
    functionOperation("orders", "PUT", "/orders/{id}"),
    functionOperation("a-very-long-function-name-for-customers", "ANY", "/customers/{id}"),
    operationOf("GET", "/pets/{petId}", {
      summary: "Find one pet.",
      parameters: [parameterOf("petId", "path")],
      integration: {
        ...mock,
        kind: "http",
        proxy: true,
        method: "GET",
        uri: [
          { kind: "text", text: "http://" },
          { kind: "stageVariable", name: "host" },
          { kind: "text", text: "/pets/" },
          { kind: "path", name: "petId" },
        ],
        requestParameters: [
          { at, to: "path", name: "petId", from: { kind: "path", name: "petId" } },
        ],
        timeoutMs: 29_000,
        insecureSkipVerification: false,
        vpcLink: undefined,
        transfer: "BUFFERED",
      },
    }),
    operationOf("PUT", "/items/{key}", {
      parameters: [parameterOf("key", "path")],
      integration: {
        ...mock,
        kind: "service",
        method: "PUT",
        uri: [],
        partition: "aws",
        region: "eu-west-1",
        subdomain: undefined,
        service: "s3",
        action: undefined,
        path: [
          { kind: "text", text: "/bucket/" },
          { kind: "path", name: "key" },
        ],
        timeoutMs: 29_000,
        credentials: [{ kind: "text", text: "arn:aws:iam::123456789012:role/items" }],
        unserved: undefined,
      },
    }),
    operationOf("POST", "/mappingTests/{id}", {
      operationId: "mappingTests",
      parameters: [parameterOf("id", "path")],
      integration: {
        ...mock,
        requestTemplates: [
          templateOf('{"statusCode": 200, "id": "$input.params(\'id\')"}'),
          templateOf("$input.path('$.name').substring(3)", "text/plain"),
        ],
      },
    }),
    operationOf("DELETE", "/closed", { integration: { kind: "none", at, reason: "It has none." } }),
  ],
  {
    api: { models: [pet], binaryMediaTypes: ["image/png"], minimumCompressionSize: 1024 },
    deployment: {
      admin: { port: 9464, host: "0.0.0.0", console: false },
      stages: [
        {
          ...devStage,
          accessLog: {
            at,
            format: "json",
            parts: [
              { kind: "text", text: '{ "id": "' },
              { kind: "context", name: "requestId" },
              { kind: "text", text: '" }' },
            ],
            destination: { kind: "http", url: "http://logs.example", headers: [token] },
          },
          tracing: {
            at,
            xray: true,
            otlp: { endpoint: "http://otel.example:4318", headers: [token] },
            sampleRatio: 0.1,
          },
          detailedMetrics: true,
        },
      ],
      metrics: {
        path: "/metrics",
        listener: { port: 9465, host: "0.0.0.0" },
        emfNamespace: "ApiGateway",
        otlp: { endpoint: "http://otel.example:4318", headers: [token], intervalSeconds: 60 },
      },
    },
  },
);

describe("an emitted project", () => {
  const folder = mkdtempSync(join(tmpdir(), "gen-gateway-emit-"));
  let files: readonly OutputFile[];

  beforeAll(async () => {
    files = await emitProject(planProject(gateway));
    for (const file of files) {
      mkdirSync(dirname(join(folder, file.path)), { recursive: true });
      writeFileSync(join(folder, file.path), file.content);
    }
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("is the same twice", async () => {
    expect(await emitProject(planProject(gateway))).toEqual(files);
  });

  test("compiles under the strictest settings", () => {
    expect(compile(folder)).toBe("");
  });

  test("is laid out as prettier would", async () => {
    const ignored = ["src/generated/validators.js"];
    const wrong: string[] = [];
    for (const file of files) {
      if (ignored.includes(file.path) || /^\.|\/\./.test(file.path)) continue;
      const config = (await resolveConfig(join(folder, file.path))) ?? {};
      const isClean = await check(file.content, { ...config, filepath: file.path });
      if (!isClean) wrong.push(file.path);
    }
    expect(wrong).toEqual([]);
  });

  test("has an example for each template that reads something", () => {
    const test = files.find(({ path }) => path === "test/mappings.test.ts");
    expect(test?.ownership).toBe("owned");
    expect(test?.content.match(/template: /g)).toHaveLength(2);
  });

  test("passes its own tests of contract and mappings", () => {
    const output = execFileSync("npm", ["test", "--silent"], { cwd: folder, encoding: "utf8" });
    expect(output).toMatch(/^(?:#|ℹ) fail 0$/m);
    expect(output).toMatch(/^(?:#|ℹ) pass (?:[6-9]|\d\d)$/m);
    expect(output).toMatch(/mappingTests2?: request body, application\/json gives JSON/);
    expect(output).toMatch(/text\/plain gives a text, or fails as the service does/);
  });
});

function compile(folder: string): string {
  try {
    return execFileSync(join(root, "node_modules/.bin/tsc"), ["-p", folder], { encoding: "utf8" });
  } catch (error) {
    return String((error as { stdout?: unknown }).stdout);
  }
}
