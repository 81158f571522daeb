import { createHash, randomBytes } from "node:crypto";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { createGateway, type Gateway, type GatewayOptions } from "../../../src/runtime/gateway.js";
import type { ApiTable, HttpProxyTable } from "../../../src/runtime/contracts.js";
import { httpProxyIntegration } from "../../../src/runtime/integrations/http-proxy.js";
import { startServer, type GatewayServer } from "../../../src/runtime/server/node.js";
import { eventually, httpBackend, tcpBackend, type Backend } from "../support/backend.js";
import { call } from "../support/client.js";
import { rawClient, statuses } from "../support/raw-client.js";
import { apiTable, httpProxy } from "../support/table.js";

const open: { stop?: () => Promise<void>; close?: () => Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await (one.stop ?? one.close)?.();
});

const silent = { warn: () => undefined, error: () => undefined };

interface Setup {
  backend: Backend;
  table?: Partial<HttpProxyTable>;
  api?: Partial<ApiTable>;
  options?: GatewayOptions;
}

function proxy({ backend, table, api, options }: Setup): Gateway {
  open.push(backend);
  const routes = { "ANY /p": { integration: httpProxy([`${backend.origin}/b`], table) } };
  const gateway = createGateway(
    apiTable(routes, api),
    { integrations: { http_proxy: httpProxyIntegration } },
    { logger: silent, ...options },
  );
  open.push(gateway);
  return gateway;
}

async function serve(setup: Setup): Promise<GatewayServer> {
  const server = await startServer(proxy(setup), {
    port: 0,
    host: "127.0.0.1",
    handleSignals: false,
    graceMs: 100,
    logger: silent,
  });
  open.push(server);
  return server;
}

function readBytes(incoming: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => resolve(Buffer.concat(chunks)));
    incoming.on("error", reject);
  });
}

const sha = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");
const binary = { binaryMediaTypes: ["application/octet-stream"] };
const big = randomBytes(3 * 1024 * 1024);

