/**
 * CPU time of a request without a socket, by who looks on: a process of its own, bundled as projects are. It
 * prints {@link HandlingCost}s, the least of the rounds of each.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createGateway, type Gateway } from "../../src/runtime/gateway.js";
import { mockIntegration } from "../../src/runtime/integrations/mock.js";
import { observed } from "../../src/runtime/views/observed.js";
import type { ViewPart } from "../../src/runtime/views/view.js";
import { apiTable } from "../runtime/support/table.js";
import { logFile, views } from "./observed-server.js";

export interface HandlingCost {
  readonly watchedBy: string;
  readonly nanoseconds: number;
}

const REQUESTS = 20_000;
/** Requests after which the event loop may run. */
const BATCH = 200;

async function measureHandling(rounds: number): Promise<readonly HandlingCost[]> {
  const collector = createServer((incoming, outgoing) => {
    incoming.resume().on("end", () => outgoing.end("{}"));
  });
  await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
  const { port } = collector.address() as AddressInfo;
  const { metrics, log, traces } = views(logFile(), `http://127.0.0.1:${String(port)}`);
  const variants: Readonly<Record<string, readonly (ViewPart | undefined)[]>> = {
    nobody: [],
    metrics: [metrics],
    "access log": [log],
    both: [metrics, log],
    "both, 1 % traced": [metrics, log, traces],
  };
  const gateways = Object.entries(variants).map(([watchedBy, parts]) => {
    const looking = parts.filter((part) => part !== undefined);
    const gateway = createGateway(
      apiTable({ "GET /mock": {} }),
      {
        integrations: { mock: mockIntegration },
        ...(looking.length === 0 ? {} : { views: observed(...looking) }),
      },
      { logger: { warn: () => undefined, error: () => undefined } },
    );
    return { watchedBy, gateway, nanoseconds: Infinity };
  });
  for (let round = 0; round < rounds; round += 1) {
    for (const one of gateways) {
      one.nanoseconds = Math.min(one.nanoseconds, await handlingCost(one.gateway));
    }
  }
  await Promise.all(gateways.map(({ gateway }) => gateway.close()));
  collector.close();
  collector.closeAllConnections();
  return gateways.map(({ watchedBy, nanoseconds }) => ({ watchedBy, nanoseconds }));
}

async function handlingCost(gateway: Gateway): Promise<number> {
  const before = process.cpuUsage();
  for (let i = 0; i < REQUESTS; i += 1) {
    void gateway.handle({
      method: "GET",
      target: "/dev/mock",
      rawHeaders: ["Accept", "application/json", "User-Agent", "bench", "Host", "127.0.0.1:8080"],
      body: null,
      remoteAddress: "127.0.0.1",
      protocol: "http",
    });
    if (i % BATCH === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1000) / REQUESTS;
}

process.stdout.write(`${JSON.stringify(await measureHandling(12))}\n`);
