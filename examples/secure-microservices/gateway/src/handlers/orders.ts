import type { CreateOrder, GetOrder, ListOrders } from "../generated/operations.js";
import type { ProxyEvent, ProxyResult } from "../generated/runtime/functions/proxy-event.js";
import type { StageVariables } from "../generated/stages.js";

/**
 * Lambda function `orders`. It answers for:
 * - GET /orders (listOrders)
 * - POST /orders (createOrder)
 * - GET /orders/{orderId} (getOrder)
 */
export async function handler(
  event: ProxyEvent<ListOrders | CreateOrder | GetOrder, StageVariables>,
): Promise<ProxyResult> {
  const message = `${event.httpMethod} ${event.resource} is not implemented yet`;
  return { statusCode: 501, body: JSON.stringify({ message }) };
}
