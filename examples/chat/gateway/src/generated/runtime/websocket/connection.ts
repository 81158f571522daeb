// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { ApiKeyIdentity, AuthorizerOutcome, SignerIdentity } from "../access/caller.js";
import {
  Exchange,
  type Addressed,
  type ConnectionEnding,
  type ConnectionFacts,
  type SocketEvent,
} from "../exchange.js";
import { readRequestHeaders, type RequestHeaders } from "../http/headers.js";
import type { GatewayRequest } from "../http/message.js";
import type { ConnectionDescription } from "../state/connections.js";
import type { TraceSource } from "../trace.js";

/** What is kept of a handshake for the events that follow it. */
export class Connection implements ConnectionFacts {
  readonly id: string;
  readonly connectedAtMs: number;
  readonly addressed: Addressed;
  readonly authorizer: AuthorizerOutcome | null;
  readonly signer: SignerIdentity | null;
  readonly apiKey: ApiKeyIdentity | null;
  readonly #request: GatewayRequest;
  readonly #headers: RequestHeaders;
  readonly #message: SocketEvent;

  /** @param handshake the exchange of `$connect`, which was accepted. */
  constructor(handshake: Exchange, { id, connectedAtMs }: ConnectionFacts) {
    this.id = id;
    this.connectedAtMs = connectedAtMs;
    this.addressed = handshake.addressed;
    this.authorizer = handshake.authorizer;
    this.signer = handshake.signer;
    this.apiKey = handshake.apiKey;
    this.#request = laterRequest(handshake.request);
    this.#headers = laterHeaders(handshake.headers);
    this.#message = { type: "MESSAGE", connection: this, disconnect: null };
  }

  /** The exchange of one message. */
  message(around: Exchange["around"], trace: TraceSource | null, data: Buffer): Exchange {
    return this.#exchange(around, trace, this.#message, data);
  }

  /** The exchange of the end. */
  end(
    around: Exchange["around"],
    trace: TraceSource | null,
    disconnect: ConnectionEnding,
  ): Exchange {
    const event: SocketEvent = { type: "DISCONNECT", connection: this, disconnect };
    return this.#exchange(around, trace, event, NO_BODY);
  }

  described(lastActiveAtMs: number): ConnectionDescription {
    return {
      connectedAtMs: this.connectedAtMs,
      lastActiveAtMs,
      sourceIp: this.#request.remoteAddress,
      userAgent: this.#headers.userAgent,
    };
  }

  #exchange(
    around: Exchange["around"],
    trace: TraceSource | null,
    event: SocketEvent,
    body: Buffer,
  ): Exchange {
    const exchange = new Exchange(around, this.#request, this.#headers, "", trace);
    exchange.socket = event;
    exchange.addressed = this.addressed;
    exchange.authorizer = this.authorizer;
    exchange.signer = this.signer;
    exchange.apiKey = this.apiKey;
    exchange.takeBody(body);
    return exchange;
  }
}

const NO_BODY = Buffer.alloc(0);
const NO_HEADERS = readRequestHeaders([]);

/** Backends are called by POST where an integration repeats the client's method. */
function laterRequest(request: GatewayRequest): GatewayRequest {
  const { remoteAddress, peerAddress, protocol, port } = request;
  return {
    method: "POST",
    target: "/",
    rawHeaders: [],
    body: null,
    remoteAddress,
    ...(peerAddress === undefined ? {} : { peerAddress }),
    protocol,
    ...(port === undefined ? {} : { port }),
  };
}

/** A message has no headers; who sent it, and where to, is known from the handshake. */
function laterHeaders({ host, userAgent, forwardedFor }: RequestHeaders): RequestHeaders {
  return { ...NO_HEADERS, host, userAgent, forwardedFor };
}
