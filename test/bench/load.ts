/**
 * The load of the gateway bench, a process of its own. Reads {@link LoadOrder}s, one a line; for each it
 * keeps connections busy with one request at a time and prints `{ "requests": n, "ms": t }`. All
 * answers to one request have the same length, so counting bytes is enough and leaves the
 * processor to the servers.
 */
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";

export interface LoadOrder {
  readonly port: number;
  readonly path: string;
  /** Name, value, name, value. `Host` is the server's own where it is not among them. */
  readonly headers: readonly string[];
  readonly ms: number;
}

const CONNECTIONS = 32;

for await (const line of createInterface({ input: process.stdin })) {
  const load = await run(JSON.parse(line) as LoadOrder);
  process.stdout.write(`${JSON.stringify(load)}\n`);
}

async function run({ port, path, headers, ms }: LoadOrder): Promise<object> {
  const lines = [`GET ${path} HTTP/1.1`, "Accept: application/json", "User-Agent: bench"];
  if (!headers.some((text) => text.toLowerCase() === "host")) {
    lines.push(`Host: 127.0.0.1:${String(port)}`);
  }
  for (let i = 0; i + 1 < headers.length; i += 2) lines.push(`${headers[i]}: ${headers[i + 1]}`);
  const request = Buffer.from([...lines, "Connection: keep-alive", "", ""].join("\r\n"));
  const length = await answerLength(port, request);
  const startedAt = performance.now();
  const counts = await Promise.all(
    Array.from({ length: CONNECTIONS }, () =>
      busyConnection(port, request, length, startedAt + ms),
    ),
  );
  const requests = counts.reduce((sum, count) => sum + count, 0);
  return { requests, ms: performance.now() - startedAt };
}

/** Asks once and measures the answer; fails when it is no 200. */
function answerLength(port: number, request: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(request));
    let text = "";
    socket.setEncoding("latin1");
    socket.on("error", reject);
    socket.on("data", (chunk: string) => {
      text += chunk;
      const head = text.indexOf("\r\n\r\n");
      const body = Number(/content-length: (\d+)/i.exec(text)?.[1]);
      if (head === -1 || text.length < head + 4 + body) return;
      socket.destroy();
      if (text.startsWith("HTTP/1.1 200 ")) resolve(text.length);
      else reject(new Error(text));
    });
  });
}

/** Requests answered on one connection until the end of the round. */
function busyConnection(
  port: number,
  request: Buffer,
  length: number,
  endsAt: number,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(port, "127.0.0.1", () => socket.write(request));
    let missing = length;
    let requests = 0;
    socket.setNoDelay(true);
    socket.on("error", reject);
    socket.on("data", (chunk) => {
      missing -= chunk.byteLength;
      if (missing > 0) return;
      if (missing < 0) reject(new Error("an answer is longer than the first one"));
      missing = length;
      requests += 1;
      if (performance.now() < endsAt) {
        socket.write(request);
      } else {
        socket.destroy();
        resolve(requests);
      }
    });
  });
}
