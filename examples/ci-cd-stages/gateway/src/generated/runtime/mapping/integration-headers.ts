// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { Exchange } from "../exchange.js";

export interface HeaderRules {
  /** Names in lower case that do not go out even when they are mapped. */
  readonly dropped: ReadonlySet<string>;
  /** Sent where none is mapped; null: the client's, but not for methods without a body. */
  readonly contentType: string | null;
}

const BODILESS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * The headers of a request that is built from mappings: none of the client's, the mapped ones, and
 * the few that the service sends by itself where none is mapped. Name, value, ...
 */
export function integrationHeaders(
  exchange: Exchange,
  mapped: readonly string[],
  rules: HeaderRules,
): string[] {
  const headers: string[] = [];
  const present = new Set<string>();
  for (let i = 0; i < mapped.length; i += 2) {
    const name = mapped[i] ?? "";
    const lower = name.toLowerCase();
    present.add(lower);
    if (!rules.dropped.has(lower)) headers.push(name, mapped[i + 1] ?? "");
  }
  const { apiId } = exchange.around.api;
  const clientType = BODILESS.has(exchange.method) ? null : exchange.headers.contentType;
  const contentType = rules.contentType ?? clientType;
  if (!present.has("accept")) headers.push("Accept", "application/json");
  if (!present.has("user-agent")) headers.push("User-Agent", `AmazonAPIGateway_${apiId}`);
  if (!present.has("content-type") && contentType !== null) {
    headers.push("Content-Type", contentType);
  }
  headers.push("X-Amzn-Apigateway-Api-Id", apiId, "X-Amzn-Trace-Id", exchange.traceHeader);
  return exchange.marked(headers);
}
