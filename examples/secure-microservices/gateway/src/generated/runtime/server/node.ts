// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { createServer, ServerResponse, type IncomingMessage, type Server } from "node:http";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { prepareStop, type Served, type StopOptions } from "./stopping.js";
import { answerClientError, hasBody, writeResponse } from "./write-response.js";
import type { Gateway } from "../gateway.js";
import type { GatewayRequest, GatewayResponse } from "../http/message.js";
import type { SocketFront } from "../websocket/socket-part.js";
import { createStderrLogger, errorText, type Logger } from "../logger.js";

export interface ServerOptions extends StopOptions {
  /** 0 picks a free port. Default: the environment's `PORT`, else 8080. */
  readonly port?: number | undefined;
  /** Default: all addresses. */
  readonly host?: string | undefined;
  readonly logger?: Logger | undefined;
  /** Proxies that are believed what they say of clients. Default: nobody is. */
  readonly trustProxy?: TrustedProxies | undefined;
  /** Scheme that clients use, where something in front ends TLS. */
  readonly protocol?: "http" | "https" | undefined;
  /** How long a client may take to send its headers. */
  readonly headersTimeoutMs?: number | undefined;
  /** How long it may take to send a whole request. Default: eight times as long as for its headers. */
  readonly requestTimeoutMs?: number | undefined;
}

/** What a request says of its client by way of proxies that are trusted. */
export interface ForwardedClient {
  readonly address: string;
  /** Null: the proxy has not said it. */
  readonly protocol: "http" | "https" | null;
  readonly port: number | null;
}

/** Reads what trusted proxies say; null: the connection is not theirs, and what it says counts for nothing. */
export type TrustedProxies = (
  peerAddress: string,
  rawHeaders: readonly string[],
) => ForwardedClient | null;

/** A listening gateway. */
export interface GatewayServer {
  readonly port: number;
  readonly url: string;
  /** New requests go to the new gateway; the old one is closed when its last request has ended. */
  swap(gateway: Gateway): void;
  /** Takes no more connections, lets requests end within the grace time, closes the gateway. */
  stop(): Promise<void>;
  /**
   * Stops as on SIGTERM: is not ready from now on, takes connections until the delay is over, and has
   * clients close theirs by its answers.
   */
  drain(): Promise<void>;
  /** Settles when the server has stopped, by a call or by a signal. */
  readonly stopped: Promise<void>;
  /** It was told to stop, and only ends what is under way. */
  readonly isDraining: boolean;
}

/** Request line and headers together; the gateway holds the exact limits of the service. */
const MAX_HEADER_BYTES = 24 * 1024;
const HEADERS_TIMEOUT_MS = 15_000;
const KEEP_ALIVE_MS = 65_000;
const DEFAULT_PORT = 8080;

/** Serves a gateway over HTTP/1.1. Rejects when the address cannot be listened on. */
export async function startServer(
  gateway: Gateway,
  options: ServerOptions = {},
): Promise<GatewayServer> {
  const front = createFront(gateway, options);
  const longestHeaders = options.headersTimeoutMs ?? HEADERS_TIMEOUT_MS;
  const requestTimeout = options.requestTimeoutMs ?? longestHeaders * 8;
  const headersTimeout = Math.min(longestHeaders, requestTimeout);
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout,
      requestTimeout,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: Math.min(headersTimeout, 5_000),
      insecureHTTPParser: false,
      requireHostHeader: true,
    },
    front.serve,
  );
  server.on("connection", front.connect);
  server.on("clientError", front.refuse);
  front.listenFor(server);
  const port = await listen(server, options);
  const stopping = prepareStop(server, front, options);
  return {
    port,
    url: `http://${hostInUrl(options.host)}:${String(port)}`,
    swap: front.swap,
    stop: stopping.stop,
    drain: stopping.drain,
    stopped: stopping.stopped,
    get isDraining() {
      return stopping.hasBegun();
    },
  };
}

/** One gateway and the requests that it still answers. */
interface Generation {
  readonly gateway: Gateway;
  requests: number;
  retired: boolean;
}

/** The last request of a connection, and how many of its requests are not answered yet. */
interface Connection {
  answering: number;
  incoming: IncomingMessage | null;
  outgoing: ServerResponse | null;
  /** What it had sent when it was found idle. */
  idleAtBytes: number | null;
}

interface Front extends Served {
  readonly serve: (incoming: IncomingMessage, outgoing: ServerResponse) => void;
  readonly swap: (gateway: Gateway) => void;
  readonly connect: (socket: Socket) => void;
  readonly refuse: (error: Error, socket: Socket) => void;
  /** Takes requests to upgrade, while the gateway has WebSocket connections to serve. */
  listenFor(server: Server): void;
}

