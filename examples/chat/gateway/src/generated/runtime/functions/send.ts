// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
/** Messages to connections, by name: what functions push. */

import type { Connections } from "../websocket/connections-client.js";

/**
 * Sends each message of `Pushes` under its own name, and anything under `postToConnection`. False: the
 * connection is gone. Rejects as {@link Connections} do.
 */
export type Send<Pushes extends object> = {
  readonly [Name in keyof Pushes]: (
    connectionId: string,
    payload: Pushes[Name],
  ) => Promise<boolean>;
} & {
  /** Text goes out as it is, everything else as JSON. */
  readonly postToConnection: (connectionId: string, payload: unknown) => Promise<boolean>;
};

/** @param names the names of all messages. */
export function createSend<Pushes extends object>(
  connections: Pick<Connections, "send">,
  names: readonly (keyof Pushes & string)[],
): Send<Pushes>;
export function createSend(
  connections: Pick<Connections, "send">,
  names: readonly string[],
): object {
  const post = (connectionId: string, payload: unknown): Promise<boolean> =>
    connections.send(connectionId, JSON.stringify(payload));
  return {
    ...Object.fromEntries(names.map((name) => [name, post])),
    postToConnection: (connectionId: string, payload: unknown) =>
      typeof payload === "string"
        ? connections.send(connectionId, payload)
        : post(connectionId, payload),
  };
}
