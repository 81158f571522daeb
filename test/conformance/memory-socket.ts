import type { Sockets } from "../../src/runtime/websocket/socket-part.js";
import type { RawRequest, RawResponse } from "../support/raw-client.js";
import type { WebSocketClient } from "../support/websocket-client.js";
import type { GatewayRequest } from "../../src/runtime/http/message.js";

/** A connection to the core of a gateway: what a socket would do, without one. */
export async function connectInMemory(
  sockets: Sockets,
  handshake: GatewayRequest,
): Promise<WebSocketClient> {
  const outcome = await sockets.connect(handshake);
  if (outcome.kind === "refused") {
    throw new Error(`the handshake was refused: ${outcome.response.status}`);
  }
  const frames: string[] = [];
  const wakers = new Set<() => void>();
  let isClosed = false;
  const wake = (): void => {
    for (const waker of wakers) waker();
  };
  const end = (code: number, reason: string): void => {
    if (isClosed) return;
    isClosed = true;
    session.closed(code, reason);
    wake();
  };
  const session = outcome.open({
    send: (data) => {
      frames.push(data.toString());
      wake();
    },
    close: (code, reason) => end(code, reason),
    terminate: () => end(1006, ""),
    ping: () => session.alive(),
    pause: () => undefined,
    resume: () => undefined,
    bufferedBytes: () => 0,
  });
  const until = (isDone: () => boolean, timeoutMs: number): Promise<void> =>
    new Promise((resolve) => {
      const waker = (): void => {
        if (!isDone()) return;
        clearTimeout(timer);
        wakers.delete(waker);
        resolve();
      };
      const timer = setTimeout(resolve, timeoutMs);
      wakers.add(waker);
      waker();
    });
  return {
    send: (text) => session.message(Buffer.from(text), false),
    async receive(timeoutMs) {
      await until(() => frames.length > 0 || isClosed, timeoutMs);
      return frames.shift();
    },
    close: (code) => end(code, ""),
    async closed(timeoutMs) {
      await until(() => isClosed, timeoutMs);
      return isClosed;
    },
  };
}

/** The management API without its listener: `/{stage}/@connections/{id}`. */
export async function manageInMemory(
  sockets: Sockets,
  { method, target, body }: RawRequest,
): Promise<RawResponse> {
  const [, stage = "", id = ""] = /^\/([^/]+)\/@connections\/([^/]+)$/.exec(target) ?? [];
  if (method !== "POST" && method !== "GET" && method !== "DELETE") {
    throw new Error(`@connections has no ${method}`);
  }
  const result = await sockets.manage(
    method,
    { stage, id: decodeURIComponent(id) },
    Buffer.from(body),
  );
  if (result.kind === "problem") return answer(problemStatus[result.type], result.message);
  return answer(result.status, result.body);
}

/** Source: the reference of the management API. */
const problemStatus = {
  GoneException: 410,
  LimitExceededException: 429,
  ServiceUnavailableException: 503,
  PayloadTooLargeException: 413,
} as const;

function answer(status: number, body: unknown): RawResponse {
  return { status, headers: [], body: Buffer.from(body === null ? "" : JSON.stringify(body)) };
}
