// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { Readable } from "node:stream";

/** What the core is asked; made by a server, a test, or another host. */
export interface GatewayRequest {
  readonly method: string;
  /** Request target as it came: path and query, undecoded. */
  readonly target: string;
  /** Name, value, name, value, in the client's order and spelling. */
  readonly rawHeaders: readonly string[];
  readonly body: AsyncIterable<Uint8Array> | Uint8Array | null;
  /** Address of the client, as far as the server knows it. */
  readonly remoteAddress: string;
  /** Address that the connection is from, where a trusted proxy stands between; absent: the client's. */
  readonly peerAddress?: string;
  readonly protocol: "http" | "https";
  /** Port of the listener, told in `X-Forwarded-Port`; the scheme's own when absent. */
  readonly port?: number;
  /** Calls the listener once if the client leaves before its answer is complete. */
  onAbort?(listener: () => void): void;
}

/** What the core answers. Framing headers (`Content-Length`, `Transfer-Encoding`) are the server's. */
export interface GatewayResponse {
  readonly status: number;
  /** Name, value, name, value; repeats and spelling are meant. */
  readonly headers: string[];
  readonly body: string | Uint8Array | Readable | null;
  /** Length of a streamed or left out body where it is known. */
  readonly contentLength?: number;
}
