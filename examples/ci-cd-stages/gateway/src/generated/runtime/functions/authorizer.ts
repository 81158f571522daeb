// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
/** Types of what a Lambda authorizer of a REST API is handed and gives back. */

import type { ProxyRequestContext } from "./proxy-event.js";

/** The event of a TOKEN authorizer. */
export interface TokenAuthorizerEvent {
  readonly type: "TOKEN";
  /** ARN of the method that is called: `arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/METHOD/path`. */
  readonly methodArn: string;
  /** The header with the token, as the client sent it. */
  readonly authorizationToken: string;
}

/** The event of a REQUEST authorizer; maps without members are `{}`. */
export interface RequestAuthorizerEvent<Variables = Readonly<Record<string, string>>> {
  readonly type: "REQUEST";
  readonly methodArn: string;
  /** Resource path with its holes: `/pets/{petId}`. */
  readonly resource: string;
  readonly path: string;
  readonly httpMethod: string;
  /** Last value of each header, names as the client wrote them. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly multiValueHeaders: Readonly<Record<string, readonly string[] | undefined>>;
  readonly queryStringParameters: Readonly<Record<string, string | undefined>>;
  readonly multiValueQueryStringParameters: Readonly<Record<string, readonly string[] | undefined>>;
  readonly pathParameters: Readonly<Record<string, string | undefined>>;
  readonly stageVariables: Variables;
  readonly requestContext: ProxyRequestContext;
}

/** What an authorizer gives back. To refuse with 401 it throws an error with the text `Unauthorized`. */
export interface AuthorizerResult {
  readonly principalId: string;
  readonly policyDocument: AuthorizerPolicy;
  /** Arrives as texts in `$context.authorizer` and in the events of functions. */
  readonly context?: Readonly<Record<string, string | number | boolean>>;
  /** The API key that the caller counts for, where the API takes keys from authorizers. */
  readonly usageIdentifierKey?: string;
}

export interface AuthorizerPolicy {
  readonly Version: "2012-10-17";
  readonly Statement: readonly AuthorizerStatement[];
}

export interface AuthorizerStatement {
  readonly Effect: "Allow" | "Deny";
  readonly Action: string | readonly string[];
  /** ARNs of methods, with `*` and `?`. A kept result serves all methods of the stage. */
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<
    Record<string, Readonly<Record<string, string | readonly string[]>>>
  >;
}

/** Lets a caller use some methods. */
export function allow(
  principalId: string,
  resource: string | readonly string[],
  context: AuthorizerResult["context"] = {},
): AuthorizerResult {
  return { principalId, policyDocument: policy("Allow", resource), context };
}

/** Refuses some methods to a caller: 403. */
export function deny(principalId: string, resource: string | readonly string[]): AuthorizerResult {
  return { principalId, policyDocument: policy("Deny", resource) };
}

function policy(Effect: "Allow" | "Deny", Resource: string | readonly string[]): AuthorizerPolicy {
  return {
    Version: "2012-10-17",
    Statement: [{ Effect, Action: "execute-api:Invoke", Resource }],
  };
}
