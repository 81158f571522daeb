import type { Authorizer } from "../../ir/authorizer.js";
import type { Operation } from "../../ir/operation.js";
import type { ConnectionLimits, WebSocket } from "../../ir/websocket.js";
import { quote } from "../../json.js";
import type { Pointer } from "../../pointer.js";
import type { RouteSettings } from "../limits.js";
import type { Lowering } from "../lowering.js";
import type { Members } from "../members.js";
import { checkOperationIds } from "../operation.js";
import { lowerRouteAuthorizer } from "./authorizer.js";
import type { DeclaredApi } from "./declared.js";
import { lowerRoute } from "./route.js";
import { lowerSelection } from "./selection.js";
import { declareWebSocketApi } from "./source.js";

/** A WebSocket API, lowered. */
export interface LoweredWebSocket {
  readonly name: string | undefined;
  readonly description: string | undefined;
  readonly apiKeySource: "HEADER" | "AUTHORIZER";
  readonly disableExecuteApiEndpoint: boolean;
  readonly operations: readonly Operation[];
  readonly authorizers: readonly Authorizer[];
  readonly websocket: WebSocket;
  /** Names of the models that messages are checked against. */
  readonly validated: ReadonlySet<string>;
  readonly routeSettings: readonly RouteSettings[];
}

/** Of one API. Source: developer guide, "Quotas for configuring and running a WebSocket API". */
const maxRoutes = 300;
const maxAuthorizers = 10;

/** Lowers the WebSocket API of a document or its settings. Problems: GG802, GG807, GG809, and those of its parts. */
export function lowerWebSocketApi(context: Lowering, root: Members): LoweredWebSocket | undefined {
  const declared = declareWebSocketApi(context, root);
  if (declared === undefined) return undefined;
  checkRoutes(context, declared);
  const routes = declared.routes.map((route) => lowerRoute(context, route, declared));
  const operations = routes.map(({ operation }) => operation);
  checkOperationIds(context, operations);
  const authorizers = [...declared.authorizers].flatMap(
    ([name, object]) => lowerRouteAuthorizer(context, name, object) ?? [],
  );
  checkCount(context, {
    at: declared.at,
    what: "authorizers",
    count: authorizers.length,
    most: maxAuthorizers,
  });
  const { name, description, apiKeySource, disableExecuteApiEndpoint } = declared;
  return {
    name,
    description,
    apiKeySource,
    disableExecuteApiEndpoint,
    operations,
    authorizers,
    websocket: {
      at: declared.at,
      routeSelection: lowerRouteSelection(context, declared),
      connection: lowerConnection(context, declared.connection),
      routes: routes.map(({ route }) => route),
      pushes: declared.pushes,
    },
    routeSettings: declared.routes.flatMap(({ at, key, settings }) =>
      settings === undefined ? [] : [{ at, routeKey: key, value: settings }],
    ),
    validated: new Set(
      routes.flatMap(({ route }) =>
        route.modelSelection === undefined ? [] : route.requestModels.map(({ model }) => model),
      ),
    ),
  };
}

/** It looks at the message alone: at that time nothing else tells messages apart. */
function lowerRouteSelection(
  context: Lowering,
  { routeSelection, at }: DeclaredApi,
): WebSocket["routeSelection"] {
  if (routeSelection === undefined) {
    context.sink.error("GG802", at, "the API has no routeSelectionExpression", {
      hint: "add routeSelectionExpression: $request.body.action",
    });
    return [];
  }
  const expression = lowerSelection(context, routeSelection, "request") ?? [];
  const other = expression.find(({ kind }) => kind !== "body" && kind !== "literal");
  const message = `${quote(routeSelection.text)} must read the message: $request.body.PATH`;
  if (other !== undefined) {
    context.sink.error("GG802", routeSelection.at, message);
  } else if (expression.length > 0 && expression.every(({ kind }) => kind === "literal")) {
    context.sink.warning("GG802", routeSelection.at, `${message}; all messages go to one route`);
  }
  return expression;
}

function checkRoutes(context: Lowering, { at, routes }: DeclaredApi): void {
  const { sink } = context;
  if (routes.length === 0) {
    sink.error("GG807", at, "the API has no routes; there is nothing to serve");
    return;
  }
  const keys = new Set<string>();
  for (const { key, at: place } of routes) {
    if (keys.has(key)) sink.error("GG803", place, `another route has the key ${quote(key)}, too`);
    keys.add(key);
  }
  if (!keys.has("$default")) {
    const message =
      "the API has no route $default: a message that no other route takes is answered by an error";
    sink.info("GG807", at, message);
  }
  checkCount(context, { at, what: "routes", count: routes.length, most: maxRoutes });
}

interface Count {
  readonly at: Pointer;
  readonly what: string;
  readonly count: number;
  readonly most: number;
}

function checkCount({ sink }: Lowering, { at, what, count, most }: Count): void {
  if (count <= most) return;
  sink.warning("GG809", at, `an API has at most ${most} ${what} on AWS, this one ${count}`);
}

/** What the service has fixed; the gateway takes other values, too. Source: the same page. */
const serviceLimits = {
  idleTimeoutInSeconds: 600,
  maxDurationInSeconds: 7200,
  maxMessageBytes: 131_072,
  maxFrameBytes: 32_768,
} as const;

function lowerConnection({ sink }: Lowering, connection: Members | undefined): ConnectionLimits {
  const limit = (key: keyof typeof serviceLimits): number => {
    const own = connection?.number(key);
    if (own === undefined || connection === undefined) return serviceLimits[key];
    if (own > serviceLimits[key]) {
      const message = `${key} is ${own}; API Gateway has ${serviceLimits[key]}, fixed`;
      sink.info("GG809", connection.place(key), message);
    }
    return own;
  };
  return {
    idleTimeoutSeconds: limit("idleTimeoutInSeconds"),
    maxDurationSeconds: limit("maxDurationInSeconds"),
    maxMessageBytes: limit("maxMessageBytes"),
    maxFrameBytes: limit("maxFrameBytes"),
    keepAliveSeconds: connection?.number("keepAliveInSeconds"),
    subprotocols: connection?.texts("subprotocols") ?? [],
  };
}
