// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
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
  return new ContextMap(
    KEYS.map((key): [string, Value] => {
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
}

function block(...keys: readonly string[]): ValueMap {
  return new ContextMap(keys.map((key): [string, Value] => [key, new ContextMap()]));
}

function identity(exchange: Exchange): ValueMap {
  return new ContextMap(
    IDENTITY_KEYS.map((key): [string, Value] => [
      key,
      prepareContext(`identity.${key}`)(exchange) ?? null,
    ]),
  );
}
