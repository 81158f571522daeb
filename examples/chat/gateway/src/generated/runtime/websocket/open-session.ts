// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { ConnectionTable } from "../contracts.js";
import { errors } from "../errors/gateway-error.js";
import type { ConnectionEnding, Exchange } from "../exchange.js";
import type { GatewayResponse } from "../http/message.js";
import type { ConnectionDescription } from "../state/connections.js";
import { tellFrame } from "../tell-answer.js";
import type { Connection } from "./connection.js";
import type { Session, SocketLink, SocketSetup } from "./socket-part.js";
import { enterRoute, type StageRoutes } from "./stage-routes.js";

/** How the gateway closes connections. Codes: RFC 6455, section 7.4.1, and the IANA registry. */
export const CLOSES = {
  /** Asked for through `@connections`; that the service says 1000 then is assumed. */
  managed: { statusCode: 1000, reason: "" },
  goingAway: { statusCode: 1001, reason: "Going away" },
  binary: { statusCode: 1003, reason: "Binary messages are not supported" },
  slow: { statusCode: 1008, reason: "The client does not read" },
  restart: { statusCode: 1012, reason: "Service restart" },
  drain: { statusCode: 1013, reason: "Try again later" },
} as const;

/** What all sessions of one gateway share. */
export interface SessionHost {
  readonly setup: SocketSetup;
  readonly limits: ConnectionTable;
  /** The session's socket is closed. */
  ended(session: OpenSession, ending: ConnectionEnding): void;
}

/** Messages of one connection that are handled at once; more wait, and the socket with them. */
const MAX_IN_FLIGHT = 32;
/** A client with more unread bytes is not listened to until it has read. */
const PAUSED_FROM_BYTES = 256 * 1024;
/** Nothing more is pushed to a client with so many unread bytes. */
const FULL_FROM_BYTES = 1024 * 1024;
/** A client that lets the answers to its own messages pile up so high is let go. */
const MAX_UNREAD_BYTES = 8 * 1024 * 1024;

/** An open connection. Its messages are started in their order, and handled side by side. */
export class OpenSession implements Session {
  readonly connection: Connection;
  readonly #host: SessionHost;
  readonly #routes: StageRoutes;
  readonly #link: SocketLink;
  readonly #waiting: Buffer[] = [];
  #inFlight = 0;
  #paused = false;
  #closing: ConnectionEnding | null = null;
  #closed = false;
  #drains = false;
  #lastActiveMs: number;
  #pingedMs: number;
  #unanswered = false;

  constructor(host: SessionHost, connection: Connection, routes: StageRoutes, link: SocketLink) {
    this.connection = connection;
    this.#host = host;
    this.#routes = routes;
    this.#link = link;
    this.#lastActiveMs = this.#pingedMs = host.setup.around.clock();
  }

  get id(): string {
    return this.connection.id;
  }

  /** Neither closed nor about to be. */
  get isOpen(): boolean {
    return this.#closing === null && !this.#closed;
  }

