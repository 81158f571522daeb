import type { Operation } from "../ir/operation.js";
import type { Change } from "./change.js";
import { pairUp, type Pairs } from "./pairs.js";

/** How a route is named in reports. */
export function routeName({ method, path, routeKey }: Operation): string {
  return routeKey ?? `${method} ${path}`;
}

/** Names of path variables are no part of a route. */
function routeKeyOf(operation: Operation): string {
  return operation.routeKey ?? `${operation.method} ${pathKey(operation)}`;
}

function pathKey({ path }: Operation): string {
  return path.replace(/\{[^}+]*(\+?)\}/g, "{$1}");
}

/**
 * Pairs the routes of two gateways: by method and path, else by operationId (the route has moved), else a
 * method with ANY of the same path.
 */
export function pairRoutes(
  before: readonly Operation[],
  after: readonly Operation[],
): Pairs<Operation> {
  const exact = pairUp(before, after, routeKeyOf);
  const moved = pairUp(
    exact.removed.filter(({ operationId }) => operationId !== undefined),
    exact.added.filter(({ operationId }) => operationId !== undefined),
    ({ operationId }) => operationId ?? "",
  );
  const taken = new Set(moved.both.flat());
  const removed = exact.removed.filter((operation) => !taken.has(operation));
  const added = exact.added.filter((operation) => !taken.has(operation));
  const widened = removed.flatMap((operation) => {
    const any = after.find(
      (candidate) => candidate.method === "ANY" && pathKey(candidate) === pathKey(operation),
    );
    return any === undefined || operation.routeKey !== undefined ? [] : [[operation, any] as const];
  });
  const caught = new Set(widened.map(([operation]) => operation));
  return {
    both: [...exact.both, ...moved.both, ...widened],
    removed: removed.filter((operation) => !caught.has(operation)),
    added,
  };
}

/** Routes that are new, gone or moved. */
export function compareRoutes({ both, removed, added }: Pairs<Operation>): readonly Change[] {
  return [
    ...removed.map((operation): Change => {
      const message = "is gone";
      return {
        ...ofRoute(operation),
        kind: "route-removed",
        severity: "breaking",
        message,
        before: operation.at,
        after: undefined,
      };
    }),
    ...added.map((operation): Change => {
      const isOpen = operation.authorization.kind === "none" && !operation.apiKeyRequired;
      const message = isOpen ? "is new, and open to everybody" : "is new";
      return {
        ...ofRoute(operation),
        kind: "route-added",
        severity: "safe",
        message,
        before: undefined,
        after: operation.at,
      };
    }),
    ...both.flatMap(([before, after]) => movedRoute(before, after)),
  ];
}

function ofRoute(operation: Operation): { readonly subject: string } {
  return { subject: routeName(operation) };
}

function movedRoute(before: Operation, after: Operation): readonly Change[] {
  const [from, to] = [routeName(before), routeName(after)];
  if (from === to) return [];
  const isSamePlace = pathKey(before) === pathKey(after);
  const isSameMethod = before.method === after.method;
  const isWider = isSamePlace && after.method === "ANY";
  const message =
    isSamePlace && isSameMethod
      ? `the variables of its path have other names: ${after.path}`
      : isWider
        ? `is answered by ${to} now`
        : `has moved to ${to}`;
  const severity = isSamePlace && (isSameMethod || isWider) ? "safe" : "breaking";
  return [
    { kind: "route-moved", severity, subject: from, message, before: before.at, after: after.at },
  ];
}
