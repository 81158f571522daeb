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
export function startRedis(...args: readonly string[]): Promise<RedisServer> {
  return retried(async () => startOn(await freePort(), args));
}

async function startOn(port: number, args: readonly string[]): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), "gen-gateway-redis-"));
  const url = `redis://127.0.0.1:${port}`;
  let child: ChildProcess | null = null;
  // no server outlives the tests, whatever ends them
  const killNow = (): void => void child?.kill("SIGKILL");
  process.once("exit", killNow);
  process.once("SIGTERM", exit);

  const kill = async (): Promise<void> => {
    if (child === null) return;
    const gone = hasEnded(child) ? null : once(child, "exit");
    child.kill("SIGKILL");
    await gone;
    child = null;
  };
  const start = async (): Promise<void> => {
    const own = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--save", ""];
    const started = spawn("redis-server", [...own, "--loglevel", "warning", ...args], {
      stdio: "ignore",
    });
    child = started;
    await until(async () => hasEnded(started) || (await answers(url, started)));
    if (hasEnded(started)) throw new Error(`redis-server did not start on port ${port}`);
  };
  const remove = async (): Promise<void> => {
    await kill();
    process.off("exit", killNow);
    process.off("SIGTERM", exit);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await start();
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    port,
    url,
    command: (...words) => command(url, words),
    pause: () => void child?.kill("SIGSTOP"),
    resume: () => void child?.kill("SIGCONT"),
    kill,
    start,
    remove,
  };
}

/** Runs the listeners of `exit`, which the signal alone does not. */
function exit(): void {
  process.exit(143);
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/** Whether it is this server that answers, and not one that has the port from before. */
async function answers(url: string, { pid }: ChildProcess): Promise<boolean> {
  if ((await command(url, ["PING"])) !== "PONG") return false;
  return String(await command(url, ["INFO", "server"])).includes(`process_id:${pid}\r\n`);
}

/** A port that is free now may be taken a moment later. */
async function retried<T>(start: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start();
    } catch (error) {
      if (attempt === 5) throw error;
    }
  }
}

export interface ClusterNode extends RedisServer {
  readonly busPort: number;
}

const SLOTS = 16_384;
const MASTERS = 3;

/** Three servers that share the slots. */
export async function startRedisCluster(): Promise<readonly ClusterNode[]> {
  const nodes: ClusterNode[] = [];
  try {
    while (nodes.length < MASTERS) nodes.push(await startClusterNode());
    await shareSlots(nodes);
    return nodes;
  } catch (error) {
    await Promise.all(nodes.map((node) => node.remove()));
    throw error;
  }
}

async function shareSlots(nodes: readonly ClusterNode[]): Promise<void> {
  const [known] = nodes;
  for (const [index, node] of nodes.entries()) {
    const [first, last] = [firstSlot(index), firstSlot(index + 1) - 1].map(String);
    await node.command("CLUSTER", "ADDSLOTSRANGE", first ?? "", last ?? "");
    if (known !== undefined && node !== known) await meet(known, node);
  }
  await Promise.all(nodes.map((node) => knows(node, nodes.length)));
}

/** The node of a cluster that has the slot of a key. */
export async function clusterNodeOf(
  nodes: readonly ClusterNode[],
  key: string,
): Promise<ClusterNode> {
  const slot = Number(await nodes[0]?.command("CLUSTER", "KEYSLOT", key));
  const node = nodes.findLast((_node, index) => firstSlot(index) <= slot);
  if (node === undefined) throw new Error("the cluster has no nodes");
  return node;
}

/** Adds a replica to one node of a cluster of masters. */
export async function addReplica(
  nodes: readonly ClusterNode[],
  master: ClusterNode,
): Promise<ClusterNode> {
  const replica = await startClusterNode();
  await meet(master, replica);
  const id = String(await master.command("CLUSTER", "MYID"));
  await until(async () => (await replica.command("CLUSTER", "REPLICATE", id)) === "OK");
  const linked = /master_link_status:up/;
  await until(async () => linked.test(String(await replica.command("INFO", "replication"))));
  // a replica that is not known yet is not elected
  const elected = new RegExp(`slave ${id} .* connected`);
  for (const node of nodes) {
    await until(async () => elected.test(String(await node.command("CLUSTER", "NODES"))));
  }
  await Promise.all([...nodes, replica].map((node) => knows(node, nodes.length + 1)));
  return replica;
}

/** Waits until a replica has all that its master has. */
export async function caughtUp(replica: RedisServer, master: RedisServer): Promise<void> {
  const offset = async (server: RedisServer): Promise<string | undefined> =>
    /master_repl_offset:(\d+)/.exec(String(await server.command("INFO", "replication")))?.[1];
  await until(async () => (await offset(replica)) === (await offset(master)));
}

function firstSlot(index: number): number {
  return Math.min(SLOTS, index * Math.ceil(SLOTS / MASTERS));
}

async function meet(known: ClusterNode, node: ClusterNode): Promise<void> {
  const address = ["127.0.0.1", String(node.port), String(node.busPort)];
  await known.command("CLUSTER", "MEET", ...address);
}

async function knows(node: ClusterNode, nodes: number): Promise<void> {
  const joined = new RegExp(`cluster_state:ok[^]*cluster_known_nodes:${nodes}`);
  await until(async () => joined.test(String(await node.command("CLUSTER", "INFO"))));
}

function startClusterNode(): Promise<ClusterNode> {
  return retried(async () => {
    const busPort = await freePort();
    const options = {
      "--cluster-enabled": "yes",
      "--cluster-port": String(busPort),
      "--cluster-node-timeout": "1000",
      "--repl-diskless-sync-delay": "0",
    };
    const server = await startOn(await freePort(), Object.entries(options).flat());
    return { ...server, busPort };
  });
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

/** A port of the loopback that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
