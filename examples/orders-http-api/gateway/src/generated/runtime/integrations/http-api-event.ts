// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { Exchange } from "../exchange.js";
import { functionEventParts, sentRequest, type EventRequest } from "./function-event.js";

/** A body as events carry it. */
export interface EventBody {
  /** Null: there is none. */
  readonly text: string | null;
  readonly isBase64: boolean;
}

type Dictionary = Record<string, unknown>;

/**
 * The event of an HTTP API, payload version 2.0, as JSON text. What is not there is left out. Source:
 * developer guide, "Create AWS Lambda proxy integrations for HTTP APIs".
 */
export function eventOfVersion2(
  exchange: Exchange,
  body: EventBody,
  request: EventRequest = sentRequest(exchange),
): string {
  return JSON.stringify({ version: "2.0", ...eventPartsOfVersion2(exchange, body, request) });
}

/** The members of the event behind its version; authorizers see them without a body. */
export function eventPartsOfVersion2(
  exchange: Exchange,
  { text, isBase64 }: EventBody = { text: null, isBase64: false },
  request: EventRequest = sentRequest(exchange),
): Dictionary {
  const { headers, cookies } = joinedHeaders(request.headers);
  const variables = exchange.addressed.stageVariables;
  return {
    routeKey: routeKey(exchange),
    rawPath: request.contextPath,
    rawQueryString: request.rawQuery,
    ...(cookies.length === 0 ? {} : { cookies }),
    headers,
    ...optional("queryStringParameters", joined(request.query)),
    requestContext: requestContext(exchange),
    ...(text === null ? {} : { body: text }),
    ...optional("pathParameters", pathParameters(exchange)),
    isBase64Encoded: isBase64,
    ...optional("stageVariables", variables),
  };
}

/** The event of version 1.0 as HTTP APIs have it: no resource id, claims and scopes always named. */
export function eventOfVersion1(
  exchange: Exchange,
  { text, isBase64 }: EventBody,
  request: EventRequest = sentRequest(exchange),
): string {
  const { requestContext: context, ...parts } = functionEventParts(exchange, request);
  const { resourceId: _resourceId, ...known } = context;
  const { authorizer } = exchange;
  const claims = authorizer?.claims ?? null;
  return JSON.stringify({
    version: "1.0",
    ...parts,
    requestContext: {
      ...known,
      authorizer: {
        claims: claims === null ? null : Object.fromEntries(claims),
        scopes: authorizer?.scopes ?? null,
      },
    },
    body: text,
    isBase64Encoded: isBase64,
  });
}

/** `GET /pets/{id}`, `ANY /{proxy+}`, `$default`. */
function routeKey({ matched }: Exchange): string {
  if (matched === null) return "$default";
  const { method, path } = matched.route;
  return path === "$default" ? path : `${method} ${path}`;
}

function requestContext(exchange: Exchange): Dictionary {
  const { api } = exchange.around;
  const authorizer = authorizerContext(exchange);
  return {
    accountId: api.accountId,
    apiId: api.apiId,
    ...(authorizer === null ? {} : { authorizer }),
    domainName: exchange.domainName,
    domainPrefix: exchange.domainPrefix,
    http: {
      method: exchange.method,
      path: exchange.addressed.contextPath,
      protocol: "HTTP/1.1",
      sourceIp: exchange.request.remoteAddress,
      userAgent: exchange.headers.userAgent ?? "",
    },
    requestId: exchange.extendedRequestId,
    routeKey: routeKey(exchange),
    stage: exchange.addressed.stage,
    time: exchange.requestTime,
    timeEpoch: exchange.startedMs,
  };
}

function authorizerContext({ authorizer, signer }: Exchange): Dictionary | null {
  if (signer !== null) {
    const { accessKey, accountId, caller, principalOrgId, userArn, user } = signer;
    return {
      iam: {
        accessKey,
        accountId,
        callerId: caller,
        cognitoIdentity: null,
        principalOrgId,
        userArn,
        userId: user,
      },
    };
  }
  if (authorizer === null) return null;
  const { claims, scopes, context, values } = authorizer;
  return claims === null
    ? { lambda: values ?? Object.fromEntries(context) }
    : { jwt: { claims: Object.fromEntries(claims), scopes } };
}

/** Names in lower case, repeated values joined; cookies apart. */
function joinedHeaders(pairs: readonly string[]): {
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
} {
  const values = new Map<string, string>();
  const cookies: string[] = [];
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    const name = (pairs[i] ?? "").toLowerCase();
    const value = pairs[i + 1] ?? "";
    if (name === "cookie") {
      cookies.push(...value.split(/;\s*/).filter((cookie) => cookie !== ""));
      continue;
    }
    const before = values.get(name);
    values.set(name, before === undefined ? value : `${before},${value}`);
  }
  return { headers: Object.fromEntries(values), cookies };
}

function joined(pairs: readonly string[]): Readonly<Record<string, string>> {
  const values = new Map<string, string>();
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    const name = pairs[i] ?? "";
    const before = values.get(name);
    values.set(
      name,
      before === undefined ? (pairs[i + 1] ?? "") : `${before},${pairs[i + 1] ?? ""}`,
    );
  }
  return Object.fromEntries(values);
}

/** Decoded, as field reports have it; an escape that is none stays. */
function pathParameters(exchange: Exchange): Readonly<Record<string, string>> {
  return Object.fromEntries(
    exchange.pathNames.map((name, index) => [name, decode(exchange.pathValues[index] ?? "")]),
  );
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function optional(name: string, values: Readonly<Record<string, string>>): Dictionary {
  return Object.keys(values).length === 0 ? {} : { [name]: values };
}
