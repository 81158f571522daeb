// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { IntegrationResponseTable, Template } from "../contracts.js";
import { GatewayError, errors } from "../errors/gateway-error.js";
import type { Exchange, IntegrationAnswer, Surroundings } from "../exchange.js";
import { firstAccepted, mediaType } from "../http/media-type.js";
import type { GatewayResponse } from "../http/message.js";
import { headerValues, isHeaderName, wireHeaderValue } from "../http/headers.js";
import { MAPPED_FATES, pushResponseHeader } from "../http/response-headers.js";
import { decodeBase64, responsePayload, type Payload } from "./content-handling.js";
import { DEFAULT_KEY, prepareSelection } from "./selection.js";
import { prepareSource, singleText, type PreparedSource } from "./source.js";
import { constantText, renderTemplate } from "./template-input.js";

/** An integration's `responses`, ready to choose from. */
export interface IntegrationResponses {
  /** The response for a status text or error message. Throws when none fits. */
  select(text: string): PreparedResponse;
  /** Selects a response, traced, and builds the client's answer by it. Throws when none fits. */
  answer(exchange: Exchange, text: string, answer: IntegrationAnswer): GatewayResponse;
}

export interface PreparedResponse {
  readonly pattern: string | null;
  readonly status: number;
  /** Builds the client's answer from the integration's. */
  readonly build: (
    exchange: Exchange,
    answer: IntegrationAnswer,
    matched: string,
  ) => GatewayResponse;
  /** The answer to a request without a backend, where nothing in it varies. */
  readonly constant: ConstantResponse | null;
}

export interface ConstantResponse {
  readonly status: number;
  /** Name, value, ...; without ids. */
  readonly headers: readonly string[];
  readonly body: string | null;
}

export interface ResponseOptions {
  /** MOCK: without a template the answer is empty, and carries no trace header. */
  readonly isMock: boolean;
}

/** That an answer passes as it is where no integration response is defined is assumed. */
const PASSING: IntegrationResponseTable = {
  pattern: null,
  statusCode: 200,
  headers: [],
  templates: {},
  contentHandling: null,
};

interface Prepared extends PreparedResponse {
  readonly matches: RegExp | null;
}

/** Prepares `responses` for a stage. */
export function prepareIntegrationResponses(
  tables: readonly IntegrationResponseTable[],
  around: Surroundings,
  stageVariables: Readonly<Record<string, string>>,
  options: ResponseOptions,
): IntegrationResponses {
  const isSocket = around.api.websocket !== null;
  const defined = isSocket && tables.length === 0 ? [PASSING] : tables;
  const prepared = defined.map((table) => prepareOne(table, around, stageVariables, options));
  const fallback = prepared.find(({ matches }) => matches === null);
  const select = (text: string): PreparedResponse => {
    const response = prepared.find(({ matches }) => matches?.test(text) === true) ?? fallback;
    if (response !== undefined) return response;
    throw new GatewayError("API_CONFIGURATION_ERROR", {
      detail:
        "No match for output mapping and no default output mapping configured. " +
        `Endpoint Response Status Code: ${text}`,
    });
  };
  return {
    select,
    answer(exchange, text, answer) {
      const { pattern, status, build } = select(text);
      exchange.trace?.({ kind: "response-selected", pattern, status });
      return build(exchange, answer, text);
    },
  };
}

function prepareOne(
  table: IntegrationResponseTable,
  around: Surroundings,
  stageVariables: Readonly<Record<string, string>>,
  options: ResponseOptions,
): Prepared {
  const headers = table.headers
    .filter(({ name }) => isHeaderName(name))
    .map(({ name, from }) => ({ name, source: prepareSource(from, stageVariables) }));
  const isSocket = around.api.websocket !== null;
  return {
    matches: table.pattern === null ? null : wholeText(table.pattern),
    pattern: table.pattern?.source ?? null,
    status: table.statusCode,
    build: isSocket
      ? prepareFrame(table, stageVariables, options)
      : prepareAnswer(table, headers, options),
    constant: options.isMock && !isSocket ? constantResponse(table, headers, around) : null,
  };
}

type Build = PreparedResponse["build"];

/** The answer to an HTTP request. */
function prepareAnswer(
  table: IntegrationResponseTable,
  headers: readonly MappedHeader[],
  options: ResponseOptions,
): Build {
  const chooseTemplate = prepareAcceptedTemplate(table.templates);
  return (exchange, answer) => {
    exchange.answer = answer;
    const template = chooseTemplate(exchange);
    const payload = convert(exchange, answer, table.contentHandling);
    const body =
      template === null
        ? options.isMock
          ? null
          : payload
        : renderTemplate(template, exchange, payload);
    // Behind the template: what it overrides counts.
    const out: string[] = [];
    const hasType = pushMapped(out, headers, exchange);
    if (!hasType) out.push("Content-Type", "application/json");
    if (!options.isMock) out.push("X-Amzn-Trace-Id", exchange.traceHeader);
    const status = exchange.responseOverride?.status ?? table.statusCode;
    return { status, headers: out, body };
  };
}

