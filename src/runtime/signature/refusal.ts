import { GatewayError } from "../errors/gateway-error.js";

/** No signature was sent. */
export function notSigned(): GatewayError {
  return new GatewayError("MISSING_AUTHENTICATION_TOKEN");
}

/** Something of a signature is missing; `header` is shown to who sent it. */
export function incomplete(message: string, header: string | null): GatewayError {
  return new GatewayError("INVALID_SIGNATURE", {
    message: header === null ? message : `${message} Authorization=${header}`,
    errorType: "IncompleteSignatureException",
  });
}

export function invalid(message: string): GatewayError {
  return new GatewayError("INVALID_SIGNATURE", { message });
}

/** The access key is not known, or its session token is another one. */
export function unknownCredential(): GatewayError {
  return new GatewayError("DEFAULT_4XX", {
    status: 403,
    message: "The security token included in the request is invalid.",
    errorType: "UnrecognizedClientException",
  });
}
