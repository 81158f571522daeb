import { spawnSync } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { requestLimits } from "../../../src/runtime/access/request-limits.js";
import { startMonitoring } from "../../../src/runtime/admin/monitoring.js";
import { responseCache } from "../../../src/runtime/cache/caching.js";
import type { MetricsTable } from "../../../src/runtime/contracts.js";
import { createGateway, type ManagedGateway } from "../../../src/runtime/gateway.js";
import { mockIntegration } from "../../../src/runtime/integrations/mock.js";
import { httpProxyIntegration } from "../../../src/runtime/integrations/http-proxy.js";
import { PROCESS_METRICS, REQUEST_METRICS } from "../../../src/runtime/metrics/catalogue.js";
import { emfLines } from "../../../src/runtime/metrics/emf.js";
import { Registry } from "../../../src/runtime/metrics/registry.js";
import { requestMetrics } from "../../../src/runtime/metrics/request-metrics.js";
import { accessLog } from "../../../src/runtime/logs/access-log.js";
import { requestSpans } from "../../../src/runtime/tracing/request-spans.js";
import { memoryState } from "../../../src/runtime/state/memory-state.js";
import { startServer } from "../../../src/runtime/server/node.js";
import { Observation } from "../../../src/runtime/views/observation.js";
import { observed } from "../../../src/runtime/views/observed.js";
import { otlpSpans } from "../../../src/runtime/tracing/otlp-spans.js";
import { xraySegments } from "../../../src/runtime/tracing/xray.js";
import { fileLines } from "../../../src/runtime/logs/file-lines.js";
import { httpLines } from "../../../src/runtime/logs/http-lines.js";
import { exportMetrics } from "../../../src/runtime/metrics/otlp-metrics.js";
import { readMetrics, type Metric } from "../../support/telemetry-shapes.js";
import { methodSettings } from "../access/protected-gateway.js";
import { call } from "../support/client.js";
import { exchangeOf, surroundings } from "../support/exchange.js";
import { apiTable, httpProxy, mock, stage } from "../support/table.js";

const NOTHING: MetricsTable = { detailed: {}, emfNamespace: null, otlp: null };

function countedGateway(
  table: Partial<MetricsTable> = {},
  backend = "http://127.0.0.1:1",
): ManagedGateway {
  return createGateway(
    apiTable({
      "GET /pets/{petId}": {},
      "GET /down": { integration: httpProxy([`${backend}/`]) },
      'GET /odd"\\path': { integration: mock() },
    }),
    {
      integrations: { mock: mockIntegration, http_proxy: httpProxyIntegration },
      state: memoryState,
      views: observed(
        requestMetrics({ ...NOTHING, ...table }, { emf: emfLines, otlp: exportMetrics }),
      ),
    },
    { logger: { warn: () => undefined, error: () => undefined } },
  );
}

async function exposition(gateway: ManagedGateway): Promise<string> {
  return (await gateway.metrics?.read()) ?? "";
}

/** Values by name and labels, without buckets and numbers of the process. */
async function counters(gateway: ManagedGateway): Promise<Readonly<Record<string, number>>> {
  const lines = (await exposition(gateway))
    .split("\n")
    .filter(
      (line) => line.startsWith("apigateway_") && !/_bucket|_sum|_seconds_count|_cache_/.test(line),
    );
  return Object.fromEntries(
    lines.map((line): [string, number] => {
      const at = line.lastIndexOf(" ");
      return [line.slice("apigateway_".length, at), Number(line.slice(at + 1))];
    }),
  );
}