function createFront(first: Gateway, options: ServerOptions): Front {
  const logger = options.logger ?? createStderrLogger();
  const protocol = options.protocol ?? "http";
  const { trustProxy } = options;
  const connections = new Map<Socket, Connection>();
  const upgraded = new Set<Socket>();
  let current: Generation = { gateway: first, requests: 0, retired: false };
  let draining = false;

  const count = (): number => connections.size + upgraded.size;
  first.served?.(count);

  const release = (generation: Generation): void => {
    generation.requests -= 1;
    if (generation.retired && generation.requests === 0) closeQuietly(generation.gateway, logger);
  };

  const serve = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const generation = current;
    generation.requests += 1;
    const connection = connections.get(incoming.socket);
    if (connection !== undefined) {
      connection.answering += 1;
      connection.incoming = incoming;
      connection.outgoing = outgoing;
    }
    const request =
      trustProxy === undefined
        ? new NodeRequest(incoming, protocol)
        : new ForwardedRequest(incoming, protocol, trustProxy);
    // The only listener of an answer: with two, requests were seen to outlive many collections.
    outgoing.once("close", () => {
      if (connection !== undefined) connection.answering -= 1;
      request.ended(outgoing.writableFinished);
      release(generation);
    });
    const response = generation.gateway.handle(request);
    if (response instanceof Promise) {
      response.then(
        (answer) => write(incoming, outgoing, answer),
        (error: unknown) => {
          logger.error(errorText(error), { where: "server" });
          outgoing.destroy();
        },
      );
    } else {
      write(incoming, outgoing, response);
    }
  };

  const write = (
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    response: GatewayResponse,
  ): void => {
    // of pipelined requests the last alone: the others' answers would end the connection before it
    if (draining && connections.get(incoming.socket)?.outgoing === outgoing) {
      outgoing.shouldKeepAlive = false;
    }
    writeResponse(incoming, outgoing, response, logger);
  };

  const socketFront: SocketFront = {
    request: (incoming, socket) => upgradeRequest(incoming, socket, protocol, trustProxy),
    answer: (incoming, socket, response) => answerUpgrade(incoming, socket, response, logger),
  };
  const upgrade = (incoming: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const { sockets } = current.gateway;
    const isFirst = socket instanceof Socket && (connections.get(socket)?.answering ?? 0) === 0;
    // nothing may be written in front of the answer to an earlier request
    if (!isFirst || sockets === null || sockets === undefined) {
      socket.destroy();
      return;
    }
    // from here on it is no connection of the HTTP server any more
    connections.delete(socket);
    upgraded.add(socket);
    socket.once("close", () => upgraded.delete(socket));
    socket.on("error", () => socket.destroy());
    sockets.upgrade(incoming, socket, head, socketFront);
  };
  let server: Server | null = null;
  /** Without a listener the server takes a request to upgrade for a plain one. */
  const listen = (): void => {
    server?.off("upgrade", upgrade);
    if ((current.gateway.sockets ?? null) !== null) server?.on("upgrade", upgrade);
  };

  return {
    serve,
    swap: (gateway) => {
      const before = current;
      gateway.served?.(count);
      current = { gateway, requests: 0, retired: false };
      before.retired = true;
      if (before.requests === 0) closeQuietly(before.gateway, logger);
      listen();
    },
    connect: (socket) => {
      connections.set(socket, { answering: 0, incoming: null, outgoing: null, idleAtBytes: null });
      socket.once("close", () => connections.delete(socket));
    },
    refuse: (error, socket) => {
      refuseConnection(error, socket, connections.get(socket));
    },
    listenFor: (listening) => {
      server = listening;
      listen();
    },
    lastAnswers: () => {
      draining = true;
    },
    closeIdle: () => {
      for (const [socket, connection] of connections) closeIdle(socket, connection);
    },
    drainSockets: async (graceMs) => current.gateway.sockets?.drain(graceMs),
    force: () => {
      for (const socket of upgraded) socket.destroy();
    },
    close: () => current.gateway.close(),
  };
}

/** Closes a connection on which nothing happened since it was found idle. */
function closeIdle(socket: Socket, connection: Connection): void {
  const { answering, incoming, idleAtBytes } = connection;
  const { bytesRead } = socket;
  const isIdle = answering === 0 && (incoming === null ? bytesRead === 0 : incoming.complete);
  if (isIdle && idleAtBytes === bytesRead) socket.destroySoon();
  else connection.idleAtBytes = isIdle ? bytesRead : null;
}

/**
 * Answers what the parser refused, but only where that is the next answer the client waits for:
 * nothing is written in front of, into or behind the answer to another request.
 */
