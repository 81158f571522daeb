import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, expectTypeOf, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { backOffDelay } from "../../../src/runtime/client/back-off.js";
import {
  createRouteClient,
  type ClientOptions,
  type Payload,
  type RouteClient,
} from "../../../src/runtime/client/route-client.js";
import { globalSocket } from "../../../src/runtime/client/socket.js";

interface Join {
  action: "join";
  room: string;
}
interface Joined {
  type: "joined";
  room: string;
}
interface Left {
  type: "left";
}
interface Chat {
  messages: { join: Join; anything: unknown };
  keyMember: "action";
  incoming: Joined | Left;
  tagged: { joined: Joined; left: Left };
}

const form = { keyMember: "action", tagMember: "type" };
const servers: WebSocketServer[] = [];
const clients: RouteClient<Chat>[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await Promise.all(
    servers.splice(0).map((server) => {
      for (const socket of server.clients) socket.terminate();
      return new Promise((resolve) => server.close(resolve));
    }),
  );
});

async function serve(): Promise<{ readonly server: WebSocketServer; readonly url: string }> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  servers.push(server);
  await once(server, "listening");
  return { server, url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/dev` };
}

function open(
  url: string,
  options: Partial<Parameters<typeof createRouteClient>[2]> = {},
): RouteClient<Chat> {
  const client = createRouteClient<Chat>(url, form, { WebSocket, ...options });
  clients.push(client);
  return client;
}

/** The next event of a client. */
function next<Event extends "open" | "close" | "message" | "text" | "problem">(
  client: RouteClient<Chat>,
  event: Event,
): Promise<unknown> {
  return new Promise((resolve) => {
    const stop = client.on(event, (argument?: unknown) => {
      stop();
      resolve(argument);
    });
  });
}

describe("the client", () => {
  test("connects with its parameters and protocols", async () => {
    const { server, url } = await serve();
    const connected = once(server, "connection");
    const client = open(url, {
      query: { ticket: "a b&c", none: undefined },
      protocols: ["chat.v1"],
    });
    await client.opened;
    const [, request] = (await connected) as [unknown, { url: string; headers: object }];
    expect(request.url).toBe("/dev?ticket=a+b%26c");
    expect(request.headers).toMatchObject({ "sec-websocket-protocol": "chat.v1" });
  });

  test("sends a message under its route key", async () => {
    const { server, url } = await serve();
    const connected = once(server, "connection");
    const client = open(url);
    await client.opened;
    const [socket] = (await connected) as [WebSocket];
    const message = once(socket, "message");
    client.send("join", { room: "a" });
    expect(String((await message)[0])).toBe('{"action":"join","room":"a"}');
  });

  test("throws what is sent before it is open", async () => {
    const { url } = await serve();
    const client = open(url);
    expect(() => client.send("anything", {})).toThrow("not open");
    await client.opened;
  });

  test("tells messages apart", async () => {
    const { server, url } = await serve();
    const connected = once(server, "connection");
    const client = open(url);
    const [socket] = (await connected) as [WebSocket];
    const rooms: string[] = [];
    const stop = client.onMessage("joined", ({ room }) => rooms.push(room));
    const problem = next(client, "problem");
    const text = next(client, "text");
    const messages: unknown[] = [];
    client.on("message", (message) => messages.push(message));
    socket.send('{"type":"joined","room":"a"}');
    socket.send('{"type":"left"}');
    socket.send('{"message":"Forbidden","connectionId":"c","requestId":"r"}');
    socket.send("hello");
    expect(await problem).toEqual({ message: "Forbidden", connectionId: "c", requestId: "r" });
    expect(await text).toBe("hello");
    expect(rooms).toEqual(["a"]);
    expect(messages).toEqual([{ type: "joined", room: "a" }, { type: "left" }]);
    stop();
    const last = next(client, "message");
    socket.send('{"type":"joined","room":"b"}');
    await last;
    expect(rooms).toEqual(["a"]);
  });

  test("says how it was closed, and stays closed", async () => {
    const { server, url } = await serve();
    const connected = once(server, "connection");
    const client = open(url);
    const [socket] = (await connected) as [WebSocket];
    const closed = next(client, "close");
    socket.close(1001, "Going away");
    expect(await closed).toEqual({ code: 1001, reason: "Going away", reconnects: false });
  });

  test("comes back where it is told to", async () => {
    const { server, url } = await serve();
    server.once("connection", (socket) => socket.close(1012));
    const client = open(url, { reconnect: { firstDelayMs: 5 }, random: () => 0.5 });
    expect(await next(client, "close")).toMatchObject({ code: 1012, reconnects: true });
    await next(client, "open");
    expect(server.clients.size).toBe(1);
  });

  test("gives up after so many tries", async () => {
    const { server, url } = await serve();
    await new Promise((resolve) => server.close(resolve));
    const client = open(url, { reconnect: { firstDelayMs: 1, maxAttempts: 2 } });
    let losses = 0;
    client.on("close", () => (losses += 1));
    await expect(client.opened).rejects.toThrow("1006");
    expect(losses).toBe(3);
  });

  test("is refused", async () => {
    const { server, url } = await serve();
    await new Promise((resolve) => server.close(resolve));
    await expect(open(url).opened).rejects.toThrow("refused or lost");
  });

  test("needs a WebSocket", () => {
    const known: unknown = Reflect.get(globalThis, "WebSocket");
    Reflect.deleteProperty(globalThis, "WebSocket");
    try {
      expect(() => globalSocket()).toThrow("give one in the options");
      Reflect.set(globalThis, "WebSocket", WebSocket);
      expect(globalSocket()).toBe(WebSocket);
    } finally {
      Reflect.set(globalThis, "WebSocket", known);
    }
  });
});

describe("types", () => {
  test("a payload need not hold the route key", () => {
    expectTypeOf<{ room: string }>().toExtend<Payload<Join, "action">>();
    expectTypeOf<Join>().toExtend<Payload<Join, "action">>();
    expectTypeOf<{ room: number }>().not.toExtend<Payload<Join, "action">>();
    expectTypeOf<{ room: string }>().not.toExtend<Payload<Join, never>>();
    expectTypeOf<{ x: 1 }>().toExtend<Payload<unknown, "action">>();
  });

  test("a query is asked for where the API asks for it", () => {
    expectTypeOf<{ WebSocket: typeof WebSocket }>().toExtend<ClientOptions>();
    expectTypeOf<object>().not.toExtend<ClientOptions<{ ticket: string }>>();
    expectTypeOf<object>().toExtend<ClientOptions<{ ticket?: string }>>();
  });
});

test.each<[attempt: number, random: number, want: number | undefined]>([
  [0, 0.5, 250],
  [1, 1, 1000],
  [3, 0, 0],
  [10, 1, 30_000],
  [500, 1, 30_000],
])("the wait before try %d", (attempt, random, want) => {
  expect(backOffDelay({}, attempt, random)).toBe(want);
});
test("the number of tries is bounded where it is given", () => {
  expect(backOffDelay({ maxAttempts: 2 }, 2, 1)).toBeUndefined();
});
