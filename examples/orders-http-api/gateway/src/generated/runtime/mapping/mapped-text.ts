// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { JsonAccessor, MappedText, MappedTextPart } from "../contracts.js";
import { prepareContext } from "../context/context.js";
import type { Exchange } from "../exchange.js";
import { headerValues } from "../http/headers.js";
import { TemplateBodyError } from "../velocity/value.js";
import { addedToPath, refuseDotSegments } from "./uri.js";

/** A text of an HTTP API's parameter mapping, ready to be read. */
export interface PreparedText {
  /** Undefined: its only part has no value, or every part lacks one. */
  read(exchange: Exchange): string | undefined;
  /** The same as a piece of a path: a value stays within its segment, and nothing climbs. */
  readPath(exchange: Exchange): string | undefined;
  /** The request body must have been read. */
  readonly needsBody: boolean;
  /** The body of the answer is read. */
  readonly needsAnswer: boolean;
}

/**
 * Bodies are cut here in front of a JSON path. Source: developer guide, "Transforming API requests and
 * responses". What the path finds in a body that the cut broke is assumed: nothing.
 */
const CUT_AT = 100 * 1024;

type Read = (exchange: Exchange) => string | undefined;

interface PreparedPart {
  readonly read: Read;
  /** The value as the client encoded it, where that is another. */
  readonly raw?: Read;
  readonly kind: "text" | "path" | "value";
}

/** Prepares a text for a stage. A part without a value is empty beside others. */
export function prepareText(
  text: MappedText,
  stageVariables: Readonly<Record<string, string>>,
): PreparedText {
  const parts = text.map((part) => preparePart(part, stageVariables));
  const has = (key: string): boolean =>
    text.some((part) => typeof part === "object" && key in part);
  const [only] = parts;
  return {
    read:
      only !== undefined && parts.length === 1
        ? only.read
        : (exchange) => joinedParts(parts.map(({ read }) => read(exchange))),
    readPath: (exchange) => {
      const path = joinedParts(
        parts.map(({ read, raw = read, kind }) => {
          const value = raw(exchange);
          return value === undefined ? undefined : addedToPath(value, kind);
        }),
      );
      // two harmless parts may climb together
      if (path !== undefined && parts.some(({ kind }) => kind !== "text")) refuseDotSegments(path);
      return path;
    },
    needsBody: has("body"),
    needsAnswer: has("responseBody"),
  };
}

function joinedParts(values: readonly (string | undefined)[]): string | undefined {
  return values.every((value) => value === undefined) ? undefined : values.join("");
}

function preparePart(
  part: MappedTextPart,
  stageVariables: Readonly<Record<string, string>>,
): PreparedPart {
  if (typeof part === "string") return { read: () => part, kind: "text" };
  if ("stageVariable" in part) {
    const { stageVariable: name } = part;
    const value = Object.hasOwn(stageVariables, name) ? stageVariables[name] : undefined;
    return { read: () => value, kind: "text" };
  }
  if ("requestPath" in part) return { read: ({ addressed }) => addressed.path, kind: "path" };
  if ("path" in part) {
    const raw: Read = (x) => x.pathParameter(part.path);
    return { read: (x) => decoded(raw(x)), raw, kind: "path" };
  }
  return { read: prepareValue(part), kind: "value" };
}

/** Decoded, as the events of functions have it (assumed); an escape that is none stays. */
function decoded(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

type ValuePart = Extract<
  MappedTextPart,
  | { readonly context: string }
  | { readonly header: string }
  | { readonly queryString: string }
  | { readonly body: JsonAccessor | null }
  | { readonly responseHeader: string }
  | { readonly responseBody: JsonAccessor | null }
>;

function prepareValue(part: ValuePart): Read {
  if ("context" in part) return prepareHttpContext(part.context);
  if ("header" in part) {
    return (x) => joined(headerValues(x.allHeaders, part.header));
  }
  if ("queryString" in part) return (x) => joined(x.query.all(part.queryString));
  if ("body" in part) return (x) => bodyValue(x.bodyBytes, part.body);
  if ("responseHeader" in part) {
    return (x) => joined(headerValues(x.answer?.headers ?? [], part.responseHeader));
  }
  return (x) => (x.answer === null ? undefined : bodyValue(x.answer.body, part.responseBody));
}

/** Where HTTP APIs name something otherwise than REST APIs do. */
function prepareHttpContext(name: string): Read {
  switch (name) {
    case "requestId":
      return (x) => x.extendedRequestId;
    case "routeKey":
      return ({ matched }) => {
        if (matched === null) return undefined;
        const { method, path } = matched.route;
        return path === "$default" ? path : `${method} ${path}`;
      };
    default:
      return prepareContext(name);
  }
}

function joined(values: readonly string[]): string | undefined {
  return values.length === 0 ? undefined : values.join(",");
}

/** An empty body has no value; so has a path in a body that is no JSON. */
function bodyValue(bytes: Buffer, accessor: JsonAccessor | null): string | undefined {
  if (bytes.byteLength === 0) return undefined;
  if (accessor === null) return bytes.toString("utf8");
  try {
    return accessor(bytes.subarray(0, CUT_AT).toString("utf8"));
  } catch (error) {
    if (error instanceof TemplateBodyError) return undefined;
    throw error;
  }
}
