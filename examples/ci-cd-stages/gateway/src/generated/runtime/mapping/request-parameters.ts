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

/** An integration's `requestParameters`, ready to be read once the request template was rendered. */
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

const NO_OVERRIDE: ReadonlyMap<string, string> = new Map();
const NO_OVERRIDES: ReadonlyMap<string, readonly string[]> = new Map();

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

/** Fails every call when a header is mapped that the service does not take; null when there is none. */
export function refuseForbiddenHeader(
  mappings: readonly RequestMapping[],
  isAws: boolean,
): (() => never) | null {
  const forbidden = new Set(isAws ? [...FORBIDDEN, ...FORBIDDEN_AWS] : FORBIDDEN);
  const found = mappings.find(
    ({ to, name }) => to === "header" && forbidden.has(name.toLowerCase()),
  );
  if (found === undefined) return null;
  return () => {
    throw errors.internal(
      `Execution failed due to configuration error: header ${found.name} may not be mapped`,
    );
  };
}

/** Mapped headers, those of the request template laid over them. */
function readHeaders(targets: readonly Target[], exchange: Exchange): string[] {
  const pairs: string[] = [];
  const override = exchange.requestOverride?.header ?? NO_OVERRIDE;
  const overridden = new Set([...override.keys()].map((name) => name.toLowerCase()));
  for (const { name, source } of targets) {
    if (overridden.has(name.toLowerCase())) continue;
    const value = singleText(source.read(exchange));
    if (value === undefined) continue;
    const wire = wireHeaderValue(value);
    if (wire === null)
      throw errors.internal(`the value mapped to header ${name} is no header value`);
    pairs.push(name, wire);
  }
  for (const [name, value] of override) {
    const wire = wireHeaderValue(value);
    if (wire === null || !isHeaderName(name) || FORBIDDEN.includes(name.toLowerCase())) {
      throw errors.internal(`the template overrides header ${name} with what is no header`);
    }
    pairs.push(name, wire);
  }
  return pairs;
}

function readQuery(targets: readonly Target[], exchange: Exchange): string {
  let query = "";
  const override = exchange.requestOverride?.querystring ?? NO_OVERRIDES;
  for (const { name, source } of targets) {
    if (override.has(name)) continue;
    const value = source.read(exchange);
    if (value === undefined) continue;
    query = withPairs(query, name, typeof value === "string" ? [value] : value);
  }
  for (const [name, values] of override) query = withPairs(query, name, values);
  return query;
}

function withPairs(query: string, name: string, values: readonly string[]): string {
  const pairs = values.map((value) => `${encodeComponent(name)}=${encodeComponent(value)}`);
  return query === "" ? pairs.join("&") : [query, ...pairs].join("&");
}
