// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { ApiTable, RouteTable } from "../contracts.js";
import type { Exchange } from "../exchange.js";
import type { Handlers } from "../handlers.js";
import type { Handler } from "../integrations/integration.js";
import { DEFAULT_KEY, prepareSelection } from "../mapping/selection.js";
import type { RouteMatch } from "../routing/router.js";

/** A route of a WebSocket API in one stage. */
export interface SocketRoute {
  readonly match: RouteMatch;
  readonly handler: Handler;
  /** What the integration answers goes back to the client. */
  readonly answers: boolean;
}

/** The routes of one stage. */
export interface StageRoutes {
  readonly connect: SocketRoute | null;
  readonly disconnect: SocketRoute | null;
  /** The route of a message; null: none takes it. */
  find(exchange: Exchange): SocketRoute | null;
}

/** Gives an exchange its route, and tells so. */
export function enterRoute(exchange: Exchange, { match }: SocketRoute): void {
  exchange.matched = match;
  exchange.trace?.({
    kind: "matched",
    stage: exchange.addressed.stage,
    operation: match.route.operation,
    request: exchange,
  });
}

const CONNECT = "$connect";
const DISCONNECT = "$disconnect";

/** Prepares the routes of every stage, by the stage's name. */
export function prepareStageRoutes(
  api: ApiTable,
  handlers: Handlers,
): ReadonlyMap<string, StageRoutes> {
  return new Map([...handlers].map(([stage, { base }]) => [stage, stageRoutes(api, stage, base)]));
}

function stageRoutes(
  api: ApiTable,
  stage: string,
  handlers: ReadonlyMap<RouteTable, Handler>,
): StageRoutes {
  const routes = new Map(
    [...handlers].map(([route, handler]) => [route.path, socketRoute(api, route, handler)]),
  );
  const connect = routes.get(CONNECT) ?? null;
  const disconnect = routes.get(DISCONNECT) ?? null;
  // a message cannot select what the gateway itself calls
  routes.delete(CONNECT);
  routes.delete(DISCONNECT);
  const fallback = routes.get(DEFAULT_KEY) ?? null;
  const { routeSelection = [] } = api.websocket ?? {};
  const select = prepareSelection(routeSelection, api.stages[stage]?.variables ?? {});
  // a value that was found in the body shows that it is JSON
  const [only] = routeSelection;
  const isOneValue =
    routeSelection.length === 1 && only !== undefined && "body" in only && only.body !== null;
  return {
    connect,
    disconnect,
    find: (exchange) => {
      const key = select(exchange);
      const isJson = (isOneValue && key !== "") || exchange.bodyJson.isJson;
      return (isJson ? routes.get(key) : undefined) ?? fallback;
    },
  };
}

function socketRoute({ websocket }: ApiTable, route: RouteTable, handler: Handler): SocketRoute {
  const routes = websocket?.routes ?? {};
  const { operation } = route;
  const answers = Object.hasOwn(routes, operation) && routes[operation]?.hasRouteResponse === true;
  return { match: { route, names: [], values: [] }, handler, answers };
}
