// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { GatewayError, errors } from "../errors/gateway-error.js";
import type { ConnectionEnding, Exchange } from "../exchange.js";
import { headerValues } from "../http/headers.js";
import type { GatewayRequest, GatewayResponse } from "../http/message.js";
import {
  GONE,
  type ConnectionHub,
  type ConnectionOrder,
  type ConnectionOutcome,
} from "../state/connections.js";
import { Connection } from "./connection.js";
import { Disconnects } from "./disconnects.js";
import { drainInTurn, within } from "./draining.js";
import { answerManagement, manageConnection, type ManageAccess } from "./management.js";
import { CLOSES, OpenSession, type SessionHost } from "./open-session.js";
import { serveProcess } from "./process-channel.js";
import type {
  Accepted,
  Managed,
  ManagedConnection,
  ManagementMethod,
  Refused,
  SocketCore,
  SocketLink,
  SocketSetup,
} from "./socket-part.js";
import { enterRoute, prepareStageRoutes, type StageRoutes } from "./stage-routes.js";
import { Sweep } from "./sweep.js";

export interface SocketCoreOptions {
  /** Who may use `@connections` at the gateway's own listener; absent: nobody, it is not served there. */
  readonly manageAccess?: ManageAccess;
}

/** Handshakes under way at once; the others are refused with 429. */
const MAX_HANDSHAKES = 1024;
/** How long the other side has to answer when the gateway closes at once, and `$disconnect` to run. */
const CLOSE_MS = 2_000;
const DISCONNECT_MS = 5_000;
/** Connections of a WebSocket API without their sockets. */
export function createSocketCore(setup: SocketSetup, options: SocketCoreOptions = {}): SocketCore {
  return new Core(setup, options);
}

class Core implements SocketCore, SessionHost {
  readonly setup: SocketSetup;
  readonly limits: SessionHost["limits"];
  readonly #routes: ReadonlyMap<string, StageRoutes>;
  readonly #sessions = new Map<string, OpenSession>();
  readonly #hub: ConnectionHub;
  readonly #manageAccess: ReturnType<ManageAccess> | null;
  readonly #process: ReturnType<typeof serveProcess>;
  readonly #disconnects: Disconnects;
  readonly #sweep: Sweep;
  #handshakes = 0;
  #isDraining = false;
  #changed: (() => void) | null = null;

