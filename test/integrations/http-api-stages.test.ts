import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildInMemory, type MemoryBuild } from "../../src/dev/memory-bundle.js";
import { generate } from "../../src/generate.js";
import type { Gateway } from "../../src/runtime/gateway.js";
import { call, type Answer } from "../runtime/support/client.js";
import { startLoopbackServer, type LoopbackServer } from "../support/backends/loopback-server.js";

/** Stages of HTTP APIs beside `$default`, and what they let through. */

let backend: LoopbackServer;
let build: MemoryBuild;
let gateway: Gateway;
let now = 1_700_000_000_000;

beforeAll(async () => {
  backend = await startLoopbackServer(({ path }) =>
    Promise.resolve({ status: 200, headers: [], body: Buffer.from(path) }),
  );
  const integration = {
    type: "http_proxy",
    httpMethod: "ANY",
    payloadFormatVersion: "1.0",
    uri: `${backend.origin}/\${stageVariables.color}`,
  };
  const operation = { responses: {}, "x-amazon-apigateway-integration": integration };
  const { files, diagnostics } = await generate({
    input: "api.json",
    text: JSON.stringify({
      openapi: "3.0.1",
      info: { title: "stages", version: "1" },
      "x-amazon-apigateway-cors": { allowOrigins: ["*"], allowMethods: ["*"] },
      paths: {
        "/orders": { get: { operationId: "listOrders", ...operation }, post: operation },
        "/$default": { "x-amazon-apigateway-any-method": { isDefaultRoute: true, ...operation } },
      },
    }),
    settings: {
      stages: {
        $default: {
          variables: { color: "red" },
          throttle: { rateLimit: 1, burstLimit: 2 },
          methodSettings: {
            listOrders: { throttle: { rateLimit: 1, burstLimit: 1 } },
            $default: { throttle: { rateLimit: 1, burstLimit: 3 } },
          },
        },
        dev: {
          variables: { color: "blue" },
          methodSettings: {
            "* /*": { throttle: { rateLimit: 10, burstLimit: 1 } },
            "GET /orders": { throttle: { rateLimit: 0, burstLimit: 0 } },
          },
        },
        prod: { variables: { color: "green" } },
      },
    },
  });
  expect(diagnostics.filter(({ severity }) => severity !== "info")).toEqual([]);
  build = await buildInMemory(files);
  gateway = await build.createGateway({ clock: () => now });
});
afterAll(async () => {
  await gateway.close();
  await build.dispose();
  await backend.close();
});

const ask = (method: string, target: string, headers: readonly string[] = []): Promise<Answer> =>
  call(gateway, method, target, { headers });

async function statuses(method: string, target: string, times: number): Promise<number[]> {
  // every test begins with full buckets
  now += 3_600_000;
  const seen: number[] = [];
  for (let i = 0; i < times; i++) seen.push((await ask(method, target)).status);
  return seen;
}

describe("stages", () => {
  test.each<[target: string, want: string]>([
    ["/orders", "/red"],
    ["/dev/orders", "/blue"],
    ["/prod/orders", "/green"],
    ["/prod", "/green/"],
    ["/prodorders", "/red/prodorders"],
    ["/other", "/red/other"],
    ["/prod/other/path", "/green/other/path"],
  ])("POST %s", async (target, want) => {
    now += 3_600_000;
    const answer = await ask("POST", target);
    expect([answer.status, answer.text]).toEqual([200, want]);
  });
});

describe("throttles", () => {
  test.each<[name: string, method: string, target: string, want: readonly number[]]>([
    ["the stage's default holds for a route", "POST", "/orders", [200, 200, 429]],
    ["a route's own comes first", "GET", "/orders", [200, 429]],
    ["the default route is named by its key", "GET", "/x", [200, 200, 200, 429]],
    ["a named stage has its own", "POST", "/dev/orders", [200, 429]],
    ["a rate of 0 closes a route", "GET", "/dev/orders", [429]],
    ["a stage without any is open", "GET", "/prod/orders", [200, 200, 200, 200, 200]],
  ])("%s", async (_name, method, target, want) => {
    expect(await statuses(method, target, want.length)).toEqual(want);
  });

  test("over it is 429, with the headers of every answer", async () => {
    await statuses("GET", "/orders", 1);
    const answer = await ask("GET", "/orders", ["Origin", "https://app.example"]);
    expect([answer.status, answer.text]).toEqual([429, '{"message":"Too Many Requests"}']);
    expect(answer.header("content-type")).toBe("application/json");
    expect(answer.header("apigw-requestid")).toMatch(/=$/);
    expect(answer.header("access-control-allow-origin")).toBe("*");
    expect(answer.header("x-amzn-errortype")).toBeUndefined();
  });

  test("routes and stages do not share a bucket, and it fills again", async () => {
    await statuses("GET", "/orders", 2);
    expect((await ask("POST", "/orders")).status).toBe(200);
    expect((await ask("POST", "/dev/orders")).status).toBe(200);
    expect((await ask("GET", "/orders")).status).toBe(429);
    now += 1000;
    expect((await ask("GET", "/orders")).status).toBe(200);
  });

  test("a preflight request is answered whatever the limits", async () => {
    const headers = ["Origin", "https://a.example", "Access-Control-Request-Method", "GET"];
    await statuses("GET", "/dev/orders", 1);
    expect((await ask("OPTIONS", "/dev/orders", headers)).status).toBe(204);
  });
});
