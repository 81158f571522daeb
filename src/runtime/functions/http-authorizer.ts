/** Types of what a Lambda authorizer of an HTTP API is handed and gives back. */

import type { RequestAuthorizerEvent } from "./authorizer.js";
import type { HttpRequestContext } from "./http-event.js";
import type { ProxyRequestContext } from "./proxy-event.js";

/** The event of payload version 2.0. */
export interface HttpAuthorizerEvent<Variables = Readonly<Record<string, string>>> {
  readonly version: "2.0";
  readonly type: "REQUEST";
  /** `arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/METHOD/path`. */
  readonly routeArn: string;
  /** The values of the authorizer's identity sources, in their order. */
  readonly identitySource: readonly string[];
  /** `GET /pets/{id}`, `ANY /{proxy+}`, `$default`. */
  readonly routeKey: string;
  readonly rawPath: string;
  /** Without `?`; empty when there is none. */
  readonly rawQueryString: string;
  /** `name=value`. */
  readonly cookies?: readonly string[];
  /** Names in lower case, repeated values joined by commas. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly queryStringParameters?: Readonly<Record<string, string | undefined>>;
  readonly requestContext: Omit<HttpRequestContext, "authorizer">;
  readonly pathParameters?: Readonly<Record<string, string | undefined>>;
  readonly stageVariables?: Variables;
}

/** The event of payload version 1.0; maps without members are null. */
export interface HttpAuthorizerEventV1<Variables = Readonly<Record<string, string>>> extends Pick<
  RequestAuthorizerEvent,
  "type" | "methodArn" | "resource" | "path" | "httpMethod"
> {
  readonly version: "1.0";
  /** The values of the authorizer's identity sources, joined by commas. */
  readonly identitySource: string;
  /** The same. */
  readonly authorizationToken: string;
  readonly headers: RequestAuthorizerEvent["headers"] | null;
  readonly multiValueHeaders: RequestAuthorizerEvent["multiValueHeaders"] | null;
  readonly queryStringParameters: RequestAuthorizerEvent["queryStringParameters"] | null;
  readonly multiValueQueryStringParameters:
    RequestAuthorizerEvent["multiValueQueryStringParameters"] | null;
  readonly pathParameters: RequestAuthorizerEvent["pathParameters"] | null;
  readonly stageVariables: Variables | null;
  readonly requestContext: Omit<ProxyRequestContext, "authorizer">;
}

/** The simple result, where it is switched on. `context` may hold lists and objects. */
export interface SimpleAuthorizerResult {
  readonly isAuthorized: boolean;
  readonly context?: Readonly<Record<string, unknown>>;
}
