// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { Exchange } from "../exchange.js";

/** Reads one `$context` value; undefined when it has none or is no text. */
export type ContextReader = (exchange: Exchange) => string | undefined;

/**
 * Every text value of `$context` that a request has, by dotted name.
 * `deploymentId` has no counterpart outside the service: a stable text made from the API's id.
 */
const READERS: ReadonlyMap<string, ContextReader> = new Map<string, ContextReader>([
  ["accountId", (x) => x.around.api.accountId],
  ["apiId", (x) => x.around.api.apiId],
  ["deploymentId", (x) => deploymentId(x)],
  ["domainName", (x) => x.domainName],
  ["domainPrefix", (x) => x.domainPrefix],
  ["error.message", (x) => x.error?.clientMessage ?? undefined],
  [
    "error.messageString",
    (x) => (x.error === null ? undefined : JSON.stringify(x.error.clientMessage)),
  ],
  ["error.responseType", (x) => x.error?.type],
  ["error.validationErrorString", (x) => x.error?.validationErrors ?? undefined],
  ["extendedRequestId", (x) => x.extendedRequestId],
  ["httpMethod", (x) => x.method],
  ["identity.sourceIp", (x) => x.request.remoteAddress],
  ["identity.userAgent", (x) => x.headers.userAgent ?? undefined],
  ["operationName", (x) => x.matched?.route.operationName ?? undefined],
  ["path", (x) => x.addressed.contextPath],
  ["protocol", () => "HTTP/1.1"],
  ["requestId", (x) => x.requestId],
  ["requestTime", (x) => x.requestTime],
  ["requestTimeEpoch", (x) => String(x.startedMs)],
  ["resourceId", (x) => x.matched?.route.resourceId],
  ["resourcePath", (x) => x.matched?.route.path],
  ["stage", (x) => x.addressed.stage],
]);

const NOTHING: ContextReader = () => undefined;

/** The reader of a `$context` name, without the leading `context.`; unknown names have no value. */
export function prepareContext(name: string): ContextReader {
  return READERS.get(name) ?? NOTHING;
}

/** `$context.deploymentId`. */
export function deploymentId(exchange: Exchange): string {
  return exchange.around.api.apiId.slice(0, 6);
}
