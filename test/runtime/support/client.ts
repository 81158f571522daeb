import type { Readable } from "node:stream";
import type { Gateway } from "../../../src/runtime/gateway.js";
import type { GatewayRequest } from "../../../src/runtime/http/message.js";

export interface Answer {
  readonly status: number;
  readonly headers: readonly string[];
  readonly bytes: Buffer;
  readonly text: string;
  /** Values of a name in any spelling, joined with `, `; undefined when it is not there. */
  header(name: string): string | undefined;
}

/** Sends one request to the core, without a socket. */
export async function call(
  gateway: Gateway,
  method: string,
  target: string,
  request: { headers?: readonly string[]; body?: string | Buffer } = {},
): Promise<Answer> {
  const { headers = [], body } = request;
  const sent: GatewayRequest = {
    method,
    target,
    rawHeaders: headers,
    body: body === undefined ? null : Buffer.from(body),
    remoteAddress: "192.0.2.7",
    protocol: "https",
  };
  const response = await gateway.handle(sent);
  const bytes = await readAll(response.body);
  return {
    status: response.status,
    headers: response.headers,
    bytes,
    text: bytes.toString("utf8"),
    header: (name) => joinedHeader(response.headers, name),
  };
}

async function readAll(body: string | Uint8Array | Readable | null): Promise<Buffer> {
  if (body === null) return Buffer.alloc(0);
  if (typeof body === "string" || body instanceof Uint8Array) return Buffer.from(body);
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks);
}

/** Values of a header in any spelling, joined. */
export function joinedHeader(headers: readonly string[], name: string): string | undefined {
  const values = headers.filter(
    (_value, index) => index % 2 === 1 && headers[index - 1]?.toLowerCase() === name.toLowerCase(),
  );
  return values.length === 0 ? undefined : values.join(", ");
}
