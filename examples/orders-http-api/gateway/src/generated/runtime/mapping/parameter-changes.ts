// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { ParameterChange, ParameterChanges } from "../contracts.js";
import { errors } from "../errors/gateway-error.js";
import type { Exchange } from "../exchange.js";
import { wireHeaderValue } from "../http/headers.js";
import type { GatewayResponse } from "../http/message.js";
import { decodeForm } from "../http/query.js";
import { prepareText, type PreparedText } from "./mapped-text.js";
import { encodeComponent } from "./uri.js";

/** What an HTTP API changes of a request, ready for use. All values are those of the client's request. */
export interface RequestChanges {
  /** The request body must have been read. */
  readonly needsBody: boolean;
  /** Changes headers in place: name, value, ... */
  headers(exchange: Exchange, pairs: string[]): void;
  /** The raw query with its changes; what is not changed stays as the client wrote it. */
  query(exchange: Exchange, raw: string): string;
  /** The path that takes the place of another; undefined: none does. */
  path(exchange: Exchange): string | undefined;
}

/** What an HTTP API changes of an answer, by its status. */
export interface ResponseChanges {
  /** Some change reads the body of the answer. */
  readonly needsAnswer: boolean;
  /**
   * Changes an answer; `body` is what {@link ResponseChanges.needsAnswer} asks for. A status that is no
   * number from 200 to 599 leaves the answer's own (assumed).
   */
  apply(exchange: Exchange, response: GatewayResponse, body: Buffer): GatewayResponse;
}

interface Prepared extends Pick<ParameterChange, "action" | "name"> {
  readonly text: PreparedText;
}

/**
 * Prepares the changes of requests. They are made in the order of the document; one whose value is not
 * there is left out (assumed). Source: developer guide, "Transforming API requests and responses".
 */
export function prepareRequestChanges(
  { request }: ParameterChanges,
  stageVariables: Readonly<Record<string, string>>,
): RequestChanges {
  const of = (to: ParameterChange["to"]): Prepared[] => prepared(request, to, stageVariables);
  const [headers, query, paths] = [of("header"), of("querystring"), of("path")];
  const path = paths.at(-1)?.text;
  return {
    needsBody: [...headers, ...query, ...paths].some(({ text }) => text.needsBody),
    headers: (exchange, pairs) => changeHeaders(headers, exchange, pairs),
    query: (exchange, raw) => (query.length === 0 ? raw : changedQuery(query, exchange, raw)),
    path: (exchange) => {
      const value = path?.readPath(exchange);
      if (value === undefined) return undefined;
      return value.startsWith("/") ? value : `/${value}`;
    },
  };
}

/** Prepares the changes of answers. */
export function prepareResponseChanges(
  { responses }: ParameterChanges,
  stageVariables: Readonly<Record<string, string>>,
): ResponseChanges {
  const byStatus = new Map(
    Object.entries(responses).map(([status, changes]) => [
      Number(status),
      {
        headers: prepared(changes, "header", stageVariables),
        status: prepared(changes, "status", stageVariables).at(-1)?.text,
      },
    ]),
  );
  const texts = [...byStatus.values()].flatMap(({ headers, status }) => [
    ...headers.map(({ text }) => text),
    ...(status === undefined ? [] : [status]),
  ]);
  return {
    needsAnswer: texts.some(({ needsAnswer }) => needsAnswer),
    apply: (exchange, response, body) => {
      const changes = byStatus.get(response.status);
      if (changes === undefined) return response;
      exchange.answer = { headers: response.headers.slice(), body };
      changeHeaders(changes.headers, exchange, response.headers);
      const status = changes.status?.read(exchange) ?? "";
      return /^[2-5]\d\d$/.test(status) ? { ...response, status: Number(status) } : response;
    },
  };
}

function prepared(
  changes: readonly ParameterChange[],
  to: ParameterChange["to"],
  stageVariables: Readonly<Record<string, string>>,
): Prepared[] {
  return changes
    .filter((change) => change.to === to)
    .map(({ action, name, value }) => ({ action, name, text: prepareText(value, stageVariables) }));
}

function changeHeaders(changes: readonly Prepared[], exchange: Exchange, pairs: string[]): void {
  for (const { action, name, text } of changes) {
    if (action === "remove") {
      removeHeader(pairs, name);
      continue;
    }
    const value = text.read(exchange);
    if (value === undefined) continue;
    const wire = wireHeaderValue(value);
    if (wire === null) throw errors.internal(`the value mapped to header ${name} is none`);
    if (action === "overwrite") removeHeader(pairs, name);
    pairs.push(name, wire);
  }
}

function removeHeader(pairs: string[], name: string): void {
  const lower = name.toLowerCase();
  for (let i = pairs.length - 2; i >= 0; i -= 2) {
    if (pairs[i]?.toLowerCase() === lower) pairs.splice(i, 2);
  }
}

function changedQuery(changes: readonly Prepared[], exchange: Exchange, raw: string): string {
  let pieces = raw.split("&").filter((piece) => piece !== "");
  for (const { action, name, text } of changes) {
    const value = action === "remove" ? undefined : text.read(exchange);
    if (action !== "remove" && value === undefined) continue;
    if (action !== "append") pieces = pieces.filter((piece) => nameOf(piece) !== name);
    if (value !== undefined) pieces.push(`${encodeComponent(name)}=${encodeComponent(value)}`);
  }
  return pieces.join("&");
}

function nameOf(piece: string): string {
  const equals = piece.indexOf("=");
  return decodeForm(equals === -1 ? piece : piece.slice(0, equals));
}
