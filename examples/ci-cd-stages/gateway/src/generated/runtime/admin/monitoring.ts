// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { ManagedGateway } from "../gateway.js";
import { errorText } from "../logger.js";
import type { GatewayServer } from "../server/node.js";
import type { AdminAnswer } from "./admin-operation.js";
import { live, ready } from "./health.js";
import { closeServer, listenerBeside, type ListenerBeside } from "./listener-beside.js";

export interface MonitoringOptions {
  /** 0 picks a free port. */
  readonly port: number;
  readonly host: string;
  /** Paths of the health checks, and of the metrics. */
  readonly live: string;
  readonly ready: string;
  readonly metrics: string;
}

/** A listener beside the gateway's, for probes and Prometheus. */
export type MonitoringServer = ListenerBeside;

const MAX_CONNECTIONS = 64;
const TIMEOUT_MS = 5_000;

/**
 * Serves health checks and metrics, and nothing else. Neither tells of a single request, and so nobody is
 * asked for a token. Rejects, the gateway closed, when the address cannot be listened on.
 */
export async function startMonitoring(
  gateway: ManagedGateway,
  options: MonitoringOptions,
): Promise<MonitoringServer> {
  let served: GatewayServer | null = null;
  const answers = new Map<string, () => Answer | Promise<Answer>>([
    [options.live, () => json(live())],
    [options.ready, async () => json(await ready(served, gateway.store))],
    [options.metrics, () => metricsAnswer(gateway)],
  ]);
  const server = createServer(
    { maxHeaderSize: 8192, headersTimeout: TIMEOUT_MS, requestTimeout: TIMEOUT_MS },
    (incoming, outgoing) => void serve(answers, gateway, incoming, outgoing),
  );
  server.maxConnections = MAX_CONNECTIONS;
  const port = await new Promise<number>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  }).catch(async (error: unknown) => {
    await gateway.close();
    throw error;
  });
  return listenerBeside(
    port,
    () => closeServer(server),
    (started) => {
      served = started;
    },
  );
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

async function serve(
  answers: ReadonlyMap<string, () => Answer | Promise<Answer>>,
  { logger }: ManagedGateway,
  { method, url = "" }: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  try {
    const [path = ""] = url.split("?");
    const answer = method === "GET" || method === "HEAD" ? answers.get(path) : undefined;
    write(outgoing, answer === undefined ? NOT_FOUND : await answer());
  } catch (error) {
    logger.error(errorText(error), { where: "monitoring" });
    write(outgoing, FAILED);
  }
}

const NOT_FOUND = json({ status: 404, body: { message: "there is nothing here" } });
const FAILED = json({ status: 500, body: { message: "Internal failure" } });

function json({ status, body }: AdminAnswer): Answer {
  return { status, type: "application/json", text: JSON.stringify(body) };
}

async function metricsAnswer({ metrics }: ManagedGateway): Promise<Answer> {
  return metrics === null
    ? NOT_FOUND
    : { status: 200, type: metrics.type, text: await metrics.read() };
}

function write(outgoing: ServerResponse, { status, type, text }: Answer): void {
  outgoing.writeHead(status, {
    "Content-Type": type,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
  });
  outgoing.end(text);
}
