// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import type { ConnectionTable } from "../contracts.js";
import type { GatewayResponse } from "../http/message.js";
import { errorText } from "../logger.js";
import { createSocketCore, type SocketCoreOptions } from "../websocket/socket-core.js";
import type {
  Accepted,
  Session,
  SocketCore,
  SocketLink,
  SocketPart,
} from "../websocket/socket-part.js";
import { FrameMeter } from "./frame-meter.js";

/** Fragments of one message; the service's limits allow four that are full. */
const MAX_FRAGMENTS = 1024;
const MAX_BUFFERED_CHUNKS = 4096;
/** How long the other side may take to answer the closing of a connection. */
const CLOSE_TIMEOUT_MS = 10_000;
/** Pings are not answered while so much waits to be read: the last answer will do. */
const PONG_BELOW_BYTES = 16 * 1024;

/** Serves connections with the package `ws`. */
export const webSockets: SocketPart = (setup) => serveSockets(createSocketCore(setup), setup);

/** Serves connections, and `@connections` at the gateway's own listener for those who may. */
export function webSocketsWith(options: SocketCoreOptions): SocketPart {
  return (setup) => serveSockets(createSocketCore(setup, options), setup);
}

function serveSockets(core: SocketCore, setup: Parameters<SocketPart>[0]): ReturnType<SocketPart> {
  const { websocket } = setup.around.api;
  if (websocket === null) throw new Error("the API has no connections");
  const { connection } = websocket;
  const protocols = new WeakMap<IncomingMessage, string>();
  const settings = {
    noServer: true,
    clientTracking: false,
    maxPayload: connection.maxMessageBytes,
    maxFragments: MAX_FRAGMENTS,
    maxBufferedChunks: MAX_BUFFERED_CHUNKS,
    perMessageDeflate: false,
    autoPong: false,
    closeTimeout: CLOSE_TIMEOUT_MS,
    handleProtocols: (_offered: Set<string>, incoming: IncomingMessage) =>
      protocols.get(incoming) ?? false,
  };
  const server = new WebSocketServer(settings);
  return {
    get open() {
      return core.open;
    },
    connect: (request) => core.connect(request),
    manage: (method, connection, data) => core.manage(method, connection, data),
    answerFirst: (exchange) => core.answerFirst(exchange),
    drain: (graceMs) => core.drain(graceMs),
    close: () => core.close(),
    upgrade: (incoming, socket, head, front) => {
      const problem = handshakeProblem(incoming);
      if (problem !== null) return front.answer(incoming, socket, problem);
      core
        .connect(front.request(incoming, socket))
        .then((result) => {
          if (result.kind === "refused") return front.answer(incoming, socket, result.response);
          if (socket.destroyed || !socket.writable) return result.abandon();
          if (result.protocol !== null) protocols.set(incoming, result.protocol);
          complete(server, { incoming, socket, head }, result, connection);
        })
        .catch((error: unknown) => {
          setup.around.logger.error(errorText(error), { where: "handshake" });
          socket.destroy();
        });
    },
  };
}

interface Upgrade {
  readonly incoming: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** Completes a handshake; one that the package refuses all the same ends the connection at once. */
function complete(
  server: WebSocketServer,
  { incoming, socket, head }: Upgrade,
  accepted: Accepted,
  limits: ConnectionTable,
): void {
  let isOpen = false;
  server.handleUpgrade(incoming, socket, head, (webSocket) => {
    isOpen = true;
    serveSocket(webSocket, socket, accepted, limits);
  });
  if (!isOpen) accepted.abandon();
}

function serveSocket(
  webSocket: WebSocket,
  socket: Duplex,
  accepted: Accepted,
  { maxFrameBytes }: ConnectionTable,
): void {
  const session = accepted.open(new Link(webSocket, socket));
  const meter = new FrameMeter(maxFrameBytes);
  const watch = (chunk: Buffer): void => {
    if (meter.read(chunk) === "fine") return;
    socket.off("data", watch);
    session.close(1009, "Frame too long");
  };
  // in front of the package's own listener, which would collect the frame
  socket.prependListener("data", watch);
  socket.on("drain", () => session.resume());
  webSocket.on("message", (data, isBinary) => {
    // with the default type of binary data every message is one buffer
    if (Buffer.isBuffer(data)) session.message(data, isBinary);
  });
  webSocket.on("ping", (data: Buffer) => {
    session.alive();
    if (webSocket.bufferedAmount < PONG_BELOW_BYTES) webSocket.pong(data, false, ignore);
  });
  webSocket.on("pong", () => session.alive());
  webSocket.on("error", (error) => noteFailure(session, error));
  webSocket.on("close", (code, reason) => session.closed(code, reason.toString("utf8")));
}

/** The package closes what breaks the protocol by itself; the code is that of its closing frame. */
function noteFailure(session: Session, error: Error): void {
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (!code.startsWith("WS_ERR_")) return;
  const statusCode = FAILURES.get(code) ?? 1002;
  session.close(statusCode, statusCode === 1009 ? "Message too long" : "");
}

const FAILURES: ReadonlyMap<string, number> = new Map([
  ["WS_ERR_INVALID_UTF8", 1007],
  ["WS_ERR_UNSUPPORTED_MESSAGE_LENGTH", 1009],
  ["WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH", 1009],
  ["WS_ERR_TOO_MANY_BUFFERED_PARTS", 1008],
]);

class Link implements SocketLink {
  readonly #webSocket: WebSocket;
  readonly #socket: Duplex;

  constructor(webSocket: WebSocket, socket: Duplex) {
    this.#webSocket = webSocket;
    this.#socket = socket;
  }

  send(data: string | Buffer): void {
    this.#webSocket.send(data, ignore);
  }

  close(statusCode: number, reason: string): void {
    this.#webSocket.close(statusCode, reason);
  }

  terminate(): void {
    this.#webSocket.terminate();
  }

  ping(): void {
    this.#webSocket.ping("", false, ignore);
  }

  pause(): void {
    this.#webSocket.pause();
  }

  resume(): void {
    this.#webSocket.resume();
  }

  bufferedBytes(): number {
    return this.#socket.writableLength;
  }
}

/** A frame that cannot be sent belongs to a connection whose end is told anyway. */
const ignore = (): void => undefined;

/** What is no handshake must not run `$connect`. RFC 6455, section 4.2.1. */
function handshakeProblem({ method, headers }: IncomingMessage): GatewayResponse | null {
  if (method !== "GET") return refused(405, "Method Not Allowed");
  if (headers.upgrade?.toLowerCase() !== "websocket") return refused(403, "Forbidden");
  if (headers["sec-websocket-version"] !== "13") {
    return refused(426, "Upgrade Required", ["Sec-WebSocket-Version", "13"]);
  }
  const isKey = /^[+/0-9A-Za-z]{22}==$/.test(headers["sec-websocket-key"] ?? "");
  return isKey ? null : refused(400, "Bad Request");
}

function refused(status: number, message: string, headers: string[] = []): GatewayResponse {
  return {
    status,
    headers: ["Content-Type", "application/json", ...headers],
    body: JSON.stringify({ message }),
  };
}
