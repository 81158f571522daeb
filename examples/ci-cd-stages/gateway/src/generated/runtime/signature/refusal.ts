// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { GatewayError } from "../errors/gateway-error.js";

/** No signature was sent. */
export function notSigned(): GatewayError {
  return new GatewayError("MISSING_AUTHENTICATION_TOKEN");
}

/**
 * Something of a signature is missing. `header` is shown to who sent it, but not in logs: it may be
 * a token. `detail`: what logs show.
 */
export function incomplete(
  message: string,
  header: string | null,
  detail: string = message,
): GatewayError {
  return new GatewayError("INVALID_SIGNATURE", {
    message: header === null ? message : `${message} Authorization=${header}`,
    errorType: "IncompleteSignatureException",
    detail,
  });
}

export function invalid(message: string, detail: string = message): GatewayError {
  return new GatewayError("INVALID_SIGNATURE", { message, detail });
}

/** The access key is not known, or its session token is another one. */
export function unknownCredential(): GatewayError {
  return new GatewayError("DEFAULT_4XX", {
    status: 403,
    message: "The security token included in the request is invalid.",
    errorType: "UnrecognizedClientException",
  });
}
