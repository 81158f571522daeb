import { Readable } from "node:stream";
import { Agent, buildConnector, type Dispatcher } from "undici";
import { GatewayError, errors } from "../errors/gateway-error.js";
import type { GatewayRequest } from "./message.js";
import { sumUpstream, type UpstreamFacts } from "./upstream-facts.js";

/** One call of a backend. */
export interface ClientCall {
  readonly origin: string;
  /** Path and query. */
  readonly path: string;
  readonly method: string;
  /** Name, value, ... */
  readonly headers: string[];
  readonly body: Uint8Array | string | AsyncIterable<Uint8Array> | null;
  /** Longest wait for the answer, and between two pieces of it. */
  readonly timeoutMs: number;
  /**
   * Set: the answer comes as a stream, whatever its length. `timeoutMs` is the limit for all of it
   * then, this one the longest wait between two pieces.
   */
  readonly idleMs?: number;
  /** Longest body taken. */
  readonly maxBytes: number;
  /** `false`: bodies over {@link STREAM_FROM} or of unknown length come as a stream. */
  readonly whole: boolean;
  /** Whose leaving ends the call. */
  readonly client: Pick<GatewayRequest, "onAbort">;
}

export interface ClientAnswer {
  readonly status: number;
  /** Name, value, ... as received. */
  readonly headers: string[];
  readonly body: Buffer | Readable;
  /** `Content-Length` where the backend told it. */
  readonly contentLength: number | null;
}

/** The body of an answer that was asked for whole. */
export function wholeBody({ body }: ClientAnswer): Buffer {
  if (Buffer.isBuffer(body)) return body;
  throw new Error("a whole answer was asked for and a stream came");
}

/** Calls HTTP backends over kept connections. */
export interface HttpClient {
  /** Rejects with a `GatewayError`: unreachable, reset, too slow, too large. */
  call(call: ClientCall): Promise<ClientAnswer>;
  upstream(): UpstreamFacts;
  close(): Promise<void>;
}

export interface HttpClientOptions {
  /** Takes any certificate of a backend. */
  readonly insecure: boolean;
  /** The name that certificates must show, whatever the host is called. */
  readonly serverName?: string;
  /** PEM of the only authorities that count. */
  readonly ca?: string;
  /** To each host; others wait. */
  readonly maxConnections?: number;
  /** False: a connection for each call. */
  readonly keepAlive?: boolean;
}

/** Bodies up to this size are taken whole before the client hears anything. */
export const STREAM_FROM = 64 * 1024;

/**
 * Opens a client. Undici's own time limits are off: the integration's limit covers them and is
 * exact to the millisecond.
 */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { insecure, serverName, ca, maxConnections, keepAlive = true } = options;
  const connecting = {
    timeout: 29_000,
    rejectUnauthorized: !insecure,
    ...(ca === undefined ? {} : { ca }),
  };
  const agent = new Agent({
    headersTimeout: 0,
    bodyTimeout: 0,
    ...(maxConnections === undefined ? {} : { connections: maxConnections }),
    ...(keepAlive ? {} : { pipelining: 0 }),
    connect: serverName === undefined ? connecting : namedConnector(connecting, serverName),
  });
  return {
    call: (call) =>
      new Promise((resolve, reject) => {
        const receiver = new Receiver(call, resolve, reject);
        try {
          agent.dispatch(dispatchOptions(call), receiver);
        } catch (error) {
          receiver.fail(errors.internal("the request cannot be sent", error));
        }
      }),
    upstream: () => sumUpstream(Object.values(agent.stats).map(upstreamOf)),
    close: () => agent.destroy(),
  };
}

function upstreamOf(stats: Agent["stats"][string]): UpstreamFacts {
  const { running: busy, pending } = stats;
  if (!("free" in stats)) {
    const free = stats.connected && busy === 0 ? 1 : 0;
    return { busy, free, waiting: pending, openBreakers: 0 };
  }
  return { busy, free: stats.free, waiting: pending + stats.queued, openBreakers: 0 };
}

/** A `Host` that is sent would name the server, too: this name comes first. */
function namedConnector(
  options: buildConnector.BuildOptions,
  servername: string,
): buildConnector.connector {
  const connect = buildConnector(options);
  return (target, callback) => connect({ ...target, servername }, callback);
}

function dispatchOptions(call: ClientCall): Dispatcher.DispatchOptions {
  const upgrade = takeUpgrade(call.headers);
  return {
    origin: call.origin,
    path: call.path,
    method: call.method,
    headers: call.headers,
    body:
      call.body instanceof Readable || !isIterable(call.body)
        ? call.body
        : Readable.from(call.body, { objectMode: false }),
    upgrade,
  };
}

/** A body that comes in pieces, and only once. */
export function isIterable(body: ClientCall["body"]): body is AsyncIterable<Uint8Array> {
  return typeof body === "object" && body !== null && Symbol.asyncIterator in body;
}

/** `Upgrade` is sent by an option of its own; a backend that switches protocols has failed. */
function takeUpgrade(headers: string[]): string | null {
  for (let i = 0; i < headers.length; i += 2) {
    if (headers[i]?.toLowerCase() === "upgrade") return headers.splice(i, 2)[1] ?? null;
  }
  return null;
}

