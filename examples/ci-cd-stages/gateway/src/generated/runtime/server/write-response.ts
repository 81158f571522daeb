// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { Readable, pipeline } from "node:stream";
import type { GatewayResponse } from "../http/message.js";
import { errorText, type Logger } from "../logger.js";

/** So much of a body that nobody read is thrown away to keep its connection; more closes it. */
const MAX_DISCARDED = 10 * 1024 * 1024;
/** A client that takes nothing of its answer for so long loses the connection. */
const STALLED_MS = 60_000;
/** Smaller answers fit into the buffers of the system. */
const WATCHED_BYTES = 16 * 1024;

/** Writes an answer with its framing. What cannot be written becomes a 500, never a crash. */
export function writeResponse(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  response: GatewayResponse,
  logger: Logger,
): void {
  if (!incoming.complete && hasBody(incoming.rawHeaders)) discardBody(incoming, outgoing);
  const { body } = response;
  const isHead = incoming.method === "HEAD";
  const hasNoBody = isHead || response.status === 204 || response.status === 304;
  try {
    outgoing.writeHead(response.status, framed(response, isHead, hasNoBody));
  } catch (error) {
    logger.error(errorText(error), { where: "response headers" });
    if (body instanceof Readable) body.destroy();
    if (outgoing.headersSent) outgoing.destroy();
    else outgoing.writeHead(500, FAILED_HEADERS).end(isHead ? "" : FAILED_BODY);
    return;
  }
  if (body === null) {
    outgoing.end();
  } else if (!(body instanceof Readable)) {
    if (body.length > WATCHED_BYTES) closeWhenStalled(outgoing);
    outgoing.end(hasNoBody ? "" : body);
  } else if (hasNoBody) {
    body.destroy();
    outgoing.end();
  } else {
    closeWhenStalled(outgoing);
    pipeline(body, outgoing, (error) => {
      if (error) logger.warn(errorText(error), { where: "streaming an answer" });
    });
  }
}

function closeWhenStalled(outgoing: ServerResponse): void {
  outgoing.setTimeout(STALLED_MS, () => {
    outgoing.destroy();
  });
}

const FAILED_BODY = '{"message":"Internal server error"}';
const FAILED_HEADERS = [
  "Content-Type",
  "application/json",
  "Content-Length",
  String(FAILED_BODY.length),
  "x-amzn-ErrorType",
  "InternalServerErrorException",
];

/** The answer's headers and `Content-Length` where it is known; else the server sends chunks. */
function framed(response: GatewayResponse, isHead: boolean, hasNoBody: boolean): string[] {
  const { headers } = response;
  const length = bodyLength(response, isHead);
  if (hasTrailer(headers)) return hasNoBody ? withoutTrailer(headers) : headers;
  if (length === null || (hasNoBody && !isHead)) return headers;
  headers.push("Content-Length", String(length));
  return headers;
}

/** Null: not known. Without a body the length of another one may be told to HEAD alone. */
function bodyLength({ body, contentLength }: GatewayResponse, isHead: boolean): number | null {
  if (body === null) return isHead ? (contentLength ?? 0) : 0;
  if (contentLength !== undefined) return contentLength;
  if (typeof body === "string") return Buffer.byteLength(body);
  return body instanceof Uint8Array ? body.byteLength : null;
}

/** A `Trailer` header is allowed with chunks alone. */
function hasTrailer(headers: readonly string[]): boolean {
  for (let i = 0; i < headers.length; i += 2) {
    if (headers[i]?.length === 7 && headers[i]?.toLowerCase() === "trailer") return true;
  }
  return false;
}

function withoutTrailer(headers: readonly string[]): string[] {
  return headers.filter(
    (_text, index) => headers[index - (index % 2)]?.toLowerCase() !== "trailer",
  );
}

/** The request announces a body, even if it turns out empty. */
export function hasBody(rawHeaders: readonly string[]): boolean {
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? "";
    if (name.length === 14 && name.toLowerCase() === "content-length") {
      return rawHeaders[i + 1] !== "0";
    }
    if (name.length === 17 && name.toLowerCase() === "transfer-encoding") return true;
  }
  return false;
}

/** Reads the rest of a request after it was answered, so that the answer reaches the client. */
function discardBody(incoming: IncomingMessage, outgoing: ServerResponse): void {
  let discarded = 0;
  incoming.on("error", () => {
    outgoing.destroy();
  });
  incoming.on("data", (chunk: Buffer) => {
    discarded += chunk.byteLength;
    if (discarded > MAX_DISCARDED) incoming.socket.destroySoon();
  });
}

/** Answers what the parser refused, and closes the connection. */
export function answerClientError(error: Error, socket: Socket): void {
  const code = "code" in error ? error.code : undefined;
  if (code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, message] =
    code === "HPE_HEADER_OVERFLOW"
      ? ["431 Request Header Fields Too Large", "Request Header Fields Too Large"]
      : code === "ERR_HTTP_REQUEST_TIMEOUT"
        ? ["408 Request Timeout", "Request Timeout"]
        : ["400 Bad Request", "Bad Request"];
  const body = JSON.stringify({ message });
  socket.write(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nConnection: close\r\n` +
      `Content-Length: ${String(body.length)}\r\n\r\n${body}`,
  );
  socket.destroySoon();
}
