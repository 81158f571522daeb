import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createGateway, type ManagedGateway } from "../../../src/runtime/gateway.js";
import { httpProxyIntegration } from "../../../src/runtime/integrations/http-proxy.js";
import { startServer, type GatewayServer } from "../../../src/runtime/server/node.js";
import type { Observation } from "../../../src/runtime/views/observation.js";
import { observed } from "../../../src/runtime/views/observed.js";
import { apiTable, httpProxy } from "../support/table.js";

const LENGTH = 300_000;
const ended: Observation[] = [];
let backend: ReturnType<typeof createServer>;
let gateway: ManagedGateway;
let server: GatewayServer;

beforeAll(async () => {
  backend = createServer((incoming, outgoing) => {
    const known = incoming.url === "/known";
    outgoing.writeHead(200, {
      "Content-Type": "image/png",
      ...(known ? { "Content-Length": LENGTH } : {}),
    });
    if (incoming.url === "/endless") {
      outgoing.write(Buffer.alloc(100_000));
      return;
    }
    for (let i = 0; i < 3; i += 1) outgoing.write(Buffer.alloc(LENGTH / 3));
    outgoing.end();
  });
  await new Promise<void>((resolve) => backend.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(backend.address() as AddressInfo).port}`;
  gateway = createGateway(
    apiTable(
      Object.fromEntries(
        ["known", "chunked", "endless"].map((name) => [
          `GET /${name}`,
          { integration: httpProxy([`${origin}/${name}`]) },
        ]),
      ),
      { binaryMediaTypes: ["image/png"] },
    ),
    {
      integrations: { http_proxy: httpProxyIntegration },
      views: observed(() => ({
        ended: (observation) => void ended.push(observation),
        close: () => Promise.resolve(),
      })),
    },
    { logger: { warn: () => undefined, error: () => undefined } },
  );
  server = await startServer(gateway, { port: 0, host: "127.0.0.1", handleSignals: false });
});
afterAll(async () => {
  await server.stop();
  backend.closeAllConnections();
  backend.close();
});

async function observation(): Promise<Observation | undefined> {
  while (ended.length === 0) await new Promise((resolve) => setImmediate(resolve));
  return ended.shift();
}

describe("an answer that is streamed", () => {
  test.each(["known", "chunked"])("is observed when it has ended: %s length", async (name) => {
    const response = await fetch(`${server.url}/dev/${name}`);
    const { byteLength } = await response.arrayBuffer();
    expect(byteLength).toBe(LENGTH);
    expect(await observation()).toMatchObject({ status: 200, responseBytes: LENGTH });
  });

  test("or when its client has gone", async () => {
    const leaving = new AbortController();
    const response = await fetch(`${server.url}/dev/endless`, { signal: leaving.signal });
    const reader = response.body?.getReader();
    await reader?.read();
    expect(ended).toEqual([]);
    leaving.abort();
    const seen = await observation();
    expect(seen?.status).toBe(200);
    expect(seen?.responseBytes).toBeGreaterThan(0);
  });
});