  message(data: Buffer, isBinary: boolean): void {
    if (!this.isOpen || this.#drains) return;
    if (isBinary) return this.#end(CLOSES.binary);
    if (this.#inFlight >= MAX_IN_FLIGHT || this.#waiting.length > 0) {
      // what the socket has read already still arrives
      this.#waiting.push(data);
      this.#pause();
    } else this.#start(data);
  }

  alive(): void {
    this.#unanswered = false;
    // pings and pongs are no messages: they count where the gateway itself keeps connections alive
    if (this.#host.limits.keepAliveSeconds === null) return;
    this.#lastActiveMs = this.#host.setup.around.clock();
  }

  close(statusCode: number, reason: string): void {
    this.#end({ statusCode, reason });
  }

  closed(statusCode: number, reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#waiting.length = 0;
    this.#host.ended(this, this.#closing ?? { statusCode, reason });
  }

  /** Sends what another process or a backend has for the client. */
  push(data: Buffer): "done" | "gone" | "full" {
    if (!this.isOpen) return "gone";
    if (this.#link.bufferedBytes() > FULL_FROM_BYTES) return "full";
    this.#link.send(data.toString("utf8"));
    this.#lastActiveMs = this.#host.setup.around.clock();
    return "done";
  }

  described(): ConnectionDescription {
    return this.connection.described(this.#lastActiveMs);
  }

  /** Takes no more messages, answers those that it has, then closes. */
  drain(): void {
    if (this.#drains) return;
    this.#drains = true;
    this.#endWhenIdle();
  }

  terminate(): void {
    this.#link.terminate();
  }

  /** Ends a connection whose time is up, asks a silent one whether it is still there. */
  check(nowMs: number): void {
    if (!this.isOpen) return;
    const { idleTimeoutSeconds, maxDurationSeconds, keepAliveSeconds } = this.#host.limits;
    const isOver = nowMs - this.connection.connectedAtMs >= maxDurationSeconds * 1000;
    if (isOver || nowMs - this.#lastActiveMs >= idleTimeoutSeconds * 1000) {
      this.#end(CLOSES.goingAway);
    } else if (keepAliveSeconds !== null && nowMs - this.#pingedMs >= keepAliveSeconds * 1000) {
      this.#ping(nowMs);
    }
  }

  #ping(nowMs: number): void {
    // nothing came since the last one: the other side is not there any more
    if (this.#unanswered && this.#lastActiveMs < this.#pingedMs) return this.#link.terminate();
    this.#pingedMs = nowMs;
    this.#unanswered = true;
    this.#link.ping();
  }

  #start(data: Buffer): void {
    const { setup } = this.#host;
    const exchange = this.connection.message(setup.around, setup.trace, data);
    this.#lastActiveMs = exchange.startedMs;
    let answers = true;
    try {
      const route = this.#routes.find(exchange);
      if (route === null) throw errors.forbidden("no route takes the message");
      ({ answers } = route);
      enterRoute(exchange, route);
      const response = route.handler(exchange);
      if (response instanceof Promise) this.#await(exchange, response, answers);
      else this.#answer(exchange, response, answers);
    } catch (error) {
      this.#answer(exchange, setup.refuse(exchange, error), true);
    }
  }

  #await(exchange: Exchange, response: Promise<GatewayResponse>, answers: boolean): void {
    this.#inFlight += 1;
    response
      .then(
        (answer) => {
          this.#lastActiveMs = this.#host.setup.around.clock();
          this.#answer(exchange, answer, answers);
        },
        (error: unknown) => this.#answer(exchange, this.#host.setup.refuse(exchange, error), true),
      )
      .finally(() => {
        this.#inFlight -= 1;
        this.#startWaiting();
        if (this.#drains) this.#endWhenIdle();
      });
  }

  #startWaiting(): void {
    while (this.#inFlight < MAX_IN_FLIGHT && this.isOpen) {
      const next = this.#waiting.shift();
      if (next === undefined) return this.resume();
      this.#start(next);
    }
  }

  #answer(exchange: Exchange, response: GatewayResponse, answers: boolean): void {
    const frame = answers && this.isOpen ? frameOf(response.body) : null;
    if (exchange.trace !== null) tellFrame(exchange.trace, response, frame);
    if (frame === null) return;
    this.#link.send(frame);
    const unread = this.#link.bufferedBytes();
    if (unread > MAX_UNREAD_BYTES) {
      this.#closing = CLOSES.slow;
      this.#link.terminate();
    } else if (unread > PAUSED_FROM_BYTES) this.#pause();
  }

  #pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#link.pause();
  }

  /** Listens to the client again, when it has read and its messages are on their way. */
  resume(): void {
    if (!this.#paused || !this.isOpen || this.#waiting.length > 0) return;
    if (this.#link.bufferedBytes() > PAUSED_FROM_BYTES) return;
    this.#paused = false;
    this.#link.resume();
  }

  #endWhenIdle(): void {
    if (this.#inFlight === 0 && this.#waiting.length === 0) this.#end(CLOSES.drain);
  }

  #end(ending: ConnectionEnding): void {
    if (!this.isOpen) return;
    this.#closing = ending;
    this.#waiting.length = 0;
    // the answer to the closing must be read
    if (this.#paused) this.#link.resume();
    this.#link.close(ending.statusCode, ending.reason);
  }
}

/** What goes to the client; null: nothing. */
function frameOf(body: GatewayResponse["body"]): string | Buffer | null {
  if (typeof body === "string") return body === "" ? null : body;
  return Buffer.isBuffer(body) ? body : null;
}
