import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { WebSocket, type ClientOptions } from "ws";

/** A client that keeps what it is sent. */
export interface SocketClient {
  readonly socket: WebSocket;
  /** Texts, and bytes of binary frames. */
  readonly frames: (string | Buffer)[];
  /** The code and reason of the end. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  /** The next frame; rejects when the connection ends without one. */
  next(): Promise<string | Buffer>;
  /** Sends a text and gives the next frame. */
  ask(text: string): Promise<string | Buffer>;
}

/** Connects; rejects when the handshake is refused. */
export async function connectSocket(
  url: string,
  options: ClientOptions & { readonly protocols?: readonly string[] } = {},
): Promise<SocketClient> {
  const { protocols = [], ...rest } = options;
  const socket = new WebSocket(url, [...protocols], rest);
  const frames: (string | Buffer)[] = [];
  const waiting: ((frame: string | Buffer | null) => void)[] = [];
  let isClosed = false;
  socket.on("message", (data: Buffer, isBinary) => {
    const frame = isBinary ? data : data.toString();
    const waiter = waiting.shift();
    if (waiter === undefined) frames.push(frame);
    else waiter(frame);
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.once("close", (code, reason) => {
      isClosed = true;
      for (const waiter of waiting.splice(0)) waiter(null);
      resolve({ code, reason: reason.toString() });
    });
  });
  await once(socket, "open");
  socket.on("error", () => undefined);
  const next = async (): Promise<string | Buffer> => {
    const kept = frames.shift();
    if (kept !== undefined) return kept;
    const frame = isClosed
      ? null
      : await new Promise<string | Buffer | null>((resolve) => waiting.push(resolve));
    if (frame === null) throw new Error("the connection ended without another frame");
    return frame;
  };
  return {
    socket,
    frames,
    closed,
    next,
    ask: (text) => {
      socket.send(text);
      return next();
    },
  };
}

/** The HTTP answer to a handshake that is refused. */
export interface RefusedHandshake {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** Tries to connect, and gives the answer of the refusal. */
export async function refusedSocket(
  url: string,
  options: ClientOptions = {},
): Promise<RefusedHandshake> {
  const socket = new WebSocket(url, options);
  socket.on("error", () => undefined);
  return new Promise((resolve, reject) => {
    socket.once("open", () => reject(new Error("the handshake was accepted")));
    socket.once("unexpected-response", (_request, response: IncomingMessage) => {
      void readText(response).then((body) =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
  });
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString();
}
