import { WebSocket } from "ws";
import type { RawHeader } from "./raw-client.js";

/** An open WebSocket, seen from the client. */
export interface WebSocketClient {
  send(text: string): void;
  /** The next text frame; `undefined` when none comes within the time, or the connection has closed. */
  receive(timeoutMs: number): Promise<string | undefined>;
  close(code: number): void;
  /** Whether the connection is closed within the time. */
  closed(timeoutMs: number): Promise<boolean>;
}

const HANDSHAKE_TIMEOUT_MS = 10_000;

/** Opens a WebSocket (`ws://host:port/path?query`). Rejects, naming the status, when the handshake is refused. */
export async function openWebSocket(
  url: string,
  headers: readonly RawHeader[],
): Promise<WebSocketClient> {
  const socket = new WebSocket(url, {
    headers: groupHeaders(headers),
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
  });
  const frames: string[] = [];
  const wakers = new Set<() => void>();
  const wake = (): void => {
    for (const waker of wakers) waker();
  };
  socket.on("message", (data: Buffer) => {
    frames.push(data.toString("utf8"));
    wake();
  });
  socket.on("close", wake);
  await opened(socket);

  const until = (isDone: () => boolean, timeoutMs: number): Promise<void> =>
    new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        wakers.delete(waker);
        resolve();
      };
      const waker = (): void => {
        if (isDone()) finish();
      };
      const timer = setTimeout(finish, timeoutMs);
      wakers.add(waker);
      waker();
    });
  const isClosed = (): boolean => socket.readyState === WebSocket.CLOSED;

  return {
    send: (text) => socket.send(text),
    async receive(timeoutMs) {
      await until(() => frames.length > 0 || isClosed(), timeoutMs);
      return frames.shift();
    },
    close: (code) => socket.close(code),
    async closed(timeoutMs) {
      await until(isClosed, timeoutMs);
      return isClosed();
    },
  };
}

function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("open", resolve);
    // stays on: an error behind the handshake shows as a close, and must not end the process
    socket.on("error", reject);
  });
}

function groupHeaders(headers: readonly RawHeader[]): Record<string, string[]> {
  const grouped: Record<string, string[]> = {};
  for (const [name, value] of headers) grouped[name] = [...(grouped[name] ?? []), value];
  return grouped;
}
