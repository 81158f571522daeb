// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { isHeaderName } from "../http/headers.js";
import type { GatewayRequest } from "../http/message.js";
import { isRecord } from "../json-record.js";
import { badRequest } from "./admin-error.js";
import type { AdminCall } from "./admin-operation.js";

/** The request that a test invocation describes. */
export function sentRequest(
  method: string,
  target: string,
  body: AdminCall["body"],
): GatewayRequest {
  const text = body["body"];
  if (text !== undefined && text !== null && typeof text !== "string") {
    throw badRequest("body is not a text");
  }
  return {
    method,
    target,
    rawHeaders: sentHeaders(body),
    body: typeof text === "string" && text !== "" ? Buffer.from(text) : null,
    remoteAddress: "127.0.0.1",
    protocol: "https",
  };
}

/** Single values come behind those of `multiValueHeaders`, whose names they do not repeat. */
function sentHeaders(body: AdminCall["body"]): readonly string[] {
  const several = body["multiValueHeaders"] ?? {};
  if (!isRecord(several)) throw badRequest("multiValueHeaders is not an object");
  const pairs = Object.entries(several).flatMap(([name, values]) => {
    if (!Array.isArray(values)) throw badRequest("multiValueHeaders has a value that is no list");
    return values.map((value: unknown) => [name, String(value)] as const);
  });
  const singles = Object.entries(bodyTexts(body, "headers")).filter(
    ([name]) => !pairs.some(([known]) => known.toLowerCase() === name.toLowerCase()),
  );
  return [...pairs, ...singles].flatMap(([name, value]) => {
    if (!isHeaderName(name) || /[\r\n\0]/.test(value)) throw badRequest("a header is malformed");
    return [name, value];
  });
}

/** A member with texts by name. */
export function bodyTexts(
  body: AdminCall["body"],
  member: string,
): Readonly<Record<string, string>> {
  const value = body[member] ?? {};
  if (!isRecord(value)) throw badRequest(`${member} is not an object`);
  const entries = Object.entries(value).map(([name, item]): [string, string] => {
    if (typeof item !== "string") throw badRequest(`${member} has a value that is no text`);
    return [name, item];
  });
  return Object.fromEntries(entries);
}
