import { afterEach, describe, expect, test } from "vitest";
import type { IntegrationTable } from "../../../src/runtime/contracts.js";
import { createGateway, type Gateway } from "../../../src/runtime/gateway.js";
import { createAwsServiceIntegration } from "../../../src/runtime/integrations/aws-service.js";
import { httpProxyIntegration } from "../../../src/runtime/integrations/http-proxy.js";
import { httpIntegration } from "../../../src/runtime/integrations/http.js";
import { eventually, httpBackend, tcpBackend, type Backend } from "../support/backend.js";
import { call } from "../support/client.js";
import { apiTable, awsService, http, httpProxy, stage } from "../support/table.js";

/** Longest time that a failing call may take beyond its limit, on a machine that is busy. */
const SLACK_MS = 2_000;
const LIMIT_MS = 100;
const TEN_MEGABYTES = 10 * 1024 * 1024;
const silent = { warn: () => undefined, error: () => undefined };

const kinds = {
  http: (origin: string, timeoutMs: number): IntegrationTable =>
    http([`${origin}/b`], { timeoutMs }),
  http_proxy: (origin: string, timeoutMs: number): IntegrationTable =>
    httpProxy([`${origin}/b`], { timeoutMs }),
  aws_service: (_origin: string, timeoutMs: number): IntegrationTable =>
    awsService("s3", { timeoutMs }),
} as const;
type Kind = keyof typeof kinds;

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

function gatewayBefore(kind: Kind, backend: Backend, timeoutMs = LIMIT_MS): Gateway {
  const target = { kind: "url", url: backend.origin } as const;
  const gateway = createGateway(
    apiTable(
      { "ANY /p": { integration: kinds[kind](backend.origin, timeoutMs) } },
      { stages: { dev: stage({ backends: [{ match: ["*"], target, timeoutMs }] }) } },
    ),
    {
      integrations: {
        http: httpIntegration,
        http_proxy: httpProxyIntegration,
        aws_service: createAwsServiceIntegration({
          environment: {},
          credentials: () => {
            const keys = { accessKeyId: "a", secretAccessKey: "s" };
            return {
              chain: () => Promise.resolve(keys),
              role: () => () => Promise.resolve(keys),
              close: () => Promise.resolve(),
            };
          },
        }),
      },
    },
    { logger: silent },
  );
  open.push(backend, gateway);
  return gateway;
}

const NETWORK = '{"message":"Network error communicating with endpoint"}';
const TIMEOUT = '{"message":"Endpoint request timed out"}';
const INTERNAL = '{"message":"Internal server error"}';

