import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/** What a balancer sends connections to. */
export interface Backend {
  readonly name: string;
  readonly port: number;
  /** Its answer of 200 says that it is ready; anything else, or none, that it is not. */
  readonly readyUrl: string;
}

/**
 * A balancer of TCP connections, as a Service of Kubernetes is one: each connection goes to the next of
 * the backends that were ready when they were asked last, and stays there. It reads and repeats nothing.
 */
export interface Balancer {
  readonly port: number;
  /** Connections that each backend got, by its name. */
  readonly given: ReadonlyMap<string, number>;
  /** Connections for which no backend was ready, or which the backend did not take. */
  readonly refused: () => number;
  add(backend: Backend): void;
  /** Settles when it knows that a backend is ready, or is not. */
  learned(backend: Backend, isReady: boolean): Promise<void>;
  close(): Promise<void>;
}

const ASK_EACH_MS = 50;

export async function startBalancer(): Promise<Balancer> {
  const backends = new Map<Backend, { isReady: boolean }>();
  const given = new Map<string, number>();
  const sockets = new Set<Socket>();
  let turn = 0;
  let refused = 0;
  let hasEnded = false;

  const ask = async (backend: Backend, seen: { isReady: boolean }): Promise<void> => {
    while (!hasEnded) {
      const answer = await fetch(backend.readyUrl).catch(() => undefined);
      await answer?.body?.cancel();
      seen.isReady = answer?.status === 200;
      await delay(ASK_EACH_MS);
    }
  };

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const ready = [...backends].filter(([, { isReady }]) => isReady);
    const backend = ready[turn++ % ready.length]?.[0];
    if (backend === undefined) {
      refused += 1;
      client.destroy();
      return;
    }
    given.set(backend.name, (given.get(backend.name) ?? 0) + 1);
    const behind = connect({ port: backend.port, host: "127.0.0.1", allowHalfOpen: true });
    let isTaken = false;
    behind.once("connect", () => (isTaken = true));
    for (const [one, other] of [
      [client, behind],
      [behind, client],
    ] as const) {
      sockets.add(one);
      one.on("close", () => {
        sockets.delete(one);
        other.destroy();
      });
      one.on("error", () => {
        if (one === behind && !isTaken) refused += 1;
        other.resetAndDestroy();
      });
      one.pipe(other);
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  return {
    port: (server.address() as AddressInfo).port,
    given,
    refused: () => refused,
    add: (backend) => {
      const seen = { isReady: false };
      backends.set(backend, seen);
      void ask(backend, seen);
    },
    learned: async (backend, isReady) => {
      while (backends.get(backend)?.isReady !== isReady) await delay(ASK_EACH_MS);
    },
    close: async () => {
      hasEnded = true;
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, "close");
    },
  };
}
