import { PassThrough } from "node:stream";
import { afterEach, describe, expect, test } from "vitest";
import type { Gateway } from "../../../src/runtime/gateway.js";
import { createGateway } from "../../../src/runtime/gateway.js";
import { mockIntegration } from "../../../src/runtime/integrations/mock.js";
import {
  startServer,
  type GatewayServer,
  type ServerOptions,
} from "../../../src/runtime/server/node.js";
import { eventually } from "../support/backend.js";
import { isComplete, rawClient, statuses } from "../support/raw-client.js";
import { apiTable, mock } from "../support/table.js";

let servers: GatewayServer[] = [];
afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  servers = [];
});

const silent = { warn: () => undefined, error: () => undefined };

async function serve(gateway: Gateway, rest: Partial<ServerOptions> = {}): Promise<GatewayServer> {
  const server = await startServer(gateway, {
    port: 0,
    host: "127.0.0.1",
    handleSignals: false,
    graceMs: 2000,
    logger: silent,
    ...rest,
  });
  servers.push(server);
  return server;
}

function mocks(body = "{}"): Gateway {
  const api = apiTable({ "ANY /mock": { integration: mock(body) } });
  return createGateway(api, { integrations: { mock: mockIntegration } }, { logger: silent });
}

/** A gateway whose answers wait until they are released. */
function held(): Gateway & { release(): void; waiting: number; closed: number } {
  const inner = mocks('"held"');
  const waiting: (() => void)[] = [];
  const gateway = {
    closed: 0,
    get waiting() {
      return waiting.length;
    },
    release: () => waiting.splice(0).forEach((resume) => resume()),
    handle: async (request: Parameters<Gateway["handle"]>[0]) => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return inner.handle(request);
    },
    close: () => {
      gateway.closed += 1;
      return Promise.resolve();
    },
  };
  return gateway;
}

const get = (path: string, ...headers: string[]): string =>
  [`GET ${path} HTTP/1.1`, "Host: api.test", ...headers, "", ""].join("\r\n");

