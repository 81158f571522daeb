/** Messages to connections, by name: what functions push. */

/** Brings data to one connection. */
export interface ConnectionPoster {
  /** Rejects when the connection is gone, or cannot be reached. */
  post(connectionId: string, data: string): Promise<void>;
}

/** Sends each message of `Pushes` under its own name, and anything under `postToConnection`. */
export type Send<Pushes extends object> = {
  readonly [Name in keyof Pushes]: (connectionId: string, payload: Pushes[Name]) => Promise<void>;
} & {
  /** Text goes out as it is, everything else as JSON. */
  readonly postToConnection: (connectionId: string, payload: unknown) => Promise<void>;
};

/** @param names the names of all messages. */
export function createSend<Pushes extends object>(
  connections: ConnectionPoster,
  names: readonly (keyof Pushes & string)[],
): Send<Pushes>;
export function createSend(connections: ConnectionPoster, names: readonly string[]): object {
  const post = (connectionId: string, payload: unknown): Promise<void> =>
    connections.post(connectionId, JSON.stringify(payload));
  return {
    ...Object.fromEntries(names.map((name) => [name, post])),
    postToConnection: (connectionId: string, payload: unknown) =>
      typeof payload === "string"
        ? connections.post(connectionId, payload)
        : post(connectionId, payload),
  };
}
