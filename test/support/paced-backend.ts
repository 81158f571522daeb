import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/**
 * A backend that answers as slowly and as much as it is asked to: the last number in the path is
 * `id * 1000 + wait`, in milliseconds. GET answers `{"id":…,"pad":…}` in two parts, POST the length and
 * the hash of what it got.
 */
export interface PacedBackend {
  readonly port: number;
  close(): Promise<void>;
}

export async function startPacedBackend(port = 0): Promise<PacedBackend> {
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 60_000;
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const number = Number(/(\d+)\/?(?:\?.*)?$/.exec(request.url ?? "")?.[1] ?? 0);
  const hash = createHash("sha256");
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    hash.update(chunk);
    length += chunk.byteLength;
  }
  const waitMs = number % 1000;
  response.writeHead(200, { "Content-Type": "application/json" });
  if (request.method === "POST") {
    await delay(waitMs);
    response.end(JSON.stringify({ length, hash: hash.digest("hex") }));
    return;
  }
  const text = pacedAnswer(number);
  response.write(text.slice(0, 5));
  await delay(waitMs);
  response.end(text.slice(5));
}

/** What GET is answered by. */
export function pacedAnswer(number: number): string {
  return JSON.stringify({ id: number, pad: "x".repeat(number % 5_000) });
}
