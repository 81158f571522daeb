// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { Surroundings } from "../exchange.js";
import type { UpstreamFacts } from "../http/upstream-facts.js";
import type { SecretSource } from "../secrets.js";
import type { TraceSource } from "../trace.js";

/** What views of a gateway are made from. */
export interface ViewSetup {
  readonly around: Surroundings;
  readonly secrets: SecretSource;
  readonly gateway: GatewayFacts;
}

/** What a gateway knows of itself at one moment. */
export interface GatewayFacts {
  /** Open connections of clients; null: nobody serves the gateway. */
  connections(): number | null;
  /** Open WebSocket connections; null: the API has none. */
  webSockets(): number | null;
  upstream(): UpstreamFacts;
  /** Log lines, spans and the like that were lost on their way out. */
  dropped(): number;
  /** False: the store of limits, caches and counters cannot be asked. */
  isStateReachable(): Promise<boolean>;
}

/** All views of one gateway. */
export interface Views {
  readonly listen: TraceSource;
  /** All numbers as Prometheus reads them; null: nothing is counted. */
  readonly metrics: MetricsText | null;
  dropped(): number;
  /** A message was pushed to a connection of a stage; null: nobody wants to know. */
  readonly pushed: ((stage: string) => void) | null;
  /** Hands out what they still hold. */
  close(): Promise<void>;
}

export interface MetricsText {
  /** Media type of the text. */
  readonly type: string;
  read(): Promise<string>;
}

export type ViewsPart = (setup: ViewSetup) => Views;
