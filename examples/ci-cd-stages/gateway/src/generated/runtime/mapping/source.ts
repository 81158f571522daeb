// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { JsonAccessor, MappingSource } from "../contracts.js";
import { prepareContext } from "../context/context.js";
import { errors, type GatewayError } from "../errors/gateway-error.js";
import type { Exchange } from "../exchange.js";
import { allHeaders, headerValues } from "../http/headers.js";
import { TemplateBodyError } from "../velocity/value.js";

/** A mapped value: text, several texts (query strings may repeat), or nothing to map. */
export type MappedValue = string | readonly string[] | undefined;

/** The right side of a parameter mapping, ready to be read. */
export interface PreparedSource {
  read(exchange: Exchange): MappedValue;
  /** The request body must have been read. */
  readonly needsBody: boolean;
  /** Set when the value never changes. */
  readonly constant: string | undefined;
  /** True for a value written by the API's author, not by a client or backend. */
  readonly trusted: boolean;
  /** True for a path value, which is still percent-encoded. */
  readonly encoded: boolean;
}

/** Prepares a mapping source; `stageVariables` are those of the stage. */
export function prepareSource(
  source: MappingSource,
  stageVariables: Readonly<Record<string, string>>,
): PreparedSource {
  if ("literal" in source) return constant(source.literal);
  if ("stageVariable" in source) {
    return constant(
      Object.hasOwn(stageVariables, source.stageVariable)
        ? stageVariables[source.stageVariable]
        : undefined,
    );
  }
  if ("context" in source) return dynamic(prepareContext(source.context));
  if ("path" in source) {
    return { ...dynamic((x) => x.pathParameter(source.path)), encoded: true };
  }
  if ("header" in source) return dynamic((x) => x.header(source.header));
  if ("multiValueHeader" in source) {
    return dynamic((x) => joined(allHeaders(x.allHeaders, source.multiValueHeader)));
  }
  if ("queryString" in source) return dynamic((x) => x.query.last(source.queryString));
  if ("multiValueQueryString" in source) {
    return dynamic((x) => several(x.query.all(source.multiValueQueryString)));
  }
  if ("body" in source) return requestBody(source.body);
  if ("responseHeader" in source) {
    return dynamic((x) => headerValues(x.answer?.headers ?? [], source.responseHeader).at(-1));
  }
  if ("multiValueResponseHeader" in source) {
    return dynamic((x) =>
      joined(headerValues(x.answer?.headers ?? [], source.multiValueResponseHeader)),
    );
  }
  return responseBody(source.responseBody);
}

function constant(value: string | undefined): PreparedSource {
  return { read: () => value, needsBody: false, constant: value, trusted: true, encoded: false };
}

function dynamic(read: (exchange: Exchange) => MappedValue): PreparedSource {
  return { read, needsBody: false, constant: undefined, trusted: false, encoded: false };
}

/** An empty body maps as `{}`; text that looks like JSON and is not fails the request. */
function requestBody(accessor: JsonAccessor | null): PreparedSource {
  const read = (exchange: Exchange): MappedValue => {
    const body = filledText(exchange.bodyText);
    if (accessor === null) return body;
    return readText(accessor, body, () => errors.badRequest("Invalid JSON in request body"));
  };
  return { ...dynamic(read), needsBody: true };
}

function responseBody(accessor: JsonAccessor | null): PreparedSource {
  return dynamic((exchange) => {
    const body = filledText(exchange.answer?.body.toString("utf8") ?? "");
    if (accessor === null) return body;
    return readText(accessor, body, () =>
      errors.internal("a response mapping reads a body that is no JSON"),
    );
  });
}

function filledText(text: string): string {
  return text === "" ? "{}" : text;
}

function readText(
  accessor: JsonAccessor,
  body: string,
  broken: () => GatewayError,
): string | undefined {
  try {
    return accessor(body);
  } catch (error) {
    if (error instanceof TemplateBodyError) throw broken();
    throw error;
  }
}

function joined(values: readonly string[]): string | undefined {
  return values.length === 0 ? undefined : values.join(",");
}

function several(values: readonly string[]): MappedValue {
  return values.length < 2 ? values[0] : values;
}

/** A mapped value where only one text fits. */
export function singleText(value: MappedValue): string | undefined {
  return typeof value === "object" ? value.join(",") : value;
}