const NETWORK = "Execution failed due to a network error communicating with endpoint";

type Phase = "waiting" | "collecting" | "streaming" | "done";

/** Receives one answer: whole where it is small, else as a stream with backpressure. */
class Receiver implements Dispatcher.DispatchHandler {
  readonly #call: ClientCall;
  readonly #resolve: (answer: ClientAnswer) => void;
  readonly #reject: (error: GatewayError) => void;
  #phase: Phase = "waiting";
  #controller: Dispatcher.DispatchController | null = null;
  readonly #timer: NodeJS.Timeout;
  /** Runs between two pieces of a stream. */
  #pieceTimer: NodeJS.Timeout | undefined;
  #status = 0;
  #headers: string[] = [];
  #contentLength: number | null = null;
  #chunks: Buffer[] = [];
  #received = 0;
  #stream: Readable | null = null;
  #failure: GatewayError | null = null;

  constructor(
    call: ClientCall,
    resolve: (answer: ClientAnswer) => void,
    reject: (error: GatewayError) => void,
  ) {
    this.#call = call;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#timer = setTimeout(this.#onTimeout, call.timeoutMs);
    call.client.onAbort?.(this.#onClientGone);
  }

  readonly #onTimeout = (): void => {
    this.fail(errors.timeout("Execution failed due to a timeout error"));
  };

  readonly #onClientGone = (): void => {
    if (this.#phase !== "done") this.fail(errors.network("the client has gone"));
  };

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#failure !== null) controller.abort(this.#failure);
  }

  onRequestUpgrade(): void {
    this.fail(errors.network("the backend switched protocols"));
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    if (status < 200) return;
    this.#status = status;
    this.#headers = rawHeaders(controller.rawHeaders);
    this.#contentLength = contentLength(this.#headers);
    if ((this.#contentLength ?? 0) > this.#call.maxBytes && this.#call.method !== "HEAD") {
      this.fail(tooLarge());
    } else if (this.#call.whole || this.#isShort()) {
      this.#phase = "collecting";
    } else {
      this.#startStream(controller);
    }
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#received += chunk.byteLength;
    if (this.#received > this.#call.maxBytes) {
      this.fail(tooLarge());
    } else if (this.#stream === null) {
      this.#chunks.push(chunk);
    } else {
      this.#pieceTimer?.refresh();
      if (!this.#stream.push(chunk)) {
        // The client is slow, not the backend: its time stands still.
        clearTimeout(this.#pieceTimer);
        controller.pause();
      }
    }
  }

  onResponseEnd(): void {
    this.#clearTimers();
    if (this.#phase === "streaming") this.#stream?.push(null);
    else if (this.#phase === "collecting") this.#answer(this.#takeChunks());
    this.#phase = "done";
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.fail(error instanceof GatewayError ? error : errors.network(NETWORK, error));
  }

  /** Ends the call with an error, once. */
  fail(error: GatewayError): void {
    if (this.#phase === "done") return;
    const streaming = this.#phase === "streaming";
    this.#phase = "done";
    this.#failure = error;
    this.#clearTimers();
    this.#controller?.abort(error);
    if (streaming) this.#stream?.destroy(error);
    else this.#reject(error);
  }

  #isShort(): boolean {
    return this.#call.idleMs === undefined && (this.#contentLength ?? Infinity) <= STREAM_FROM;
  }

  #clearTimers(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#pieceTimer);
  }

  #waitForPiece(): void {
    this.#pieceTimer = setTimeout(this.#onTimeout, this.#call.idleMs ?? this.#call.timeoutMs);
  }

  #startStream(controller: Dispatcher.DispatchController): void {
    this.#phase = "streaming";
    if (this.#call.idleMs === undefined) clearTimeout(this.#timer);
    this.#waitForPiece();
    this.#stream = new Readable({
      highWaterMark: STREAM_FROM,
      read: () => {
        if (this.#phase !== "streaming" || !controller.paused) return;
        this.#waitForPiece();
        controller.resume();
      },
      destroy: (error, done) => {
        if (this.#phase === "streaming")
          this.fail(errors.network("the answer was not read", error));
        done(error);
      },
    });
    this.#answer(this.#stream);
  }

  #answer(body: Buffer | Readable): void {
    this.#resolve({
      status: this.#status,
      headers: this.#headers,
      body,
      contentLength: this.#contentLength,
    });
  }

  #takeChunks(): Buffer {
    const [only] = this.#chunks;
    return this.#chunks.length === 1 && only !== undefined ? only : Buffer.concat(this.#chunks);
  }
}

function tooLarge(): GatewayError {
  return errors.internal("the answer of the backend is too large");
}

function rawHeaders(raw: Dispatcher.DispatchController["rawHeaders"]): string[] {
  const headers: string[] = [];
  if (!Array.isArray(raw)) return headers;
  for (const text of raw) headers.push(typeof text === "string" ? text : text.toString("latin1"));
  return headers;
}

function contentLength(headers: readonly string[]): number | null {
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] ?? "";
    if (name.length === 14 && name.toLowerCase() === "content-length") {
      const value = Number(headers[i + 1]);
      return Number.isSafeInteger(value) && value >= 0 ? value : null;
    }
  }
  return null;
}
