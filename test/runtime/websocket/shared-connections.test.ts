import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import type { ManagedGateway } from "../../../src/runtime/gateway.js";
import { redisState } from "../../../src/runtime/state/redis-state.js";
import {
  hasRedisServer,
  redisNote,
  startRedis,
  startRedisCluster,
  until,
  type RedisServer,
} from "../../support/redis-server.js";
import { serve, stopServers } from "./serve.js";
import { answering, echo, socketApi, socketGateway } from "./socket-api.js";

const API = socketApi({
  $default: { integration: answering((input) => input.context("connectionId")) },
  echo: { integration: echo() },
});

/** A client that keeps what it is sent. */
interface Client {
  readonly id: string;
  readonly frames: string[];
  readonly socket: WebSocket;
  readonly closed: Promise<number>;
}

async function connect(url: string): Promise<Client> {
  const socket = new WebSocket(url);
  const frames: string[] = [];
  const closed = new Promise<number>((resolve) => socket.once("close", resolve));
  socket.on("error", () => undefined);
  await new Promise((resolve) => socket.once("open", resolve));
  const id = new Promise<string>((resolve) =>
    socket.once("message", (data: Buffer) => resolve(data.toString())),
  );
  socket.send("who am I");
  const known = await id;
  socket.on("message", (data: Buffer) => frames.push(data.toString()));
  return { id: known, frames, socket, closed };
}

function gatewayOn(url: string, cluster: boolean): ManagedGateway {
  const state = redisState({ url, keyPrefix: null, tls: false, cluster, onFailure: "open" });
  return socketGateway(API, {}, { state });
}

async function send(
  from: ManagedGateway,
  id: string,
  text: string,
  method: "POST" | "GET" | "DELETE" = "POST",
): Promise<unknown> {
  const result = await from.sockets?.manage(method, { stage: "prod", id }, Buffer.from(text));
  return result?.kind === "problem" ? result.type : (result?.body ?? result?.status);
}

describe.runIf(hasRedisServer)(`connections of two gateways on a cluster${redisNote}`, () => {
  stopServers();

  test("a message reaches a socket of the other one, once", async () => {
    const nodes = await startRedisCluster();
    const urls = nodes.map(({ url }) => url).join();
    const [here, there] = [gatewayOn(urls, true), gatewayOn(urls, true)];
    const { server } = await serve(here);
    const other = await serve(there);
    const client = await connect(other.url);
    await until(async () => (await send(here, client.id, "first")) === 200);
    for (let i = 0; i < 20; i += 1) expect(await send(here, client.id, `m${String(i)}`)).toBe(200);
    await until(() => client.frames.length >= 21);
    expect(client.frames.slice(-20)).toEqual(Array.from({ length: 20 }, (_, i) => `m${String(i)}`));
    await other.server.stop();
    expect(await send(here, client.id, "late")).toBe("GoneException");
    await server.stop();
    await Promise.all(nodes.map((node) => node.remove()));
  });
});

