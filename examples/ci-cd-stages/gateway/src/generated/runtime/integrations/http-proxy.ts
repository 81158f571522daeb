// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { Readable, Transform, pipeline } from "node:stream";
import type { RequestMapping } from "../contracts.js";
import { errors } from "../errors/gateway-error.js";
import type { Exchange } from "../exchange.js";
import { cleanText, createTextCleaner, startBody } from "../http/body.js";
import { STREAM_FROM, type ClientAnswer, type ClientCall } from "../http/client.js";
import { decodeStream, decodeWhole, readCoding, type Coding } from "../http/content-coding.js";
import { mediaType } from "../http/media-type.js";
import type { GatewayResponse } from "../http/message.js";
import { forwardableQuery } from "../http/query.js";
import { PROXIED_FATES, pushResponseHeader } from "../http/response-headers.js";
import { prepareRequestParameters, refuseForbiddenHeader } from "../mapping/request-parameters.js";
import { withQuery } from "../mapping/uri.js";
import { addHost, endpointMethod, prepareHttpEndpoint, traceAnswer } from "./http-endpoint.js";
import type { IntegrationFactory } from "./integration.js";

/**
 * Streamed answers know no size; five minutes may pass between two pieces. That the service slows
 * them to 2 MB/s past 10 MB is left out. Source: developer guide, "Response streaming".
 */
const STREAM_LIMITS = { maxBytes: Infinity, idleMs: 5 * 60_000 } as const;

/**
 * HTTP_PROXY: the client's request with mappings laid over it, and the backend's answer. Bodies
 * stream where they are large. As everywhere in a REST API a body whose type is not binary is
 * text: bytes that are no UTF-8 become U+FFFD on the way, valid text passes as it is.
 */
export const httpProxyIntegration: IntegrationFactory<"http_proxy"> = (table, setup) => {
  const refusal = refuseForbiddenHeader(table.requestParameters, false);
  if (refusal !== null) return refusal;
  const parameters = prepareRequestParameters(table.requestParameters, setup.stageVariables);
  const endpoint = prepareHttpEndpoint(table, setup, parameters);
  if (typeof endpoint === "function") return endpoint;
  const { around } = setup;
  const owned = ownedHeaders(table.requestParameters);
  const limits =
    table.transfer === "STREAM" ? STREAM_LIMITS : { maxBytes: around.maxResponseBytes };

  const send = (
    exchange: Exchange,
    body: ClientCall["body"],
    length: number | null,
  ): Promise<GatewayResponse> => {
    const { origin, path, host } = endpoint.uri(exchange);
    const method = endpointMethod(table.method, exchange);
    const query = withQuery(
      withQuery(path, forwardableQuery(exchange.rawQuery)),
      parameters.query(exchange),
    );
    const headers = proxiedHeaders(exchange, parameters.headers(exchange), owned);
    addHost(headers, host);
    if (length !== null) headers.push("Content-Length", String(length));
    exchange.trace?.({ kind: "endpoint-request", method, uri: origin + query, headers, body });
    const startedMs = exchange.trace === null ? 0 : around.clock();
    return endpoint.client
      .call({
        origin,
        path: query,
        method,
        headers,
        body,
        timeoutMs: endpoint.timeoutMs,
        ...limits,
        whole: false,
        client: exchange.request,
      })
      .then((answer) => {
        traceAnswer(exchange, answer, startedMs);
        return proxiedResponse(exchange, answer);
      });
  };

  return (exchange) => {
    const { body } = exchange.request;
    if (body === null) return send(exchange, null, null);
    return openBody(exchange, parameters.needsBody).then((opened) => {
      const isBinary = around.binaryTypes.includes(exchange.contentType);
      if (Buffer.isBuffer(opened)) {
        const payload = isBinary ? opened : cleanText(opened);
        return send(exchange, payload.byteLength === 0 ? null : payload, null);
      }
      // Cleaned text may change its length, so only binary bodies keep theirs.
      const isPlain = exchange.headers.contentEncoding === null;
      const length = isBinary && isPlain ? exchange.headers.contentLength : null;
      return send(exchange, isBinary ? opened : cleanStream(opened), length);
    });
  };
};

/** The client's body, its coding undone: whole where it is small or already read. */
async function openBody(exchange: Exchange, whole: boolean): Promise<Buffer | Readable> {
  const { maxRequestBytes } = exchange.around;
  const { body } = exchange.request;
  const coding = readCoding(exchange.headers.contentEncoding);
  const opened =
    whole || exchange.bodyIsRead || body === null || body instanceof Uint8Array
      ? await exchange.readBody()
      : await startBody(body, STREAM_FROM, maxRequestBytes);
  if (!Buffer.isBuffer(opened)) {
    const stream = Readable.from(opened, { objectMode: false });
    return coding === null ? stream : decodeStream(stream, coding);
  }
  if (coding === null) return opened;
  try {
    return await decodeWhole(opened, coding, maxRequestBytes);
  } catch (error) {
    throw errors.undecodable(error);
  }
}

