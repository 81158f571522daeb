/**
 * Measures whether pushes reach everybody once: two processes of a generated WebSocket API on one Redis
 * hold 2,000 sockets together, messages are pushed through either, and in the middle one process is told
 * to stop; its clients come back to the other. Fails where a push that was answered by 200 was not
 * received exactly once, or one that was refused was received at all. `--sockets N`, `--rounds N`.
 */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Pool } from "undici";
import { WebSocket } from "ws";
import { generate } from "../src/generate.js";
import { startRedis, type RedisServer } from "../test/support/redis-server.js";

/** Handshakes and pushes under way at once. */
const AT_ONCE = 64;
/** Longest wait for a client that has to come back, and for a message. */
const PATIENCE_MS = 60_000;

const document = {
  openapi: "3.0.3",
  info: { title: "Sockets", version: "1" },
  "x-gateway-websocket": {
    routeSelectionExpression: "$request.body.action",
    routes: {
      $connect: { integration: mock({}) },
      who: {
        routeResponseSelectionExpression: "$default",
        integration: mock({ $default: '{"id": "$context.connectionId"}' }),
      },
    },
  },
};

function mock(responseTemplates: object): object {
  return {
    integrationType: "MOCK",
    requestTemplates: { $default: '{"statusCode": 200}' },
    integrationResponses: { $default: { responseTemplates } },
  };
}

