// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { Readable } from "node:stream";
import type { MappingSource } from "../contracts.js";
import { GatewayError } from "../errors/gateway-error.js";
import type { Exchange } from "../exchange.js";
import { headerValues } from "../http/headers.js";
import type { GatewayResponse } from "../http/message.js";
import { prepareSource } from "../mapping/source.js";
import type { CachePart } from "./cache-part.js";
import { decideCacheUse, IGNORED_WARNING } from "./invalidation.js";
import {
  keyParameterName,
  keyParameterValue,
  LARGEST_CACHED_RESPONSE,
  parseResponse,
  responseCacheKey,
  serializeResponse,
  type CacheKeyParameter,
} from "./response-cache.js";

/** Belongs to one request and is never kept, however a backend spells it. */
const TRACE_HEADER = "X-Amzn-Trace-Id";
const LOWER_TRACE_HEADER = TRACE_HEADER.toLowerCase();

/** Keeps the answers of an integration, by method, resource and cache key parameters. */
export const responseCache: CachePart = (table, scope, setup, integrate) => {
  const { stageVariables, state } = setup;
  const store = table.encrypted ? state.encrypted() : state.store;
  const readKey = prepareKey(table.keyParameters, stageVariables);
  const keyOf = (exchange: Exchange): string =>
    responseCacheKey(
      { ...scope, namespace: table.namespace, method: exchange.method },
      readKey(exchange),
    );
  const integrateAndKeep = async (exchange: Exchange, key: string): Promise<GatewayResponse> => {
    const response = await integrate(exchange);
    const { kept, answer } = await wholeResponse(response);
    if (kept !== null) await store.write("response", key, kept, table.ttlSeconds);
    return answer;
  };
  const serve = (
    exchange: Exchange,
    key: string,
    entry: Buffer | null,
  ): GatewayResponse | Promise<GatewayResponse> => {
    const cached = entry === null ? null : parseResponse(entry);
    exchange.trace?.({ kind: "cache", use: cached === null ? "miss" : "hit" });
    if (cached === null) return integrateAndKeep(exchange, key);
    const headers = [...cached.headers, TRACE_HEADER, exchange.traceHeader];
    return { status: cached.status, headers, body: cached.body };
  };
  const lookUp = (exchange: Exchange): GatewayResponse | Promise<GatewayResponse> => {
    const key = keyOf(exchange);
    const entry = store.read("response", key);
    return entry instanceof Promise
      ? entry.then((bytes) => serve(exchange, key, bytes))
      : serve(exchange, key, entry);
  };
  return (exchange) => {
    const asked = headerValues(exchange.headers.pairs, "cache-control");
    if (asked.length === 0) return lookUp(exchange);
    const mayInvalidate = (): boolean => exchange.allows?.("execute-api:InvalidateCache") ?? false;
    switch (decideCacheUse(asked, table, mayInvalidate)) {
      case "use":
        return lookUp(exchange);
      case "use-with-warning":
        return withWarning(lookUp(exchange));
      case "refresh":
        exchange.trace?.({ kind: "cache", use: "refresh" });
        return integrateAndKeep(exchange, keyOf(exchange));
      case "refuse":
        throw new GatewayError("ACCESS_DENIED", { detail: "the caller may not refresh the cache" });
    }
  };
};

/** Reads the values of the key's parameters. */
function prepareKey(
  parameters: readonly MappingSource[],
  stageVariables: Readonly<Record<string, string>>,
): (exchange: Exchange) => readonly CacheKeyParameter[] {
  const sources = parameters.map((parameter) => ({
    name: keyParameterName(parameter),
    source: prepareSource(parameter, stageVariables),
  }));
  return (exchange) =>
    sources.map(({ name, source }) => [name, keyParameterValue(source.read(exchange))]);
}

async function withWarning(
  response: GatewayResponse | Promise<GatewayResponse>,
): Promise<GatewayResponse> {
  const answer = await response;
  answer.headers.push("Warning", IGNORED_WARNING);
  return answer;
}

interface Whole {
  /** What is kept; null: the answer is too large. */
  readonly kept: Buffer | null;
  readonly answer: GatewayResponse;
}

/** A stream is read as far as an entry may be long; what is longer goes on as it comes. */
async function wholeResponse(response: GatewayResponse): Promise<Whole> {
  const { body } = response;
  if (!(body instanceof Readable)) return { kept: keep(response), answer: response };
  const iterator: AsyncIterator<Uint8Array> = body.iterator({ destroyOnReturn: true });
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const next = await iterator.next();
    if (next.done === true) break;
    chunks.push(next.value);
    length += next.value.byteLength;
    if (length > LARGEST_CACHED_RESPONSE) {
      return { kept: null, answer: { ...response, body: Readable.from(rest(chunks, iterator)) } };
    }
  }
  const answer = { ...response, body: Buffer.concat(chunks) };
  return { kept: keep(answer), answer };
}

function keep({ status, headers, body }: GatewayResponse): Buffer | null {
  if (body instanceof Readable) return null;
  return serializeResponse({ status, headers: withoutTrace(headers), body });
}

function withoutTrace(headers: readonly string[]): readonly string[] {
  const kept: string[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i] ?? "";
    if (name.toLowerCase() !== LOWER_TRACE_HEADER) kept.push(name, headers[i + 1] ?? "");
  }
  return kept;
}

async function* rest(
  chunks: readonly Uint8Array[],
  iterator: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
}
