// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { ContentHandling } from "../contracts.js";
import { GatewayError } from "../errors/gateway-error.js";

/** A body under way: text, or bytes that no template may touch. */
export type Payload = string | Buffer;

/**
 * The request payload handed to template or backend.
 * `registered`: the request's media type is one of the API's binary types.
 */
export function requestPayload(
  bytes: Buffer,
  registered: boolean,
  handling: ContentHandling,
): Payload {
  if (bytes.byteLength === 0) return "";
  if (registered) return handling === "CONVERT_TO_TEXT" ? bytes.toString("base64") : bytes;
  const text = bytes.toString("utf8");
  return handling === "CONVERT_TO_BINARY" ? decodeBase64(text) : text;
}

/** What decides about a response payload. */
export interface ResponseTypes {
  /** The API has binary types at all. */
  readonly anyRegistered: boolean;
  /** The backend's media type is one of them. */
  readonly backend: boolean;
  /** The first accepted type is one of them. */
  readonly accept: boolean;
}

/**
 * The response payload handed to template or client. Text from a backend whose type is not
 * registered is decoded as base64 when the client accepts a registered type: recorded so.
 */
export function responsePayload(
  bytes: Buffer,
  types: ResponseTypes,
  handling: ContentHandling,
): Payload {
  if (bytes.byteLength === 0) return "";
  if (types.anyRegistered && types.backend) {
    const asBytes = handling === "CONVERT_TO_BINARY" || (handling === null && types.accept);
    return asBytes ? bytes : bytes.toString("base64");
  }
  const text = bytes.toString("utf8");
  const decode =
    handling === "CONVERT_TO_BINARY" || (handling === null && types.anyRegistered && types.accept);
  return decode ? decodeBase64(text) : text;
}

/** Strict: anything but canonical base64 characters with full padding fails the request. */
export function decodeBase64(text: string): Buffer {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) {
    throw new GatewayError("API_CONFIGURATION_ERROR", {
      detail: "Execution failed due to configuration error: the body is not base64",
    });
  }
  return Buffer.from(text, "base64");
}
