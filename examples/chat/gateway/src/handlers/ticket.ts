import { createHmac, timingSafeEqual } from "node:crypto";
import { allow, deny, type AuthorizerResult } from "../generated/runtime/functions/authorizer.js";
import type { WebSocketAuthorizerEvent } from "../generated/runtime/functions/websocket-event.js";
import type { StageVariables } from "../generated/stages.js";

/**
 * Lambda function `ticket`. It is the authorizer of:
 * - ticket
 *
 * A ticket is a name and an HMAC over it. The name is in the context of all later messages.
 */
export async function handler(
  event: WebSocketAuthorizerEvent<StageVariables>,
): Promise<AuthorizerResult> {
  const ticket = event.queryStringParameters["ticket"] ?? "";
  const [, name = "", signature = ""] = /^([\w-]{1,20})\.([0-9a-f]{64})$/.exec(ticket) ?? [];
  return isSigned(name, signature)
    ? allow(name, event.methodArn, { name })
    : deny("unknown", event.methodArn);
}

function isSigned(name: string, signature: string): boolean {
  const key = process.env["TICKET_KEY"] ?? "";
  if (key === "") throw new Error("TICKET_KEY is not set");
  const expected = createHmac("sha256", key).update(name).digest();
  const sent = Buffer.from(signature, "hex");
  return sent.byteLength === expected.byteLength && timingSafeEqual(sent, expected);
}
