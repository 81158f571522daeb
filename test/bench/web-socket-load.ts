/**
 * The load of the WebSocket bench, a process of its own. Reads {@link WebSocketOrder}s, one a line. For
 * messages it keeps connections busy and prints `{ "requests": n, "ms": t }`; for idle connections
 * it opens them, keeps them until the next order and prints how many stand. Frames are made once
 * and answers are counted by their bytes, so that the processor is left to the servers.
 */
import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";

export type WebSocketOrder = { readonly port: number; readonly path: string } & (
  { readonly ms: number; readonly headers: readonly string[] } | { readonly idle: number }
);

const CONNECTIONS = 32;
/** Connections that are opened at once. */
const OPENING = 64;
const TEXT = JSON.stringify({
  action: "echo",
  text: "the quick brown fox jumps over the lazy dog",
});

const idle: Socket[] = [];

for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line) as WebSocketOrder;
  for (const socket of idle.splice(0)) socket.destroy();
  const answer =
    "idle" in order ? { open: await openIdle(order, order.idle) } : await run(order, order.ms);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

/** `headers` of an order says how many messages a connection has under way: `in-flight`, number. */
function windowOf(order: WebSocketOrder): number {
  return "headers" in order ? Number(order.headers[1] ?? "1") : 1;
}

async function run(order: WebSocketOrder, ms: number): Promise<object> {
  const sockets = await Promise.all(Array.from({ length: CONNECTIONS }, () => open(order)));
  const startedAt = performance.now();
  const counts = await Promise.all(
    sockets.map((socket) => busy(socket, windowOf(order), startedAt + ms)),
  );
  const requests = counts.reduce((sum, count) => sum + count, 0);
  return { requests, ms: performance.now() - startedAt };
}

async function openIdle(order: WebSocketOrder, count: number): Promise<number> {
  while (idle.length < count) {
    const wanted = Math.min(OPENING, count - idle.length);
    idle.push(...(await Promise.all(Array.from({ length: wanted }, () => open(order)))));
  }
  return idle.length;
}

/** Rejects when the handshake is refused. */
function open({ port, path }: WebSocketOrder): Promise<Socket> {
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${String(port)}`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    `Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}`,
    "",
    "",
  ];
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(lines.join("\r\n")));
    socket.setNoDelay(true);
    socket.once("error", reject);
    socket.once("data", (chunk) => {
      if (chunk.toString("latin1").startsWith("HTTP/1.1 101 ")) resolve(socket);
      else reject(new Error(chunk.toString("latin1")));
    });
  });
}

/** Messages answered on one connection until the end of the round. */
function busy(socket: Socket, inFlight: number, endsAt: number): Promise<number> {
  const frame = maskedFrame(TEXT);
  const answerBytes = 2 + TEXT.length;
  return new Promise((resolve, reject) => {
    let bytes = 0;
    let answered = 0;
    socket.on("error", reject);
    socket.on("data", (chunk) => {
      bytes += chunk.byteLength;
      const complete = Math.floor(bytes / answerBytes);
      const fresh = complete - answered;
      answered = complete;
      if (performance.now() < endsAt) {
        if (fresh > 0) socket.write(fresh === 1 ? frame : Buffer.concat(Array(fresh).fill(frame)));
      } else {
        socket.destroy();
        resolve(answered);
      }
    });
    socket.write(Buffer.concat(Array<Buffer>(inFlight).fill(frame)));
  });
}

/** A text frame of a client, shorter than 126 bytes. */
function maskedFrame(text: string): Buffer {
  const mask = randomBytes(4);
  const payload = Buffer.from(text).map((byte, index) => byte ^ (mask[index % 4] ?? 0));
  return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length]), mask, payload]);
}
