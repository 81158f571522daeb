import { afterEach } from "vitest";
import type { ManagedGateway } from "../../../src/runtime/gateway.js";
import {
  startServer,
  type GatewayServer,
  type ServerOptions,
} from "../../../src/runtime/server/node.js";

const servers: GatewayServer[] = [];

/** A gateway that listens on a free port until the test is over. */
export interface Served {
  readonly server: GatewayServer;
  readonly port: number;
  /** `ws://127.0.0.1:PORT/prod`. */
  readonly url: string;
}

export async function serve(
  gateway: ManagedGateway,
  options: Partial<ServerOptions> = {},
): Promise<Served> {
  const server = await startServer(gateway, {
    port: 0,
    host: "127.0.0.1",
    handleSignals: false,
    graceMs: 2_000,
    ...options,
  });
  servers.push(server);
  const { port } = server;
  return { server, port, url: `ws://127.0.0.1:${String(port)}/prod` };
}

/** Stops all servers of a test behind it. */
export function stopServers(): void {
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.stop()));
  });
}
