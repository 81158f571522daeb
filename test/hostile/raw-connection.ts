import { connect, type Socket } from "node:net";

/** One answer as it came. */
export interface Answer {
  readonly status: number;
  /** Status line and headers. */
  readonly head: string;
  readonly body: string;
}

export interface Exchange {
  readonly answers: readonly Answer[];
  /** What came behind the last whole answer. */
  readonly rest: string;
  readonly closed: boolean;
  /** Until the first byte of an answer; infinite when none came. */
  readonly firstByteMs: number;
}

export interface ExchangeOptions {
  readonly port: number;
  /** Ends the client's side behind the last byte. */
  readonly half: boolean;
  /** Waits for the server to close the connection. */
  readonly untilClosed: boolean;
}

/** No answer comes any more when nothing came for so long. */
const QUIET_MS = 60;
const TIMEOUT_MS = 4000;

/** Sends bytes, each character one, and reads what comes back until it is quiet or the connection ends. */
export function exchangeBytes(bytes: string, options: ExchangeOptions): Promise<Exchange> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port: options.port, allowHalfOpen: options.half });
    const start = performance.now();
    let received = "";
    let firstByteMs = Infinity;
    let quiet: NodeJS.Timeout | undefined;
    const finish = (closed: boolean): void => {
      clearTimeout(quiet);
      clearTimeout(limit);
      socket.destroy();
      resolve({ ...parseAnswers(received), closed, firstByteMs });
    };
    const limit = setTimeout(() => finish(false), TIMEOUT_MS);
    socket.on("data", (chunk: Buffer) => {
      if (received === "") firstByteMs = performance.now() - start;
      received += chunk.toString("latin1");
      clearTimeout(quiet);
      const isWhole = parseAnswers(received).rest === "";
      if (isWhole && !options.untilClosed) quiet = setTimeout(() => finish(false), QUIET_MS);
    });
    socket.on("end", () => finish(true));
    socket.on("close", () => finish(true));
    socket.on("error", () => finish(true));
    const data = Buffer.from(bytes, "latin1");
    if (options.half) socket.end(data);
    else socket.write(data);
  });
}

/** Splits what a server sent; interim answers are passed over. */
export function parseAnswers(text: string): Pick<Exchange, "answers" | "rest"> {
  const answers: Answer[] = [];
  let rest = text;
  for (;;) {
    const end = rest.indexOf("\r\n\r\n");
    const status = /^HTTP\/1\.1 (\d{3}) /.exec(rest)?.[1];
    if (end === -1 || status === undefined) return { answers, rest };
    const head = rest.slice(0, end);
    const body = readBody(head, rest.slice(end + 4), Number(status));
    if (body === undefined) return { answers, rest };
    rest = body.rest;
    if (Number(status) >= 200) answers.push({ status: Number(status), head, body: body.text });
  }
}

function readBody(
  head: string,
  text: string,
  status: number,
): { readonly text: string; readonly rest: string } | undefined {
  if (status < 200 || status === 204 || status === 304) return { text: "", rest: text };
  if (/\r\ntransfer-encoding: *chunked/i.test(head)) return readChunks(text);
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? text.length);
  return text.length < length
    ? undefined
    : { text: text.slice(0, length), rest: text.slice(length) };
}

function readChunks(text: string): { readonly text: string; readonly rest: string } | undefined {
  let body = "";
  for (let at = 0; ;) {
    const line = /([0-9a-f]+)\r\n/iy;
    line.lastIndex = at;
    const found = line.exec(text);
    if (!found?.[1]) return undefined;
    const size = Number.parseInt(found[1], 16);
    const start = at + found[0].length;
    if (text.length < start + size + 2) return undefined;
    body += text.slice(start, start + size);
    at = start + size + 2;
    if (size === 0) return { text: body, rest: text.slice(at) };
  }
}

/** Opens a connection and leaves it as it is; errors of its end are of no interest. */
export function openSocket(port: number): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.on("error", () => resolve(socket));
    socket.once("connect", () => resolve(socket));
  });
}
