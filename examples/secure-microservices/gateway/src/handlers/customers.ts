import type { Customers } from "../generated/operations.js";
import type { ProxyEvent, ProxyResult } from "../generated/runtime/functions/proxy-event.js";
import type { StageVariables } from "../generated/stages.js";

/**
 * Lambda function `customers`. It answers for:
 * - ANY /customers/{proxy+} (customers)
 */
export async function handler(event: ProxyEvent<Customers, StageVariables>): Promise<ProxyResult> {
  const message = `${event.httpMethod} ${event.resource} is not implemented yet`;
  return { statusCode: 501, body: JSON.stringify({ message }) };
}