  constructor(setup: SocketSetup, { manageAccess }: SocketCoreOptions) {
    const { api } = setup.around;
    if (api.websocket === null) throw new Error("the API has no connections");
    this.setup = setup;
    this.limits = api.websocket.connection;
    this.#routes = prepareStageRoutes(api, setup.handlers);
    this.#disconnects = new Disconnects(setup);
    const sessions = { [Symbol.iterator]: () => this.#sessions.values() };
    this.#sweep = new Sweep(sessions, this.limits, setup.around.clock);
    this.#hub = setup.state.store.joinConnections((order) => this.#carryOut(order));
    this.#manageAccess = manageAccess?.(setup) ?? null;
    this.#process = serveProcess(this.#hub.node, (...request) => this.manage(...request));
  }

  get open(): number {
    return this.#sessions.size + this.#handshakes;
  }

  async connect(request: GatewayRequest): Promise<Refused | Accepted> {
    const accepted: Accepted[] = [];
    this.#handshakes += 1;
    try {
      const response = await this.setup.answer(request, async (exchange) => {
        const answer = await this.#handshake(exchange);
        if (isSuccess(answer)) accepted.push(this.#accept(exchange, answer));
        return answer;
      });
      return accepted[0] ?? { kind: "refused", response };
    } finally {
      this.#handshakes -= 1;
      this.#changed?.();
    }
  }

  manage(method: ManagementMethod, connection: ManagedConnection, data: Buffer): Promise<Managed> {
    return manageConnection((order) => this.#hub.order(order), method, connection, data);
  }

  answerFirst(exchange: Exchange): Promise<GatewayResponse> | null {
    if (this.#manageAccess === null) return null;
    return answerManagement(exchange, (order) => this.#hub.order(order), this.#manageAccess);
  }

  async drain(graceMs: number): Promise<void> {
    this.#isDraining = true;
    const stop = drainInTurn(this.#sessions.values(), graceMs);
    await within(graceMs, this.#emptied());
    stop();
    for (const session of this.#sessions.values()) session.terminate();
    await within(DISCONNECT_MS, this.#disconnects.settled());
  }

  async close(): Promise<void> {
    this.#isDraining = true;
    const { statusCode, reason } = CLOSES.restart;
    for (const session of this.#sessions.values()) session.close(statusCode, reason);
    await within(CLOSE_MS, this.#emptied());
    for (const session of this.#sessions.values()) session.terminate();
    await within(DISCONNECT_MS, this.#disconnects.settled());
    this.#sweep.stop();
    this.#process.close();
    await this.#hub.close();
  }

  ended({ id, connection }: OpenSession, ending: ConnectionEnding): void {
    this.#sessions.delete(id);
    if (this.#sessions.size === 0) this.#sweep.stop();
    this.#end(connection, ending);
    this.#changed?.();
  }

  /** Runs `$connect`; a stage without one lets everybody in. */
  async #handshake(exchange: Exchange): Promise<GatewayResponse> {
    if (this.#isDraining) return UNAVAILABLE();
    if (this.#handshakes > MAX_HANDSHAKES) {
      throw new GatewayError("THROTTLED", { detail: "too many handshakes are under way" });
    }
    const { random } = this.setup.around;
    const connection = {
      id: `${this.#hub.node}${random.extendedId()}`,
      connectedAtMs: exchange.startedMs,
    };
    exchange.socket = { type: "CONNECT", connection, disconnect: null };
    if (exchange.addressed.path !== "/") {
      throw errors.forbidden("a connection is made to a stage, not to a path below it");
    }
    exchange.takeBody(Buffer.alloc(0));
    const route = this.#stageRoutes(exchange.addressed.stage).connect;
    if (route === null) return { status: 200, headers: [], body: null };
    enterRoute(exchange, route);
    return route.handler(exchange);
  }

  #accept(handshake: Exchange, answer: GatewayResponse): Accepted {
    const { socket, addressed } = handshake;
    if (socket === null) throw new Error("the exchange is no handshake");
    const connection = new Connection(handshake, socket.connection);
    return {
      kind: "accepted",
      protocol: agreedProtocol(handshake, answer, this.limits.subprotocols),
      open: (link) => this.#open(connection, this.#stageRoutes(addressed.stage), link),
      abandon: () => this.#end(connection, { statusCode: 1006, reason: "" }),
    };
  }

  #open(connection: Connection, routes: StageRoutes, link: SocketLink): OpenSession {
    const session = new OpenSession(this, connection, routes, link);
    this.#sessions.set(connection.id, session);
    this.#sweep.start();
    // it was let in before the gateway began to stop
    if (this.#isDraining) session.drain();
    return session;
  }

  #stageRoutes(stage: string): StageRoutes {
    const routes = this.#routes.get(stage);
    if (routes === undefined) throw new Error(`stage ${stage} was not prepared`);
    return routes;
  }

  #carryOut(order: ConnectionOrder): ConnectionOutcome {
    const session = this.#sessions.get(order.id);
    if (session?.isOpen !== true || session.connection.addressed.stage !== order.stage) return GONE;
    switch (order.kind) {
      case "send": {
        const kind = session.push(order.data);
        if (kind === "done") this.setup.pushed?.(order.stage);
        return { kind };
      }
      case "describe":
        return { kind: "described", facts: session.described() };
      case "close":
        session.close(CLOSES.managed.statusCode, CLOSES.managed.reason);
        return { kind: "done" };
    }
  }

  #end(connection: Connection, ending: ConnectionEnding): void {
    const { disconnect } = this.#stageRoutes(connection.addressed.stage);
    this.#disconnects.run(connection, ending, disconnect);
  }

  /** Settles when no connection is open, nor about to be. */
  #emptied(): Promise<void> {
    return new Promise((resolve) => {
      this.#changed = () => {
        if (this.#sessions.size === 0 && this.#handshakes === 0) resolve();
      };
      this.#changed();
    });
  }
}

function isSuccess({ status }: GatewayResponse): boolean {
  return status >= 200 && status < 300;
}

/** The gateway is about to stop: another one is to be asked. */
const UNAVAILABLE = (): GatewayResponse => ({
  status: 503,
  headers: ["Content-Type", "application/json"],
  body: '{"message":"Service Unavailable"}',
});

/** What `$connect` answered, else the first offered one that the API knows. */
function agreedProtocol(
  { headers }: Exchange,
  answer: GatewayResponse,
  known: readonly string[],
): string | null {
  const [answered] = headerValues(answer.headers, "sec-websocket-protocol");
  if (answered !== undefined) return answered;
  const offered = headerValues(headers.pairs, "sec-websocket-protocol").flatMap((value) =>
    value.split(",").map((name) => name.trim()),
  );
  return offered.find((name) => known.includes(name)) ?? null;
}
