/**
 * Messages a second through a route that sends them back, beside a bare `ws` server that does the same,
 * and what an idle connection takes of either's memory. The route is selected by the message, its
 * template is rendered, and nothing stands behind it.
 *
 * `node --import tsx test/bench/websocket.ts [--json] [--rounds N] [--ms N]`
 */
import { fileURLToPath } from "node:url";
import { printRounds, readEffort } from "./print-rounds.js";
import { withBench, type BenchResult, type Effort } from "./rounds.js";

export interface WebSocketBench {
  readonly messages: readonly BenchResult[];
  /** Bytes of memory for each of many idle connections. */
  readonly idle: {
    readonly connections: number;
    readonly gatewayBytes: number;
    readonly rawBytes: number;
  };
}

const IDLE_CONNECTIONS = 4_000;

export function benchWebSocket(effort: Effort = { rounds: 21, ms: 400 }): Promise<WebSocketBench> {
  return withBench(
    effort,
    async ({ serve, compare, idleBytes }) => {
      const gateway = { server: await serve("sockets"), path: "/prod" };
      const raw = { server: await serve("raw-sockets"), path: "/" };
      const idle = {
        connections: IDLE_CONNECTIONS,
        gatewayBytes: await idleBytes(gateway, IDLE_CONNECTIONS),
        rawBytes: await idleBytes(raw, IDLE_CONNECTIONS),
      };
      const beside = (name: string, goal: number | null, inFlight: number) => {
        const headers = ["in-flight", String(inFlight)];
        return compare(name, goal, { ...gateway, headers }, { ...raw, headers });
      };
      const messages = [
        await beside("one message at a time", 0.6, 1),
        await beside("sixteen in flight", null, 16),
      ];
      return { messages, idle };
    },
    "web-socket-load",
  );
}

/** One line for people. */
export function idleLine({ idle }: WebSocketBench): string {
  const kib = (bytes: number): string => (bytes / 1024).toFixed(1);
  return (
    `memory of an idle connection, of ${String(idle.connections)}: ` +
    `gateway ${kib(idle.gatewayBytes)} KiB, raw ${kib(idle.rawBytes)} KiB`
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const result = await benchWebSocket(readEffort());
  printRounds("WebSocket beside bare ws", result.messages);
  process.stdout.write(`${idleLine(result)}\n`);
}
