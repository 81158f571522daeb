// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { errors } from "../errors/gateway-error.js";
import { isHeaderName, wireHeaderValue } from "../http/headers.js";
import type { GatewayResponse } from "../http/message.js";
import { isRecord } from "../json-record.js";

/** Belong to the connection, or to the server in front of it. */
const NOT_SENT: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "date",
  "keep-alive",
  "transfer-encoding",
]);

/**
 * The answer that a function's result of version 2.0 means: a result without `statusCode` is the body
 * itself. Source: developer guide, "Lambda function response for format 2.0".
 */
export function answerOfVersion2(payload: string): GatewayResponse {
  const result = parse(payload);
  if (isRecord(result) && result["statusCode"] !== undefined) return structured(result);
  const body = typeof result === "string" ? result : JSON.stringify(result);
  return { status: 200, headers: ["Content-Type", "application/json"], body };
}

/** Version 1.0 takes structured results alone. */
export function answerOfVersion1(payload: string): GatewayResponse {
  const result = parse(payload);
  if (isRecord(result) && result["statusCode"] !== undefined) return structured(result);
  return malformed("has no statusCode");
}

function parse(payload: string): unknown {
  try {
    return JSON.parse(payload) as unknown;
  } catch {
    return malformed("is no JSON");
  }
}

function structured(result: Readonly<Record<string, unknown>>): GatewayResponse {
  const { headers = null, multiValueHeaders = null, cookies = null, body = null } = result;
  const pairs = [
    ...entries(headers, "headers").flatMap(([name, value]) => header(name, value)),
    ...entries(multiValueHeaders, "multiValueHeaders").flatMap(([name, values]) =>
      list(values, name).flatMap((value) => header(name, value)),
    ),
    ...(cookies === null
      ? []
      : list(cookies, "cookies").flatMap((cookie) => header("set-cookie", cookie))),
  ];
  const hasType = pairs.some((name, index) => index % 2 === 0 && /^content-type$/i.test(name));
  // assumed: what a structured result without a type is sent as
  if (!hasType) pairs.push("Content-Type", "text/plain;charset=UTF-8");
  return { status: statusOf(result["statusCode"]), headers: pairs, body: bodyOf(result, body) };
}

/** Numeric text is accepted. */
function statusOf(value: unknown): number {
  const status = typeof value === "string" && /^\d{3}$/.test(value) ? Number(value) : value;
  if (typeof status !== "number" || !Number.isInteger(status) || status < 200 || status > 599) {
    return malformed("has a statusCode that is none");
  }
  return status;
}

function bodyOf(
  { isBase64Encoded }: Readonly<Record<string, unknown>>,
  body: unknown,
): string | Buffer {
  if (body === null) return "";
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return isBase64Encoded === true ? Buffer.from(text, "base64") : text;
}

function entries(value: unknown, member: string): readonly (readonly [string, unknown])[] {
  if (value === null) return [];
  return isRecord(value) ? Object.entries(value) : malformed(`has ${member} that are no object`);
}

function list(value: unknown, name: string): readonly unknown[] {
  return Array.isArray(value) ? value : malformed(`has values of ${name} that are no list`);
}

function header(name: string, value: unknown): readonly string[] {
  if (NOT_SENT.has(name.toLowerCase())) return [];
  const isScalar = ["string", "number", "boolean"].includes(typeof value);
  const wire = isScalar ? wireHeaderValue(String(value)) : null;
  if (wire === null || !isHeaderName(name)) return malformed(`has a header ${name} that is none`);
  return [name, wire];
}

function malformed(reason: string): never {
  throw errors.internal(`the function's result ${reason}`);
}
