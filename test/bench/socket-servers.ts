import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import { startServer } from "../../src/runtime/server/node.js";
import { echo, socketApi, socketGateway } from "../runtime/websocket/socket-api.js";
import type { ServerFacts } from "./servers.js";

/** A gateway whose route `echo` sends messages back. */
export async function startSockets(): Promise<ServerFacts> {
  const gateway = socketGateway(socketApi({ echo: { integration: echo() } }));
  const { port } = await startServer(gateway, { port: 0, host: "127.0.0.1" });
  return { port, headers: {} };
}

/** The plainest server that sends messages back. */
export function startRawSockets(): Promise<ServerFacts> {
  const server = createServer();
  const sockets = new WebSocketServer({ server, perMessageDeflate: false });
  sockets.on("connection", (socket) => {
    socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      resolve({ port: (server.address() as AddressInfo).port, headers: {} });
    });
  });
}
