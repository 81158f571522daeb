// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { errors } from "../errors/gateway-error.js";
import type { Exchange } from "../exchange.js";
import { decodeWhole, readCoding } from "../http/content-coding.js";

/** The client's body, its coding undone: no template sees compressed data. */
export async function plainBody(exchange: Exchange): Promise<Buffer> {
  const bytes = await exchange.readBody();
  const coding = readCoding(exchange.headers.contentEncoding);
  if (coding === null) return bytes;
  try {
    return await decodeWhole(bytes, coding, exchange.around.maxRequestBytes);
  } catch (error) {
    throw errors.undecodable(error);
  }
}