/** Generates and bundles the project into a folder; gives the program. */
async function buildGateway(folder: string, redis: RedisServer): Promise<string> {
  const { files, diagnostics } = await generate({
    input: "openapi.json",
    text: JSON.stringify(document),
    settings: {
      version: 1,
      stages: { live: {} },
      runtime: { state: { driver: "redis", url: redis.url } },
    },
  });
  const [problem] = diagnostics.filter(({ severity }) => severity !== "info");
  if (problem !== undefined) throw new Error(problem.message);
  for (const { path, content } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  symlinkSync(
    fileURLToPath(new URL("../node_modules", import.meta.url)),
    join(folder, "node_modules"),
  );
  execFileSync(process.execPath, ["build.mjs"], { cwd: folder });
  return join(folder, "dist/main.js");
}

interface GatewayProcess {
  readonly child: ChildProcess;
  readonly url: string;
  /** Its admin listener, where `@connections` are. */
  readonly admin: Pool;
  isStopping: boolean;
}

async function startGateway(program: string): Promise<GatewayProcess> {
  const adminPort = await freePort();
  const child = spawn(process.execPath, [program], {
    env: { ...process.env, PORT: "0", ADMIN_PORT: String(adminPort) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  const [, address] = /\w+:\/\/(\S+?)\/?$/.exec(String(line)) ?? [];
  if (address === undefined) throw new Error(`the gateway says: ${String(line)}`);
  const admin = new Pool(`http://127.0.0.1:${adminPort}`, { connections: AT_ONCE });
  const url = `ws://${address.replace(/\/.*$/, "")}/live`;
  return { child, url, admin, isStopping: false };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** One client, which comes back where its gateway goes away. */
class Client {
  readonly #gateways: readonly GatewayProcess[];
  readonly received = new Map<string, number>();
  socket: WebSocket | undefined;
  /** Undefined while it is not connected. */
  id: string | undefined;
  returned = 0;
  #waiting: (() => void)[] = [];
  #hasEnded = false;

  constructor(gateways: readonly GatewayProcess[]) {
    this.#gateways = gateways;
  }

  async connect(preferred: number): Promise<void> {
    const chosen = this.#gateways[preferred];
    const gateway =
      chosen?.isStopping === false ? chosen : this.#gateways.find((one) => !one.isStopping);
    if (gateway === undefined) throw new Error("no gateway is left");
    const socket = new WebSocket(gateway.url, { handshakeTimeout: PATIENCE_MS });
    socket.on("error", () => undefined);
    await once(socket, "open");
    this.socket = socket;
    socket.on("message", (data: Buffer) => this.#receive(data.toString("utf8")));
    socket.on("close", () => {
      this.id = undefined;
      if (!this.#hasEnded) void this.#comeBack();
    });
    socket.send('{"action":"who"}');
    while (this.id === undefined) await this.#next();
  }

  /** Settles when the client has an id. */
  async connectionId(): Promise<string> {
    while (this.id === undefined) await this.#next();
    return this.id;
  }

  end(): void {
    this.#hasEnded = true;
    this.socket?.terminate();
  }

  async #comeBack(): Promise<void> {
    this.returned += 1;
    const untilMs = performance.now() + PATIENCE_MS;
    while (!this.#hasEnded && performance.now() < untilMs) {
      // not all at once
      await delay(Math.random() * 500);
      try {
        await this.connect(0);
        return;
      } catch {
        // once more
      }
    }
  }

  #receive(text: string): void {
    const { id, push } = JSON.parse(text) as { readonly id?: string; readonly push?: string };
    if (id !== undefined) this.id = id;
    if (push !== undefined) this.received.set(push, (this.received.get(push) ?? 0) + 1);
    for (const wake of this.#waiting.splice(0)) wake();
  }

  #next(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}

interface Tally {
  /** Pushes by the status of their answer. */
  readonly byStatus: Map<number, number>;
  /** Pushes that were answered by 200, and to whom. */
  readonly delivered: [push: string, client: Client][];
  readonly refused: [push: string, client: Client][];
}

/** Pushes one message to every client, until it was delivered; through the gateways in turn. */
async function pushToAll(
  round: number,
  clients: readonly Client[],
  gateways: readonly GatewayProcess[],
  tally: Tally,
): Promise<void> {
  await inParallel(clients, async (client, index) => {
    for (let attempt = 0; ; attempt += 1) {
      const push = `${round}/${index}/${attempt}`;
      const id = await client.connectionId();
      const usable = gateways.filter(({ isStopping }) => !isStopping);
      const through = usable[(round + index) % usable.length];
      if (through === undefined) throw new Error("no gateway is left");
      const { statusCode, body } = await through.admin.request({
        method: "POST",
        path: `/live/@connections/${encodeURIComponent(id)}`,
        body: JSON.stringify({ push }),
      });
      await body.dump();
      tally.byStatus.set(statusCode, (tally.byStatus.get(statusCode) ?? 0) + 1);
      if (statusCode === 200) {
        tally.delivered.push([push, client]);
        return;
      }
      tally.refused.push([push, client]);
      if (attempt > 100) throw new Error(`the push is refused by ${statusCode} again and again`);
      await delay(20);
    }
  });
}

async function inParallel<T>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index];
      if (item !== undefined) await work(item, index);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** Waits until what was delivered has come, then counts; false: something was lost or doubled. */
async function print(
  clients: readonly Client[],
  tally: Tally,
  times: { readonly connectMs: number; readonly pushMs: number; readonly drainMs: number },
): Promise<boolean> {
  const { delivered, refused, byStatus } = tally;
  const missing = (): number =>
    delivered.filter(([push, client]) => !client.received.has(push)).length;
  for (let waited = 0; missing() > 0 && waited < 2_000; waited += 50) await delay(50);
  const lost = missing();
  const doubled = clients
    .flatMap(({ received }) => [...received.values()])
    .filter((count) => count > 1).length;
  const ghosts = refused.filter(([push, client]) => client.received.has(push)).length;
  const returned = clients.reduce((sum, client) => sum + client.returned, 0);
  const statuses = [...byStatus].toSorted(([a], [b]) => a - b);
  process.stdout.write(
    [
      `${clients.length} sockets on 2 gateways, connected in ${seconds(times.connectMs)}`,
      `  pushes ${statuses.map(([status, count]) => `${status}: ${count}`).join(", ")}, in ${seconds(times.pushMs)}`,
      `  one gateway stopped in ${seconds(times.drainMs)}; ${returned} clients came back to the other`,
      `  delivered ${delivered.length}: lost ${lost}, doubled ${doubled}; refused ${refused.length}: received all the same ${ghosts}`,
      "",
    ].join("\n"),
  );
  return lost === 0 && doubled === 0 && ghosts === 0 && returned > 0;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

const { values } = parseArgs({
  options: {
    sockets: { type: "string", default: "2000" },
    rounds: { type: "string", default: "10" },
  },
});
const folder = mkdtempSync(join(tmpdir(), "gen-gateway-sockets-"));
const redis = await startRedis();
const program = await buildGateway(folder, redis);
const gateways = await Promise.all([startGateway(program), startGateway(program)]);
const clients = Array.from({ length: Number(values.sockets) }, () => new Client(gateways));
const startedMs = performance.now();
await inParallel(clients, (client, index) => client.connect(index % 2));
const connectMs = performance.now() - startedMs;

const tally: Tally = { byStatus: new Map(), delivered: [], refused: [] };
const pushedFromMs = performance.now();
const rounds = Number(values.rounds);
let drained: Promise<number> | undefined;
for (let round = 0; round < rounds; round += 1) {
  const [, second] = gateways;
  if (round === Math.floor(rounds / 2)) {
    second.isStopping = true;
    const fromMs = performance.now();
    second.child.kill("SIGTERM");
    drained = once(second.child, "exit").then(() => performance.now() - fromMs);
  }
  await pushToAll(round, clients, gateways, tally);
}
const pushMs = performance.now() - pushedFromMs;
const drainMs = (await drained) ?? 0;
const holds = await print(clients, tally, { connectMs, pushMs, drainMs });

for (const client of clients) client.end();
for (const { child, admin } of gateways) {
  await admin.close();
  if (child.exitCode !== null) continue;
  child.kill("SIGTERM");
  await once(child, "exit");
}
await redis.remove();
rmSync(folder, { recursive: true });
process.exitCode = holds ? 0 : 1;
