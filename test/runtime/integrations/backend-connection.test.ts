import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import type { BackendConnectionTable, BackendTable } from "../../../src/runtime/contracts.js";
import { createGateway, type Gateway } from "../../../src/runtime/gateway.js";
import { httpProxyIntegration } from "../../../src/runtime/integrations/http-proxy.js";
import { eventually, httpBackend, type Backend } from "../support/backend.js";
import { call } from "../support/client.js";
import { apiTable, httpProxy, stage } from "../support/table.js";

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

/** A host in a private network, whose certificate is of nobody that the world trusts. */
async function privateHost(): Promise<string> {
  const server = createServer(
    {
      key: readFileSync(fixture("private-host.key")),
      cert: readFileSync(fixture("private-host.crt")),
    },
    (_incoming, outgoing) => outgoing.end("{}"),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  open.push({
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  });
  return `https://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

async function host(listener: Parameters<typeof httpBackend>[0]): Promise<Backend> {
  const backend = await httpBackend(listener);
  open.push(backend);
  return backend;
}

const plain: BackendConnectionTable = {
  tls: null,
  keepAlive: true,
  maxConcurrency: null,
  retries: null,
  circuitBreaker: null,
};
const noTls = { caFile: null, serverName: null, insecureSkipVerification: false };

function gatewayTo(
  url: string,
  connection: Partial<BackendConnectionTable>,
  rest: Partial<BackendTable> = {},
): Gateway {
  const backend: BackendTable = {
    match: ["stock.example.com"],
    target: { kind: "url", url },
    timeoutMs: null,
    connection: { ...plain, ...connection },
    ...rest,
  };
  const gateway = createGateway(
    apiTable(
      {
        "ANY /p": { integration: httpProxy(["http://stock.example.com/b"]) },
        "ANY /q": { integration: httpProxy(["http://stock.example.com/c"]) },
      },
      { stages: { dev: stage({ backends: [backend] }) } },
    ),
    { integrations: { http_proxy: httpProxyIntegration } },
    { logger: { warn: () => undefined, error: () => undefined } },
  );
  open.push(gateway);
  return gateway;
}

const statusOf = async (gateway: Gateway, method = "GET", path = "/dev/p"): Promise<number> =>
  (await call(gateway, method, path)).status;

test("a certificate counts when its authority and its name are those of the settings", async () => {
  const url = await privateHost();
  const caFile = fixture("private-host.crt");
  const tls = (rest: Partial<BackendConnectionTable["tls"]>): Partial<BackendConnectionTable> => ({
    tls: { ...noTls, ...rest },
  });
  expect(await statusOf(gatewayTo(url, tls({ caFile, serverName: "stock.internal" })))).toBe(200);
  expect(await statusOf(gatewayTo(url, tls({ caFile, serverName: "other.internal" })))).toBe(504);
  expect(await statusOf(gatewayTo(url, tls({ caFile })))).toBe(504);
  expect(await statusOf(gatewayTo(url, tls({ serverName: "stock.internal" })))).toBe(504);
  expect(await statusOf(gatewayTo(url, tls({ insecureSkipVerification: true })))).toBe(200);
  expect(await statusOf(gatewayTo(url, {}))).toBe(504);
});

test("a file of authorities that is not there is told when the gateway is made", () => {
  const caFile = join(mkdtempSync(join(tmpdir(), "gen-gateway-ca-")), "none.pem");
  expect(() => gatewayTo("https://127.0.0.1:1", { tls: { ...noTls, caFile } })).toThrow(
    /the certificates of a backend cannot be read: .*none\.pem/,
  );
});

test("a file without a certificate trusts nobody", async () => {
  const caFile = join(mkdtempSync(join(tmpdir(), "gen-gateway-ca-")), "empty.pem");
  writeFileSync(caFile, "");
  const tls = { ...noTls, caFile, serverName: "stock.internal" };
  expect(await statusOf(gatewayTo(await privateHost(), { tls }))).toBe(504);
});

test("all routes to a backend share its connections, no more than are allowed", async () => {
  const waiting: ServerResponse[] = [];
  const backend = await host((_incoming, outgoing) => waiting.push(outgoing));
  const gateway = gatewayTo(backend.origin, { maxConcurrency: 2 });
  const answers = ["/dev/p", "/dev/q", "/dev/p", "/dev/q"].map((path) =>
    statusOf(gateway, "GET", path),
  );
  let most = 0;
  for (let answered = 0; answered < 4; answered++) {
    await eventually(() => waiting.length > 0);
    most = Math.max(most, waiting.length, backend.sockets.size);
    waiting.shift()?.end();
  }
  expect(await Promise.all(answers)).toEqual([200, 200, 200, 200]);
  expect(most).toBe(2);
});

test("calls that wait too long for a connection fail as those that take too long", async () => {
  const backend = await host(() => undefined);
  const gateway = gatewayTo(backend.origin, { maxConcurrency: 1 }, { timeoutMs: 60 });
  expect(await Promise.all([statusOf(gateway), statusOf(gateway)])).toEqual([504, 504]);
});

test("without keepAlive each call has a connection of its own", async () => {
  const count = async (keepAlive: boolean): Promise<number> => {
    const ports = new Set<number | undefined>();
    const backend = await host(({ socket }, outgoing) => {
      ports.add(socket.remotePort);
      outgoing.end("{}");
    });
    const gateway = gatewayTo(backend.origin, { keepAlive });
    for (let made = 0; made < 4; made++) expect(await statusOf(gateway)).toBe(200);
    return ports.size;
  };
  // a connection may not be free yet when its answer has come
  expect(await count(true)).toBeLessThanOrEqual(2);
  expect(await count(false)).toBe(4);
});

test("a backend that is not up yet is called again, with the body it was sent", async () => {
  const bodies: string[] = [];
  let isUp = false;
  const backend = await host((incoming, outgoing) => {
    let body = "";
    incoming.on("data", (chunk: Buffer) => (body += chunk.toString()));
    incoming.on("end", () => {
      bodies.push(body);
      outgoing.writeHead(isUp ? 200 : 503).end("{}");
      isUp = true;
    });
  });
  const retries = { attempts: 1, on: ["5xx"] as const, backoffMs: 1, attemptTimeoutMs: null };
  const gateway = gatewayTo(backend.origin, { retries });
  const answer = await call(gateway, "PUT", "/dev/p", { body: "stock" });
  expect([answer.status, bodies]).toEqual([200, ["stock", "stock"]]);
});

test("where slow attempts are made again the backend's limit is that of an attempt", async () => {
  let calls = 0;
  const backend = await host((_incoming, outgoing) => {
    if (++calls > 1) outgoing.end("{}");
  });
  const retries = { attempts: 1, on: ["timeout"] as const, backoffMs: 0, attemptTimeoutMs: 50 };
  const gateway = gatewayTo(backend.origin, { retries }, { timeoutMs: 50 });
  expect([await statusOf(gateway), calls]).toEqual([200, 2]);
});

test("an open circuit breaker answers 504 without a call", async () => {
  let calls = 0;
  const backend = await host((_incoming, outgoing) => {
    calls += 1;
    outgoing.writeHead(500).end();
  });
  const circuitBreaker = { failures: 2, windowMs: 60_000, cooldownMs: 60_000 };
  const gateway = gatewayTo(backend.origin, { circuitBreaker });
  const statuses = [await statusOf(gateway), await statusOf(gateway), await statusOf(gateway)];
  expect([statuses, calls]).toEqual([[500, 500, 504], 2]);
});
