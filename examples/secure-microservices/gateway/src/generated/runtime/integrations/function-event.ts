// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { deploymentId } from "../context/context.js";
import type { Exchange } from "../exchange.js";

/** Values by name, safe for any name a client may choose. */
type Dictionary<T> = Record<string, T>;

/**
 * The Lambda proxy event, payload version 1.0, as JSON text. Members stand in the order that was
 * recorded from the service; what is empty is null.
 */
export function functionEvent(exchange: Exchange, body: string | null, isBase64: boolean): string {
  const headers = collect(sortedPairs(exchange.allHeaders));
  const query = collect(exchange.query.pairs);
  const variables = exchange.addressed.stageVariables;
  return JSON.stringify({
    resource: exchange.matched?.route.path ?? "",
    path: exchange.addressed.path,
    httpMethod: exchange.method,
    headers: headers?.single ?? null,
    multiValueHeaders: headers?.multi ?? null,
    queryStringParameters: query?.single ?? null,
    multiValueQueryStringParameters: query?.multi ?? null,
    pathParameters: pathParameters(exchange),
    stageVariables: Object.keys(variables).length === 0 ? null : variables,
    requestContext: requestContext(exchange),
    body,
    isBase64Encoded: isBase64,
  });
}

function requestContext(exchange: Exchange): Dictionary<unknown> {
  const { api } = exchange.around;
  const route = exchange.matched?.route;
  const operationName = route?.operationName ?? null;
  return {
    resourceId: route?.resourceId ?? "",
    resourcePath: route?.path ?? "",
    ...(operationName === null ? {} : { operationName }),
    httpMethod: exchange.method,
    extendedRequestId: exchange.extendedRequestId,
    requestTime: exchange.requestTime,
    path: exchange.addressed.contextPath,
    accountId: api.accountId,
    protocol: "HTTP/1.1",
    stage: exchange.addressed.stage,
    domainPrefix: exchange.domainPrefix,
    requestTimeEpoch: exchange.startedMs,
    requestId: exchange.requestId,
    identity: {
      cognitoIdentityPoolId: null,
      accountId: null,
      cognitoIdentityId: null,
      caller: null,
      sourceIp: exchange.request.remoteAddress,
      principalOrgId: null,
      accessKey: null,
      cognitoAuthenticationType: null,
      cognitoAuthenticationProvider: null,
      userArn: null,
      userAgent: exchange.headers.userAgent,
      user: null,
    },
    domainName: exchange.domainName,
    deploymentId: deploymentId(exchange),
    apiId: api.apiId,
  };
}

interface Collected {
  /** Last value of each name. */
  readonly single: Dictionary<string>;
  readonly multi: Dictionary<string[]>;
}

function collect(pairs: readonly string[]): Collected | null {
  if (pairs.length === 0) return null;
  const single = dictionary<string>();
  const multi = dictionary<string[]>();
  for (let i = 0; i < pairs.length; i += 2) {
    const name = pairs[i] ?? "";
    const value = pairs[i + 1] ?? "";
    single[name] = value;
    (multi[name] ??= []).push(value);
  }
  return { single, multi };
}

function pathParameters(exchange: Exchange): Dictionary<string> | null {
  const names = exchange.pathNames;
  if (names.length === 0) return null;
  const values = dictionary<string>();
  names.forEach((name, index) => {
    values[name] = exchange.pathValues[index] ?? "";
  });
  return values;
}

function dictionary<T>(): Dictionary<T> {
  const empty: Dictionary<T> = {};
  // Without a prototype, a header named `__proto__` is a member like any other.
  Object.setPrototypeOf(empty, null);
  return empty;
}

/** By name in code unit order, repeated names in their own order: as recorded. */
function sortedPairs(pairs: readonly string[]): string[] {
  const entries: (readonly [string, string])[] = [];
  for (let i = 0; i < pairs.length; i += 2) entries.push([pairs[i] ?? "", pairs[i + 1] ?? ""]);
  return entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).flat();
}
