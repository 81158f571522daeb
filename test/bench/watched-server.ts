import { spawn } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Console } from "../../src/runtime/console/console.js";
import { RequestFeed } from "../../src/runtime/console/request-feed.js";
import type { IntegrationTable } from "../../src/runtime/contracts.js";
import { createGateway } from "../../src/runtime/gateway.js";
import { httpProxyIntegration } from "../../src/runtime/integrations/http-proxy.js";
import { mockIntegration } from "../../src/runtime/integrations/mock.js";
import { startServer } from "../../src/runtime/server/node.js";
import { apiTable, httpProxy } from "../runtime/support/table.js";
import type { ServerFacts } from "./servers.js";

/** Reads a stream of events to its end. */
const reader = `fetch(process.argv[1]).then(async ({ body }) => { for await (const _chunk of body); });`;

/** The routes of the plain gateway, with its console: closed, or open in a process of its own. */
export async function startWatched(
  upstream: string,
  mock: IntegrationTable,
  isOpen: boolean,
): Promise<ServerFacts> {
  const api = apiTable({
    "GET /mock": { integration: mock },
    "GET /proxy": { integration: httpProxy([`${upstream}/items`], { method: "GET" }) },
  });
  const feed = new RequestFeed({ always: false, redact: () => undefined });
  const page = { html: "", script: "", style: "" };
  const shown = new Console({ feed, page, token: null });
  const gateway = createGateway(
    api,
    { integrations: { mock: mockIntegration, http_proxy: httpProxyIntegration } },
    { trace: feed.trace },
  );
  if (isOpen) {
    const server = createServer((incoming, outgoing) => void shown.handle(incoming, outgoing));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${String(address.port)}/console/api/events`;
    // it ends with the connection
    spawn(process.execPath, ["-e", reader, url], { stdio: "ignore" }).unref();
    await new Promise<void>((resolve) => server.once("request", () => resolve()));
  }
  const { port } = await startServer(gateway, { port: 0, host: "127.0.0.1" });
  return { port, headers: {} };
}
