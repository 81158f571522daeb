import type { Operation } from "../ir/operation.js";

/** The operation that a setting names: by its operationId, as `GET /orders`, or by its route key. */
export function findNamedOperation(
  operations: readonly Operation[],
  name: string,
): Operation | undefined {
  return operations.find(
    ({ operationId, method, path, routeKey }) =>
      operationId === name || routeKey === name || `${method} ${path}` === name,
  );
}
