import { createSocket } from "node:dgram";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import type { TracingTable } from "../../../src/runtime/contracts.js";
import { createGateway, type Gateway } from "../../../src/runtime/gateway.js";
import { httpProxyIntegration } from "../../../src/runtime/integrations/http-proxy.js";
import { mockIntegration } from "../../../src/runtime/integrations/mock.js";
import { daemonAddress, xraySegments } from "../../../src/runtime/tracing/xray.js";
import { createSampler } from "../../../src/runtime/tracing/sampler.js";
import { requestSpans } from "../../../src/runtime/tracing/request-spans.js";
import { createRandomSource } from "../../../src/runtime/context/ids.js";
import { observed } from "../../../src/runtime/views/observed.js";
import { otlpSpans } from "../../../src/runtime/tracing/otlp-spans.js";
import { readSegment, readTraces, type Span } from "../../support/telemetry-shapes.js";
import { call } from "../support/client.js";
import { apiTable, functionProxy, httpProxy } from "../support/table.js";
import { serve, stopServers } from "../websocket/serve.js";
import { echo, socketApi, socketGateway } from "../websocket/socket-api.js";
import { connectSocket } from "../websocket/socket-client.js";

stopServers();
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

interface Heard {
  readonly url: string;
  readonly requests: { readonly headers: IncomingHttpHeaders; readonly body: string }[];
}

