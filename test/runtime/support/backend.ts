import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTcpServer, type AddressInfo, type Socket } from "node:net";

/** A backend of a test on a free port, with the connections it has open. */
export interface Backend {
  readonly origin: string;
  readonly sockets: ReadonlySet<Socket>;
  close(): Promise<void>;
}

export function httpBackend(listener: RequestListener): Promise<Backend> {
  return listenOn(createServer(listener));
}

/** A backend that handles bare connections. */
export function tcpBackend(listener: (socket: Socket) => void): Promise<Backend> {
  return listenOn(createTcpServer(listener));
}

async function listenOn(server: Server | ReturnType<typeof createTcpServer>): Promise<Backend> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${String(port)}`,
    sockets,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Settles when a condition holds, looking again at each turn of the event loop. */
export async function eventually(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
