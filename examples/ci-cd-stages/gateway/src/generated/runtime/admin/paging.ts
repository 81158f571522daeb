// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { badRequest } from "./admin-error.js";
import type { AdminCall, Json, JsonObject } from "./admin-operation.js";

/** Source: API reference, "limit: The default value is 25 and the maximum value is 500". */
const DEFAULT_LIMIT = 25;
const LARGEST_LIMIT = 500;

export interface Page<T> {
  readonly items: readonly T[];
  /** Where the next page begins; undefined: this is the last. */
  readonly position: string | undefined;
}

/** The page of a list that a request asks for by `limit` and `position`; in order of their ids. */
export function page<T>(
  items: readonly T[],
  idOf: (item: T) => string,
  { parameter }: AdminCall,
): Page<T> {
  const limit = readLimit(parameter("limit"));
  const after = readPosition(parameter("position"));
  const sorted = items
    .map((item) => ({ id: idOf(item), item }))
    .filter(({ id }) => after === null || id > after)
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const shown = sorted.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(({ item }) => item),
    position:
      last === undefined || shown.length === sorted.length
        ? undefined
        : Buffer.from(last.id).toString("base64url"),
  };
}

/** A page as the control plane writes it: its list is called `item`. */
export function listOf<T>({ items, position }: Page<T>, show: (item: T) => Json): JsonObject {
  return { position, item: items.map(show) };
}

function readLimit(text: string | null): number {
  if (text === null) return DEFAULT_LIMIT;
  const limit = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (limit < 1) throw badRequest("limit is not a number from 1 to 500");
  return Math.min(limit, LARGEST_LIMIT);
}

function readPosition(text: string | null): string | null {
  if (text === null) return null;
  if (!/^[\w-]{1,1024}$/.test(text)) throw badRequest("Invalid position parameter");
  return Buffer.from(text, "base64url").toString();
}
