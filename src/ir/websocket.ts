import type { Pointer } from "../pointer.js";
import type { MappingExpression } from "./mapping.js";

/** What a WebSocket API has beside its operations, which are its routes. */
export interface WebSocket {
  readonly at: Pointer;
  /** Gives the key of the route that a message is for. */
  readonly routeSelection: SelectionExpression;
  readonly connection: ConnectionLimits;
  /** One for each operation, in the same order. */
  readonly routes: readonly WebSocketRoute[];
  readonly pushes: readonly Push[];
}

/** Text and values in order: `${request.body.service}/${request.body.action}`. */
export type SelectionExpression = readonly MappingExpression[];

export interface ConnectionLimits {
  readonly idleTimeoutSeconds: number;
  readonly maxDurationSeconds: number;
  readonly maxMessageBytes: number;
  readonly maxFrameBytes: number;
  /** Seconds between pings of the gateway; undefined: it sends none. */
  readonly keepAliveSeconds: number | undefined;
  /** The first that the client offers is agreed on where the answer of `$connect` names none. */
  readonly subprotocols: readonly string[];
}

export interface WebSocketRoute {
  readonly at: Pointer;
  /** `$connect`, `$disconnect`, `$default` or a value of the selection. */
  readonly routeKey: string;
  /** Undefined: messages are not validated. */
  readonly modelSelection: SelectionExpression | undefined;
  /** Model of each value of the selection, `$default` for all others; the types of messages, too. */
  readonly requestModels: readonly RouteModel[];
  /** Undefined: `$default`. */
  readonly templateSelection: SelectionExpression | undefined;
  /** The integration's answer goes back to the client. */
  readonly hasRouteResponse: boolean;
  /** Models of what goes back. */
  readonly responseModels: readonly RouteModel[];
}

export interface RouteModel {
  readonly at: Pointer;
  readonly key: string;
  /** Name of the model. */
  readonly model: string;
}

/** A message that the server sends on its own: an AsyncAPI operation that sends, or a model that no client sends. */
export interface Push {
  readonly at: Pointer;
  readonly name: string;
  readonly description: string | undefined;
  /** Names of models; empty: anything. */
  readonly models: readonly string[];
}
