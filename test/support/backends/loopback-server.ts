import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { RawHeader } from "../raw-client.js";
import type { HttpAnswer } from "./behaviour.js";

/** A request as a backend sees it. */
export interface ReceivedRequest {
  readonly method: string;
  /** Raw, without the query. */
  readonly path: string;
  /** Raw, without the question mark. */
  readonly query: string;
  /** In the order and spelling of the wire. */
  readonly headers: readonly RawHeader[];
  readonly body: Uint8Array;
}

/** A running HTTP server on 127.0.0.1. */
export interface LoopbackServer {
  /** For example `http://127.0.0.1:4101`. */
  readonly origin: string;
  /** Stops at once, open connections included. */
  close(): Promise<void>;
}

/** Starts an HTTP server on a free port of 127.0.0.1 that hands each complete request to `answer`. */
export async function startLoopbackServer(
  answer: (request: ReceivedRequest) => Promise<HttpAnswer>,
): Promise<LoopbackServer> {
  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing, answer).catch((error: unknown) => {
      // a broken backend must not look like an answer
      outgoing.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  });
  const port = await listen(server);
  return { origin: `http://127.0.0.1:${port}`, close: () => closeServer(server) };
}

async function serve(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  answer: (request: ReceivedRequest) => Promise<HttpAnswer>,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  const [path = "", ...query] = (incoming.url ?? "").split("?");
  const { status, headers, body } = await answer({
    method: incoming.method ?? "",
    path,
    query: query.join("?"),
    headers: pairHeaders(incoming.rawHeaders),
    body: Buffer.concat(chunks),
  });
  writeAnswer(outgoing, { status, headers, body });
}

function writeAnswer(outgoing: ServerResponse, { status, headers, body }: HttpAnswer): void {
  const given = new Set(headers.map(([name]) => name.toLowerCase()));
  outgoing.sendDate = !given.has("date");
  const framed =
    given.has("content-length") ||
    given.has("transfer-encoding") ||
    status === 204 ||
    status === 304;
  const lengthHeader: RawHeader[] = framed ? [] : [["Content-Length", String(body.length)]];
  // a flat list keeps spelling, order and repetition
  outgoing.writeHead(status, [...headers, ...lengthHeader].flat());
  outgoing.end(body);
}

function pairHeaders(flat: readonly string[]): RawHeader[] {
  const pairs: RawHeader[] = [];
  for (let index = 0; index + 1 < flat.length; index += 2)
    pairs.push([flat[index] ?? "", flat[index + 1] ?? ""]);
  return pairs;
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (address === null || typeof address === "string")
        reject(new Error("a TCP server has an address"));
      else resolve(address.port);
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
    server.closeAllConnections();
  });
}
