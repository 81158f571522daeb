// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { errors } from "../errors/gateway-error.js";
import type { Exchange } from "../exchange.js";

/** Bytes of the longest ARN that is authorized. Source: developer guide, "Quotas". */
const ARN_LIMIT = 1600;

/** The ARNs under which policies know one request. */
export interface MethodArns {
  /** The actual path, as the client wrote it. */
  readonly asSent: string;
  /**
   * The same resource in its plain spelling, where the client wrote another one: what is denied under
   * either name is denied. The service looks at the first alone; this side errs on the safe one.
   */
  readonly plain: string | null;
  /** The path holds `..`: under the plain name the request must be allowed, too. */
  readonly climbs: boolean;
}

/** `arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/METHOD/path`. Throws when it is too long. */
export function methodArns(exchange: Exchange): MethodArns {
  // a route key stands by itself: `…/STAGE/$connect`
  if (exchange.socket !== null) return plainArn(exchange, exchange.path);
  const { path } = exchange.addressed;
  const asSent = methodArn(exchange, path);
  if (Buffer.byteLength(asSent) > ARN_LIMIT) throw errors.targetTooLong();
  const { plain, climbs } = plainPath(path);
  return { asSent, plain: plain === path ? null : methodArn(exchange, plain), climbs };
}

/** The names of a resource of a stage that has one spelling: `POST/@connections/ID`. */
export function plainArn(exchange: Exchange, resource: string): MethodArns {
  return { asSent: stageArn(exchange, resource), plain: null, climbs: false };
}

function methodArn(exchange: Exchange, path: string): string {
  return stageArn(exchange, `${exchange.method}${path}`);
}

function stageArn(exchange: Exchange, resource: string): string {
  const { region, accountId, apiId } = exchange.around.api;
  const prefix = `arn:${partitionOf(region)}:execute-api:${region}:${accountId}:${apiId}`;
  return `${prefix}/${exchange.addressed.stage}/${resource}`;
}

/** The partition that a region belongs to. Source: AWS general reference, "ARN format". */
export function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}

/**
 * What a backend may take the path for: decoded, without `;` parameters, dots resolved, slashes single,
 * none at the end.
 */
function plainPath(path: string): { readonly plain: string; readonly climbs: boolean } {
  if (!/[%\\;]|\/\.|\/\/|\/$/.test(path) || path === "/") return { plain: path, climbs: false };
  const segments: string[] = [];
  let climbs = false;
  for (const text of decoded(path).split(/[/\\]+/)) {
    const segment = text.replace(/;.*$/s, "");
    if (segment === "..") {
      segments.pop();
      climbs = true;
    } else if (segment !== "" && segment !== ".") segments.push(segment);
  }
  return { plain: `/${segments.join("/")}`, climbs };
}

/** ASCII is decoded whatever stands beside it; other escapes only where they are UTF-8. */
function decoded(path: string): string {
  return path.replace(/%[0-7][0-9A-Fa-f]|(?:%[89A-Fa-f][0-9A-Fa-f])+/g, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes;
    }
  });
}
