import type { Operation } from "../ir/operation.js";
import { takesPath } from "../nearest-route.js";

/** The operation that serves a request; `path` as a client sends it, as the document has it, or a route key. */
export function findOperation(
  operations: readonly Operation[],
  method: string,
  path: string,
): Operation | undefined {
  const serves = (one: Operation): boolean => one.method === method || one.method === "ANY";
  const keyed = operations.find(({ routeKey }) => routeKey === path);
  if (keyed !== undefined) return keyed;
  const [asked = ""] = path.split("?");
  const written = operations.filter((one) => one.path === asked);
  const fitting =
    written.length > 0 ? written : operations.filter((one) => takesPath(one.path, asked));
  const best = fitting.toSorted((a, b) => comparePaths(a.path, b.path))[0];
  const found = fitting
    .filter(({ path: one }) => one === best?.path)
    .filter(serves)
    .toSorted((a, b) => Number(a.method === "ANY") - Number(b.method === "ANY"))[0];
  return found ?? operations.find(({ routeKey }) => routeKey === "$default");
}

/** Literal segments come before variables, those before greedy ones. */
function comparePaths(a: string, b: string): number {
  const [left, right] = [a.split("/"), b.split("/")];
  for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
    const order = rank(left[i]) - rank(right[i]);
    if (order !== 0) return order;
  }
  return 0;
}

function rank(segment: string | undefined): number {
  if (segment === undefined || !segment.startsWith("{")) return 0;
  return segment.endsWith("+}") ? 2 : 1;
}
