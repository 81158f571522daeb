import { createHmac, timingSafeEqual } from "node:crypto";
import {
  allow,
  type AuthorizerResult,
  type TokenAuthorizerEvent,
} from "../generated/runtime/functions/authorizer.js";

/**
 * Lambda function `check-session`. It is the authorizer of:
 * - session
 *
 * A session token is the customer and an HMAC over him. The result is kept for a minute and serves
 * all methods of the stage, so it allows them all: each function sees for itself whose order it is.
 */
export async function handler(event: TokenAuthorizerEvent): Promise<AuthorizerResult> {
  const [, customer = "", signature = ""] =
    /^Bearer ([a-z0-9-]+)\.([0-9a-f]{64})$/.exec(event.authorizationToken) ?? [];
  // the exact text is what makes the gateway answer 401
  if (!isSigned(customer, signature)) throw new Error("Unauthorized");
  const stage = event.methodArn.split("/", 2).join("/");
  return allow(customer, `${stage}/*`, { customerId: customer });
}

function isSigned(customer: string, signature: string): boolean {
  const key = process.env["SESSION_KEY"] ?? "";
  if (key === "") throw new Error("SESSION_KEY is not set");
  const expected = createHmac("sha256", key).update(customer).digest();
  const sent = Buffer.from(signature, "hex");
  return sent.byteLength === expected.byteLength && timingSafeEqual(sent, expected);
}
