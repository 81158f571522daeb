// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { ApiTable, IntegrationTable, RouteTable, StageTable } from "../contracts.js";
import type { Exchange, Surroundings } from "../exchange.js";
import type { FunctionBackends } from "../functions/invoker.js";
import type { GatewayResponse } from "../http/message.js";
import type { UpstreamFacts } from "../http/upstream-facts.js";

/** Answers one request of one route in one stage. Throws a `GatewayError` where it cannot. */
export type Handler = (exchange: Exchange) => GatewayResponse | Promise<GatewayResponse>;

/** What an integration may use while it is prepared. */
export interface IntegrationSetup {
  readonly api: ApiTable;
  readonly route: RouteTable;
  readonly stage: StageTable;
  readonly stageVariables: Readonly<Record<string, string>>;
  readonly functions: FunctionBackends;
  readonly around: Surroundings;
  /** One value a gateway for a maker, closed with the gateway. */
  resource<T extends Resource>(make: () => T): T;
}

/** Something with a lifetime, such as a connection pool. */
export interface Resource {
  /** Its connections to backends; absent: it has none. */
  upstream?(): UpstreamFacts;
  close(): Promise<void>;
}

/** Prepares the integrations of one kind. */
export type IntegrationFactory<Kind extends IntegrationTable["kind"]> = (
  table: Extract<IntegrationTable, { kind: Kind }>,
  setup: IntegrationSetup,
) => Handler;

/** The integration kinds that need code; a gateway is given those that its API uses. */
export type WiredKind = Exclude<IntegrationTable["kind"], "unsupported">;
export type IntegrationFactories = { readonly [Kind in WiredKind]?: IntegrationFactory<Kind> };
