// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { AuthorizerOutcome } from "../access/caller.js";
import { prepareContext } from "../context/context.js";
import type { Exchange } from "../exchange.js";
import { ContextMap, type Value, type ValueMap } from "../velocity/value.js";

/** Keys of `$context` in the order in which the service lists them; recorded. */
const KEYS = [
  "resourceId",
  "resourcePath",
  "httpMethod",
  "extendedRequestId",
  "requestTime",
  "path",
  "accountId",
  "protocol",
  "requestOverride",
  "stage",
  "domainPrefix",
  "requestTimeEpoch",
  "requestId",
  "identity",
  "domainName",
  "deploymentId",
  "responseOverride",
  "apiId",
] as const;

/** Those of WebSocket APIs; in which order the service lists them is not recorded. */
const SOCKET_KEYS = [
  "routeKey",
  "messageId",
  "eventType",
  "extendedRequestId",
  "requestTime",
  "messageDirection",
  "disconnectStatusCode",
  "disconnectReason",
  "stage",
  "connectedAt",
  "requestTimeEpoch",
  "identity",
  "requestId",
  "domainName",
  "connectionId",
  "apiId",
] as const;

const IDENTITY_KEYS = [
  "cognitoIdentityPoolId",
  "accountId",
  "cognitoIdentityId",
  "caller",
  "sourceIp",
  "principalOrgId",
  "accessKey",
  "cognitoAuthenticationType",
  "cognitoAuthenticationProvider",
  "userArn",
  "userAgent",
  "user",
] as const;

/** `$context` of one request, as templates read and write it; blocks print nothing as a whole. */
export function contextVariables(exchange: Exchange): ValueMap {
  const variables = new ContextMap(
    (exchange.socket === null ? KEYS : SOCKET_KEYS).map((key): [string, Value] => {
      switch (key) {
        case "requestOverride":
          return [key, block("header", "querystring", "path")];
        case "responseOverride":
          return [key, block("header")];
        case "identity":
          return [key, identity(exchange)];
        default:
          return [key, prepareContext(key)(exchange) ?? null];
      }
    }),
  );
  // where the service lists these is not recorded
  const operationName = exchange.matched?.route.operationName ?? null;
  if (operationName !== null) variables.put("operationName", operationName);
  if (exchange.authorizer !== null) variables.put("authorizer", authorizer(exchange.authorizer));
  if (exchange.isCanary !== null) variables.put("isCanaryRequest", String(exchange.isCanary));
  return variables;
}

/** `claims` prints nothing as a whole: developer guide, "Data models and mapping templates". */
function authorizer({ principalId, context, claims }: AuthorizerOutcome): ValueMap {
  const values = new ContextMap(context);
  if (principalId !== null) values.put("principalId", principalId);
  if (claims !== null) values.put("claims", new ContextMap(claims));
  return values;
}

function block(...keys: readonly string[]): ValueMap {
  return new ContextMap(keys.map((key): [string, Value] => [key, new ContextMap()]));
}

function identity(exchange: Exchange): ValueMap {
  const values = new ContextMap(
    IDENTITY_KEYS.map((key): [string, Value] => [
      key,
      prepareContext(`identity.${key}`)(exchange) ?? null,
    ]),
  );
  if (exchange.apiKey !== null) {
    values.put("apiKey", exchange.apiKey.value);
    values.put("apiKeyId", exchange.apiKey.id);
  }
  return values;
}
