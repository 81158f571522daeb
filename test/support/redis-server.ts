import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@redis/client";

/** Whether there is a `redis-server` to start. */
export const hasRedisServer = spawnSync("redis-server", ["--version"]).status === 0;

/** For the names of tests that need one. */
export const redisNote = hasRedisServer ? "" : " (skipped: no redis-server on this machine)";

export interface RedisServer {
  readonly port: number;
  readonly url: string;
  /** One command on a connection of its own. */
  command(...args: readonly string[]): Promise<unknown>;
  /** Stops the process in its place: connections stay open, nothing is answered. */
  pause(): void;
  resume(): void;
  /** Kills the process without a word. */
  kill(): Promise<void>;
  /** Starts it again on the same port and folder. */
  start(): Promise<void>;
  /** Kills the process and removes its folder. */
  remove(): Promise<void>;
}

/** Starts a server of its own on a free port, in a temporary folder, without persistence. */
export async function startRedis(...args: readonly string[]): Promise<RedisServer> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "gen-gateway-redis-"));
  const url = `redis://127.0.0.1:${port}`;
  let child: ChildProcess | null = null;

  const kill = async (): Promise<void> => {
    if (child === null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
    child = null;
  };
  const start = async (): Promise<void> => {
    const own = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--save", ""];
    child = spawn("redis-server", [...own, "--loglevel", "warning", ...args], { stdio: "ignore" });
    await until(async () => (await command(url, ["PING"])) === "PONG");
  };
  await start();
  return {
    port,
    url,
    command: (...words) => command(url, words),
    pause: () => void child?.kill("SIGSTOP"),
    resume: () => void child?.kill("SIGCONT"),
    kill,
    start,
    remove: async () => {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Three servers that share the slots. */
export async function startRedisCluster(): Promise<readonly RedisServer[]> {
  const servers = await Promise.all([startClusterNode(), startClusterNode(), startClusterNode()]);
  const [first] = servers;
  const share = Math.ceil(16_384 / servers.length);
  for (const [index, server] of servers.entries()) {
    const last = Math.min(16_383, (index + 1) * share - 1);
    await server.command("CLUSTER", "ADDSLOTSRANGE", String(index * share), String(last));
    const busPort = String(server.busPort);
    if (server !== first)
      await first.command("CLUSTER", "MEET", "127.0.0.1", String(server.port), busPort);
  }
  const joined = /cluster_state:ok[\s\S]*cluster_known_nodes:3/;
  for (const server of servers) {
    await until(async () => joined.test(String(await server.command("CLUSTER", "INFO"))));
  }
  return servers;
}

async function startClusterNode(): Promise<RedisServer & { readonly busPort: number }> {
  const busPort = await freePort();
  const server = await startRedis(
    ...["--cluster-enabled", "yes", "--cluster-port", String(busPort)],
    ...["--cluster-node-timeout", "2000"],
  );
  return { ...server, busPort };
}

async function command(url: string, args: readonly string[]): Promise<unknown> {
  const client = createClient({ url, RESP: 2, socket: { reconnectStrategy: false } });
  client.on("error", () => undefined);
  try {
    await client.connect();
    return await client.sendCommand<unknown>(args);
  } finally {
    client.destroy();
  }
}

/** Asks again until the answer is yes; an error is a no. */
export async function until(
  isSo: () => boolean | Promise<boolean>,
  limitMs = 15_000,
): Promise<void> {
  const endMs = Date.now() + limitMs;
  while (Date.now() < endMs) {
    if (await Promise.resolve(isSo()).catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`it did not come true within ${limitMs} ms: ${isSo.toString()}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
