// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { Exchange } from "../exchange.js";
import type { PolicyPrincipal, PolicyRequest } from "../policy/request.js";

/** Condition keys that a caller brings along, by their names in lower case. */
export type CallerKeys = ReadonlyMap<string, readonly string[]>;

/** Who asks; null: somebody without credentials. */
export interface PolicyCaller {
  readonly principal: PolicyPrincipal;
  readonly keys: CallerKeys;
}

export const INVOKE = "execute-api:Invoke";

const NOTHING: readonly string[] = [];

/** What policies are asked about a request; condition keys are worked out when one is asked for. */
export function policyRequest(
  exchange: Exchange,
  resource: string,
  caller: PolicyCaller | null,
  action = INVOKE,
): PolicyRequest {
  return {
    action,
    resource,
    principal: caller?.principal ?? null,
    context: (key) => conditionKey(exchange, key) ?? caller?.keys.get(key) ?? NOTHING,
  };
}

/**
 * Values of the keys that every request has, or its headers bring. Source: developer guide, "AWS
 * condition keys that can be used in API Gateway resource policies".
 */
function conditionKey(exchange: Exchange, key: string): readonly string[] | undefined {
  switch (key) {
    case "aws:currenttime":
      return [new Date(exchange.startedMs).toISOString()];
    case "aws:epochtime":
      return [String(Math.floor(exchange.startedMs / 1000))];
    case "aws:securetransport":
      return [String(exchange.request.protocol === "https")];
    case "aws:sourceip":
      return [exchange.request.remoteAddress];
    case "aws:referer":
      return headerValue(exchange, "Referer");
    case "aws:useragent":
      return exchange.headers.userAgent === null ? undefined : [exchange.headers.userAgent];
    default:
      return undefined;
  }
}

function headerValue(exchange: Exchange, name: string): readonly string[] | undefined {
  const { pairs } = exchange.headers;
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    if (pairs[i]?.toLowerCase() === name.toLowerCase()) return [pairs[i + 1] ?? ""];
  }
  return undefined;
}
