import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/**
 * A backend that answers as slowly and as much as it is asked to: the last number in the path is
 * `id * 1000 + wait`, in milliseconds. GET answers `{"id":…,"pad":…}` in two parts, POST the length and
 * the hash of what it got. POST to `/heard` takes a message with `waitMs`, remembers it, and answers
 * `heard MESSAGE`.
 */
export interface PacedBackend {
  readonly port: number;
  /** Messages, and how often each came. */
  heard(): ReadonlyMap<string, number>;
  close(): Promise<void>;
}

export async function startPacedBackend(port = 0): Promise<PacedBackend> {
  const heard = new Map<string, number>();
  const server = createServer((request, response) => {
    answer(request, response, heard).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 60_000;
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    heard: () => heard,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  heard: Map<string, number>,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  if (request.url === "/heard") {
    const text = body.toString();
    heard.set(text, (heard.get(text) ?? 0) + 1);
    await delay((JSON.parse(text) as { readonly waitMs: number }).waitMs);
    response.end(`heard ${text}`);
    return;
  }
  const number = Number(/(\d+)\/?(?:\?.*)?$/.exec(request.url ?? "")?.[1] ?? 0);
  const waitMs = number % 1000;
  response.writeHead(200, { "Content-Type": "application/json" });
  if (request.method === "POST") {
    await delay(waitMs);
    const hash = createHash("sha256").update(body).digest("hex");
    response.end(JSON.stringify({ length: body.byteLength, hash }));
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