/** What a backend writes once a request has begun to arrive, and what it does then. */
const failures: readonly (readonly [
  why: string,
  writes: string,
  then: "destroy" | "reset" | "end" | "wait",
  body: string,
])[] = [
  ["closes at once", "", "destroy", NETWORK],
  ["resets", "", "reset", NETWORK],
  ["half-closes without an answer", "", "end", NETWORK],
  ["never answers", "", "wait", TIMEOUT],
  ["resets in its headers", "HTTP/1.1 200 OK\r\nA: ", "reset", NETWORK],
  ["half-closes in its headers", "HTTP/1.1 200 OK\r\nA: ", "end", NETWORK],
  ["stops in its headers", "HTTP/1.1 200 OK\r\nA: b\r\n", "wait", TIMEOUT],
  ["resets in its body", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", "reset", NETWORK],
  ["half-closes in its body", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", "end", NETWORK],
  ["stops in its body", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", "wait", TIMEOUT],
  ["speaks something else", "220 smtp ready\r\n", "end", NETWORK],
];

describe.each(Object.keys(kinds) as Kind[])("a backend of %s that", (kind) => {
  test.each(failures)(
    "%s gives a 504, in time, and keeps no socket",
    async (_why, writes, then, body) => {
      const backend = await tcpBackend((socket) =>
        socket.on("data", () => {
          if (writes !== "") socket.write(writes);
          if (then === "destroy") socket.destroy();
          else if (then === "reset") socket.resetAndDestroy();
          else if (then === "end") socket.end();
        }),
      );
      // what the backend fails by itself is not to meet the limit on a slow machine
      const limitMs = body === TIMEOUT ? LIMIT_MS : 20 * LIMIT_MS;
      const gateway = gatewayBefore(kind, backend, limitMs);
      const startedMs = performance.now();
      const answer = await call(gateway, "POST", "/dev/p", { body: "hello" });
      expect(performance.now() - startedMs).toBeLessThan(limitMs + SLACK_MS);
      expect([answer.status, answer.text]).toEqual([504, body]);
      expect(answer.header("x-amzn-errortype")).toBe("InternalServerErrorException");
      await eventually(() => backend.sockets.size === 0);
    },
  );

  test("is not there gives a 504", async () => {
    const backend = await tcpBackend(() => undefined);
    await backend.close();
    const answer = await call(gatewayBefore(kind, backend), "GET", "/dev/p");
    expect([answer.status, answer.text]).toEqual([504, NETWORK]);
  });

  test("is slow in a body of known length is given up at the limit", async () => {
    const backend = await tcpBackend((socket) =>
      socket.on("data", () => {
        socket.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
        const drip = setInterval(() => socket.write("x"), 10);
        socket.on("close", () => clearInterval(drip));
      }),
    );
    const gateway = gatewayBefore(kind, backend);
    const answer = await call(gateway, "GET", "/dev/p");
    expect([answer.status, answer.text]).toEqual([504, TIMEOUT]);
    await eventually(() => backend.sockets.size === 0);
  });

  test.each<[framing: string, withLength: boolean]>([
    ["announces", true],
    ["sends without a length", false],
  ])("%s more than 10 MB", async (_framing, withLength) => {
    const bytes = Buffer.alloc(TEN_MEGABYTES + 1, "x");
    const backend = await httpBackend((incoming, outgoing) => {
      incoming.resume();
      outgoing.on("error", () => undefined);
      if (withLength) outgoing.setHeader("Content-Length", bytes.byteLength);
      outgoing.write(bytes.subarray(0, 1000));
      outgoing.end(bytes.subarray(1000));
    });
    const gateway = gatewayBefore(kind, backend, 10_000);
    if (kind === "http_proxy" && !withLength) {
      // It streams: the client has its status already, and the answer breaks off.
      await expect(call(gateway, "GET", "/dev/p")).rejects.toThrow("too large");
    } else {
      const answer = await call(gateway, "GET", "/dev/p");
      expect([answer.status, answer.text]).toEqual([500, INTERNAL]);
    }
    await eventually(() => backend.sockets.size === 0);
  });

  test("sends exactly 10 MB is answered in full", async () => {
    const bytes = Buffer.alloc(TEN_MEGABYTES, "x");
    const backend = await httpBackend((incoming, outgoing) => {
      incoming.resume();
      outgoing.end(bytes);
    });
    const answer = await call(gatewayBefore(kind, backend, 10_000), "GET", "/dev/p");
    expect([answer.status, answer.bytes.byteLength]).toEqual([200, TEN_MEGABYTES]);
  });

  test("is asked with more than 10 MB is not called", async () => {
    let calls = 0;
    const backend = await httpBackend((incoming, outgoing) => {
      calls += 1;
      incoming.resume();
      outgoing.end();
    });
    const body = Buffer.alloc(TEN_MEGABYTES + 1);
    const answer = await call(gatewayBefore(kind, backend, 10_000), "POST", "/dev/p", { body });
    expect([answer.status, answer.text]).toEqual([413, '{"message":"Request Too Long"}']);
    expect(calls).toBe(0);
  });

  test("fails a hundred times keeps no socket", async () => {
    const backend = await tcpBackend((socket) => socket.on("data", () => socket.resetAndDestroy()));
    const gateway = gatewayBefore(kind, backend, 10_000);
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => call(gateway, "POST", "/dev/p", { body: "x" })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([504]));
    await eventually(() => backend.sockets.size === 0);
  });
});