describe("counting", () => {
  test("by stage, and by method where that is asked for", async () => {
    const gateway = countedGateway({ detailed: { dev: ["GET /pets/{petId}"] } });
    for (const id of ["1", "2", "3"]) await call(gateway, "GET", `/dev/pets/${id}`);
    await call(gateway, "GET", "/dev/nothing");
    await call(gateway, "GET", "/dev/down");
    await call(gateway, "GET", "/nowhere");
    const stage = 'api="test",stage="dev"';
    const method = `${stage},method="GET",resource="/pets/{petId}"`;
    expect(await counters(gateway)).toEqual({
      [`requests_total{${stage}}`]: 2,
      [`requests_total{${method}}`]: 3,
      [`4xx_errors_total{${stage}}`]: 1,
      [`4xx_errors_total{${method}}`]: 0,
      [`5xx_errors_total{${stage}}`]: 1,
      [`5xx_errors_total{${method}}`]: 0,
    });
    const text = await exposition(gateway);
    expect(text).toContain(`apigateway_latency_seconds_count{${method}} 3`);
    expect(text).toContain(`apigateway_integration_latency_seconds_count{${stage}} 1`);
    expect(text).toContain("gateway_unaddressed_requests_total 1");
    expect(text).toContain("gateway_requests_in_flight 0");
    expect(text).toContain("gateway_state_reachable 1");
    await gateway.close();
  });

  test("what limits said of requests", async () => {
    const throttle = { rateLimit: 0.001, burstLimit: 2 };
    const gateway = createGateway(
      apiTable(
        { "GET /a": {} },
        { stages: { dev: stage({ methods: { "GET /a": methodSettings({ throttle }) } }) } },
      ),
      {
        integrations: { mock: mockIntegration },
        limits: requestLimits,
        state: memoryState,
        views: observed(requestMetrics(NOTHING, { emf: emfLines, otlp: exportMetrics })),
      },
    );
    for (let i = 0; i < 5; i += 1) await call(gateway, "GET", "/dev/a");
    const text = await exposition(gateway);
    await gateway.close();
    expect(text).toContain('gateway_limit_decisions_total{outcome="admitted"} 2');
    expect(text).toContain('gateway_limit_decisions_total{outcome="throttled"} 3');
    expect(text).toContain('apigateway_4xx_errors_total{api="test",stage="dev"} 3');
  });

  test("kept answers", async () => {
    const cache = {
      ttlSeconds: 60,
      encrypted: false,
      requireAuthorization: false,
      unauthorizedStrategy: "FAIL_WITH_403",
      keyParameters: [],
      namespace: "a",
    } as const;
    const gateway = createGateway(
      apiTable(
        { "GET /a": {} },
        { stages: { dev: stage({ methods: { "GET /a": methodSettings({ cache }) } }) } },
      ),
      {
        integrations: { mock: mockIntegration },
        cache: responseCache,
        state: memoryState,
        views: observed(requestMetrics(NOTHING, { emf: emfLines, otlp: exportMetrics })),
      },
    );
    for (let i = 0; i < 3; i += 1) await call(gateway, "GET", "/dev/a");
    const text = await exposition(gateway);
    await gateway.close();
    expect(text).toContain('apigateway_cache_misses_total{api="test",stage="dev"} 1');
    expect(text).toContain('apigateway_cache_hits_total{api="test",stage="dev"} 2');
  });

  test("no request makes a series", async () => {
    const gateway = countedGateway({ detailed: { dev: ["GET /pets/{petId}"] } });
    const shape = async (): Promise<number> => (await exposition(gateway)).split("\n").length;
    const before = await shape();
    for (let i = 0; i < 50; i += 1) {
      await call(gateway, "GET", `/dev/pets/${i}`);
      await call(gateway, "GET", `/dev/other-${i}`);
      await call(gateway, "GET", `/stage-${i}/x`);
    }
    expect(await shape()).toBe(before);
    await gateway.close();
  });
});

const hasPromtool = spawnSync("promtool", ["--version"]).status === 0;

describe("exposition", () => {
  const note = hasPromtool ? "" : " (promtool is not installed)";
  test.skipIf(!hasPromtool)(`promtool finds nothing wrong with it${note}`, async () => {
    const gateway = countedGateway({ detailed: { dev: ['GET /odd"\\path'] } });
    await call(gateway, "GET", "/dev/pets/1");
    const input = await exposition(gateway);
    await gateway.close();
    expect(input).toContain('resource="/odd\\"\\\\path"');
    const { status, stdout, stderr } = spawnSync("promtool", ["check", "metrics"], { input });
    expect(`${stdout}${stderr}`).toBe("");
    expect(status).toBe(0);
  });

  test("beside health checks at a listener of their own", async () => {
    const gateway = countedGateway();
    const monitoring = await startMonitoring(gateway, {
      port: 0,
      host: "127.0.0.1",
      live: "/live",
      ready: "/ready",
      metrics: "/metrics",
    });
    const server = await monitoring.beside(() =>
      startServer(gateway, { port: 0, host: "127.0.0.1", handleSignals: false }),
    );
    await fetch(`${server.url}/dev/pets/1`);
    const get = (path: string): Promise<Response> =>
      fetch(`http://127.0.0.1:${monitoring.port}${path}`);
    const response = await get("/metrics");
    expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    const text = await response.text();
    expect(text).toContain('apigateway_requests_total{api="test",stage="dev"} 1');
    expect(text).toMatch(/^gateway_client_connections [1-9]/m);
    expect((await get("/ready")).status).toBe(200);
    expect((await get("/restapis")).status).toBe(404);
    await server.stop();
    await expect(get("/live")).rejects.toThrow();
  });
});

