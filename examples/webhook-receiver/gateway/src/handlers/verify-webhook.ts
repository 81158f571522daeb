import { createHmac, timingSafeEqual } from "node:crypto";
import {
  allow,
  type AuthorizerResult,
  type RequestAuthorizerEvent,
} from "../generated/runtime/functions/authorizer.js";
import type { StageVariables } from "../generated/stages.js";

/** Deliveries older than this are replays. */
const MAX_AGE_SECONDS = 300;

/**
 * Lambda function `verify-webhook`. It is the authorizer of:
 * - signature
 *
 * The provider signs time and number of a delivery with a key that both sides know. An authorizer
 * sees no body, here as on AWS: who must prove that, too, checks it in a function.
 */
export async function handler(
  event: RequestAuthorizerEvent<StageVariables>,
): Promise<AuthorizerResult> {
  const delivery = event.headers["X-Delivery"] ?? "";
  const [, time = "", signature = ""] =
    /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(event.headers["X-Signature"] ?? "") ?? [];
  const age = Math.abs(event.requestContext.requestTimeEpoch / 1000 - Number(time));
  // the exact text is what makes the gateway answer 401
  if (age > MAX_AGE_SECONDS || !isSigned(`${time}.${delivery}`, signature)) {
    throw new Error("Unauthorized");
  }
  return allow("payments", event.methodArn, { provider: "payments" });
}

function isSigned(text: string, signature: string): boolean {
  const key = process.env["WEBHOOK_KEY"] ?? "";
  if (key === "") throw new Error("WEBHOOK_KEY is not set");
  const expected = createHmac("sha256", key).update(text).digest();
  const sent = Buffer.from(signature, "hex");
  return sent.byteLength === expected.byteLength && timingSafeEqual(sent, expected);
}
