// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { UriTemplate } from "../contracts.js";
import { errors } from "../errors/gateway-error.js";
import type { Exchange } from "../exchange.js";
import { singleText, type PreparedSource } from "./source.js";

/** Where a request goes: scheme and authority, and path with query. */
export interface Endpoint {
  readonly origin: string;
  readonly path: string;
  /** `Host`, where it is not that of the origin. */
  readonly host?: string;
}

/** Builds the endpoint of one request. Throws when it has no host or a value does not fit. */
export type UriBuilder = (exchange: Exchange) => Endpoint;

/** Fills stage variables in; an undefined one is empty text. */
export function fillStageVariables(
  template: UriTemplate,
  stageVariables: Readonly<Record<string, string>>,
): (string | { readonly path: string })[] {
  const parts: (string | { readonly path: string })[] = [];
  for (const part of template) {
    if (typeof part === "object" && "path" in part) {
      parts.push(part);
      continue;
    }
    const text =
      typeof part === "string"
        ? part
        : Object.hasOwn(stageVariables, part.stageVariable)
          ? (stageVariables[part.stageVariable] ?? "")
          : "";
    const before = parts.at(-1);
    if (typeof before === "string") parts[parts.length - 1] = before + text;
    else parts.push(text);
  }
  return parts;
}

/** A template whose only holes are stage variables, as text; a `{name}` stays as it is. */
export function filledText(
  template: UriTemplate,
  stageVariables: Readonly<Record<string, string>>,
): string {
  return fillStageVariables(template, stageVariables)
    .map((part) => (typeof part === "string" ? part : `{${part.path}}`))
    .join("");
}

/**
 * Prepares an integration URI. A `{name}` is filled from `integration.request.path.name` alone;
 * without such a mapping it stays as it is.
 */
export function prepareUri(
  template: UriTemplate,
  stageVariables: Readonly<Record<string, string>>,
  paths: ReadonlyMap<string, PreparedSource>,
): UriBuilder {
  const parts = fillStageVariables(template, stageVariables);
  const fixed = fixedUri(parts);
  if (fixed !== null) {
    const endpoint = splitUri(fixed);
    return () => endpoint ?? invalidEndpoint(fixed);
  }
  return (exchange) => {
    let uri = "";
    for (const part of parts) {
      uri += typeof part === "string" ? part : hole(part.path, paths, exchange, uri);
    }
    return splitUri(uri) ?? invalidEndpoint(uri);
  };
}

function fixedUri(parts: readonly (string | { readonly path: string })[]): string | null {
  let uri = "";
  for (const part of parts) {
    if (typeof part === "string") uri += part;
    else return null;
  }
  return uri;
}

function hole(
  name: string,
  paths: ReadonlyMap<string, PreparedSource>,
  exchange: Exchange,
  before: string,
): string {
  const overridden = exchange.requestOverride?.path.get(name);
  const source = overridden === undefined ? paths.get(name) : fromTemplate(overridden);
  const value = source === undefined ? undefined : singleText(source.read(exchange));
  if (source === undefined || value === undefined) return `{${name}}`;
  if (!/^https?:\/\/[^/?#]*[/?#]/i.test(before)) return authorityValue(name, value, source);
  return before.includes("?") ? queryValue(value, source) : pathValue(name, value, source);
}

/** A value that a template wrote, which may come from the client. */
function fromTemplate(value: string): PreparedSource {
  return {
    read: () => value,
    needsBody: false,
    constant: undefined,
    trusted: false,
    encoded: false,
  };
}

/** In front of the path a client's value may not name another host, user or port. */
function authorityValue(name: string, value: string, source: PreparedSource): string {
  if (source.trusted || /^[A-Za-z0-9._-]*$/.test(value)) return value;
  throw errors.badRequest("Bad Request", `path value ${name} does not fit into a host name`);
}

/** Other values than path values come decoded; each stays within its segment. */
function pathValue(name: string, value: string, source: PreparedSource): string {
  if (source.trusted) return encodeTrusted(value);
  if (hasDotSegment(value)) {
    throw errors.badRequest("Bad Request", `path value ${name} holds a dot segment`);
  }
  return source.encoded ? encodeSent(value) : encodeComponent(value);
}

/**
 * A piece of a path that an HTTP API puts together. `text`: the author's own, `path`: still encoded as the
 * client sent it, `value`: any other, which stays within its segment. Throws where it would climb.
 */
export function addedToPath(value: string, kind: "text" | "path" | "value"): string {
  if (kind === "text") return encodeTrusted(value).replaceAll(/[?#]/g, encodeURIComponent);
  refuseDotSegments(value);
  return kind === "path" ? encodeSent(value) : encodeComponent(value);
}

/** Throws where a path that holds a client's values climbs. */
export function refuseDotSegments(path: string): void {
  if (hasDotSegment(path)) {
    throw errors.badRequest("Bad Request", "a mapped path holds a dot segment");
  }
}

function encodeTrusted(value: string): string {
  return wellFormed(value).replaceAll(/[^\x21-\x7e]/gu, encodeURIComponent);
}

function encodeSent(value: string): string {
  return value.replaceAll(/[^\w\-.~!$&'()*+,;=:@/%]/g, escapeLatin1);
}

function queryValue(value: string, source: PreparedSource): string {
  if (source.trusted) return encodeTrusted(value);
  return source.encoded
    ? value.replaceAll(/[^\w\-.~!$'()*,:@/%]/g, escapeLatin1)
    : encodeComponent(value);
}

/** Percent-encodes everything but unreserved characters; lone surrogates become U+FFFD. */
export function encodeComponent(text: string): string {
  return encodeURIComponent(wellFormed(text));
}

function wellFormed(text: string): string {
  return Buffer.from(text, "utf8").toString("utf8");
}

/** Undecoded paths hold bytes as Latin-1 characters. */
function escapeLatin1(char: string): string {
  return `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
}

/** `.` or `..` between any separators a backend might see, plain or escaped. */
function hasDotSegment(value: string): boolean {
  if (!value.includes(".") && !/%2e/i.test(value)) return false;
  return value
    .replaceAll(/%2e/gi, ".")
    .split(/[/\\;]|%2f|%5c/i)
    .some((segment) => segment === "." || segment === "..");
}

/** Cuts an absolute HTTP address in two; null when it has no host. */
export function splitUri(uri: string): Endpoint | null {
  const match = /^(https?):\/\/([^/?#]*)([^#]*)/i.exec(uri);
  const scheme = match?.[1];
  const authority = match?.[2];
  if (scheme === undefined || authority === undefined) return null;
  if (!/^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/.test(authority)) return null;
  const rest = match?.[3] ?? "";
  return {
    origin: `${scheme.toLowerCase()}://${authority.toLowerCase()}`,
    path: rest.startsWith("/") ? rest : `/${rest}`,
  };
}

/** Adds a query to a path that may have one. */
export function withQuery(path: string, query: string): string {
  if (query === "") return path;
  if (!path.includes("?")) return `${path}?${query}`;
  return path.endsWith("?") || path.endsWith("&") ? `${path}${query}` : `${path}&${query}`;
}

function invalidEndpoint(uri: string): never {
  throw errors.invalidEndpoint(
    "Execution failed due to configuration error: Invalid endpoint address",
    uri,
  );
}
