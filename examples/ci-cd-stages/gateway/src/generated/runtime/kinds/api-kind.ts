// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { ApiTable, RouteTable } from "../contracts.js";
import type { GatewayError } from "../errors/gateway-error.js";
import type { Addressed, Exchange } from "../exchange.js";
import type { RequestHeaders } from "../http/headers.js";
import type { GatewayResponse } from "../http/message.js";
import type { AddressOptions } from "../routing/address.js";
import type { Router } from "../routing/router.js";

/** What differs between the kinds of APIs: a few steps of the core, prepared for one API. */
export interface ApiKind {
  readonly router: Router;
  /** Finds the stage of a path; null: none has it. */
  findStage(path: string, isServiceHost: boolean, options: AddressOptions): Addressed | null;
  /** The refusal of a request that no stage has. */
  noStage(): GatewayError;
  /** The refusal of a request that no route serves. */
  noRoute(headers: RequestHeaders): GatewayError;
  /** The refusal of a request to the service's own host name, where that is switched off. */
  disabledEndpoint(): GatewayError;
  /** Answers in the place of any route, such as a preflight request; null: the routes answer. */
  answerFirst(exchange: Exchange): GatewayResponse | null;
  /** The answer to a refusal or failure. */
  answerError(exchange: Exchange, error: GatewayError): GatewayResponse;
  /** Adds what every answer of the kind carries. */
  finish(exchange: Exchange, response: GatewayResponse): void;
}

export type ApiKindPart = (api: ApiTable, routes: readonly RouteTable[]) => ApiKind;