/** `X-Amzn-Apigateway-Api-Id` is the gateway's to say, `Host` the backend's own. */
const NOT_FORWARDED: ReadonlySet<string> = new Set([
  "host",
  "content-encoding",
  "via",
  "x-amzn-apigateway-api-id",
]);
/** Dropped even when mapped. */
const NOT_MAPPED: ReadonlySet<string> = new Set([
  "expect",
  "proxy-authenticate",
  "te",
  "via",
  "connection",
  "keep-alive",
]);

/**
 * Headers that tell a backend what the gateway knows, in lower case. Where that is nothing, a client
 * does not say it instead; that is assumed.
 */
function ownedHeaders(mappings: readonly RequestMapping[]): readonly string[] {
  return mappings
    .filter(({ to, from }) => to === "header" && ("context" in from || "stageVariable" in from))
    .map(({ name }) => name.toLowerCase());
}

/** The client's headers less what ends here, mapped ones in their place, and the gateway's own. */
function proxiedHeaders(
  exchange: Exchange,
  mapped: readonly string[],
  owned: readonly string[],
): string[] {
  const headers: string[] = [];
  const replaced = mapped.length + owned.length === 0 ? null : new Set<string>(owned);
  for (let i = 0; i < mapped.length; i += 2) {
    const name = mapped[i] ?? "";
    const lower = name.toLowerCase();
    replaced?.add(lower);
    if (!NOT_MAPPED.has(lower)) headers.push(name, mapped[i + 1] ?? "");
  }
  const { pairs } = exchange.headers;
  for (let i = 0; i < pairs.length; i += 2) {
    const name = pairs[i] ?? "";
    const lower = name.toLowerCase();
    if (NOT_FORWARDED.has(lower) || replaced?.has(lower) === true) continue;
    headers.push(name, pairs[i + 1] ?? "");
  }
  const added = exchange.addedHeaders();
  for (let i = 0; i < added.length; i += 2) {
    const name = added[i] ?? "";
    if (replaced?.has(name.toLowerCase()) !== true) headers.push(name, added[i + 1] ?? "");
  }
  headers.push("X-Amzn-Apigateway-Api-Id", exchange.around.api.apiId);
  return exchange.marked(headers);
}

async function proxiedResponse(exchange: Exchange, answer: ClientAnswer): Promise<GatewayResponse> {
  const headers: string[] = [];
  let contentType: string | null = null;
  let contentEncoding: string | null = null;
  for (let i = 0; i < answer.headers.length; i += 2) {
    const name = answer.headers[i] ?? "";
    const value = answer.headers[i + 1] ?? "";
    const sentAs = pushResponseHeader(headers, PROXIED_FATES, name, value);
    if (sentAs === "content-type") contentType = value;
    else if (sentAs === null && name.toLowerCase() === "content-encoding") contentEncoding = value;
  }
  if (contentType === null) headers.push("Content-Type", "application/json");
  const { status } = answer;
  if (exchange.method === "HEAD" || status === 204 || status === 304) {
    return withoutBody(answer, headers);
  }
  const coding = readCoding(contentEncoding);
  const isBinary = exchange.around.binaryTypes.includes(mediaType(contentType));
  if (contentEncoding !== null && coding === null && !isIdentity(contentEncoding)) {
    // What cannot be undone passes with its coding: the client asked for it.
    headers.push("Content-Encoding", contentEncoding);
    return streamed(answer, headers);
  }
  if (Buffer.isBuffer(answer.body)) {
    const body = coding === null ? answer.body : await decoded(answer.body, coding, exchange);
    return { status, headers, body: isBinary ? body : cleanText(body) };
  }
  if (isBinary && coding === null) return streamed(answer, headers);
  const body = coding === null ? answer.body : decodeStream(answer.body, coding);
  return { status, headers, body: isBinary ? body : cleanStream(body) };
}

function isIdentity(coding: string): boolean {
  return coding.trim() === "" || coding.trim().toLowerCase() === "identity";
}

function streamed(
  { status, body, contentLength }: ClientAnswer,
  headers: string[],
): GatewayResponse {
  return { status, headers, body, ...(contentLength === null ? {} : { contentLength }) };
}

/** A body that is not coded as its header says passes as it is: that header ends here anyway. */
async function decoded(bytes: Buffer, coding: Coding, exchange: Exchange): Promise<Buffer> {
  try {
    return await decodeWhole(bytes, coding, exchange.around.maxResponseBytes);
  } catch {
    return bytes;
  }
}

function withoutBody(answer: ClientAnswer, headers: string[]): GatewayResponse {
  if (!Buffer.isBuffer(answer.body)) answer.body.resume();
  const { status, contentLength } = answer;
  return { status, headers, body: null, ...(contentLength === null ? {} : { contentLength }) };
}

/** The stream as text; an error or an early end passes through in both directions. */
function cleanStream(source: Readable): Readable {
  const cleaner = createTextCleaner();
  const cleaned = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      done(null, cleaner.push(chunk));
    },
    flush(done) {
      done(null, cleaner.end());
    },
  });
  pipeline(source, cleaned, () => {
    // The reader of the cleaned stream hears of every error.
  });
  return cleaned;
}
