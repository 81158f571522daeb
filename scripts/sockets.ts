/**
 * Measures whether pushes reach everybody once: two processes of a generated WebSocket API on one Redis
 * hold 2,000 sockets together, messages are pushed through either, and in the middle one process is told
 * to stop; its clients come back to the other. Fails where a push that was answered by 200 was not
 * received exactly once, or one that was refused was received at all. Then 10,000 handshakes a second,
 * all refused by an authorizer; fails where the gateway answers nobody afterwards, or has grown.
 * `--sockets N`, `--rounds N`, `--flood SECONDS`.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Pool } from "undici";
import { WebSocket } from "ws";
import { startRedis } from "../test/support/redis-server.js";
import { buildGateway } from "./built-gateway.js";

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

/** The same, with an authorizer in front of it. */
const guarded = {
  ...document,
  "x-gateway-websocket": {
    ...document["x-gateway-websocket"],
    authorizers: {
      ticket: {
        authorizerType: "REQUEST",
        authorizerUri:
          "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:123456789012:function:ticket/invocations",
        identitySource: ["route.request.querystring.ticket"],
      },
    },
    routes: {
      ...document["x-gateway-websocket"].routes,
      $connect: { authorizationType: "CUSTOM", authorizer: "ticket", integration: mock({}) },
    },
  },
};
const ticketHandler = `import { allow } from "../generated/runtime/functions/authorizer.js";
export async function handler(event) {
  if (event.queryStringParameters.ticket !== "good") throw new Error("Unauthorized");
  return allow("somebody", event.methodArn);
}
`;

function settingsWith(runtime: object): object {
  return { version: 1, stages: { live: {} }, runtime };
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

/** Handshakes a second; each on a connection of its own. */
const FLOOD_RATE = 10_000;
const TICK_MS = 5;
const FLOODS = 3;
/** As many connections as a process may well have open. */
const MAX_WAITING = 15_000;
/** What a flood may leave behind, in MiB: caches of the engine, buffers of the allocator. */
const GROWTH_MIB = 32;

interface Flooded {
  readonly answers: ReadonlyMap<string, number>;
  /** While handshakes were offered; what waits in the system's queue then is answered later. */
  readonly perSecond: number;
  /** Memory of the gateway afterwards. */
  readonly mib: number;
}

/** Offers handshakes that an authorizer refuses, whether earlier ones were answered or not. */
async function flood(forSeconds: number): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), "gen-gateway-flood-"));
  const program = await buildGateway(folder, {
    document: guarded,
    settings: settingsWith({ functions: "in-thread" }),
    files: { "src/handlers/ticket.ts": ticketHandler },
  });
  const gateway = await startGateway(program);
  const { port } = new URL(gateway.url);
  const rounds: Flooded[] = [];
  // the first ones make the gateway as large as it gets
  for (let round = 0; round < FLOODS; round += 1) {
    const flooded = await floodOnce(Number(port), forSeconds);
    await delay(1_000);
    rounds.push({ ...flooded, mib: residentMib(gateway.child) });
  }
  const socket = new WebSocket(`${gateway.url}?ticket=good`);
  const [before, last] = rounds.slice(-2);
  const isServed = await once(socket, "open").then(
    () => true,
    () => false,
  );
  socket.terminate();
  const grown = (last?.mib ?? 0) - (before?.mib ?? 0);
  process.stdout.write(
    [
      `up to ${FLOOD_RATE} handshakes a second for ${forSeconds} s, all refused by an authorizer`,
      ...rounds.map(
        ({ answers, perSecond, mib }) =>
          `  ${answersText(answers)}, ${Math.round(perSecond)}/s; ${mib} MiB resident then`,
      ),
      `  whoever has a ticket is ${isServed ? "served" : "not served"}; grown by ${grown} MiB the last time`,
      "",
    ].join("\n"),
  );
  await gateway.admin.close();
  gateway.child.kill("SIGTERM");
  await once(gateway.child, "exit");
  rmSync(folder, { recursive: true });
  return isServed && grown < GROWTH_MIB;
}

async function floodOnce(
  port: number,
  forSeconds: number,
): Promise<Pick<Flooded, "answers" | "perSecond">> {
  const answers = new Map<string, number>();
  const count = (answer: string): void => {
    answers.set(answer, (answers.get(answer) ?? 0) + 1);
  };
  const waiting = new Set<Promise<void>>();
  const fromMs = performance.now();
  for (let sent = 0; performance.now() < fromMs + forSeconds * 1_000; await delay(TICK_MS)) {
    const due = ((performance.now() - fromMs) * FLOOD_RATE) / 1_000;
    for (; sent < due && waiting.size < MAX_WAITING; sent += 1) {
      const one = handshake(port).then(count);
      waiting.add(one);
      void one.finally(() => waiting.delete(one));
    }
  }
  const perSecond = total(answers) / forSeconds;
  await Promise.all(waiting);
  return { answers, perSecond };
}

/** The status of one refused handshake, or how the connection ended. */
function handshake(port: number): Promise<string> {
  return new Promise((resolve) => {
    const lines = [
      "GET /live?ticket=bad HTTP/1.1",
      "Host: localhost",
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
    ];
    const socket = connect(port, "127.0.0.1", () => socket.write(`${lines.join("\r\n")}\r\n\r\n`));
    let text = "";
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error("no answer")));
    socket.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
    socket.on("error", (error) => resolve("code" in error ? String(error.code) : error.message));
    socket.on("close", () => resolve(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? "no answer"));
  });
}

function total(answers: ReadonlyMap<string, number>): number {
  return [...answers.values()].reduce((sum, count) => sum + count, 0);
}

function answersText(answers: ReadonlyMap<string, number>): string {
  const sorted = [...answers].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([answer, count]) => `${answer}: ${count}`).join(", ");
}

/** Memory of a process. Source: proc(5). */
function residentMib({ pid }: ChildProcess): number {
  const status = readFileSync(`/proc/${String(pid)}/status`, "utf8");
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}

const { values } = parseArgs({
  options: {
    sockets: { type: "string", default: "2000" },
    rounds: { type: "string", default: "10" },
    flood: { type: "string", default: "1" },
  },
});
const folder = mkdtempSync(join(tmpdir(), "gen-gateway-sockets-"));
const redis = await startRedis();
const program = await buildGateway(folder, {
  document,
  settings: settingsWith({ state: { driver: "redis", url: redis.url } }),
});
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
const withstands = await flood(Number(values.flood));
process.exitCode = holds && withstands ? 0 : 1;
