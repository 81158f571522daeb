// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { GatewayResponseTable, GatewayResponseType, SubstitutionPart } from "../contracts.js";
import type { Exchange } from "../exchange.js";
import { isHeaderName, wireHeaderValue } from "../http/headers.js";
import { firstAccepted } from "../http/media-type.js";
import type { GatewayResponse } from "../http/message.js";
import { MAPPED_FATES, pushResponseHeader } from "../http/response-headers.js";
import { prepareSource, singleText, type PreparedSource } from "../mapping/source.js";
import type { GatewayError } from "./gateway-error.js";

/** Answers an error, by the API's definitions. Ids are added by the gateway. */
export type GatewayResponses = (exchange: Exchange, error: GatewayError) => GatewayResponse;

type Definitions = Readonly<Partial<Record<GatewayResponseType, GatewayResponseTable>>>;

/** What a stage's definition of one response type is made of; read per error, so not per stage. */
interface Definition {
  readonly statusCode: number | null;
  readonly headers: readonly { readonly name: string; readonly source: SourceOfStage }[];
  readonly templates: ReadonlyMap<string, readonly (string | SourceOfStage)[]>;
}

type SourceOfStage = (exchange: Exchange) => PreparedSource;

/**
 * Prepares the gateway responses. A type without a definition takes the whole definition of
 * DEFAULT_4XX or DEFAULT_5XX; a type with any definition of its own inherits nothing.
 */
export function prepareGatewayResponses(definitions: Definitions): GatewayResponses {
  const prepared = new Map<GatewayResponseType, Definition>();
  for (const [type, table] of definitionEntries(definitions)) {
    prepared.set(type, prepareDefinition(table));
  }
  return (exchange, error) => {
    const inherited = error.status >= 500 ? "DEFAULT_5XX" : "DEFAULT_4XX";
    // The type of a request that is too large cannot be customised.
    const definition =
      error.type === "REQUEST_TOO_LARGE"
        ? undefined
        : (prepared.get(error.type) ?? prepared.get(inherited));
    exchange.error = error;
    return answer(exchange, error, definition);
  };
}

function definitionEntries(
  definitions: Definitions,
): [GatewayResponseType, GatewayResponseTable][] {
  const isType = (key: string): key is GatewayResponseType => Object.hasOwn(definitions, key);
  return Object.keys(definitions)
    .filter(isType)
    .flatMap((type) => {
      const table = definitions[type];
      return table === undefined ? [] : [[type, table] satisfies [unknown, unknown]];
    });
}

function prepareDefinition(table: GatewayResponseTable): Definition {
  return {
    statusCode: table.statusCode,
    headers: table.headers
      .filter(({ name }) => isHeaderName(name))
      .map(({ name, from }) => ({ name, source: ofStage(from) })),
    templates: new Map(
      Object.entries(table.templates).map(([type, parts]) => [
        type.trim().toLowerCase(),
        parts.map((part) => (typeof part === "string" ? part : ofStage(part))),
      ]),
    ),
  };
}

/** Stage variables are looked up when the error happens: its stage is known only then. */
function ofStage(part: Exclude<SubstitutionPart, string>): SourceOfStage {
  if ("stageVariable" in part) {
    return (exchange) => prepareSource(part, exchange.addressed.stageVariables);
  }
  const source = prepareSource(part, {});
  return () => source;
}

function answer(
  exchange: Exchange,
  error: GatewayError,
  definition: Definition | undefined,
): GatewayResponse {
  const headers: string[] = ["x-amzn-ErrorType", error.errorType];
  let hasType = false;
  for (const { name, source } of definition?.headers ?? []) {
    const value = singleText(readSafely(source(exchange), exchange));
    const wire = value === undefined ? null : wireHeaderValue(value);
    if (wire === null) continue;
    if (pushResponseHeader(headers, MAPPED_FATES, name, wire) === "content-type") hasType = true;
  }
  if (!hasType) headers.push("Content-Type", "application/json");
  return {
    status: definition?.statusCode ?? error.status,
    headers,
    body: renderBody(exchange, error, definition),
  };
}

function renderBody(
  exchange: Exchange,
  error: GatewayError,
  definition: Definition | undefined,
): string {
  const templates = definition?.templates;
  const [first] = templates?.values() ?? [];
  const parts =
    templates?.get(firstAccepted(exchange.headers.accept) ?? "application/json") ??
    templates?.get("application/json") ??
    first;
  if (parts === undefined) {
    // Reported for this type alone: its default body has a capital letter.
    const member = error.type === "ACCESS_DENIED" ? "Message" : "message";
    return `{"${member}":${JSON.stringify(error.clientMessage)}}`;
  }
  let body = "";
  for (const part of parts) {
    if (typeof part === "string") body += part;
    else body += printed(part(exchange), exchange);
  }
  return body;
}

/** `$context.error.messageString` of a null message prints as `null`; other gaps as nothing. */
function printed(source: PreparedSource, exchange: Exchange): string {
  return singleText(readSafely(source, exchange)) ?? "";
}

/** An error's own answer must not fail: a body that was never read, or is no JSON, maps nothing. */
function readSafely(
  source: PreparedSource,
  exchange: Exchange,
): string | readonly string[] | undefined {
  try {
    return source.read(exchange);
  } catch {
    return undefined;
  }
}
