import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startAdmin, type AdminServer } from "../../../src/runtime/admin/admin-server.js";
import { allow } from "../../../src/runtime/functions/authorizer.js";
import type { ManagedGateway } from "../../../src/runtime/gateway.js";
import {
  authorizer,
  methodSettings,
  openedBy,
  protectedGateway,
} from "../access/protected-gateway.js";
import { functionProxy, mock, stage } from "../support/table.js";

const hasCli = spawnSync("aws", ["--version"]).status === 0;
const note = hasCli ? "" : " (skipped: no aws command on this machine)";
const run = promisify(execFile);
/** The command starts an interpreter each time. */
const LIMIT_MS = 60_000;

describe.skipIf(!hasCli)(`aws apigateway${note}`, () => {
  const home = mkdtempSync(join(tmpdir(), "gen-gateway-aws-"));
  let gateway: ManagedGateway;
  let admin: AdminServer | undefined;

  beforeAll(async () => {
    gateway = protectedGateway(
      {
        "GET /pets/{petId}": openedBy("auth", {
          resourceId: "pets01",
          operationName: "getPet",
          integration: mock("", {
            responses: [
              {
                pattern: null,
                statusCode: 200,
                headers: [],
                contentHandling: null,
                templates: {
                  "application/json": (input) =>
                    `${input.param("petId")} ${input.param("view")} ${input.stageVariable("table")}`,
                },
              },
            ],
          }),
        }),
        "POST /echo": { resourceId: "echo01", integration: functionProxy("echo") },
      },
      {
        api: {
          stages: {
            dev: stage({
              variables: { table: "pets" },
              methods: {
                "POST /echo": methodSettings({ throttle: { rateLimit: 5, burstLimit: 10 } }),
              },
            }),
          },
        },
        access: { authorizers: { auth: authorizer("token") } },
        functions: {
          echo: ({
            body,
            headers,
          }: {
            body: string;
            headers: Readonly<Record<string, string>>;
          }) => ({
            statusCode: 201,
            headers: { "X-Heard": headers["X-One"] ?? "" },
            body,
          }),
          authorizer: () => allow("somebody", "*"),
        },
      },
    );
    admin = await startAdmin(gateway, { port: 0, host: "127.0.0.1", live: "/l", ready: "/r" });
  });
  afterAll(async () => {
    await admin?.stop();
    await gateway.close();
    rmSync(home, { recursive: true });
  });

  /** Output of one command; rejects with what it complains of. */
  async function aws(...args: readonly string[]): Promise<string> {
    const endpoint = `http://127.0.0.1:${String(admin?.port ?? 0)}`;
    const { stdout } = await run("aws", ["--endpoint-url", endpoint, "apigateway", ...args], {
      env: {
        ...process.env,
        AWS_ACCESS_KEY_ID: "any",
        AWS_SECRET_ACCESS_KEY: "any",
        AWS_DEFAULT_REGION: "us-east-1",
        AWS_CONFIG_FILE: join(home, "config"),
        AWS_SHARED_CREDENTIALS_FILE: join(home, "credentials"),
        AWS_EC2_METADATA_DISABLED: "true",
        AWS_MAX_ATTEMPTS: "1",
        AWS_PAGER: "",
        NO_PROXY: "127.0.0.1",
      },
    });
    return stdout.trim();
  }

  async function json(...args: readonly string[]): Promise<unknown> {
    return JSON.parse(await aws(...args, "--output", "json"));
  }

  test(
    "ids are found by name and path, and a method is invoked by them",
    async () => {
      const api = await aws(
        "get-rest-apis",
        "--query",
        "items[?name=='test'].id",
        "--output",
        "text",
      );
      expect(api).toBe("abcdefghij");
      const resource = await aws(
        "get-resources",
        "--rest-api-id",
        api,
        "--output",
        "text",
        "--query",
        "items[?path=='/pets/{petId}'].id",
      );
      expect(resource).toBe("pets01");
      const answer = await json(
        "test-invoke-method",
        "--rest-api-id",
        api,
        "--resource-id",
        resource,
        "--http-method",
        "GET",
        "--path-with-query-string",
        "/pets/7?view=full",
        "--stage-variables",
        "table=others",
      );
      expect(answer).toMatchObject({ status: 200, body: "7 full others" });
      const { log } = answer as { readonly log: string };
      expect(log).toMatch(/^Execution log for request [0-9a-f-]{36}\n/);
      expect(log).toMatch(/Method completed with status: 200\n$/);
    },
    LIMIT_MS,
  );

  test(
    "a body and headers are sent",
    async () => {
      const answer = await json(
        "test-invoke-method",
        "--rest-api-id",
        "abcdefghij",
        "--resource-id",
        "echo01",
        "--http-method",
        "POST",
        "--body",
        '{"a":1}',
        "--headers",
        "X-One=1",
      );
      expect(answer).toMatchObject({
        status: 201,
        body: '{"a":1}',
        headers: { "X-Heard": "1", "Content-Type": "application/json" },
      });
    },
    LIMIT_MS,
  );

  test.each<[command: string, args: readonly string[], want: object]>([
    ["get-rest-api", [], { id: "abcdefghij", name: "test", apiKeySource: "HEADER" }],
    [
      "get-resource",
      ["--resource-id", "pets01"],
      { id: "pets01", path: "/pets/{petId}", pathPart: "{petId}", resourceMethods: { GET: {} } },
    ],
    [
      "get-method",
      ["--resource-id", "pets01", "--http-method", "GET"],
      {
        httpMethod: "GET",
        authorizationType: "CUSTOM",
        authorizerId: "auth",
        apiKeyRequired: false,
        operationName: "getPet",
      },
    ],
    [
      "get-authorizers",
      [],
      {
        items: [
          { id: "auth", type: "TOKEN", identitySource: "method.request.header.Authorization" },
        ],
      },
    ],
    [
      "get-authorizer",
      ["--authorizer-id", "auth"],
      { name: "auth", authorizerResultTtlInSeconds: 300 },
    ],
    [
      "get-stages",
      [],
      {
        item: [
          {
            stageName: "dev",
            variables: { table: "pets" },
            methodSettings: { "~1echo/POST": { throttlingRateLimit: 5, throttlingBurstLimit: 10 } },
          },
        ],
      },
    ],
    [
      "test-invoke-authorizer",
      ["--authorizer-id", "auth", "--headers", "Authorization=a-ticket-for-it"],
      {
        clientStatus: 0,
        principalId: "somebody",
        log: expect.stringContaining("Successfully completed authorizer execution") as unknown,
      },
    ],
    ["get-stage", ["--stage-name", "dev"], { stageName: "dev", cacheClusterEnabled: false }],
  ])(
    "%s",
    async (command, args, want) => {
      expect(await json(command, "--rest-api-id", "abcdefghij", ...args)).toMatchObject(want);
    },
    LIMIT_MS,
  );

  test.each([
    ["get-rest-api", ["--rest-api-id", "other"], /NotFoundException.*Invalid API identifier/s],
    [
      "get-method",
      ["--rest-api-id", "abcdefghij", "--resource-id", "pets01", "--http-method", "PUT"],
      /NotFoundException.*Invalid Method identifier/s,
    ],
    [
      "get-authorizer",
      ["--rest-api-id", "abcdefghij", "--authorizer-id", "none"],
      /NotFoundException.*Invalid Authorizer identifier/s,
    ],
  ])(
    "%s %j is refused as the service does",
    async (command, args, message) => {
      await expect(aws(command, ...args)).rejects.toThrow(message);
    },
    LIMIT_MS,
  );
});
