import type { ConnectionEnding } from "../exchange.js";
import type { GatewayResponse } from "../http/message.js";
import { tellFrame } from "../tell-answer.js";
import type { Connection } from "./connection.js";
import type { SocketSetup } from "./socket-part.js";
import { enterRoute, type SocketRoute } from "./stage-routes.js";

/** Reasons that the service tells where the client gave none; seen in published events. */
const REASONS: ReadonlyMap<number, string> = new Map([
  [1001, "Going away"],
  [1005, "Client-side close frame status not set"],
  [1006, "Connection closed abnormally"],
]);

/** Runs `$disconnect`, best effort: nobody waits for it but a gateway that stops. */
export class Disconnects {
  readonly #setup: SocketSetup;
  readonly #running = new Set<Promise<void>>();

  constructor(setup: SocketSetup) {
    this.#setup = setup;
  }

  /** @param route null: the stage has none. */
  run(
    connection: Connection,
    { statusCode, reason }: ConnectionEnding,
    route: SocketRoute | null,
  ): void {
    if (route === null) return;
    const told = reason === "" ? (REASONS.get(statusCode) ?? "") : reason;
    const running = this.#run(connection, { statusCode, reason: told }, route).finally(() => {
      this.#running.delete(running);
    });
    this.#running.add(running);
  }

  /** Settles when all that run now have ended. */
  async settled(): Promise<void> {
    await Promise.all(this.#running);
  }

  async #run(connection: Connection, ending: ConnectionEnding, route: SocketRoute): Promise<void> {
    const { around, trace, refuse } = this.#setup;
    const exchange = connection.end(around, trace, ending);
    enterRoute(exchange, route);
    let answer: GatewayResponse;
    try {
      answer = await route.handler(exchange);
    } catch (error) {
      answer = refuse(exchange, error);
    }
    if (exchange.trace !== null) tellFrame(exchange.trace, answer, null);
  }
}
