// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { CorsTable } from "../contracts.js";
import type { Exchange } from "../exchange.js";
import { headerValues } from "../http/headers.js";
import type { GatewayResponse } from "../http/message.js";

/** What a gateway does for pages of other origins. */
export interface Cors {
  /** The answer to a preflight request; null: the request is none. */
  preflight(exchange: Exchange): GatewayResponse | null;
  /** Puts the API's headers in the place of the backend's. */
  apply(exchange: Exchange, response: GatewayResponse): void;
}

/** Source: developer guide, "Configure CORS for HTTP APIs". An origin that is not allowed gets no headers. */
export function prepareCors(table: CorsTable): Cors {
  const matchOrigin = prepareOrigins(table.allowOrigins);
  const common = (exchange: Exchange): string[] => {
    const [origin] = headerValues(exchange.headers.pairs, "origin");
    const allowed = origin === undefined ? null : matchOrigin(origin);
    if (allowed === null) return [];
    return [
      "access-control-allow-origin",
      allowed,
      ...(allowed === "*" ? [] : ["vary", "Origin"]),
      ...(table.allowCredentials ? ["access-control-allow-credentials", "true"] : []),
    ];
  };
  const listed = (name: string, values: readonly string[]): string[] =>
    values.length === 0 ? [] : [name, values.join(",")];
  return {
    preflight: (exchange) => {
      if (!isPreflight(exchange)) return null;
      const headers = common(exchange);
      if (headers.length > 0) {
        headers.push(
          ...listed("access-control-allow-methods", table.allowMethods),
          ...listed("access-control-allow-headers", table.allowHeaders),
          ...(table.maxAge === null ? [] : ["access-control-max-age", String(table.maxAge)]),
        );
      }
      return { status: 204, headers, body: null };
    },
    apply: (exchange, response) => {
      // its answer is complete
      if (isPreflight(exchange)) return;
      const kept = withoutCors(response.headers);
      response.headers.splice(0, response.headers.length, ...kept, ...common(exchange));
      if (response.headers.length > kept.length) {
        response.headers.push(...listed("access-control-expose-headers", table.exposeHeaders));
      }
    },
  };
}

function isPreflight({ method, headers: { pairs } }: Exchange): boolean {
  return (
    method === "OPTIONS" &&
    headerValues(pairs, "origin").length > 0 &&
    headerValues(pairs, "access-control-request-method").length > 0
  );
}

/** `*`, whole origins, and all origins of a scheme. The matched origin is told back; `*` stays `*`. */
function prepareOrigins(allowed: readonly string[]): (origin: string) => string | null {
  if (allowed.includes("*")) return () => "*";
  const origins = new Set(allowed.map((origin) => origin.toLowerCase()));
  const schemes = ["https://", "http://"].filter((scheme) => origins.has(`${scheme}*`));
  return (origin) => {
    const lower = origin.toLowerCase();
    return origins.has(lower) || schemes.some((scheme) => lower.startsWith(scheme)) ? origin : null;
  };
}

function withoutCors(headers: readonly string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i] ?? "";
    if (!/^access-control-/i.test(name)) kept.push(name, headers[i + 1] ?? "");
  }
  return kept;
}
