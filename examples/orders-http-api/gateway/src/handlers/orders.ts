import { randomUUID } from "node:crypto";
import type { NewOrder, Order } from "../generated/models.js";
import type { GetOrder, ListOrders, PlaceOrder } from "../generated/operations.js";
import type { HttpEvent, HttpResult } from "../generated/runtime/functions/http-event.js";
import type { StageVariables } from "../generated/stages.js";

/** Orders by customer; a real service has a table for them. */
const ordersOf = new Map<string, Order[]>();

/**
 * Lambda function `orders`. It answers for:
 * - GET /orders (listOrders)
 * - POST /orders (placeOrder)
 * - GET /orders/{orderId} (getOrder)
 */
export async function handler(
  event: HttpEvent<ListOrders | PlaceOrder | GetOrder, StageVariables>,
): Promise<HttpResult> {
  // the gateway has checked the token: whose it is stands in its claims
  const customer = event.requestContext.authorizer?.jwt?.claims["sub"];
  if (customer === undefined) return answer(401, { message: "who are you?" });
  const orders = ordersOf.get(customer) ?? [];
  switch (event.routeKey) {
    case "GET /orders": {
      const status = event.queryStringParameters?.["status"];
      return answer(
        200,
        orders.filter((order) => status === undefined || order.status === status),
      );
    }
    case "POST /orders":
      return place(customer, orders, readOrder(event.body));
    default: {
      const id = event.pathParameters?.["orderId"];
      const order = orders.find((one) => one.id === id);
      return order === undefined ? answer(404, { message: "no such order" }) : answer(200, order);
    }
  }
}

function place(customer: string, orders: readonly Order[], wanted: NewOrder | null): HttpResult {
  if (wanted === null) return answer(400, { message: "an order has items" });
  const order: Order = { id: randomUUID(), status: "open", items: wanted.items };
  ordersOf.set(customer, [order, ...orders]);
  return { ...answer(201, order), headers: { location: `/orders/${order.id}` } };
}

/** HTTP APIs check no bodies, so the function does. */
function readOrder(text: string | undefined): NewOrder | null {
  try {
    const body: unknown = JSON.parse(text ?? "");
    return isOrder(body) ? body : null;
  } catch {
    return null;
  }
}

function isOrder(body: unknown): body is NewOrder {
  if (typeof body !== "object" || body === null || !("items" in body)) return false;
  return Array.isArray(body.items) && body.items.length > 0 && body.items.every(isItem);
}

function isItem(item: unknown): boolean {
  if (typeof item !== "object" || item === null) return false;
  if (!("product" in item) || !("quantity" in item)) return false;
  return typeof item.product === "string" && Number.isInteger(item.quantity);
}

function answer(statusCode: number, body: unknown): HttpResult {
  return { statusCode, body: JSON.stringify(body) };
}