async function listener(status = 200): Promise<Heard> {
  const requests: Heard["requests"] = [];
  const server = createServer((incoming, outgoing) => {
    let body = "";
    incoming.on("data", (chunk: Buffer) => (body += chunk.toString()));
    incoming.on("end", () => {
      requests.push({ headers: incoming.headers, body });
      outgoing.writeHead(status).end("{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

function tracedGateway(backend: string, table: Partial<TracingTable>): Gateway {
  const tables = { dev: { xray: false, otlp: null, sampleRatio: 1, ...table } };
  return createGateway(
    apiTable({
      "GET /pets/{petId}": { integration: httpProxy([`${backend}/pets`]) },
      "GET /m": {},
    }),
    {
      integrations: { http_proxy: httpProxyIntegration, mock: mockIntegration },
      views: observed(requestSpans(tables, { otlp: otlpSpans, xray: xraySegments })),
    },
    { logger: { warn: () => undefined, error: () => undefined } },
  );
}

function spansOf({ requests }: Heard): readonly Span[] {
  return requests.flatMap(({ body }) => readTraces(body));
}

const PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7";

describe("spans over OTLP", () => {
  test("one of the request, one of each step, the backend's inside", async () => {
    const [backend, collector] = [await listener(), await listener()];
    const gateway = tracedGateway(backend.url, { otlp: { endpoint: collector.url, headers: {} } });
    await call(gateway, "GET", "/dev/pets/7?token=secret-of-the-query");
    await gateway.close();
    const spans = spansOf(collector);
    const root = spans.find(({ kind }) => kind === 2);
    const client = spans.find(({ kind }) => kind === 3);
    expect(spans.map(({ name }) => name)).toEqual([
      "GET /pets/{petId}",
      "integration request",
      "GET",
      "integration response",
    ]);
    expect(root?.parentSpanId).toBeUndefined();
    expect(root?.attributes).toMatchObject({
      "http.request.method": "GET",
      "http.route": "/pets/{petId}",
      "http.response.status_code": 200,
      "url.path": "/dev/pets/7",
      "gateway.stage": "dev",
    });
    expect(client?.attributes).toMatchObject({
      "url.full": `${backend.url}/pets`,
      "http.response.status_code": 200,
      "server.address": "127.0.0.1",
    });
    for (const span of spans.slice(1)) {
      expect(span.parentSpanId).toBe(root?.spanId);
      expect(span.traceId).toBe(root?.traceId);
      expect(BigInt(span.startTimeUnixNano)).toBeLessThanOrEqual(BigInt(span.endTimeUnixNano));
      expect(BigInt(span.endTimeUnixNano)).toBeLessThanOrEqual(BigInt(root?.endTimeUnixNano ?? 0));
    }
    const [sent] = backend.requests;
    expect(sent?.headers["traceparent"]).toBe(`00-${root?.traceId}-${client?.spanId}-01`);
    expect(sent?.headers["x-amzn-trace-id"]).toBe(
      `Root=1-${root?.traceId.slice(0, 8)}-${root?.traceId.slice(8)};Parent=${client?.spanId};Sampled=1`,
    );
    expect(JSON.stringify(collector.requests)).not.toContain("secret-of-the-query");
  });

  test.each<[name: string, method: string, target: string, want: readonly string[]]>([
    ["no route serves", "GET", "/dev/nothing", ["GET", "refusal"]],
    ["has a method that nobody knows", "BREW", "/dev/m", ["HTTP", "refusal"]],
    ["no stage has", "GET", "/elsewhere", []],
  ])("of a request that %s", async (_name, method, target, want) => {
    const collector = await listener();
    const gateway = tracedGateway("http://127.0.0.1:1", {
      otlp: { endpoint: collector.url, headers: {} },
    });
    await call(gateway, method, target, { headers: ["traceparent", `${PARENT}-01`] });
    await gateway.close();
    const spans = spansOf(collector);
    expect(spans.map(({ name }) => name)).toEqual(want);
    const [root, refusal] = spans;
    if (root === undefined) return;
    expect(root.parentSpanId).toBe("00f067aa0ba902b7");
    expect(root.attributes).toMatchObject({
      "http.request.method": method === "GET" ? "GET" : "_OTHER",
      "http.response.status_code": 403,
      "error.type": "MISSING_AUTHENTICATION_TOKEN",
      "gateway.stage": "dev",
    });
    expect(root.attributes["http.route"]).toBeUndefined();
    expect(refusal?.attributes).toMatchObject({ "error.type": "MISSING_AUTHENTICATION_TOKEN" });
  });

  test("a backend that is away is an error of the call and of the request", async () => {
    const collector = await listener();
    const gateway = tracedGateway("http://127.0.0.1:1", {
      otlp: { endpoint: collector.url, headers: {} },
    });
    await call(gateway, "GET", "/dev/pets/7");
    await gateway.close();
    const spans = spansOf(collector);
    expect(spans.find(({ kind }) => kind === 3)?.status.code).toBe(2);
    expect(spans.find(({ kind }) => kind === 2)?.status.code).toBe(2);
    expect(spans[0]?.attributes["error.type"]).toBe("INTEGRATION_FAILURE");
  });

  test("a collector that is away costs spans alone", async () => {
    const backend = await listener();
    const warnings: unknown[] = [];
    const gateway = createGateway(
      apiTable({ "GET /m": {} }),
      {
        integrations: { mock: mockIntegration },
        views: observed(
          requestSpans(
            {
              dev: {
                xray: false,
                otlp: { endpoint: "http://127.0.0.1:1", headers: {} },
                sampleRatio: 1,
              },
            },
            { otlp: otlpSpans, xray: xraySegments },
          ),
        ),
      },
      { logger: { warn: (...facts) => warnings.push(facts), error: () => undefined } },
    );
    expect((await call(gateway, "GET", "/dev/m")).status).toBe(200);
    await gateway.close();
    expect(warnings).toEqual([
      ["what was to be sent is dropped", expect.objectContaining({ what: "traces", dropped: 1 })],
    ]);
    expect(backend.requests).toEqual([]);
  });
});

describe("who has decided", () => {
  test.each([
    ["the client, for it", `${PARENT}-01`, 0, 1],
    ["the client, against it", `${PARENT}-00`, 1, 0],
  ])("%s", async (_name, traceparent, sampleRatio, want) => {
    const [backend, collector] = [await listener(), await listener()];
    const otlp = { endpoint: collector.url, headers: {} };
    const gateway = tracedGateway(backend.url, { otlp, sampleRatio });
    await call(gateway, "GET", "/dev/pets/7", { headers: ["Traceparent", traceparent] });
    await gateway.close();
    const roots = spansOf(collector).filter(({ kind }) => kind === 2);
    expect(roots).toHaveLength(want);
    const [, traceId = "", spanId = ""] = traceparent.split("-");
    for (const root of roots) expect(root).toMatchObject({ traceId, parentSpanId: spanId });
    const sent = backend.requests[0]?.headers["traceparent"];
    expect(sent).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-0${want}$`));
    const [root = ""] = String(backend.requests[0]?.headers["x-amzn-trace-id"]).split(";");
    expect(root.replaceAll("-", "")).toBe(`Root=1${traceId}`);
  });

  test("the header of the stage's own tracing counts first", async () => {
    const backend = await listener();
    const xray = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0";
    const headers = ["traceparent", `${PARENT}-00`, "X-Amzn-Trace-Id", xray];
    const gateway = tracedGateway(backend.url, { xray: true });
    await call(gateway, "GET", "/dev/pets/7", { headers });
    await gateway.close();
    expect(backend.requests[0]?.headers).toMatchObject({
      "x-amzn-trace-id": xray,
      traceparent: "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-00",
    });
  });

  test.each([
    ["no header", [] as string[]],
    ["a header that names no trace", ["X-Amzn-Trace-Id", "Root=1-xyz;Parent=0;Self=1-2-3"]],
  ])(
    "nobody, and the request is not sampled: backends see one trace, with %s",
    async (_name, headers) => {
      const [backend, collector] = [await listener(), await listener()];
      const otlp = { endpoint: collector.url, headers: {} };
      const gateway = tracedGateway(backend.url, { otlp, sampleRatio: 0 });
      await call(gateway, "GET", "/dev/pets/7", { headers });
      await gateway.close();
      expect(spansOf(collector)).toEqual([]);
      const sent = backend.requests[0]?.headers;
      const made = /^Root=1-([0-9a-f]{8})-([0-9a-f]{24});Parent=([0-9a-f]{16});Sampled=0$/;
      expect(sent?.["x-amzn-trace-id"]).toMatch(made);
      const [, time, rest, parent] = made.exec(String(sent?.["x-amzn-trace-id"])) ?? [];
      expect(sent?.["traceparent"]).toBe(`00-${time}${rest}-${parent}-00`);
    },
  );

  test("nobody: a share of the requests, of X-Ray one a second and a twentieth", () => {
    let nowMs = 0;
    const around = { clock: () => nowMs, random: createRandomSource() };
    const share = (ratio: number | null): number => {
      const sample = createSampler(ratio, around);
      return Array.from({ length: 20_000 }, sample).filter(Boolean).length / 20_000;
    };
    expect(share(0)).toBe(0);
    expect(share(1)).toBe(1);
    expect(share(0.25)).toBeGreaterThan(0.2);
    expect(share(0.25)).toBeLessThan(0.3);
    expect(share(null)).toBeLessThan(0.08);
    const sample = createSampler(null, around);
    nowMs = 5000;
    expect(sample()).toBe(true);
    nowMs = 6000;
    expect(sample()).toBe(true);
  });
});

test("events of WebSocket connections have traces of their own", async () => {
  const collector = await listener();
  const otlp = { endpoint: collector.url, headers: {} };
  const gateway = socketGateway(
    socketApi({ $connect: { integration: echo() }, $default: { integration: functionProxy("f") } }),
    { f: () => ({ statusCode: 200, body: "hi" }) },
    {
      views: observed(
        requestSpans(
          { prod: { xray: false, otlp, sampleRatio: 1 } },
          { otlp: otlpSpans, xray: xraySegments },
        ),
      ),
    },
  );
  const { server, url } = await serve(gateway);
  const socket = await connectSocket(url);
  await socket.ask("hello");
  await server.stop();
  const spans = spansOf(collector);
  expect(spans.map(({ name }) => name)).toEqual([
    "CONNECT $connect",
    "MESSAGE $default",
    "integration request",
    "invoke f",
    "integration response",
  ]);
  expect(spans[1]?.attributes).toMatchObject({
    "gateway.event_type": "MESSAGE",
    "http.route": "$default",
  });
  expect(spans[3]?.attributes).toMatchObject({ "faas.invoked_name": "f" });
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(2);
});

test("segments reach the X-Ray daemon", async () => {
  const backend = await listener();
  const packets: string[] = [];
  const daemon = createSocket("udp4");
  const heard = new Promise<void>((resolve) =>
    daemon.on("message", (packet) => {
      packets.push(packet.toString());
      resolve();
    }),
  );
  await new Promise<void>((resolve) => daemon.bind(0, "127.0.0.1", resolve));
  process.env["AWS_XRAY_DAEMON_ADDRESS"] = `127.0.0.1:${daemon.address().port}`;
  closers.push(() => delete process.env["AWS_XRAY_DAEMON_ADDRESS"]);
  const gateway = tracedGateway(backend.url, { xray: true });
  await call(gateway, "GET", "/dev/pets/7", { headers: ["User-Agent", "test"] });
  await gateway.close();
  await heard;
  daemon.close();
  const segment = readSegment(packets[0] ?? "");
  expect(segment).toMatchObject({
    name: "test/dev",
    id: expect.stringMatching(/^[0-9a-f]{16}$/),
    trace_id: expect.stringMatching(/^1-[0-9a-f]{8}-[0-9a-f]{24}$/),
    start_time: expect.any(Number),
    end_time: expect.any(Number),
    origin: "AWS::ApiGateway::Stage",
    http: {
      request: { method: "GET", client_ip: "192.0.2.7", user_agent: "test" },
      response: { status: 200 },
    },
    annotations: { stage: "dev", operation: "GET /pets/{petId}" },
  });
  const subsegments = segment["subsegments"] as readonly Record<string, unknown>[];
  expect(subsegments.find(({ namespace }) => namespace === "remote")).toMatchObject({
    name: "127.0.0.1",
    http: { response: { status: 200 } },
  });
});

test.each([
  [undefined, { host: "127.0.0.1", port: 2000 }],
  ["10.0.0.1:3000", { host: "10.0.0.1", port: 3000 }],
  ["tcp:10.0.0.1:2000 udp:10.0.0.2:2001", { host: "10.0.0.2", port: 2001 }],
  ["[::1]:2000", { host: "::1", port: 2000 }],
])("the address %s of a daemon", (text, want) => expect(daemonAddress(text)).toEqual(want));
