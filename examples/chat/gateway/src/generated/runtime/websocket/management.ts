// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { AccessSetup } from "../access/access.js";
import { GatewayError } from "../errors/gateway-error.js";
import type { Exchange } from "../exchange.js";
import { headerValues } from "../http/headers.js";
import type { GatewayResponse } from "../http/message.js";
import type {
  ConnectionDescription,
  ConnectionOrder,
  ConnectionOutcome,
} from "../state/connections.js";
import type {
  Managed,
  ManagedConnection,
  ManagementMethod,
  ManagementProblem,
  ShownConnection,
} from "./socket-part.js";

/** Bytes of the longest message that is pushed. Source: developer guide, "Quotas". */
export const MAX_PUSH_BYTES = 128 * 1024;

/** One for all attempts of a request. Source: AWS SDKs and Tools reference guide, retry behaviour. */
const RETRY_HEADER = "amz-sdk-invocation-id";

/** Lets a signer manage connections, or throws; `resource`: `POST/@connections/ID`. */
export type ManageGuard = (exchange: Exchange, resource: string) => Promise<void>;
export type ManageAccess = (
  setup: Pick<AccessSetup, "around" | "secrets" | "resource">,
) => ManageGuard;

const STATUSES: Readonly<Record<ManagementProblem, number>> = {
  GoneException: 410,
  LimitExceededException: 429,
  PayloadTooLargeException: 413,
  ServiceUnavailableException: 503,
};

const TOO_LARGE: Managed = {
  kind: "problem",
  type: "PayloadTooLargeException",
  message: "Message too long",
};

/** Does something with a connection, wherever it is. */
export type Order = (order: ConnectionOrder) => ConnectionOutcome | Promise<ConnectionOutcome>;

/** Carries one request out. `data`: the body of a POST. */
export async function manageConnection(
  order: Order,
  method: ManagementMethod,
  connection: ManagedConnection,
  data: Buffer,
): Promise<Managed> {
  if (data.byteLength > MAX_PUSH_BYTES) return TOO_LARGE;
  return managed(method, await order(orderOf(method, connection, data)));
}

function orderOf(
  method: ManagementMethod,
  connection: ManagedConnection,
  data: Buffer,
): ConnectionOrder {
  switch (method) {
    case "POST":
      return { ...connection, kind: "send", data };
    case "GET":
      return { ...connection, kind: "describe" };
    case "DELETE":
      return { ...connection, kind: "close" };
  }
}

function managed(method: ManagementMethod, outcome: ConnectionOutcome): Managed {
  switch (outcome.kind) {
    case "done":
      return { kind: "answer", status: method === "DELETE" ? 204 : 200, body: null };
    case "described":
      return { kind: "answer", status: 200, body: shown(outcome.facts) };
    case "gone":
      return { kind: "problem", type: "GoneException", message: "Gone" };
    case "full":
      return { kind: "problem", type: "LimitExceededException", message: "Limit Exceeded" };
    case "unavailable":
      return {
        kind: "problem",
        type: "ServiceUnavailableException",
        message: "the gateway that has the connection cannot be reached",
      };
  }
}

function shown(facts: ConnectionDescription): ShownConnection {
  return {
    connectedAt: new Date(facts.connectedAtMs).toISOString(),
    identity: { sourceIp: facts.sourceIp, userAgent: facts.userAgent },
    lastActiveAt: new Date(facts.lastActiveAtMs).toISOString(),
  };
}

/** Answers a signed request at the gateway's own listener; null: it is not about a connection. */
export function answerManagement(
  exchange: Exchange,
  order: Order,
  guard: ManageGuard,
): Promise<GatewayResponse> | null {
  const [, coded] = /^\/(?:@|%40)connections\/([^/]+)\/?$/i.exec(exchange.addressed.path) ?? [];
  const { method } = exchange.request;
  if (coded === undefined || !isManagementMethod(method)) return null;
  return answerSigned(exchange, order, guard, { method, id: decoded(coded) });
}

function isManagementMethod(method: string): method is ManagementMethod {
  return method === "POST" || method === "GET" || method === "DELETE";
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

async function answerSigned(
  exchange: Exchange,
  order: Order,
  guard: ManageGuard,
  { method, id }: { readonly method: ManagementMethod; readonly id: string },
): Promise<GatewayResponse> {
  await guard(exchange, `${method}/@connections/${id}`);
  const { stage } = exchange.addressed;
  const [once] = headerValues(exchange.headers.pairs, RETRY_HEADER);
  const connection = { stage, id, ...(once === undefined ? {} : { once }) };
  const result = await manageConnection(order, method, connection, await readPush(exchange));
  if (result.kind === "answer") {
    const body = result.body === null ? null : JSON.stringify(result.body);
    return { status: result.status, headers: ["Content-Type", "application/json"], body };
  }
  const { type, message } = result;
  return {
    status: STATUSES[type],
    headers: ["Content-Type", "application/json", "x-amzn-ErrorType", type],
    body: JSON.stringify({ message }),
  };
}

/** What is too long anyway is not read to its end. */
async function readPush(exchange: Exchange): Promise<Buffer> {
  const { contentLength } = exchange.headers;
  if (contentLength !== null && contentLength > MAX_PUSH_BYTES) return OVERLONG;
  try {
    return await exchange.readBody();
  } catch (error) {
    if (error instanceof GatewayError && error.type === "REQUEST_TOO_LARGE") return OVERLONG;
    throw error;
  }
}

const OVERLONG = Buffer.alloc(MAX_PUSH_BYTES + 1);
