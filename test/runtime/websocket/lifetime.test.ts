import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import type { ConnectionTable } from "../../../src/runtime/contracts.js";
import { eventually } from "../support/backend.js";
import { functionProxy } from "../support/table.js";
import { connectSocket, refusedSocket } from "./socket-client.js";
import { serve, stopServers } from "./serve.js";
import { echo, socketApi, socketGateway, type TestFunction } from "./socket-api.js";

stopServers();

const noEnd = (): TestFunction => () => undefined;

async function open(connection: Partial<ConnectionTable>, onEnd: TestFunction = noEnd()) {
  const gateway = socketGateway(
    socketApi(
      { $default: { integration: echo() }, $disconnect: { integration: functionProxy("end") } },
      {},
      connection,
    ),
    { end: onEnd },
  );
  const served = await serve(gateway);
  return { ...served, gateway, client: await connectSocket(served.url) };
}

describe("the gateway ends a connection", () => {
  test("that is idle, and tells $disconnect so", async () => {
    const ends: unknown[] = [];
    const { client } = await open({ idleTimeoutSeconds: 0.2 }, (event) => {
      ends.push(event["requestContext"]);
    });
    expect(await client.closed).toEqual({ code: 1001, reason: "Going away" });
    await eventually(() => ends.length === 1);
    expect(ends[0]).toMatchObject({ disconnectStatusCode: 1001, disconnectReason: "Going away" });
  });

  test("not while messages come", async () => {
    const { client } = await open({ idleTimeoutSeconds: 0.4 });
    const startedMs = Date.now();
    while (Date.now() - startedMs < 900) {
      expect(await client.ask("hello")).toBe("hello");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(client.socket.readyState).toBe(WebSocket.OPEN);
    expect((await client.closed).code).toBe(1001);
  });

  test("that has lasted long enough, busy or not", async () => {
    const { client } = await open({ maxDurationSeconds: 0.3 });
    let answered = 0;
    const busy = setInterval(() => client.socket.send("hello"), 20);
    client.socket.on("message", () => (answered += 1));
    expect(await client.closed).toEqual({ code: 1001, reason: "Going away" });
    clearInterval(busy);
    expect(answered).toBeGreaterThan(0);
  });

  test("that sends a binary message", async () => {
    const { client } = await open({});
    client.socket.send(Buffer.from("hello"));
    expect((await client.closed).code).toBe(1003);
  });

  test.each<[name: string, limits: Partial<ConnectionTable>, send: (socket: WebSocket) => void]>([
    [
      "a frame that is too long",
      { maxFrameBytes: 1000 },
      (socket) => socket.send("x".repeat(1001)),
    ],
    [
      "a message that is too long",
      { maxFrameBytes: 1000, maxMessageBytes: 2000 },
      (socket) => {
        for (let i = 0; i < 3; i += 1) socket.send("x".repeat(900), { fin: i === 2 });
      },
    ],
  ])("%s", async (_name, limits, send) => {
    const { client } = await open(limits);
    send(client.socket);
    expect((await client.closed).code).toBe(1009);
  });

  test("not for what is just short enough", async () => {
    const { client } = await open({ maxFrameBytes: 1000, maxMessageBytes: 2000 });
    client.socket.send("x".repeat(1000), { fin: false });
    client.socket.send("y".repeat(1000), { fin: true });
    expect(await client.next()).toBe("x".repeat(1000) + "y".repeat(1000));
    expect(await client.ask("z".repeat(1000))).toBe("z".repeat(1000));
  });
});

describe("keep-alive", () => {
  test("pings keep a client that answers", async () => {
    const { client } = await open({ keepAliveSeconds: 0.05, idleTimeoutSeconds: 0.3 });
    let pings = 0;
    await new Promise<void>((resolve) => {
      client.socket.on("ping", () => {
        pings += 1;
        if (pings === 12) resolve();
      });
    });
    expect(client.socket.readyState).toBe(WebSocket.OPEN);
  });

  test("a client that does not answer is gone", async () => {
    const ends: unknown[] = [];
    const gateway = socketGateway(
      socketApi(
        { $disconnect: { integration: functionProxy("end") } },
        {},
        { keepAliveSeconds: 0.05 },
      ),
      { end: ({ requestContext }) => void ends.push(requestContext) },
    );
    await connectSocket((await serve(gateway)).url, { autoPong: false });
    await eventually(() => ends.length === 1);
    expect(ends[0]).toMatchObject({ disconnectStatusCode: 1006 });
  });
});

describe("a gateway that stops", () => {
  test("refuses handshakes, answers what it has, closes with 1013, runs $disconnect", async () => {
    let ends = 0;
    const releases: (() => void)[] = [];
    const gateway = socketGateway(
      socketApi({
        $default: { integration: functionProxy("slow") },
        $disconnect: { integration: functionProxy("end") },
      }),
      {
        slow: async () => {
          await new Promise<void>((resolve) => releases.push(resolve));
          return { statusCode: 200, body: "late" };
        },
        end: async () => {
          await new Promise((resolve) => setImmediate(resolve));
          ends += 1;
        },
      },
    );
    const { server, url } = await serve(gateway);
    const [busy, idle] = [await connectSocket(url), await connectSocket(url)];
    busy.socket.send("question");
    await eventually(() => releases.length === 1);
    const stopping = server.stop();
    expect(await idle.closed).toEqual({ code: 1013, reason: "Try again later" });
    await expect(connectSocket(url)).rejects.toThrow(/ECONNREFUSED|503/);
    releases[0]?.();
    expect(await busy.next()).toBe("late");
    expect((await busy.closed).code).toBe(1013);
    await stopping;
    expect(ends).toBe(2);
  });

  test("a handshake under way gets its answer", async () => {
    const decisions: ((result: unknown) => void)[] = [];
    const gateway = socketGateway(
      socketApi({ $connect: { integration: functionProxy("connect") } }),
      { connect: () => new Promise((resolve) => decisions.push(resolve)) },
    );
    const { server, url } = await serve(gateway);
    const refused = refusedSocket(url);
    await eventually(() => decisions.length === 1);
    const stopping = server.stop();
    decisions[0]?.({ statusCode: 401 });
    expect((await refused).status).toBe(401);
    await stopping;
  });

  test("does not wait longer than its grace time for one that hangs", async () => {
    let calls = 0;
    const gateway = socketGateway(socketApi({ $default: { integration: functionProxy("hang") } }), {
      hang: () => {
        calls += 1;
        return new Promise(() => undefined);
      },
    });
    const { server, url } = await serve(gateway, { graceMs: 200 });
    const client = await connectSocket(url);
    client.socket.send("question");
    const startedMs = Date.now();
    await eventually(() => calls === 1);
    await server.stop();
    expect((await client.closed).code).toBe(1006);
    expect(Date.now() - startedMs).toBeLessThan(2_000);
  });

  test("a gateway that another one replaces closes with 1012", async () => {
    const { server, url, client } = await open({});
    server.swap(socketGateway(socketApi({ $default: { integration: echo() } })));
    expect(await client.closed).toEqual({ code: 1012, reason: "Service restart" });
    const again = await connectSocket(url);
    expect(await again.ask("hello")).toBe("hello");
  });
});
