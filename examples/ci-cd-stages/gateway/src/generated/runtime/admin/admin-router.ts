// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { badRequest, notFound } from "./admin-error.js";
import type { AdminOperation } from "./admin-operation.js";

export interface FoundOperation {
  readonly operation: AdminOperation;
  /** What a name in the operation's path stands for; decoded. */
  readonly segment: (name: string) => string;
}

export type AdminRouter = (method: string, path: string) => FoundOperation;

/** Finds operations by method and path as it was sent: a segment is decoded once and never joined. */
export function createAdminRouter(operations: readonly AdminOperation[]): AdminRouter {
  const known = operations.map((operation) => ({ operation, parts: operation.path.split("/") }));
  return (method, path) => {
    const segments = path.split("/");
    const asked = method === "HEAD" ? "GET" : method;
    const found = known.find(
      ({ operation, parts }) =>
        operation.method === asked &&
        parts.length === segments.length &&
        parts.every((part, i) => isName(part) || part === plain(segments[i])),
    );
    if (found === undefined) throw notFound("there is no such operation");
    const names = new Map(
      found.parts.flatMap((part, i) =>
        isName(part) ? [[part.slice(1, -1), decoded(segments[i] ?? "")] as const] : [],
      ),
    );
    return {
      operation: found.operation,
      segment: (name) => {
        const value = names.get(name);
        if (value === undefined) throw new Error(`${found.operation.path} has no ${name}`);
        return value;
      },
    };
  };
}

/** Clients write the sign in front of `@connections` either way. */
function plain(segment: string | undefined): string | undefined {
  return segment?.replace(/^%40/, "@");
}

function isName(part: string): boolean {
  return part.startsWith("{");
}

function decoded(segment: string): string {
  try {
    const text = decodeURIComponent(segment);
    if (text !== "") return text;
  } catch {
    // the same answer
  }
  throw badRequest("the path is malformed");
}
