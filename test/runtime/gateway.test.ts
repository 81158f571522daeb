import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createInThreadInvoker } from "../../src/runtime/functions/in-thread.js";
import { createGateway, type GatewayParts } from "../../src/runtime/gateway.js";
import { functionIntegration } from "../../src/runtime/integrations/function.js";
import { functionProxyIntegration } from "../../src/runtime/integrations/function-proxy.js";
import { httpIntegration } from "../../src/runtime/integrations/http.js";
import { httpProxyIntegration } from "../../src/runtime/integrations/http-proxy.js";
import { mockIntegration } from "../../src/runtime/integrations/mock.js";
import { requestValidation } from "../../src/runtime/validation/request-validation.js";
import { call } from "./support/client.js";
import { apiTable, functionProxy, httpProxy } from "./support/table.js";

const parts: GatewayParts = {
  integrations: {
    mock: mockIntegration,
    http: httpIntegration,
    http_proxy: httpProxyIntegration,
    aws_proxy: functionProxyIntegration,
    aws_function: functionIntegration,
  },
  validation: requestValidation,
};

describe("end to end", () => {
  let backend: Server;
  let origin = "";
  beforeAll(async () => {
    backend = createServer((incoming, outgoing) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("end", () => {
        const seen = {
          method: incoming.method,
          url: incoming.url,
          headers: incoming.headers,
          body: Buffer.concat(chunks).toString(),
        };
        outgoing.setHeader("Content-Type", "application/json");
        outgoing.end(JSON.stringify(seen));
      });
    });
    await new Promise<void>((resolve) => backend.listen(0, "127.0.0.1", resolve));
    origin = `http://127.0.0.1:${String((backend.address() as AddressInfo).port)}`;
  });
  afterAll(() => backend.close());

  test("a mock answers", async () => {
    const gateway = createGateway(apiTable({ "GET /pets": {} }), parts);
    const answer = await call(gateway, "GET", "/dev/pets");
    expect(answer.status).toBe(200);
    expect(answer.text).toBe('{"ok":true}');
    expect(answer.header("content-type")).toBe("application/json");
    expect(answer.header("x-amzn-requestid")).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.header("x-amz-apigw-id")).toMatch(/=$/);
    expect(answer.header("x-amzn-trace-id")).toBeUndefined();
  });

  test("an HTTP proxy passes request and answer", async () => {
    const api = apiTable({
      "POST /pets/{id}": {
        integration: httpProxy([`${origin}/pet/`, { path: "id" }], {
          requestParameters: [{ to: "path", name: "id", from: { path: "id" } }],
        }),
      },
    });
    const gateway = createGateway(api, parts);
    const answer = await call(gateway, "POST", "/dev/pets/7?a=1", {
      headers: ["Host", "api.test", "Content-Type", "text/plain", "Content-Length", "5"],
      body: "hello",
    });
    expect(answer.status).toBe(200);
    const seen = JSON.parse(answer.text) as Record<string, unknown>;
    expect(seen).toMatchObject({ method: "POST", url: "/pet/7?a=1", body: "hello" });
    expect(seen["headers"]).toMatchObject({
      "x-forwarded-for": "192.0.2.7",
      "x-amzn-apigateway-api-id": "abcdefghij",
      "content-length": "5",
    });
    expect(answer.header("x-amzn-remapped-content-length")).toBeDefined();
    await gateway.close();
  });

  test("a function proxy hands the event on and answers its result", async () => {
    const functions = createInThreadInvoker({
      echo: () =>
        Promise.resolve({
          handler: (event: object) => ({ statusCode: "201", body: JSON.stringify(event) }),
        }),
    });
    const gateway = createGateway(
      apiTable({ "ANY /{proxy+}": { integration: functionProxy("echo") } }),
      { ...parts, functions: { module: functions } },
    );
    const answer = await call(gateway, "PUT", "/dev/a//b/?x=1&x=2", { body: "text" });
    expect(answer.status).toBe(201);
    expect(JSON.parse(answer.text)).toMatchObject({
      resource: "/{proxy+}",
      path: "/a//b/",
      httpMethod: "PUT",
      queryStringParameters: { x: "2" },
      multiValueQueryStringParameters: { x: ["1", "2"] },
      pathParameters: { proxy: "a//b" },
      body: "text",
    });
    expect(answer.header("x-amzn-trace-id")).toContain("Root=1-");
  });

  test("a part that is missing is named at start", () => {
    expect(() => createGateway(apiTable({ "GET /pets": {} }), { integrations: {} })).toThrow(
      'route GET /pets needs the part "integrations.mock", which is not wired',
    );
  });
});
