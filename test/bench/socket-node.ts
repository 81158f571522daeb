/**
 * One of the gateways of `scripts/sockets.ts`: `socket-node.ts REDIS_URL`, a process of its own. It prints
 * the ports of its listeners as JSON, and stops on SIGTERM as any gateway does.
 */
import { startAdmin } from "../../src/runtime/admin/admin-server.js";
import { startServer } from "../../src/runtime/server/node.js";
import { redisState } from "../../src/runtime/state/redis-state.js";
import { answering, socketApi, socketGateway } from "../runtime/websocket/socket-api.js";

export interface SocketNodeFacts {
  readonly port: number;
  readonly adminPort: number;
}

const HOST = "127.0.0.1";

const [url = ""] = process.argv.slice(2);
const api = socketApi({
  $default: { integration: answering((input) => input.context("connectionId")) },
});
const state = redisState({ url, keyPrefix: null, tls: false, cluster: false, onFailure: "open" });
const gateway = socketGateway(api, {}, { state });
const admin = await startAdmin(gateway, { port: 0, host: HOST, live: "/live", ready: "/ready" });
if (admin === undefined) throw new Error("the admin listener did not start");
const { port } = await admin.beside(() => startServer(gateway, { port: 0, host: HOST }));
const facts: SocketNodeFacts = { port, adminPort: admin.port };
process.stdout.write(`${JSON.stringify(facts)}\n`);
