// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { GatewayServer } from "../server/node.js";
import type { StateStore } from "../state/store.js";
import type { AdminAnswer } from "./admin-operation.js";

/** The process answers. */
export function live(): AdminAnswer {
  return { status: 200, body: { status: "ok" } };
}

/**
 * Whether the gateway is to get requests: it listens, is not about to stop, and reaches its state.
 * @param server null: the gateway does not listen yet.
 */
export async function ready(server: GatewayServer | null, store: StateStore): Promise<AdminAnswer> {
  if (server === null) return { status: 503, body: { status: "starting" } };
  if (server.isDraining) return { status: 503, body: { status: "draining" } };
  if (await store.ready()) return { status: 200, body: { status: "ready" } };
  return { status: 503, body: { status: "state unreachable" } };
}