describe("serving", () => {
  test("answers over one kept connection", async () => {
    const { port } = await serve(mocks("[1]"));
    const client = await rawClient(port);
    client.write(get("/dev/mock"));
    expect(await client.until(isComplete)).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n\[1\]$/);
    client.write(get("/dev/mock", "Connection: close"));
    expect(statuses(await client.closed())).toEqual([200, 200]);
  });

  test("HEAD has the length and no body", async () => {
    const { port } = await serve(mocks("[1]"));
    const client = await rawClient(port);
    client.write("HEAD /dev/mock HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    expect(await client.closed()).toMatch(/Content-Length: 3\r\n[^]*\r\n\r\n$/);
  });

  test.each(["HEAD", "GET"])(
    "a %s answer without body never announces one wrongly",
    async (method) => {
      const gateway: Gateway = {
        handle: () => ({ status: 200, headers: [], body: null, contentLength: 5 }),
        close: () => Promise.resolve(),
      };
      const { port } = await serve(gateway);
      const client = await rawClient(port);
      client.write(`${method} / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
      const length = method === "HEAD" ? 5 : 0;
      expect(await client.closed()).toContain(`Content-Length: ${String(length)}\r\n`);
    },
  );

  test("a large body that no route reads leaves the connection usable", async () => {
    const { port } = await serve(mocks("[1]"));
    const client = await rawClient(port);
    client.write("POST /dev/mock HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n");
    client.write("x".repeat(2_000_000));
    await client.until(isComplete);
    client.write(get("/dev/mock", "Connection: close"));
    expect(statuses(await client.closed())).toEqual([200, 200]);
  });

  test("a value that cannot stand in a header is a 500, not a crash", async () => {
    const gateway: Gateway = {
      handle: () => ({ status: 200, headers: ["X-Bad", "a\r\nX-Injected: 1"], body: "" }),
      close: () => Promise.resolve(),
    };
    const { port } = await serve(gateway);
    const client = await rawClient(port);
    client.write(get("/", "Connection: close"));
    const text = await client.closed();
    expect(text).toMatch(/^HTTP\/1\.1 500 /);
    expect(text).not.toContain("X-Injected");
  });

  test("a port in use is reported", async () => {
    const { port } = await serve(mocks());
    await expect(
      startServer(mocks(), { port, host: "127.0.0.1", handleSignals: false }),
    ).rejects.toMatchObject({ code: "EADDRINUSE" });
  });
});

describe("malformed input", () => {
  test.each<[why: string, raw: string, want: number[]]>([
    [
      "two lengths",
      "POST /dev/mock HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      [400],
    ],
    [
      "lengths that differ",
      "POST /dev/mock HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
      [400],
    ],
    ["a header without colon", "GET /dev/mock HTTP/1.1\r\nHost: a\r\nbroken\r\n\r\n", [400]],
    ["no host", "GET /dev/mock HTTP/1.1\r\n\r\n", [400]],
    ["headers that are too large", get("/dev/mock", `X-A: ${"a".repeat(40_000)}`), [431]],
    ["something else than HTTP", "\x16\x03\x01\x02\x00\x01\r\n\r\n", [400]],
    [
      "data behind the last request",
      get("/dev/mock", "Connection: close") + get("/dev/mock"),
      [200],
    ],
    ["a bad request behind a good one", get("/dev/mock") + "nonsense\r\n\r\n", [200]],
  ])("%s", async (_why, raw, want) => {
    const { port } = await serve(mocks());
    const client = await rawClient(port);
    client.write(raw);
    expect(statuses(await client.closed())).toEqual(want);
  });

  test.each<[why: string, target: string, headers: string[], want: number]>([
    ["another host in the target", "http://evil.test/dev/mock", [], 400],
    ["the same host in the target", "http://api.test/dev/mock", [], 200],
    ["no path in the target", "*", [], 400],
    ["header values over the limit", "/dev/mock", [`X-A: ${"a".repeat(11_000)}`], 431],
    ["a target over the limit", `/dev/mock?${"a".repeat(11_000)}`, [], 414],
    ["a fragment", "/dev/mock#x", [], 200],
  ])("%s", async (_why, target, headers, want) => {
    const { port } = await serve(mocks());
    const client = await rawClient(port);
    client.write(get(target, ...headers, "Connection: close"));
    expect(statuses(await client.closed())).toEqual([want]);
  });

  test("nothing is written into the answer to another request", async () => {
    const gateway = held();
    const { port } = await serve(gateway);
    const client = await rawClient(port);
    client.write(get("/dev/mock"));
    await eventually(() => gateway.waiting === 1);
    client.write("nonsense\r\n\r\n");
    expect(await client.closed()).toBe("");
    gateway.release();
  });

  test("a client that never ends its headers is cut off", async () => {
    const { port } = await serve(mocks(), { headersTimeoutMs: 100 });
    const client = await rawClient(port);
    client.write("GET /dev/mock HTTP/1.1\r\nHost: a\r\nX-Slow: ");
    expect(statuses(await client.closed())).toEqual([408]);
  });

  test("a client that never ends its body is cut off", async () => {
    const { port } = await serve(held(), { requestTimeoutMs: 100 });
    const client = await rawClient(port);
    client.write("POST /dev/mock HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
    expect(statuses(await client.closed())).toEqual([408]);
  });
});

describe("stopping", () => {
  test("requests under way end, idle connections are closed", async () => {
    const gateway = held();
    const server = await serve(gateway);
    const idle = await rawClient(server.port);
    const busy = await rawClient(server.port);
    busy.write(get("/dev/mock"));
    await eventually(() => gateway.waiting === 1);
    const stopping = server.stop();
    await idle.closed();
    expect(gateway.closed).toBe(0);
    gateway.release();
    const text = await busy.closed();
    expect(statuses(text)).toEqual([200]);
    expect(text).toContain("Connection: close");
    await stopping;
    await server.stopped;
    expect(gateway.closed).toBe(1);
  });

  test("after the grace time connections are cut", async () => {
    const gateway = held();
    const server = await startServer(gateway, {
      port: 0,
      host: "127.0.0.1",
      handleSignals: false,
      graceMs: 30,
      logger: silent,
    });
    const busy = await rawClient(server.port);
    busy.write(get("/dev/mock"));
    await eventually(() => gateway.waiting === 1);
    await server.stop();
    expect(await busy.closed()).toBe("");
    gateway.release();
  });
});

describe("draining", () => {
  /** Answers `a` at once and `b` when it is told to. */
  function streaming(): Gateway & { end(): void } {
    const body = new PassThrough();
    return {
      end: () => void body.end("b"),
      handle: () => {
        body.write("a");
        return { status: 200, headers: [], body };
      },
      close: () => Promise.resolve(),
    };
  }

  /** Settles when nobody listens on a port any more. */
  async function refused(port: number): Promise<void> {
    for (;;) {
      const client = await rawClient(port).catch(() => null);
      if (client === null) return;
      client.socket.destroy();
    }
  }

  test("until the delay is over connections are taken, and told to end", async () => {
    const server = await serve(mocks(), { drainDelayMs: 60_000 });
    const kept = await rawClient(server.port);
    kept.write(get("/dev/mock"));
    expect(await kept.until(isComplete)).toContain("Connection: keep-alive");
    const draining = server.drain();
    expect(server.isDraining).toBe(true);
    for (const client of [kept, await rawClient(server.port)]) {
      client.write(get("/dev/mock"));
      expect(await client.closed()).toContain("Connection: close");
    }
    // a stop does not wait for the delay
    await Promise.all([server.stop(), draining]);
    await refused(server.port);
  });

  test("an idle connection may send once more when no others are taken", async () => {
    const server = await serve(mocks());
    const idle = await rawClient(server.port);
    const silent = await rawClient(server.port);
    idle.write(get("/dev/mock"));
    await idle.until(isComplete);
    const draining = server.drain();
    await refused(server.port);
    idle.write(get("/dev/mock"));
    const text = await idle.closed();
    expect(statuses(text)).toEqual([200, 200]);
    expect(text).toContain("Connection: close");
    expect(await silent.closed()).toBe("");
    await draining;
  });

  test.each(["stop", "drain"] as const)(
    "%s: a request that has arrived in part is answered",
    async (how) => {
      const server = await serve(mocks());
      const first = await rawClient(server.port);
      first.write("GET /dev/mock HTTP/1.1\r\n");
      const second = await rawClient(server.port);
      second.write("POST /dev/mock HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n12");
      const third = await rawClient(server.port);
      third.write(get("/dev/mock"));
      await third.until(isComplete);
      const ended = server[how]();
      await third.closed();
      first.write("Host: a\r\n\r\n");
      second.write("34");
      expect(statuses(await first.closed())).toEqual([200]);
      expect(statuses(await second.closed())).toEqual([200]);
      await ended;
    },
  );

  test.each(["stop", "drain"] as const)("%s: pipelined requests are all answered", async (how) => {
    const gateway = held();
    const server = await serve(gateway);
    const client = await rawClient(server.port);
    client.write(get("/dev/mock") + get("/dev/mock") + get("/dev/mock"));
    await eventually(() => gateway.waiting === 3);
    const ended = server[how]();
    gateway.release();
    const text = await client.closed();
    expect(statuses(text)).toEqual([200, 200, 200]);
    expect(text.match(/Connection: close/g)).toHaveLength(1);
    await ended;
  });

  test.each(["stop", "drain"] as const)(
    "%s: a connection ends with an answer that was begun before",
    async (how) => {
      const gateway = streaming();
      const server = await serve(gateway, { graceMs: 60_000 });
      const client = await rawClient(server.port);
      client.write(get("/"));
      await client.until((text) => text.includes("a\r\n"));
      const ended = server[how]();
      gateway.end();
      expect(await client.closed()).toContain("\r\nb\r\n0\r\n");
      await ended;
    },
  );

  test("what was refused before is no reason to wait", async () => {
    const server = await serve(mocks(), { graceMs: 60_000 });
    const client = await rawClient(server.port);
    client.write("POST /dev/none HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n");
    await client.until(isComplete);
    client.write("1234");
    await server.stop();
    await client.closed();
  });
});

describe("swapping", () => {
  test("new requests go to the new gateway, the old one ends its own", async () => {
    const before = held();
    const server = await serve(before);
    const old = await rawClient(server.port);
    old.write(get("/dev/mock"));
    await eventually(() => before.waiting === 1);
    server.swap(mocks('"new"'));
    const fresh = await rawClient(server.port);
    fresh.write(get("/dev/mock"));
    expect(await fresh.until(isComplete)).toContain('"new"');
    expect(before.closed).toBe(0);
    before.release();
    expect(await old.until(isComplete)).toContain('"held"');
    await eventually(() => before.closed === 1);
    old.write(get("/dev/mock"));
    expect(await old.until((text) => text.includes('"new"'))).toContain('"new"');
  });
});
