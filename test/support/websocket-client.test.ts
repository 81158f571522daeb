import { afterEach, expect, test } from "vitest";
import { WebSocketServer, type WebSocket } from "ws";
import { openWebSocket } from "./websocket-client.js";

const servers: WebSocketServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    for (const client of server.clients) client.terminate();
    server.close();
  }
});

/** Starts a server on a free port and gives its URL. */
function listen(
  serve: (socket: WebSocket, headers: Readonly<Record<string, unknown>>) => void,
  refuse = false,
): Promise<string> {
  const server = new WebSocketServer({
    host: "127.0.0.1",
    port: 0,
    verifyClient: (_: unknown, answer: (ok: boolean, status: number) => void) =>
      answer(!refuse, 403),
  });
  servers.push(server);
  server.on("connection", (socket, request) => serve(socket, request.headers));
  return new Promise((resolve) => {
    server.once("listening", () => {
      const address = server.address();
      resolve(
        typeof address === "object" && address !== null
          ? `ws://127.0.0.1:${address.port}/dev?x=1`
          : "",
      );
    });
  });
}

test("sends, and receives frames in order, also those that came before they were asked for", async () => {
  const url = await listen((socket, headers) => {
    socket.send(String(headers["x-a"]));
    socket.on("message", (data) => socket.send(`echo ${String(data)}`));
  });
  const client = await openWebSocket(url, [["X-A", "1"]]);
  client.send("hello");
  expect([await client.receive(2000), await client.receive(2000)]).toEqual(["1", "echo hello"]);
  expect(await client.receive(20)).toBeUndefined();
});

test("notices that the server closes", async () => {
  const client = await openWebSocket(await listen((socket) => socket.close(1000)), []);
  expect(await client.closed(2000)).toBe(true);
  expect(await client.receive(2000)).toBeUndefined();
});

test("notices that the server does not close", async () => {
  const client = await openWebSocket(await listen(() => undefined), []);
  expect(await client.closed(20)).toBe(false);
  client.close(1000);
  expect(await client.closed(2000)).toBe(true);
});

test("rejects a refused handshake with its status", async () => {
  await expect(openWebSocket(await listen(() => undefined, true), [])).rejects.toThrow("403");
});
