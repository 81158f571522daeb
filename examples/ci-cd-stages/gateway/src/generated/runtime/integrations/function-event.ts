// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { AuthorizerOutcome } from "../access/caller.js";
import { deploymentId } from "../context/context.js";
import type { Exchange } from "../exchange.js";

/** Values by name, safe for any name a client may choose. */
type Dictionary<T> = Record<string, T>;

/** What every event of a REST API says about its request; what is empty is null. */
export interface FunctionEventParts {
  readonly resource: string;
  readonly path: string;
  readonly httpMethod: string;
  readonly headers: Dictionary<string> | null;
  readonly multiValueHeaders: Dictionary<string[]> | null;
  readonly queryStringParameters: Dictionary<string> | null;
  readonly multiValueQueryStringParameters: Dictionary<string[]> | null;
  readonly pathParameters: Dictionary<string> | null;
  readonly stageVariables: Readonly<Record<string, string>> | null;
  readonly requestContext: Dictionary<unknown>;
}

/**
 * The Lambda proxy event, payload version 1.0, as JSON text. Members stand in the order that was
 * recorded from the service.
 */
export function functionEvent(exchange: Exchange, body: string | null, isBase64: boolean): string {
  return JSON.stringify({ ...functionEventParts(exchange), body, isBase64Encoded: isBase64 });
}

/** What an event shows of a request, where the API changes it on the way. */
export interface EventRequest {
  /** Name, value, ... */
  readonly headers: readonly string[];
  readonly rawQuery: string;
  /** Name, value, ... decoded. */
  readonly query: readonly string[];
  /** Without and with the stage. */
  readonly path: string;
  readonly contextPath: string;
}

/** The request as the client sent it. */
export function sentRequest(exchange: Exchange): EventRequest {
  const { path, contextPath } = exchange.addressed;
  const { allHeaders: headers, rawQuery } = exchange;
  return { headers, rawQuery, query: exchange.query.pairs, path, contextPath };
}

/** The members that the events of integrations and authorizers share, in recorded order. */
export function functionEventParts(
  exchange: Exchange,
  request: EventRequest = sentRequest(exchange),
): FunctionEventParts {
  const headers = collectPairs(sortedPairs(request.headers));
  const query = collectPairs(request.query);
  const variables = exchange.addressed.stageVariables;
  return {
    resource: exchange.matched?.route.path ?? "",
    path: request.path,
    httpMethod: exchange.method,
    headers: headers?.single ?? null,
    multiValueHeaders: headers?.multi ?? null,
    queryStringParameters: query?.single ?? null,
    multiValueQueryStringParameters: query?.multi ?? null,
    pathParameters: pathParameters(exchange),
    stageVariables: Object.keys(variables).length === 0 ? null : variables,
    requestContext: requestContext(exchange),
  };
}

function requestContext(exchange: Exchange): Dictionary<unknown> {
  const { api } = exchange.around;
  const route = exchange.matched?.route;
  const operationName = route?.operationName ?? null;
  const { signer } = exchange;
  return {
    resourceId: route?.resourceId ?? "",
    resourcePath: route?.path ?? "",
    ...(operationName === null ? {} : { operationName }),
    ...(exchange.authorizer === null ? {} : { authorizer: authorizer(exchange.authorizer) }),
    ...(exchange.isCanary === null ? {} : { isCanaryRequest: String(exchange.isCanary) }),
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
      accountId: signer?.accountId ?? null,
      cognitoIdentityId: null,
      caller: signer?.caller ?? null,
      sourceIp: exchange.request.remoteAddress,
      principalOrgId: signer?.principalOrgId ?? null,
      accessKey: signer?.accessKey ?? null,
      cognitoAuthenticationType: null,
      cognitoAuthenticationProvider: null,
      userArn: signer?.userArn ?? null,
      userAgent: exchange.headers.userAgent,
      user: signer?.user ?? null,
      ...(exchange.apiKey === null
        ? {}
        : { apiKey: exchange.apiKey.value, apiKeyId: exchange.apiKey.id }),
    },
    domainName: exchange.domainName,
    deploymentId: deploymentId(exchange),
    apiId: api.apiId,
  };
}

/** Values are text, but for the latency. */
function authorizer(outcome: AuthorizerOutcome): Dictionary<unknown> {
  const values = dictionary<unknown>();
  for (const [name, value] of outcome.context) values[name] = value;
  if (outcome.principalId !== null) values["principalId"] = outcome.principalId;
  if (outcome.claims !== null) {
    const claims = dictionary<string>();
    for (const [name, value] of outcome.claims) claims[name] = value;
    values["claims"] = claims;
  } else values["integrationLatency"] = outcome.latencyMs;
  return values;
}

/** Values by name. */
export interface Collected {
  /** Last value of each name. */
  readonly single: Dictionary<string>;
  readonly multi: Dictionary<string[]>;
}

/** Name, value, … by name; null: there are none. */
export function collectPairs(pairs: readonly string[]): Collected | null {
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
export function sortedPairs(pairs: readonly string[]): string[] {
  const entries: (readonly [string, string])[] = [];
  for (let i = 0; i < pairs.length; i += 2) entries.push([pairs[i] ?? "", pairs[i + 1] ?? ""]);
  return entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).flat();
}
