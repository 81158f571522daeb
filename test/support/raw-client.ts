import { connect, type Socket } from "node:net";

/** A header as it stands on the wire: name in its own spelling, value. */
export type RawHeader = readonly [name: string, value: string];

/** A request exactly as it shall be sent. */
export interface RawRequest {
  readonly method: string;
  /** The request target: raw path and query, stage included. */
  readonly target: string;
  /** Everything that is sent, in this order; `completeRequest` adds what HTTP/1.1 needs. */
  readonly headers: readonly RawHeader[];
  /** Without framing: a `Transfer-Encoding: chunked` among the headers makes the client chunk it. */
  readonly body: Uint8Array;
}

/** An answer as it came, its framing undone. */
export interface RawResponse {
  readonly status: number;
  readonly headers: readonly RawHeader[];
  readonly body: Uint8Array;
}

/** Where and how long `sendRaw` talks. */
export interface RawClientOptions {
  readonly host: string;
  readonly port: number;
  /** Bounds the whole exchange; default 10,000. */
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 10_000;

/** The values of a header in the order in which they came; names without regard to case. */
export function headerValues(headers: readonly RawHeader[], name: string): string[] {
  const wanted = name.toLowerCase();
  return headers.filter(([other]) => other.toLowerCase() === wanted).map(([, value]) => value);
}

/** Whether the headers announce a chunked body. */
export function isChunked(headers: readonly RawHeader[]): boolean {
  return headerValues(headers, "transfer-encoding").some((value) =>
    /(?:^|,)\s*chunked\s*$/i.test(value),
  );
}

/**
 * Adds the only headers that a request may lack: `Host` in front, `Content-Length` at the end for a body
 * (and for a POST or PUT without one), unless the request brings its own.
 */
export function completeRequest(request: RawRequest, host: string): RawRequest {
  const headers = [...request.headers];
  if (headerValues(headers, "host").length === 0) headers.unshift(["Host", host]);
  const framed = isChunked(headers) || headerValues(headers, "content-length").length > 0;
  const wantsLength =
    request.body.length > 0 || request.method === "POST" || request.method === "PUT";
  if (!framed && wantsLength) headers.push(["Content-Length", String(request.body.length)]);
  return { ...request, headers };
}

/**
 * Sends the request over a connection of its own, adding nothing to it, and reads one answer. Interim answers
 * (1xx) are passed over. Rejects when the answer is no HTTP/1.1, ends too early or takes too long.
 */
export async function sendRaw(
  request: RawRequest,
  options: RawClientOptions,
): Promise<RawResponse> {
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const socket = connect({ host: options.host, port: options.port });
  const timer = setTimeout(() => {
    socket.destroy(new Error(`no complete answer within ${timeoutMs} ms`));
  }, timeoutMs);
  try {
    socket.write(printRequest(request));
    return await readAnswer(socket, request.method);
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

/** The request as bytes of HTTP/1.1. */
export function printRequest(request: RawRequest): Uint8Array {
  const lines = [`${request.method} ${request.target} HTTP/1.1`];
  for (const [name, value] of request.headers) lines.push(`${name}: ${value}`);
  // latin1: header bytes above 0x7f go out one for one; UTF-8 would double them
  const head = Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
  return Buffer.concat([head, isChunked(request.headers) ? chunkBody(request.body) : request.body]);
}

function chunkBody(body: Uint8Array): Uint8Array {
  if (body.length === 0) return Buffer.from("0\r\n\r\n");
  return Buffer.concat([
    Buffer.from(`${body.length.toString(16)}\r\n`),
    body,
    Buffer.from("\r\n0\r\n\r\n"),
  ]);
}

function readAnswer(socket: Socket, method: string): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const tryParse = (ended: boolean): void => {
      try {
        const answer = parseAnswer(received, method, ended);
        if (answer !== undefined) resolve(answer);
        else if (ended)
          reject(new Error(`connection closed within the answer, after ${received.length} bytes`));
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    };
    socket.on("data", (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      tryParse(false);
    });
    socket.on("end", () => tryParse(true));
    socket.on("error", reject);
  });
}

interface Head {
  readonly status: number;
  readonly headers: readonly RawHeader[];
  readonly bodyStart: number;
}

/** The answer in `bytes`, or `undefined` while more bytes are needed. */
function parseAnswer(bytes: Buffer, method: string, ended: boolean): RawResponse | undefined {
  let start = 0;
  for (;;) {
    const head = parseHead(bytes, start);
    if (head === undefined) return undefined;
    if (head.status >= 200 || head.status === 101) {
      const body = parseBody(bytes.subarray(head.bodyStart), head, { method, ended });
      return body === undefined ? undefined : { status: head.status, headers: head.headers, body };
    }
    start = head.bodyStart;
  }
}

function parseHead(bytes: Buffer, start: number): Head | undefined {
  const end = bytes.indexOf("\r\n\r\n", start, "latin1");
  if (end < 0) return undefined;
  const [statusLine = "", ...lines] = bytes.toString("latin1", start, end).split("\r\n");
  const status = /^HTTP\/1\.[01] (\d{3})(?: .*)?$/.exec(statusLine)?.[1];
  if (status === undefined) throw new Error(`not a status line: ${JSON.stringify(statusLine)}`);
  return { status: Number(status), headers: lines.map(parseHeaderLine), bodyStart: end + 4 };
}

function parseHeaderLine(line: string): RawHeader {
  const colon = line.indexOf(":");
  if (colon <= 0) throw new Error(`not a header line: ${JSON.stringify(line)}`);
  return [line.slice(0, colon), line.slice(colon + 1).trim()];
}

function parseBody(
  bytes: Buffer,
  head: Head,
  { method, ended }: { readonly method: string; readonly ended: boolean },
): Uint8Array | undefined {
  if (method === "HEAD" || head.status === 204 || head.status === 304 || head.status === 101) {
    return new Uint8Array();
  }
  if (isChunked(head.headers)) return parseChunks(bytes);
  const [length] = headerValues(head.headers, "content-length");
  if (length === undefined) return ended ? bytes : undefined;
  if (!/^\d+$/.test(length)) throw new Error(`not a content length: ${JSON.stringify(length)}`);
  return bytes.length < Number(length) ? undefined : bytes.subarray(0, Number(length));
}

function parseChunks(bytes: Buffer): Uint8Array | undefined {
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = bytes.indexOf("\r\n", at, "latin1");
    if (lineEnd < 0) return undefined;
    const sizeText = bytes.toString("latin1", at, lineEnd).replace(/;.*$/, "").trim();
    if (!/^[0-9a-f]+$/i.test(sizeText))
      throw new Error(`not a chunk size: ${JSON.stringify(sizeText)}`);
    const size = Number.parseInt(sizeText, 16);
    const dataStart = lineEnd + 2;
    if (size === 0) return isTrailerComplete(bytes, dataStart) ? Buffer.concat(chunks) : undefined;
    if (bytes.length < dataStart + size + 2) return undefined;
    chunks.push(bytes.subarray(dataStart, dataStart + size));
    at = dataStart + size + 2;
  }
}

/** Behind the last chunk: optional trailer lines, then an empty line. */
function isTrailerComplete(bytes: Buffer, at: number): boolean {
  const rest = bytes.toString("latin1", at);
  return rest.startsWith("\r\n") || rest.includes("\r\n\r\n");
}