describe("bodies", () => {
  test("large binary bodies stream through unchanged in both directions", async () => {
    const backend = await httpBackend((incoming, outgoing) => {
      void readBytes(incoming).then((bytes) => {
        outgoing.writeHead(200, {
          "Content-Type": "application/octet-stream",
          "Content-Length": big.length,
          "X-Seen": sha(bytes),
          "X-Length": incoming.headers["content-length"] ?? "none",
        });
        outgoing.end(big);
      });
    });
    const { port } = await serve({ backend, api: binary });
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = { "Content-Type": "application/octet-stream", "Content-Length": big.length };
      const sent = httpRequest({ port, method: "POST", path: "/dev/p", headers }, resolve);
      sent.on("error", reject);
      sent.end(big);
    });
    expect(answer.headers["x-seen"]).toBe(sha(big));
    expect(answer.headers["x-length"]).toBe(String(big.length));
    expect(answer.headers["content-length"]).toBe(String(big.length));
    expect(sha(await readBytes(answer))).toBe(sha(big));
  });

  test.each<[why: string, size: number]>([
    ["small", 100],
    ["large", 300 * 1024],
  ])("%s text passes as it is, bytes that are no text become U+FFFD", async (_why, size) => {
    const text = "äöü€𝄞".repeat(size / 10);
    const backend = await httpBackend((incoming, outgoing) => {
      void readBytes(incoming).then((bytes) => {
        outgoing.setHeader("Content-Type", "text/plain");
        outgoing.end(Buffer.concat([bytes, Buffer.from([0xff, 0x41])]));
      });
    });
    const gateway = proxy({ backend });
    const body = Buffer.concat([Buffer.from(text), Buffer.from([0xe2, 0x82])]);
    const answer = await call(gateway, "POST", "/dev/p", { body });
    expect(answer.text).toBe(`${text}\ufffd\ufffdA`);
  });

  test("what Content-Encoding says is undone, as the header ends at the gateway", async () => {
    const backend = await httpBackend((incoming, outgoing) => {
      void readBytes(incoming).then((bytes) => {
        const answer = { coding: incoming.headers["content-encoding"], body: bytes.toString() };
        outgoing.setHeader("Content-Encoding", "gzip");
        outgoing.end(gzipSync(JSON.stringify(answer)));
      });
    });
    const gateway = proxy({ backend });
    const answer = await call(gateway, "POST", "/dev/p", {
      headers: ["Content-Encoding", "gzip"],
      body: gzipSync("packed"),
    });
    expect(answer.header("content-encoding")).toBeUndefined();
    expect(JSON.parse(answer.text)).toEqual({ body: "packed" });
    const broken = await call(gateway, "POST", "/dev/p", {
      headers: ["Content-Encoding", "gzip"],
      body: "not packed",
    });
    expect(broken.status).toBe(400);
  });

  test("a coding nobody can undo passes with its header", async () => {
    const backend = await httpBackend((_incoming, outgoing) => {
      outgoing.writeHead(200, { "Content-Encoding": "zstd" }).end(Buffer.from([0xff, 0xfe]));
    });
    const answer = await call(proxy({ backend }), "GET", "/dev/p");
    expect(answer.header("content-encoding")).toBe("zstd");
    expect(answer.bytes).toEqual(Buffer.from([0xff, 0xfe]));
  });

  test.each<[why: string, headers: string[]]>([
    ["announced", ["Content-Length: 2000"]],
    ["chunked", ["Transfer-Encoding: chunked"]],
  ])(
    "a body over the limit (%s) is refused and never ends at the backend",
    async (why, headers) => {
      let ended = 0;
      const backend = await httpBackend((incoming, outgoing) => {
        incoming.on("end", () => (ended += 1));
        incoming.on("error", () => undefined);
        incoming.resume();
        outgoing.on("error", () => undefined);
      });
      const { port } = await serve({ backend, options: { maxRequestBytes: 1000 } });
      const client = await rawClient(port);
      client.write(["POST /dev/p HTTP/1.1", "Host: a", ...headers, "", ""].join("\r\n"));
      client.write(
        why === "chunked" ? `7d0\r\n${"x".repeat(2000)}\r\n0\r\n\r\n` : "x".repeat(2000),
      );
      const text = await client.until((received) => received.includes("}"));
      expect(statuses(text)).toEqual([413]);
      expect(text).toContain('{"message":"Request Too Long"}');
      expect(ended).toBe(0);
      client.socket.destroy();
    },
  );

  test("a small chunked body reaches the backend with its length", async () => {
    const backend = await httpBackend((incoming, outgoing) => {
      void readBytes(incoming).then((bytes) => {
        outgoing.end(`${incoming.headers["content-length"] ?? "none"}:${bytes.toString()}`);
      });
    });
    const { port } = await serve({ backend });
    const client = await rawClient(port);
    client.write(
      "POST /dev/p HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n",
    );
    client.write("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
    expect(await client.closed()).toMatch(/5:abcde$/);
  });

  test("a client that reads slowly slows the backend", async () => {
    let sent = 0;
    const chunk = Buffer.alloc(64 * 1024, "a");
    const backend = await httpBackend((_incoming, outgoing) => {
      outgoing.writeHead(200, { "Content-Type": "application/octet-stream" });
      const pump = (): void => {
        while (sent < 400 && !outgoing.destroyed) {
          sent += 1;
          if (!outgoing.write(chunk)) {
            outgoing.once("drain", pump);
            return;
          }
        }
        outgoing.end();
      };
      pump();
    });
    const { port } = await serve({ backend, api: binary, options: { maxResponseBytes: 1e9 } });
    const client = await rawClient(port);
    client.socket.pause();
    client.write("GET /dev/p HTTP/1.1\r\nHost: a\r\n\r\n");
    let before = -1;
    for (let still = 0; still < 2000; still = sent === before ? still + 1 : 0) {
      before = sent;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(sent).toBeLessThan(400);
    client.socket.destroy();
    await eventually(() => backend.sockets.size === 0);
  });
});

