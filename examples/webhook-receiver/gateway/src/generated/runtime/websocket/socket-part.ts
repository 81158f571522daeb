// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Exchange } from "../exchange.js";
import type { Handlers, HandlerSetup } from "../handlers.js";
import type { GatewayRequest, GatewayResponse } from "../http/message.js";
import type { TraceSource } from "../trace.js";

/** Connections of one WebSocket API. */
export interface SocketCore {
  /** How many connections are open, handshakes under way included. */
  readonly open: number;
  /** Runs `$connect`, before the handshake is answered. Never rejects. */
  connect(request: GatewayRequest): Promise<Refused | Accepted>;
  /**
   * One request to `@connections`, about a connection of this process or of another one that shares
   * the state. `data`: the body of a POST.
   */
  manage(method: ManagementMethod, connection: ManagedConnection, data: Buffer): Promise<Managed>;
  /** Answers requests to `/STAGE/@connections/ID`; null: the request is none, or they are not served. */
  answerFirst(exchange: Exchange): Promise<GatewayResponse> | null;
  /** Refuses handshakes from now on, closes all connections by and by, waits for their `$disconnect`. */
  drain(graceMs: number): Promise<void>;
  /** Closes all connections at once and waits a short time for their `$disconnect`. */
  close(): Promise<void>;
}

/** The connection that a request to `@connections` is about. */
export interface ManagedConnection {
  readonly stage: string;
  readonly id: string;
  /**
   * What a client sends again when it tries again, such as `amz-sdk-invocation-id` of the AWS SDKs:
   * a message that was delivered, though its sender has not heard so, is not delivered twice.
   */
  readonly once?: string;
}

export type ManagementMethod = "POST" | "GET" | "DELETE";

/** What one request to `@connections` comes to. */
export type Managed =
  | { readonly kind: "answer"; readonly status: 200 | 204; readonly body: ShownConnection | null }
  | { readonly kind: "problem"; readonly type: ManagementProblem; readonly message: string };

/** Errors of the management API. Source: its reference, operations of `@connections`. */
export type ManagementProblem =
  | "GoneException"
  | "LimitExceededException"
  | "PayloadTooLargeException"
  | "ServiceUnavailableException";

/** A connection as `GetConnection` shows it. */
export interface ShownConnection {
  readonly [member: string]: string | { readonly [member: string]: string | null };
}

/** Connections of one WebSocket API, and the server of their sockets. */
export interface Sockets extends SocketCore {
  /** Takes a request to upgrade over from an HTTP server. */
  upgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer, front: SocketFront): void;
}

/** What a listener knows about all of its connections. */
export interface SocketFront {
  request(incoming: IncomingMessage, socket: Duplex): GatewayRequest;
  /** Answers over HTTP, and closes the socket. */
  answer(incoming: IncomingMessage, socket: Duplex, response: GatewayResponse): void;
}

/** The handshake is answered over HTTP. */
export interface Refused {
  readonly kind: "refused";
  readonly response: GatewayResponse;
}

/** The handshake is to be completed. */
export interface Accepted {
  readonly kind: "accepted";
  /** The subprotocol agreed on; null: none. */
  readonly protocol: string | null;
  /** The socket is open: messages may come. */
  open(link: SocketLink): Session;
  /** The client left before the handshake was complete. */
  abandon(): void;
}

/** One open connection, as its socket sees it. */
export interface Session {
  readonly id: string;
  /** One whole message. */
  message(data: Buffer, isBinary: boolean): void;
  /** The client has shown that it is there. */
  alive(): void;
  /** The client has read what was sent. */
  resume(): void;
  /** The gateway ends the connection. */
  close(statusCode: number, reason: string): void;
  /** The socket is closed. */
  closed(statusCode: number, reason: string): void;
}

/** The socket of one connection, as the core sees it. */
export interface SocketLink {
  /** Text frames for text, binary frames for bytes. */
  send(data: string | Buffer): void;
  close(statusCode: number, reason: string): void;
  /** Ends the connection without waiting for the other side. */
  terminate(): void;
  ping(): void;
  /** Takes nothing in any more until it is resumed. */
  pause(): void;
  resume(): void;
  /** Bytes that the client has not taken yet. */
  bufferedBytes(): number;
}

/** What the sockets of one gateway are made from. */
export interface SocketSetup extends Pick<
  HandlerSetup,
  "around" | "state" | "secrets" | "resource"
> {
  readonly handlers: Handlers;
  readonly trace: TraceSource | null;
  /** A message was pushed to a connection of a stage, by nobody's request; null: nobody wants to know. */
  readonly pushed: ((stage: string) => void) | null;
  /** Begins an exchange, finds its stage, and makes an answer of whatever becomes of it. */
  answer(
    request: GatewayRequest,
    respond: (exchange: Exchange) => GatewayResponse | Promise<GatewayResponse>,
  ): GatewayResponse | Promise<GatewayResponse>;
  /** Makes an answer of an error, and logs what is the gateway's own fault. */
  refuse(exchange: Exchange, cause: unknown): GatewayResponse;
}

/** Serves the connections of a WebSocket API. */
export type SocketPart = (setup: SocketSetup) => Sockets;
