// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { RequestMapping } from "../contracts.js";
import { errors } from "../errors/gateway-error.js";
import type { Exchange } from "../exchange.js";
import { isHeaderName, wireHeaderValue } from "../http/headers.js";
import { encodeComponent } from "./uri.js";
import { prepareSource, singleText, type PreparedSource } from "./source.js";

interface Target {
  readonly name: string;
  readonly source: PreparedSource;
}

/** An integration's `requestParameters`, ready to be read. */
export interface RequestParameters {
  readonly needsBody: boolean;
  readonly path: ReadonlyMap<string, PreparedSource>;
  /** Mapped headers: name, value, ... */
  headers(exchange: Exchange): string[];
  /** Mapped query pairs, encoded and joined; empty when nothing is mapped. */
  query(exchange: Exchange): string;
}

/** Mapping one of these fails every call of the method, whatever the integration type. */
const FORBIDDEN = [
  "content-length",
  "transfer-encoding",
  "x-amzn-trace-id",
  "x-amzn-apigateway-api-id",
];
/** These fail AWS and AWS_PROXY integrations too. */
const FORBIDDEN_AWS = ["authorization", "connection", "expect", "proxy-authenticate", "te"];

/** Prepares `requestParameters` for a stage. */
export function prepareRequestParameters(
  mappings: readonly RequestMapping[],
  stageVariables: Readonly<Record<string, string>>,
): RequestParameters {
  const targets = (to: RequestMapping["to"]): Target[] =>
    mappings
      .filter((mapping) => mapping.to === to)
      .map(({ name, from }) => ({ name, source: prepareSource(from, stageVariables) }));
  const headers = targets("header").filter(({ name }) => isHeaderName(name));
  const query = targets("querystring");
  const path = targets("path");
  return {
    needsBody: [...headers, ...query, ...path].some(({ source }) => source.needsBody),
    path: new Map(path.map(({ name, source }) => [name, source])),
    headers: (exchange) => readHeaders(headers, exchange),
    query: (exchange) => readQuery(query, exchange),
  };
}

/** Name of a mapped header that makes every call fail; null when there is none. */
export function forbiddenHeader(
  mappings: readonly RequestMapping[],
  isAws: boolean,
): string | null {
  const forbidden = new Set(isAws ? [...FORBIDDEN, ...FORBIDDEN_AWS] : FORBIDDEN);
  const found = mappings.find(
    ({ to, name }) => to === "header" && forbidden.has(name.toLowerCase()),
  );
  return found?.name ?? null;
}

function readHeaders(targets: readonly Target[], exchange: Exchange): string[] {
  const pairs: string[] = [];
  for (const { name, source } of targets) {
    const value = singleText(source.read(exchange));
    if (value === undefined) continue;
    const wire = wireHeaderValue(value);
    if (wire === null)
      throw errors.internal(`the value mapped to header ${name} is no header value`);
    pairs.push(name, wire);
  }
  return pairs;
}

function readQuery(targets: readonly Target[], exchange: Exchange): string {
  let query = "";
  for (const { name, source } of targets) {
    const value = source.read(exchange);
    if (value === undefined) continue;
    for (const one of typeof value === "string" ? [value] : value) {
      query += `${query === "" ? "" : "&"}${encodeComponent(name)}=${encodeComponent(one)}`;
    }
  }
  return query;
}
