import {
  deny,
  type AuthorizerResult,
  type TokenAuthorizerEvent,
} from "../generated/runtime/functions/authorizer.js";

/**
 * Lambda function `check-session`. It is the authorizer of:
 * - session
 */
export async function handler(event: TokenAuthorizerEvent): Promise<AuthorizerResult> {
  // Nobody gets in until it is written here who may.
  return deny("unknown", event.methodArn);
}