function refuseConnection(error: Error, socket: Socket, connection: Connection | undefined): void {
  const { answering = 0, incoming = null, outgoing = null } = connection ?? {};
  const isLate = "code" in error && error.code === "HPE_CLOSED_CONNECTION";
  // Data after "Connection: close" is ignored; the answer under way ends the connection.
  if (isLate && answering > 0) return;
  const isNewRequest = answering === 0 && incoming?.complete !== false;
  const isBodyOfLast = answering === 1 && incoming?.complete === false;
  if (!isLate && (isNewRequest || (isBodyOfLast && outgoing?.headersSent === false))) {
    answerClientError(error, socket);
  } else {
    socket.destroy();
  }
}

function closeQuietly(gateway: Gateway, logger: Logger): void {
  gateway.close().catch((error: unknown) => {
    logger.error(errorText(error), { where: "closing a gateway" });
  });
}

/** A request as the core sees it; what most routes never ask for is read when they do. */
class NodeRequest implements GatewayRequest {
  readonly method: string;
  readonly target: string;
  readonly rawHeaders: readonly string[];
  readonly protocol: "http" | "https";
  readonly #incoming: IncomingMessage;
  #onAbort: (() => void) | null = null;

  constructor(incoming: IncomingMessage, protocol: "http" | "https") {
    this.method = incoming.method ?? "GET";
    this.target = incoming.url ?? "/";
    this.rawHeaders = incoming.rawHeaders;
    this.protocol = protocol;
    this.#incoming = incoming;
  }

  get body(): AsyncIterable<Uint8Array> | null {
    return hasBody(this.rawHeaders) ? keptOpen(this.#incoming) : null;
  }

  get remoteAddress(): string {
    return plainAddress(this.#incoming.socket.remoteAddress);
  }

  get port(): number {
    return this.#incoming.socket.localPort ?? 0;
  }

  onAbort(listener: () => void): void {
    const before = this.#onAbort;
    this.#onAbort =
      before === null
        ? listener
        : () => {
            before();
            listener();
          };
  }

  /** The answer was sent, or the client has gone before. */
  ended(isAnswered: boolean): void {
    const listener = this.#onAbort;
    this.#onAbort = null;
    if (!isAnswered) listener?.();
  }
}

/** A request that may have come through a trusted proxy. */
class ForwardedRequest extends NodeRequest {
  override readonly protocol: "http" | "https";
  readonly peerAddress: string;
  readonly #client: ForwardedClient | null;

  constructor(incoming: IncomingMessage, protocol: "http" | "https", trustProxy: TrustedProxies) {
    super(incoming, protocol);
    this.peerAddress = super.remoteAddress;
    this.#client = trustProxy(this.peerAddress, this.rawHeaders);
    this.protocol = this.#client?.protocol ?? protocol;
  }

  override get remoteAddress(): string {
    return this.#client?.address ?? this.peerAddress;
  }

  override get port(): number {
    return this.#client?.port ?? super.port;
  }
}

/** A request to upgrade; its client may leave while `$connect` runs. */
function upgradeRequest(
  incoming: IncomingMessage,
  socket: Duplex,
  protocol: "http" | "https",
  trustProxy: TrustedProxies | undefined,
): GatewayRequest {
  const { remoteAddress, localPort } = incoming.socket;
  const peerAddress = plainAddress(remoteAddress);
  const client = trustProxy?.(peerAddress, incoming.rawHeaders) ?? null;
  return {
    method: incoming.method ?? "GET",
    target: incoming.url ?? "/",
    rawHeaders: incoming.rawHeaders,
    body: null,
    remoteAddress: client?.address ?? peerAddress,
    peerAddress,
    protocol: client?.protocol ?? protocol,
    port: client?.port ?? localPort ?? 0,
    onAbort: (listener) => socket.once("close", listener),
  };
}

/** The answer to a request to upgrade that is refused; it is the last on its connection. */
function answerUpgrade(
  incoming: IncomingMessage,
  socket: Duplex,
  response: GatewayResponse,
  logger: Logger,
): void {
  if (socket.destroyed || !(socket instanceof Socket)) {
    socket.destroy();
    return;
  }
  const outgoing = new ServerResponse(incoming);
  outgoing.shouldKeepAlive = false;
  outgoing.assignSocket(socket);
  outgoing.once("finish", () => socket.destroySoon());
  writeResponse(incoming, outgoing, response, logger);
}

/** A reader that gives up must not destroy the connection its refusal is to be sent on. */
function keptOpen(incoming: IncomingMessage): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => incoming.iterator({ destroyOnReturn: false }) };
}

/** IPv4 addresses come mapped into IPv6 on a dual-stack listener. */
function plainAddress(address: string | undefined): string {
  if (address === undefined) return "";
  return address.startsWith("::ffff:") ? address.slice(7) : address;
}

function listen(server: Server, options: ServerOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? environmentPort(), options.host, () => {
      server.off("error", reject);
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}

function environmentPort(): number {
  const port = Number(process.env["PORT"]);
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : DEFAULT_PORT;
}

function hostInUrl(host: string | undefined): string {
  if (host === undefined || host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}
