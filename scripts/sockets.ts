/**
 * Two gateway processes on one Redis, WebSocket connections spread over both. Messages are pushed to all
 * of them through either, first while both run, then while one drains. Each push is accounted for:
 * fails where one that was accepted did not arrive, arrived twice, or arrived though it was refused.
 * `--sockets N`.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Pool } from "undici";
import { WebSocket } from "ws";
import type { SocketNodeFacts } from "../test/bench/socket-node.js";
import { startRedis, until } from "../test/support/redis-server.js";

const { values } = parseArgs({ options: { sockets: { type: "string", default: "2000" } } });
const SOCKETS = Number(values.sockets);
const ROUNDS = 4;
/** Pushes under way at once, through each gateway. */
const UNDER_WAY = 32;
const OPENING = 100;

interface Node {
  readonly facts: SocketNodeFacts;
  readonly process: ChildProcess;
  readonly pool: Pool;
}

interface Client {
  readonly id: string;
  readonly socket: WebSocket;
  readonly received: Map<string, number>;
  closeCode: number | null;
}

/** One push and what its sender was told. */
interface Push {
  readonly to: Client;
  readonly text: string;
  readonly status: number;
}

const redis = await startRedis();
const nodes = await Promise.all([startNode(redis.url), startNode(redis.url)]);
try {
  const clients = await openClients();
  await known(clients);
  const startedMs = performance.now();
  const steady: Push[] = [];
  for (let round = 0; round < ROUNDS; round += 1) steady.push(...(await pushAll(clients, round)));
  const steadyMs = performance.now() - startedMs;
  report("both run", steady, clients, steadyMs);

  const [, leaving] = nodes;
  const gone = once(leaving.process, "exit");
  const drainedMs = performance.now();
  leaving.process.kill("SIGTERM");
  const draining: Push[] = [];
  let round = ROUNDS;
  let isGone = false;
  void gone.then(() => (isGone = true));
  while (!isGone) draining.push(...(await pushAll(clients, (round += 1), [nodes[0]])));
  report("one drains", draining, clients, performance.now() - drainedMs);
  const codes = new Map<number | null, number>();
  for (const { closeCode } of clients) codes.set(closeCode, (codes.get(closeCode) ?? 0) + 1);
  console.log(
    "closing codes:",
    Object.fromEntries([...codes].map(([code, n]) => [String(code), n])),
  );
} finally {
  for (const { process, pool } of nodes) {
    await pool.destroy();
    process.kill("SIGKILL");
  }
  await redis.remove();
}
process.exit();

async function startNode(url: string): Promise<Node> {
  const program = fileURLToPath(new URL("../test/bench/socket-node.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", program, url], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = await lines.next();
  if (line.done === true) throw new Error("a gateway ended early");
  const facts = JSON.parse(line.value) as SocketNodeFacts;
  const pool = new Pool(`http://127.0.0.1:${String(facts.adminPort)}`, { connections: UNDER_WAY });
  return { facts, process: child, pool };
}

async function openClients(): Promise<readonly Client[]> {
  const clients: Client[] = [];
  while (clients.length < SOCKETS) {
    const count = Math.min(OPENING, SOCKETS - clients.length);
    const opened = Array.from({ length: count }, (_, i) => openClient(nodes[i % 2 === 0 ? 0 : 1]));
    clients.push(...(await Promise.all(opened)));
  }
  return clients;
}

/** Connects, and asks for its own id. */
async function openClient({ facts }: Node): Promise<Client> {
  const socket = new WebSocket(`ws://127.0.0.1:${String(facts.port)}/prod`, {
    perMessageDeflate: false,
  });
  await once(socket, "open");
  socket.send("who am I");
  const [id] = (await once(socket, "message")) as [Buffer];
  const client: Client = { id: id.toString(), socket, received: new Map(), closeCode: null };
  socket.on("message", (data: Buffer) => {
    const text = data.toString();
    client.received.set(text, (client.received.get(text) ?? 0) + 1);
  });
  socket.on("close", (code) => (client.closeCode = code));
  socket.on("error", () => undefined);
  return client;
}

/** Waits until the gateways know each other. */
async function known(clients: readonly Client[]): Promise<void> {
  for (const client of clients.slice(0, 2)) {
    for (const node of nodes) {
      await until(async () => (await push(node, client, "are you there")).status === 200);
    }
  }
  for (const { received } of clients.slice(0, 2)) received.clear();
}

/** One message to every client through each of some gateways. */
async function pushAll(
  clients: readonly Client[],
  round: number,
  through: readonly Node[] = nodes,
): Promise<readonly Push[]> {
  const pushes: Push[] = [];
  await Promise.all(
    through.map(async (node, index) => {
      const left = [...clients];
      await Promise.all(
        Array.from({ length: UNDER_WAY }, async () => {
          for (let client = left.pop(); client !== undefined; client = left.pop()) {
            pushes.push(await push(node, client, `${String(round)} through ${String(index)}`));
          }
        }),
      );
    }),
  );
  return pushes;
}

async function push({ pool }: Node, to: Client, text: string): Promise<Push> {
  const path = `/prod/@connections/${encodeURIComponent(to.id)}`;
  const { statusCode, body } = await pool.request({ method: "POST", path, body: text });
  await body.dump();
  return { to, text, status: statusCode };
}

/** Counts what arrived, and fails where that is not what the senders were told. */
function report(
  name: string,
  pushes: readonly Push[],
  clients: readonly Client[],
  ms: number,
): void {
  const statuses = new Map<number, number>();
  let lost = 0;
  let doubled = 0;
  let unannounced = 0;
  for (const { to, text, status } of pushes) {
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    const times = to.received.get(text) ?? 0;
    if (status === 200 && times === 0) lost += 1;
    if (times > 1) doubled += 1;
    if (status !== 200 && times > 0) unannounced += 1;
  }
  const perSecond = Math.round((pushes.length / ms) * 1000);
  console.log(
    `${name}: ${String(clients.length)} sockets, ${String(pushes.length)} pushes in ` +
      `${(ms / 1000).toFixed(1)} s (${String(perSecond)} a second):`,
    { ...Object.fromEntries(statuses), lost, doubled, unannounced },
  );
  if (lost + doubled + unannounced > 0) process.exitCode = 1;
}
