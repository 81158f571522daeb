import { GatewayError } from "../../../src/runtime/errors/gateway-error.js";

/** `accepted`, or status, error type and message of the refusal. */
export async function refusalOf(verified: Promise<unknown>): Promise<string> {
  try {
    await verified;
    return "accepted";
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return `${error.status} ${error.errorType}: ${error.clientMessage}`;
  }
}
