// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { errors, type GatewayError } from "../errors/gateway-error.js";
import { isHeaderName, wireHeaderValue } from "../http/headers.js";
import { MAPPED_FATES, pushResponseHeader } from "../http/response-headers.js";
import { isRecord } from "../json-record.js";

/** What an answer says before its body. */
export interface ResultHead {
  readonly status: number;
  /** Name, value, ... under the names they leave with. */
  readonly headers: string[];
  readonly hasContentType: boolean;
}

/** A function's proxy result, checked. */
export interface ProxyResult extends ResultHead {
  readonly body: string;
  readonly isBase64: boolean;
}

const MEMBERS: ReadonlySet<string> = new Set([
  "isBase64Encoded",
  "statusCode",
  "headers",
  "multiValueHeaders",
  "body",
]);

/** Reads a proxy result (payload 1.0). Anything the service refuses is a 502. */
export function readProxyResult(payload: string): ProxyResult {
  const result = parseObject(payload, MEMBERS);
  return {
    ...readHead(result),
    body: readBody(result["body"]),
    isBase64: readFlag(result["isBase64Encoded"]),
  };
}

const METADATA_MEMBERS: ReadonlySet<string> = new Set([
  "statusCode",
  "headers",
  "multiValueHeaders",
  "cookies",
]);

/**
 * Reads what a streaming function says before its body; anything that a proxy result may not be is a 502
 * here, too: that is assumed. Source: developer guide, "Lambda proxy integration format for response
 * streaming".
 */
export function readStreamMetadata(text: string): ResultHead {
  const metadata = parseObject(text, METADATA_MEMBERS);
  const head = readHead(metadata);
  const { cookies = null } = metadata;
  if (cookies === null) return head;
  if (!Array.isArray(cookies)) malformed("cookies is no list");
  for (const cookie of cookies) {
    const wire = typeof cookie === "string" ? wireHeaderValue(cookie) : null;
    if (wire === null) malformed("cookies holds a value that is no text");
    head.headers.push("Set-Cookie", wire);
  }
  return head;
}

function readHead(result: Readonly<Record<string, unknown>>): ResultHead {
  const headers = mergeHeaders(result["multiValueHeaders"], result["headers"]);
  const out: string[] = [];
  let hasContentType = false;
  for (const { name, values } of headers.values()) {
    for (const value of values) {
      const sentAs = pushResponseHeader(out, MAPPED_FATES, name, value);
      hasContentType ||= sentAs === "content-type";
    }
  }
  return {
    status: readStatus(result["statusCode"]),
    headers: out,
    hasContentType,
  };
}

function parseObject(
  payload: string,
  members: ReadonlySet<string>,
): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(payload);
  } catch {
    malformed("not JSON");
  }
  if (!isRecord(value)) malformed("not an object");
  const unknown = Object.keys(value).find((name) => !members.has(name));
  if (unknown !== undefined) malformed(`unknown member ${JSON.stringify(unknown)}`);
  return value;
}

/** A number or its text; informational statuses end no request and are refused. */
function readStatus(value: unknown): number {
  if (value === undefined || value === null) return 200;
  const status = typeof value === "string" && /^\d{3}$/.test(value) ? Number(value) : value;
  if (typeof status === "number" && Number.isInteger(status) && status >= 200 && status <= 599) {
    return status;
  }
  return malformed("statusCode");
}

function readBody(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : malformed("body is no text");
}

function readFlag(value: unknown): boolean {
  if (value === undefined || value === null) return false;
  return typeof value === "boolean" ? value : malformed("isBase64Encoded");
}

interface Header {
  readonly name: string;
  readonly values: string[];
}

/** Multi values first, then the single one; the multi map's spelling wins, pairs are not doubled. */
function mergeHeaders(multi: unknown, single: unknown): ReadonlyMap<string, Header> {
  const merged = new Map<string, Header>();
  for (const [name, list] of entries(multi, "multiValueHeaders")) {
    if (!Array.isArray(list)) malformed("multiValueHeaders holds a value that is no list");
    for (const value of list) addHeader(merged, name, value);
  }
  for (const [name, value] of entries(single, "headers")) addHeader(merged, name, value);
  return merged;
}

function entries(map: unknown, member: string): [string, unknown][] {
  if (map === undefined || map === null) return [];
  return isRecord(map) ? Object.entries(map) : malformed(member);
}

function addHeader(merged: Map<string, Header>, name: string, value: unknown): void {
  if (value === null) return;
  const text = scalarText(value);
  const wire = text === null ? null : wireHeaderValue(text);
  if (wire === null || !isHeaderName(name)) malformed(`header ${JSON.stringify(name)}`);
  const known = merged.get(name.toLowerCase());
  if (known === undefined) merged.set(name.toLowerCase(), { name, values: [wire] });
  else if (!known.values.includes(wire)) known.values.push(wire);
}

function scalarText(value: unknown): string | null {
  switch (typeof value) {
    case "string":
      return value;
    case "number":
    case "boolean":
      return String(value);
    default:
      return null;
  }
}

function malformed(what: string): never {
  throw malformedResult(what);
}

/** What a result becomes that is not as the service wants it. */
export function malformedResult(what: string): GatewayError {
  return errors.internal(
    `Execution failed due to configuration error: Malformed Lambda proxy response: ${what}`,
    undefined,
    502,
  );
}
