// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { promisify } from "node:util";
import { pipeline, Readable, type Transform } from "node:stream";
import { createDeflate, createGzip, deflate, gzip } from "node:zlib";
import type { Handler } from "../integrations/integration.js";
import { headerValues } from "./headers.js";
import type { GatewayResponse } from "./message.js";

/** Wraps a route's integration so that large answers are compressed for clients that ask for it. */
export type CompressionPart = (minimumBytes: number, integrate: Handler) => Handler;

type Compression = "gzip" | "deflate";

const WHOLE = { gzip: promisify(gzip), deflate: promisify(deflate) } as const;
const STREAM = { gzip: createGzip, deflate: createDeflate } as const;

/**
 * Compression of answers from `minimumBytes` on, as the service does it: after the response
 * template, and only where the integration response has no `Content-Encoding` of its own. Source:
 * developer guide, "Enable payload compression for an API". Answers of the gateway itself stay as
 * they are (assumed).
 */
export const responseCompression: CompressionPart = (minimumBytes, integrate) => (exchange) => {
  const accepted = headerValues(exchange.headers.pairs, "accept-encoding").join(",");
  const coding = exchange.method === "HEAD" ? null : chooseCompression(accepted);
  const answer = integrate(exchange);
  if (coding === null) return answer;
  return answer instanceof Promise
    ? answer.then((response) => compress(response, coding, minimumBytes))
    : compress(answer, coding, minimumBytes);
};

/**
 * What an `Accept-Encoding` asks for; null: leave the answer as it is. The coding that the client
 * likes best must be one the service knows; it is not the second best that is taken then.
 */
export function chooseCompression(accepted: string): Compression | null {
  let best: { readonly coding: string; readonly weight: number } | null = null;
  for (const item of accepted.split(",")) {
    const [name = "", ...parameters] = item.split(";").map((part) => part.trim().toLowerCase());
    const weight = weightOf(parameters);
    if (name !== "" && weight > (best?.weight ?? 0)) best = { coding: name, weight };
  }
  const coding = best?.coding;
  return coding === "gzip" || coding === "deflate" ? coding : null;
}

function weightOf(parameters: readonly string[]): number {
  const q = parameters.find((parameter) => parameter.startsWith("q="));
  const weight = q === undefined ? 1 : Number(q.slice(2));
  return weight >= 0 && weight <= 1 ? weight : 0;
}

async function compress(
  response: GatewayResponse,
  coding: Compression,
  minimumBytes: number,
): Promise<GatewayResponse> {
  const { status, body, contentLength } = response;
  if (body === null || headerValues(response.headers, "content-encoding").length > 0) {
    return response;
  }
  const headers = [...response.headers, "Content-Encoding", coding];
  if (body instanceof Readable) {
    if (contentLength !== undefined && contentLength < minimumBytes) return response;
    return { status, headers, body: compressStream(body, coding) };
  }
  const bytes = typeof body === "string" ? Buffer.from(body, "utf8") : body;
  if (bytes.byteLength === 0 || bytes.byteLength < minimumBytes) return response;
  return { status, headers, body: await WHOLE[coding](bytes) };
}

function compressStream(source: Readable, coding: Compression): Readable {
  const coder: Transform = STREAM[coding]();
  pipeline(source, coder, () => {
    // The reader of the coder hears of every error.
  });
  return coder;
}
