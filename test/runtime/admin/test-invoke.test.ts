import {
  APIGatewayClient,
  GetResourcesCommand,
  TestInvokeMethodCommand,
  type TestInvokeMethodCommandOutput,
} from "@aws-sdk/client-api-gateway";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startAdmin, type AdminServer } from "../../../src/runtime/admin/admin-server.js";
import { iamAccess } from "../../../src/runtime/access/iam-access.js";
import { createInThreadInvoker } from "../../../src/runtime/functions/in-thread.js";
import { createGateway, type ManagedGateway } from "../../../src/runtime/gateway.js";
import { functionProxyIntegration } from "../../../src/runtime/integrations/function-proxy.js";
import { mockIntegration } from "../../../src/runtime/integrations/mock.js";
import { memoryState } from "../../../src/runtime/state/memory-state.js";
import { signed } from "../access/protected-gateway.js";
import { apiTable, functionProxy, mock, stage } from "../support/table.js";

let gateway: ManagedGateway;
let admin: AdminServer | undefined;
let client: APIGatewayClient;

beforeAll(async () => {
  gateway = createGateway(
    apiTable(
      {
        "GET /pets/{petId}": {
          ...signed,
          resourceId: "pets01",
          integration: mock("", {
            responses: [
              {
                pattern: null,
                statusCode: 200,
                headers: [{ name: "X-Table", from: { stageVariable: "table" } }],
                templates: {
                  "application/json": (input) =>
                    `${input.param("petId")} ${input.param("a")} ${input.context("stage")}`,
                },
                contentHandling: null,
              },
            ],
          }),
        },
        "POST /echo": { resourceId: "echo01", integration: functionProxy("echo") },
      },
      { stages: { dev: stage({ variables: { table: "pets" } }) } },
    ),
    {
      integrations: { mock: mockIntegration, aws_proxy: functionProxyIntegration },
      functions: {
        module: createInThreadInvoker({
          echo: () =>
            Promise.resolve({
              handler: (event: object) => ({
                statusCode: 201,
                multiValueHeaders: { "X-A": ["1", "2"] },
                body: JSON.stringify(event),
              }),
            }),
        }),
      },
      iam: iamAccess,
      state: memoryState,
    },
    { logger: { warn: () => undefined, error: () => undefined } },
  );
  admin = await startAdmin(gateway, { port: 0, host: "127.0.0.1", live: "/l", ready: "/r" });
  client = new APIGatewayClient({
    endpoint: `http://127.0.0.1:${admin?.port ?? 0}`,
    region: "us-east-1",
    credentials: { accessKeyId: "any", secretAccessKey: "any" },
    maxAttempts: 1,
  });
});
afterAll(async () => {
  client.destroy();
  await admin?.stop();
  await gateway.close();
});

async function invoke(
  path: string,
  httpMethod: string,
  more: Partial<ConstructorParameters<typeof TestInvokeMethodCommand>[0]> = {},
): Promise<TestInvokeMethodCommandOutput> {
  const { items = [] } = await client.send(
    new GetResourcesCommand({ restApiId: gateway.api.apiId }),
  );
  const resourceId = items.find((item) => item.path === path)?.id;
  return client.send(
    new TestInvokeMethodCommand({
      restApiId: gateway.api.apiId,
      resourceId,
      httpMethod,
      ...more,
    }),
  );
}

describe("aws apigateway test-invoke-method", () => {
  test("calls a protected method without credentials", async () => {
    const answer = await invoke("/pets/{petId}", "GET", {
      pathWithQueryString: "/pets/7?a=b",
      stageVariables: { table: "other" },
    });
    expect(answer).toMatchObject({
      status: 200,
      body: "7 b test-invoke-stage",
      headers: { "X-Table": "other", "Content-Type": "application/json" },
      multiValueHeaders: { "X-Table": ["other"] },
    });
    expect(answer.latency).toBeGreaterThanOrEqual(0);
    expect(answer.log).toMatch(
      /^Execution log for request [0-9a-f-]{36}\n.* : Starting execution for request: /,
    );
    expect(answer.log).toContain("HTTP Method: GET, Resource Path: /pets/7");
    expect(answer.log).toMatch(/Method completed with status: 200\n$/);
  });

  test("without a path the resource's own stands for one; one that does not fit has no parameters", async () => {
    expect((await invoke("/pets/{petId}", "GET")).log).toContain(
      "Method request path: {petId={petId}}",
    );
    const other = await invoke("/pets/{petId}", "GET", { pathWithQueryString: "/other" });
    expect(other.log).toContain("Method request path: {}");
  });

  test("sends body and headers", async () => {
    const answer = await invoke("/echo", "POST", {
      body: '{"a":1}',
      headers: { "x-one": "1", "X-Two": "single" },
      multiValueHeaders: { "X-Two": ["a", "b"] },
    });
    expect(answer.status).toBe(201);
    expect(answer.multiValueHeaders?.["X-A"]).toEqual(["1", "2"]);
    expect(answer.headers?.["X-A"]).toBe("2");
    const event = JSON.parse(answer.body ?? "") as {
      body: string;
      multiValueHeaders: Readonly<Record<string, string[]>>;
    };
    expect(event.body).toBe('{"a":1}');
    expect(event.multiValueHeaders).toMatchObject({ "x-one": ["1"], "X-Two": ["a", "b"] });
    expect(answer.log).toContain("Endpoint request URI: echo");
  });

  test.each([
    ["a method that the resource does not have", "/echo", "GET", {}, "NotFoundException"],
    ["a header that is none", "/echo", "POST", { headers: { "a b": "c" } }, "BadRequestException"],
    [
      "a member that would do nothing",
      "/echo",
      "POST",
      { clientCertificateId: "abc" },
      "BadRequestException",
    ],
  ])("%s is refused", async (_name, path, method, more, name) => {
    await expect(invoke(path, method, more)).rejects.toMatchObject({ name });
  });
});