describe("failures", () => {
  test.each<[why: string, handle: Parameters<typeof tcpBackend>[0]]>([
    ["is closed at once", (socket) => socket.destroy()],
    ["is closed after the request", (socket) => socket.on("data", () => socket.destroy())],
    ["is half closed", (socket) => socket.on("data", () => socket.end())],
    [
      "breaks off in its headers",
      (socket) => socket.on("data", () => socket.end("HTTP/1.1 200 OK\r\nA: ")),
    ],
    [
      "breaks off in its body",
      (socket) =>
        socket.on("data", () => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")),
    ],
    [
      "speaks something else",
      (socket) => socket.on("data", () => socket.end("220 smtp ready\r\n")),
    ],
    [
      "switches protocols",
      (socket) =>
        socket.on("data", () =>
          socket.write(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
          ),
        ),
    ],
  ])("a backend connection that %s is a 504", async (_why, handle) => {
    const backend = await tcpBackend(handle);
    const answer = await call(proxy({ backend }), "GET", "/dev/p");
    expect(answer.status).toBe(504);
    expect(answer.text).toBe('{"message":"Network error communicating with endpoint"}');
    expect(answer.header("x-amzn-errortype")).toBe("InternalServerErrorException");
  });

  test.each<[why: string, answer: string]>([
    ["never answers", ""],
    ["stops in its headers", "HTTP/1.1 200 OK\r\nA: b\r\n"],
    ["stops in its body", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"],
  ])("a backend that %s is a 504 at the time limit", async (_why, answer) => {
    const backend = await tcpBackend((socket) => socket.on("data", () => socket.write(answer)));
    const gateway = proxy({ backend, table: { timeoutMs: 50 } });
    const got = await call(gateway, "GET", "/dev/p");
    expect(got.status).toBe(504);
    expect(got.text).toBe('{"message":"Endpoint request timed out"}');
    await eventually(() => backend.sockets.size === 0);
  });

  test("a backend that stops in a streamed body breaks the answer off", async () => {
    const backend = await tcpBackend((socket) =>
      socket.on("data", () =>
        socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"),
      ),
    );
    const { port } = await serve({ backend, table: { timeoutMs: 50 } });
    const client = await rawClient(port);
    client.write("GET /dev/p HTTP/1.1\r\nHost: a\r\n\r\n");
    const text = await client.closed();
    expect(statuses(text)).toEqual([200]);
    expect(text.endsWith("0\r\n\r\n")).toBe(false);
    await eventually(() => backend.sockets.size === 0);
  });

  test("a client that leaves takes its backend request along", async () => {
    const backend = await tcpBackend((socket) => socket.resume());
    const { port } = await serve({ backend });
    const client = await rawClient(port);
    client.write("GET /dev/p HTTP/1.1\r\nHost: a\r\n\r\n");
    await eventually(() => backend.sockets.size === 1);
    client.socket.destroy();
    await eventually(() => backend.sockets.size === 0);
  });

  test("a client that breaks its body off never completes it at the backend", async () => {
    let ended = 0;
    const backend = await httpBackend((incoming) => {
      incoming.on("end", () => (ended += 1));
      incoming.on("error", () => undefined);
      incoming.resume();
    });
    const { port } = await serve({ backend });
    const client = await rawClient(port);
    client.write(
      `POST /dev/p HTTP/1.1\r\nHost: a\r\nContent-Length: 900000\r\n\r\n${"x".repeat(200_000)}`,
    );
    await eventually(() => backend.sockets.size === 1);
    client.socket.destroy();
    await eventually(() => backend.sockets.size === 0);
    expect(ended).toBe(0);
  });

  test("an answer over the limit is a 500", async () => {
    const backend = await httpBackend((_incoming, outgoing) => outgoing.end("x".repeat(2000)));
    const gateway = proxy({ backend, options: { maxResponseBytes: 1000 } });
    expect((await call(gateway, "GET", "/dev/p")).status).toBe(500);
  });
});

describe("streaming", () => {
  const streamed = { transfer: "STREAM" } as const;

  test("an answer over 10 MB passes in full", async () => {
    const bytes = randomBytes(11 * 1024 * 1024);
    const backend = await httpBackend((_incoming, outgoing) => {
      outgoing.setHeader("Content-Type", "application/octet-stream");
      outgoing.end(bytes);
    });
    const answer = await call(proxy({ backend, table: streamed, api: binary }), "GET", "/dev/p");
    expect(answer.status).toBe(200);
    expect(sha(answer.bytes)).toBe(sha(bytes));
  });

  test("the first piece of a short answer arrives before the last is sent", async () => {
    let finish: (() => void) | undefined;
    const backend = await httpBackend((_incoming, outgoing) => {
      outgoing.setHeader("Content-Length", 6);
      outgoing.write("abc");
      finish = () => outgoing.end("def");
    });
    const { port } = await serve({ backend, table: streamed });
    const client = await rawClient(port);
    client.write("GET /dev/p HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    await client.until((text) => text.includes("abc"));
    finish?.();
    expect(await client.closed()).toMatch(/abc[^]*def/);
  });

  test("the time limit is for the whole answer, however lively it is", async () => {
    const backend = await httpBackend((_incoming, outgoing) => {
      const drip = setInterval(() => outgoing.write("x"), 10);
      outgoing.on("close", () => clearInterval(drip));
    });
    const { port } = await serve({ backend, table: { ...streamed, timeoutMs: 100 } });
    const client = await rawClient(port);
    client.write("GET /dev/p HTTP/1.1\r\nHost: a\r\n\r\n");
    const text = await client.closed();
    expect(statuses(text)).toEqual([200]);
    expect(text.endsWith("0\r\n\r\n")).toBe(false);
    await eventually(() => backend.sockets.size === 0);
  });

  test("a backend that never answers is a 504 at the time limit", async () => {
    const backend = await tcpBackend((socket) => socket.resume());
    const gateway = proxy({ backend, table: { ...streamed, timeoutMs: 50 } });
    expect((await call(gateway, "GET", "/dev/p")).status).toBe(504);
    await eventually(() => backend.sockets.size === 0);
  });
});
