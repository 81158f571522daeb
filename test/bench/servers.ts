/**
 * The servers of the gateway bench: `servers.mjs ROLE [UPSTREAM]`, each a process of its own. It
 * prints its {@link ServerFacts}, and for each line of its input the CPU microseconds since the last
 * one; for the line `memory` the bytes that it takes.
 */
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { Agent } from "undici";
import type { IntegrationTable } from "../../src/runtime/contracts.js";
import { createGateway } from "../../src/runtime/gateway.js";
import { httpProxyIntegration } from "../../src/runtime/integrations/http-proxy.js";
import { mockIntegration } from "../../src/runtime/integrations/mock.js";
import { startServer } from "../../src/runtime/server/node.js";
import { apiTable, httpProxy } from "../runtime/support/table.js";
import { startObserved } from "./observed-server.js";
import { startProtected } from "./protected-server.js";
import { startWatched } from "./watched-server.js";
import { startRawSockets, startSockets } from "./socket-servers.js";

const MOCK_BODY = '{"id":7,"name":"Rex","type":"dog","price":249.99}';
const UPSTREAM_BODY = JSON.stringify({
  items: Array.from({ length: 12 }, (_item, id) => ({
    id,
    name: `pet number ${id}`,
    price: 9.99,
    tags: ["a", "b"],
  })),
});
const IDS = [
  "x-amzn-RequestId",
  "5fe2a3a1-58ba-4c9f-a0a2-fb0a1e9d2f4c",
  "x-amz-apigw-id",
  "JKJaXmPLvHcESHA=",
];

export interface ServerFacts {
  readonly port: number;
  /** What opens protected paths: name, value, name, value. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
}

const servers: Readonly<Record<string, (upstream: string) => Promise<ServerFacts>>> = {
  upstream: () => {
    const headers = [
      "Content-Type",
      "application/json",
      "Content-Length",
      String(UPSTREAM_BODY.length),
    ];
    return serve((_incoming, outgoing) => outgoing.writeHead(200, headers).end(UPSTREAM_BODY));
  },

  "raw-mock": () => {
    const headers = ["Content-Type", "application/json", ...IDS];
    headers.push("Content-Length", String(MOCK_BODY.length));
    return serve((_incoming, outgoing) => outgoing.writeHead(200, headers).end(MOCK_BODY));
  },

  "raw-proxy": (upstream) => {
    const agent = new Agent();
    return serve((incoming, outgoing) => {
      const { host: _host, connection: _connection, ...headers } = incoming.headers;
      agent
        .request({ origin: upstream, path: incoming.url ?? "/", method: "GET", headers })
        .then(({ statusCode, headers: answered, body }) => {
          outgoing.writeHead(statusCode, answered);
          body.pipe(outgoing);
        })
        .catch(() => outgoing.destroy());
    });
  },

  gateway: async (upstream) => {
    const api = apiTable({
      "GET /mock": { integration: mockRoute() },
      "GET /proxy": { integration: httpProxy([`${upstream}/items`], { method: "GET" }) },
    });
    const gateway = createGateway(api, {
      integrations: { mock: mockIntegration, http_proxy: httpProxyIntegration },
    });
    const { port } = await startServer(gateway, { port: 0, host: "127.0.0.1" });
    return { port, headers: {} };
  },

  "console-closed": (upstream) => startWatched(upstream, mockRoute(), false),
  "console-open": (upstream) => startWatched(upstream, mockRoute(), true),

  observed: (upstream) => startObserved(upstream, mockRoute(), false),
  traced: (upstream) => startObserved(upstream, mockRoute(), true),
  access: startProtected,
  sockets: startSockets,
  "raw-sockets": startRawSockets,
};

function mockRoute(): IntegrationTable {
  const api = apiTable({ "GET /mock": {} });
  const integration = api.integrations["GET /mock"];
  if (integration?.kind !== "mock") throw new Error("the plain route is a mock");
  const [response] = integration.responses;
  if (response === undefined) throw new Error("the mock has a response");
  const templates = { "application/json": () => MOCK_BODY };
  return { ...integration, responses: [{ ...response, templates }] };
}

function serve(listener: RequestListener): Promise<ServerFacts> {
  const server = createServer(listener);
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      resolve({ port: (server.address() as AddressInfo).port, headers: {} });
    });
  });
}

const [role = "", upstream = ""] = process.argv.slice(2);
const start = servers[role];
if (start === undefined) throw new Error(`no server "${role}"`);
process.stdout.write(`${JSON.stringify(await start(upstream))}\n`);
let before = process.cpuUsage();
process.stdin.on("data", (line: Buffer) => {
  if (line.toString() === "memory\n") {
    globalThis.gc?.();
    process.stdout.write(`${process.memoryUsage.rss()}\n`);
    return;
  }
  const { user, system } = process.cpuUsage(before);
  before = process.cpuUsage();
  process.stdout.write(`${user + system}\n`);
});
process.stdin.on("end", () => process.exit(0));
