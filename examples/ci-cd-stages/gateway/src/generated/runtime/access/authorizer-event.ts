// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { Exchange } from "../exchange.js";
import { functionEventParts } from "../integrations/function-event.js";

/** The event of a TOKEN authorizer, as JSON text. */
export function tokenEvent(methodArn: string, authorizationToken: string): string {
  return JSON.stringify({ type: "TOKEN", methodArn, authorizationToken });
}

/**
 * The event of a REQUEST authorizer, as JSON text: the proxy event without a body. Maps without
 * members are `{}`. Source: developer guide, "Input to an API Gateway Lambda authorizer".
 */
export function requestEvent(exchange: Exchange, methodArn: string): string {
  const parts = functionEventParts(exchange);
  return JSON.stringify({
    type: "REQUEST",
    methodArn,
    resource: parts.resource,
    path: parts.path,
    httpMethod: parts.httpMethod,
    headers: parts.headers ?? {},
    multiValueHeaders: parts.multiValueHeaders ?? {},
    queryStringParameters: parts.queryStringParameters ?? {},
    multiValueQueryStringParameters: parts.multiValueQueryStringParameters ?? {},
    pathParameters: parts.pathParameters ?? {},
    stageVariables: parts.stageVariables ?? {},
    requestContext: parts.requestContext,
  });
}