test("what is lost on its way out is counted", async () => {
  const nowhere = { endpoint: "http://127.0.0.1:1", headers: {} };
  const gateway = createGateway(
    apiTable({ "GET /a": {} }),
    {
      integrations: { mock: mockIntegration },
      state: memoryState,
      views: observed(
        requestMetrics(NOTHING, { emf: emfLines, otlp: exportMetrics }),
        accessLog(
          {
            dev: {
              format: "text",
              parts: [{ context: "requestId" }],
              destination: { kind: "http", url: nowhere.endpoint, headers: {} },
            },
          },
          { file: fileLines, http: httpLines },
        ),
        requestSpans(
          { dev: { xray: false, otlp: nowhere, sampleRatio: 1 } },
          { otlp: otlpSpans, xray: xraySegments },
        ),
      ),
    },
    { logger: { warn: () => undefined, error: () => undefined } },
  );
  await call(gateway, "GET", "/dev/a");
  await gateway.close();
  expect(await exposition(gateway)).toContain("gateway_telemetry_dropped_total 2");
});

describe("the catalogue", () => {
  test("names are unique", () => {
    const names = [...REQUEST_METRICS, ...Object.values(PROCESS_METRICS)].map(
      ({ exposed }) => exposed,
    );
    expect(new Set(names).size).toBe(names.length);
  });

  test.each([
    ["rest", ["4XXError", "5XXError", "CacheHitCount", "CacheMissCount", "Count"]],
    ["http", ["4xx", "5xx", "Count", "DataProcessed", "IntegrationLatency", "Latency"]],
    [
      "websocket",
      ["ClientError", "ConnectCount", "ExecutionError", "IntegrationError", "MessageCount"],
    ],
  ] as const)("%s APIs have those of CloudWatch", (kind, want) => {
    const names = REQUEST_METRICS.flatMap(({ names: of }) => of[kind] ?? []);
    expect(names).toEqual(expect.arrayContaining([...want]));
  });
});

test("embedded metric lines count what the service counts", async () => {
  const around = surroundings({ api: apiTable({ "GET /a": {} }) });
  const registry = new Registry(around.api, { detailed: { dev: ["GET /a"] } }, 0);
  const lines: string[] = [];
  const emf = emfLines("ApiGateway", registry, around, {
    write: (line) => lines.push(line),
    dropped: 0,
    close: () => Promise.resolve(),
  });
  const exchange = exchangeOf("GET", "/dev/a", [], around);
  const [route] = around.api.routes;
  exchange.matched = route === undefined ? null : { route, names: [], values: [] };
  for (const latencyMs of [3, 5]) {
    const observation = new Observation(exchange);
    observation.latencyMs = latencyMs;
    const series = registry.of(exchange);
    if (series !== null) series.count += 1;
    emf.add?.(observation);
  }
  await emf.close();
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    {
      _aws: {
        Timestamp: 1_700_000_000_000,
        CloudWatchMetrics: [
          {
            Namespace: "ApiGateway",
            Dimensions: [
              ["ApiName"],
              ["ApiName", "Stage"],
              ["ApiName", "Method", "Resource", "Stage"],
            ],
            Metrics: [
              { Name: "Count", Unit: "Count" },
              { Name: "Latency", Unit: "Milliseconds" },
            ],
          },
        ],
      },
      ApiName: "test",
      Stage: "dev",
      Method: "GET",
      Resource: "/a",
      Count: 2,
      Latency: [3, 5],
    },
  ]);
});

test("a collector is sent all of them, at the latest when the gateway closes", async () => {
  const bodies: string[] = [];
  const collector = createServer((incoming, outgoing) => {
    let body = "";
    incoming.on("data", (chunk: Buffer) => (body += chunk.toString()));
    incoming.on("end", () => {
      bodies.push(`${incoming.url ?? ""} ${body}`);
      outgoing.end("{}");
    });
  });
  await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
  const { port } = collector.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${port}`;
  const gateway = countedGateway({ otlp: { endpoint, headers: {}, intervalSeconds: 3600 } });
  await call(gateway, "GET", "/dev/pets/1");
  await gateway.close();
  collector.close();
  expect(bodies).toHaveLength(1);
  const [path, body] = bodies[0]?.split(/ (.*)/s) ?? [];
  expect(path).toBe("/v1/metrics");
  const metrics = readMetrics(body ?? "");
  const named = (name: string): Metric | undefined => metrics.find((one) => one.name === name);
  expect(named("apigateway_requests_total")).toMatchObject({
    kind: "sum",
    points: [{ asDouble: 1, attributes: { api: "test", stage: "dev" } }],
  });
  expect(named("apigateway_latency_seconds")).toMatchObject({
    kind: "histogram",
    unit: "s",
    points: [{ count: "1" }],
  });
  expect(named("gateway_requests_in_flight")).toMatchObject({ kind: "gauge", unit: "1" });
});
