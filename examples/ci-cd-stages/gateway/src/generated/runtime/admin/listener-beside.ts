// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { Server } from "node:http";
import type { GatewayServer } from "../server/node.js";

/** A listener beside the gateway's own. */
export interface ListenerBeside {
  readonly port: number;
  /** Starts the gateway's own listener; both stop together. */
  beside(start: () => Promise<GatewayServer>): Promise<GatewayServer>;
  stop(): Promise<void>;
}

/** A listener that listens. `onServed`: told of the gateway's own one. */
export function listenerBeside(
  port: number,
  stop: () => Promise<void>,
  onServed: (served: GatewayServer) => void,
): ListenerBeside {
  return {
    port,
    stop,
    beside: async (start) => {
      let served: GatewayServer;
      try {
        served = await start();
      } catch (error) {
        await stop();
        throw error;
      }
      onServed(served);
      void served.stopped.then(stop);
      return served;
    },
  };
}

/** Ends a listener and all of its connections. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
