// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { IdentitySource } from "../contracts.js";
import { prepareContext } from "../context/context.js";
import type { Exchange } from "../exchange.js";

/** Reads all values of one identity source; empty: it was not sent. */
export type IdentityReader = (exchange: Exchange) => readonly string[];

/** Headers that the gateway's front adds; the others are the client's alone, and sooner at hand. */
const ADDED: ReadonlySet<string> = new Set([
  "x-amzn-trace-id",
  "x-forwarded-for",
  "x-forwarded-port",
  "x-forwarded-proto",
]);

/** Header names are compared without regard to case, as HTTP has them; assumed. */
export function prepareIdentity(
  source: IdentitySource,
  stageVariables: Readonly<Record<string, string>>,
): IdentityReader {
  if ("header" in source) {
    const name = source.header.toLowerCase();
    if (ADDED.has(name)) return (exchange) => headerValues(exchange.allHeaders, name);
    return (exchange) => headerValues(exchange.headers.pairs, name);
  }
  if ("queryString" in source) return (exchange) => exchange.query.all(source.queryString);
  if ("stageVariable" in source) {
    const { stageVariable: name } = source;
    const value = Object.hasOwn(stageVariables, name) ? stageVariables[name] : undefined;
    const values = value === undefined ? [] : [value];
    return () => values;
  }
  const read = prepareContext(source.context);
  return (exchange) => {
    const value = read(exchange);
    return value === undefined ? [] : [value];
  };
}

function headerValues(pairs: readonly string[], lowerName: string): readonly string[] {
  const values: string[] = [];
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    const name = pairs[i] ?? "";
    if (name.length === lowerName.length && name.toLowerCase() === lowerName) {
      values.push(pairs[i + 1] ?? "");
    }
  }
  return values;
}

/**
 * What identifies the caller of one request: every value of every source, so that two requests that
 * a function could tell apart never share a result. Null: a source is absent or empty.
 */
export function readIdentity(
  exchange: Exchange,
  readers: readonly IdentityReader[],
): readonly (readonly string[])[] | null {
  const identity: (readonly string[])[] = [];
  for (const read of readers) {
    const values = read(exchange);
    if (values.every((value) => value.trim() === "")) return null;
    identity.push(values);
  }
  return identity;
}
