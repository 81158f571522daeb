// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
/** The part of the standard WebSocket that the client uses: browsers, Node from 22 on and the package `ws` have it. */
export interface ClientSocket {
  send(data: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(
    type: "open" | "message" | "close" | "error",
    listener: (event: ClientSocketEvent) => void,
  ): void;
}

/** Members of the events that the client reads; each event has its own. */
export interface ClientSocketEvent {
  readonly type: string;
  readonly data?: unknown;
  readonly code?: number;
  readonly reason?: string;
}

export type ClientSocketConstructor = new (url: string, protocols?: string[]) => ClientSocket;

/** The WebSocket of the surroundings. Throws where there is none: an older Node without `ws`. */
export function globalSocket(): ClientSocketConstructor {
  const found: unknown = Reflect.get(globalThis, "WebSocket");
  if (isConstructor(found)) return found;
  throw new Error("there is no WebSocket here: give one in the options");
}

function isConstructor(value: unknown): value is ClientSocketConstructor {
  return typeof value === "function";
}
