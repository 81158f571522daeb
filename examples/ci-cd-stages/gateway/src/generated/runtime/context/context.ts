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
  ["connectedAt", (x) => x.socket?.connection.connectedAtMs.toString()],
  ["connectionId", (x) => x.socket?.connection.id],
  ["deploymentId", (x) => deploymentId(x)],
  ["disconnectReason", (x) => x.socket?.disconnect?.reason],
  ["disconnectStatusCode", (x) => x.socket?.disconnect?.statusCode.toString()],
  ["domainName", (x) => x.domainName],
  ["domainPrefix", (x) => x.domainPrefix],
  ["error.message", (x) => x.error?.clientMessage ?? undefined],
  [
    "error.messageString",
    (x) => (x.error === null ? undefined : JSON.stringify(x.error.clientMessage)),
  ],
  ["error.responseType", (x) => x.error?.type],
  ["error.validationErrorString", (x) => x.error?.validationErrors ?? undefined],
  ["eventType", (x) => x.socket?.type],
  ["extendedRequestId", (x) => x.extendedRequestId],
  ["httpMethod", (x) => x.method],
  ["authorizer.integrationLatency", (x) => latencyText(x)],
  ["authorizer.principalId", (x) => x.authorizer?.principalId ?? undefined],
  ["identity.accessKey", (x) => x.signer?.accessKey],
  ["identity.accountId", (x) => x.signer?.accountId],
  ["identity.apiKey", (x) => x.apiKey?.value],
  ["identity.apiKeyId", (x) => x.apiKey?.id],
  ["identity.caller", (x) => x.signer?.caller],
  ["identity.principalOrgId", (x) => x.signer?.principalOrgId ?? undefined],
  ["identity.sourceIp", (x) => x.request.remoteAddress],
  ["identity.userAgent", (x) => x.headers.userAgent ?? undefined],
  ["identity.user", (x) => x.signer?.user],
  ["identity.userArn", (x) => x.signer?.userArn],
  ["isCanaryRequest", (x) => (x.isCanary === null ? undefined : String(x.isCanary))],
  ["messageDirection", (x) => (x.socket === null ? undefined : "IN")],
  ["messageId", (x) => (x.socket?.type === "MESSAGE" ? x.messageId : undefined)],
  ["operationName", (x) => x.matched?.route.operationName ?? undefined],
  ["path", (x) => x.addressed.contextPath],
  ["protocol", () => "HTTP/1.1"],
  ["requestId", (x) => x.requestId],
  ["requestTime", (x) => x.requestTime],
  ["requestTimeEpoch", (x) => String(x.startedMs)],
  ["resourceId", (x) => x.matched?.route.resourceId],
  ["resourcePath", (x) => x.matched?.route.path],
  ["routeKey", (x) => (x.socket === null ? undefined : x.matched?.route.path)],
  ["stage", (x) => x.addressed.stage],
]);

const NOTHING: ContextReader = () => undefined;

/** Readers of names below `authorizer`, which come from the API's own text and are few. */
const authorizerReaders = new Map<string, ContextReader>();

/** The reader of a `$context` name, without the leading `context.`; unknown names have no value. */
export function prepareContext(name: string): ContextReader {
  const reader = READERS.get(name) ?? authorizerReaders.get(name);
  if (reader !== undefined) return reader;
  const made = authorizerReader(name);
  if (made === undefined) return NOTHING;
  authorizerReaders.set(name, made);
  return made;
}

/** `authorizer.KEY`, `authorizer.claims.KEY` and `authorizer.claims['custom:KEY']`. */
function authorizerReader(name: string): ContextReader | undefined {
  const { plain, quoted, key } =
    /^authorizer\.(?:claims\.(?<plain>.+)|claims\['(?<quoted>[^']+)'\]|(?<key>.+))$/.exec(name)
      ?.groups ?? {};
  const claim = plain ?? quoted;
  if (claim !== undefined) return (x) => x.authorizer?.claims?.get(claim);
  return key === undefined ? undefined : (x) => x.authorizer?.context.get(key);
}

function latencyText({ authorizer }: Exchange): string | undefined {
  return authorizer === null ? undefined : String(authorizer.latencyMs);
}

/** `$context.deploymentId`. */
export function deploymentId(exchange: Exchange): string {
  return exchange.around.api.apiId.slice(0, 6);
}