/**
 * What a WebSocket client gets: text, unless the response makes bytes of it. The status of the
 * integration decides about a handshake; bytes are made of what a template rendered (assumed).
 */
function prepareFrame(
  table: IntegrationResponseTable,
  stageVariables: Readonly<Record<string, string>>,
  { isMock }: ResponseOptions,
): Build {
  const chooseTemplate = prepareSelectedTemplate(table, stageVariables);
  const { contentHandling } = table;
  return (exchange, answer, matched) => {
    exchange.answer = answer;
    const template = chooseTemplate(exchange);
    const status = matchedStatus(matched);
    if (template === null && isMock) return { status, headers: [], body: null };
    const asText = contentHandling === "CONVERT_TO_TEXT" ? "base64" : "utf8";
    const payload = answer.body.toString(asText);
    const text = template === null ? payload : renderTemplate(template, exchange, payload);
    const body = contentHandling === "CONVERT_TO_BINARY" ? decodeBase64(text) : text;
    return { status, headers: [], body };
  };
}

/** A function has no status: what is matched is empty text for a success, else its message. */
function matchedStatus(matched: string): number {
  if (/^\d{3}$/.test(matched)) return Number(matched);
  return matched === "" ? 200 : 500;
}

interface MappedHeader {
  readonly name: string;
  readonly source: PreparedSource;
}

const NO_OVERRIDE: ReadonlyMap<string, string> = new Map();

/** Appends mapped headers, those that a template wrote laid over them; true when `Content-Type` is among them. */
function pushMapped(into: string[], headers: readonly MappedHeader[], exchange: Exchange): boolean {
  let hasType = false;
  const push = (name: string, value: string): void => {
    const wire = wireHeaderValue(value);
    if (wire === null || !isHeaderName(name))
      throw errors.internal(`the value mapped to header ${name} is no header value`);
    if (pushResponseHeader(into, MAPPED_FATES, name, wire) === "content-type") hasType = true;
  };
  const override = exchange.responseOverride?.header ?? NO_OVERRIDE;
  const overridden = new Set([...override.keys()].map((name) => name.toLowerCase()));
  for (const { name, source } of headers) {
    const value = overridden.has(name.toLowerCase())
      ? undefined
      : singleText(source.read(exchange));
    if (value !== undefined) push(name, value);
  }
  for (const [name, value] of override) push(name, value);
  return hasType;
}

function convert(
  exchange: Exchange,
  answer: IntegrationAnswer,
  handling: IntegrationResponseTable["contentHandling"],
): Payload {
  const { binaryTypes } = exchange.around;
  const backendType = mediaType(headerValues(answer.headers, "content-type").at(-1) ?? null);
  return responsePayload(
    answer.body,
    {
      anyRegistered: binaryTypes.any,
      backend: binaryTypes.includes(backendType),
      accept: binaryTypes.includes(firstAccepted(exchange.headers.accept)),
    },
    handling,
  );
}

/** By the client's first accepted type, else `application/json`, else the first template. */
function prepareAcceptedTemplate(
  templates: IntegrationResponseTable["templates"],
): (exchange: Exchange) => Template | null {
  const byType = new Map(
    Object.entries(templates).map(([type, template]) => [type.trim().toLowerCase(), template]),
  );
  const [first] = byType.values();
  const fallback = byType.get("application/json") ?? first ?? null;
  if (byType.size < 2) return () => fallback;
  return ({ headers: { accept } }) =>
    byType.get(firstAccepted(accept) ?? "application/json") ?? fallback;
}

/** By the value of the response's own selection, else `$default`. */
function prepareSelectedTemplate(
  { templates, templateSelection }: IntegrationResponseTable,
  stageVariables: Readonly<Record<string, string>>,
): (exchange: Exchange) => Template | null {
  const byKey = new Map(Object.entries(templates));
  const fallback = byKey.get(DEFAULT_KEY) ?? null;
  if (templateSelection === undefined) return () => fallback;
  const select = prepareSelection(templateSelection, stageVariables);
  return (exchange) => byKey.get(select(exchange)) ?? fallback;
}

/** The expression over the whole text, so that `4\d{2}` does not match inside `1404`. */
function wholeText(pattern: RegExp): RegExp {
  return new RegExp(`^(?:${pattern.source})$`, pattern.flags.replaceAll(/[gym]/g, ""));
}

function constantResponse(
  table: IntegrationResponseTable,
  headers: readonly MappedHeader[],
  around: Surroundings,
): ConstantResponse | null {
  const templates = Object.values(table.templates);
  const [template] = templates;
  if (templates.length > 1 || table.contentHandling !== null || around.binaryTypes.any) return null;
  const body = template === undefined ? null : constantText(template);
  if (template !== undefined && body === null) return null;
  const out: string[] = [];
  let hasType = false;
  for (const { name, source } of headers) {
    if (source.constant === undefined) {
      if (source.trusted) continue;
      return null;
    }
    const wire = wireHeaderValue(source.constant);
    if (wire === null) return null;
    if (pushResponseHeader(out, MAPPED_FATES, name, wire) === "content-type") hasType = true;
  }
  if (!hasType) out.push("Content-Type", "application/json");
  return { status: table.statusCode, headers: out, body };
}
