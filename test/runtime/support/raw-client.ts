import { connect, type Socket } from "node:net";

/** A connection on which a test writes bytes and reads what comes. */
export interface RawClient {
  readonly socket: Socket;
  write(text: string | Buffer): void;
  /** Everything received, as Latin-1, once `done` says so of it. */
  until(done: (text: string) => boolean): Promise<string>;
  /** Everything received until the other side closed. */
  closed(): Promise<string>;
}

/** Connects to a port of this machine. Rejects where nobody listens. */
export async function rawClient(port: number): Promise<RawClient> {
  const socket = connect(port, "127.0.0.1");
  socket.setEncoding("latin1");
  let text = "";
  let isClosed = false;
  const listeners = new Set<() => void>();
  const notify = (): void => listeners.forEach((listener) => listener());
  socket.on("data", (chunk: string) => {
    text += chunk;
    notify();
  });
  socket.on("error", () => undefined);
  socket.on("close", () => {
    isClosed = true;
    notify();
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  const wait = (done: () => boolean): Promise<string> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (!done()) return;
        listeners.delete(check);
        resolve(text);
      };
      listeners.add(check);
      check();
    });
  return {
    socket,
    write: (data) => socket.write(data),
    until: (done) => wait(() => done(text) || isClosed),
    closed: () => wait(() => isClosed),
  };
}

/** One complete answer with a `Content-Length`. */
export function isComplete(text: string): boolean {
  const head = text.indexOf("\r\n\r\n");
  const length = /content-length: (\d+)/i.exec(text)?.[1];
  return head !== -1 && length !== undefined && text.length >= head + 4 + Number(length);
}

/** Status codes of all answers in a text. */
export function statuses(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => Number(match[1]));
}