describe.runIf(hasRedisServer)(`connections of two gateways on one Redis${redisNote}`, () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.remove());
  stopServers();
  const gateway = (): ManagedGateway => gatewayOn(redis.url, false);

  test("a message reaches a socket of the other one, and says when it is gone", async () => {
    const [here, there] = [gateway(), gateway()];
    await serve(here);
    const { url } = await serve(there);
    const client = await connect(url);
    await until(async () => (await send(here, client.id, "first")) === 200);
    for (let i = 0; i < 20; i += 1) expect(await send(here, client.id, `m${String(i)}`)).toBe(200);
    await until(() => client.frames.length === 21);
    expect(client.frames).toEqual(["first", ...Array.from({ length: 20 }, (_, i) => `m${i}`)]);
    expect(await send(here, client.id, "", "GET")).toMatchObject({
      connectedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      lastActiveAt: expect.stringMatching(/^\d{4}-.*Z$/),
      identity: { sourceIp: "127.0.0.1", userAgent: null },
    });
    expect(await send(here, client.id, "", "DELETE")).toBe(204);
    await client.closed;
    expect(await send(here, client.id, "late")).toBe("GoneException");
    expect(await send(here, "ffffffffAAAAAAAAAAAAAAA=", "to nobody")).toBe("GoneException");
    expect(await send(here, "no such thing", "to nobody")).toBe("GoneException");
  });

  test("bytes that are longest pass whole", async () => {
    const [here, there] = [gateway(), gateway()];
    await serve(here);
    const client = await connect((await serve(there)).url);
    await until(async () => (await send(here, client.id, "first")) === 200);
    const text = "é\n".repeat(43_690);
    expect(await send(here, client.id, text)).toBe(200);
    await until(() => client.frames.length === 2);
    expect(client.frames[1]).toBe(text);
    expect(await send(here, client.id, "x".repeat(128 * 1024 + 1))).toBe(
      "PayloadTooLargeException",
    );
  });

  test("while one drains, what was accepted arrives once, and nothing else does", async () => {
    const [here, there] = [gateway(), gateway()];
    const first = await serve(here);
    const second = await serve(there, { graceMs: 4_000 });
    const clients = await Promise.all(
      Array.from({ length: 60 }, (_, i) => connect(i % 2 === 0 ? first.url : second.url)),
    );
    const probe = clients[1]?.id ?? "";
    await until(async () => (await send(here, probe, "probe")) === 200);
    clients[1]?.frames.splice(0);
    const accepted = new Map<string, string[]>(clients.map(({ id }) => [id, []]));
    const outcomes = new Set<unknown>();
    const push = async (round: number): Promise<void> => {
      await Promise.all(
        clients.map(async ({ id }) => {
          const text = `${id} ${String(round)}`;
          const outcome = await send(here, id, text);
          outcomes.add(outcome);
          if (outcome === 200) accepted.get(id)?.push(text);
        }),
      );
    };
    await push(0);
    const stopping = second.server.stop();
    for (let round = 1; round < 40; round += 1) await push(round);
    await stopping;
    const codes = await Promise.all(
      clients.filter((_, i) => i % 2 === 1).map(({ closed }) => closed),
    );
    expect(new Set(codes)).toEqual(new Set([1013]));
    await until(() =>
      clients.every(({ id, frames }) => frames.length >= (accepted.get(id)?.length ?? 0)),
    );
    for (const { id, frames } of clients) expect(frames).toEqual(accepted.get(id));
    expect(outcomes).toContain("GoneException");
    expect([...outcomes].filter((one) => one !== 200 && one !== "GoneException")).toEqual([]);
  });

  test("a gateway that died without a word is known to be gone when its sign of life ends", async () => {
    const here = gateway();
    await serve(here);
    const own = await connect((await serve(here)).url);
    const key = "gen-gateway:{abcdefghij}:gateway:deadbeef";
    await until(async () => (await send(here, "feedbeefAAAA=", "x")) === "GoneException");
    await redis.command("SET", key, "", "PX", "400");
    expect(await send(here, "deadbeefAAAA=", "x")).toBe("ServiceUnavailableException");
    await until(async () => (await send(here, "deadbeefAAAA=", "x")) === "GoneException");
    expect(await send(here, own.id, "near")).toBe(200);
  });

  test("a gateway without its Redis still reaches its own connections", async () => {
    const [here, there] = [gateway(), gateway()];
    const own = await connect((await serve(here)).url);
    const other = await connect((await serve(there)).url);
    await until(async () => (await send(here, other.id, "first")) === 200);
    await redis.kill();
    expect(await send(here, own.id, "near")).toBe(200);
    await until(async () => (await send(here, other.id, "far")) === "ServiceUnavailableException");
    await until(() => own.frames.length === 1);
    await redis.start();
    let tries = 0;
    await until(async () => (await send(here, other.id, `back ${String((tries += 1))}`)) === 200);
    const accepted = `back ${String(tries)}`;
    await until(() => other.frames.includes(accepted));
    expect(other.frames.filter((frame) => frame === accepted)).toHaveLength(1);
  });
});
