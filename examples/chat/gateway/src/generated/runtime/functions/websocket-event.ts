// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
/** Types of what functions behind a WebSocket API are handed and give back. */

import type { JsonText } from "./proxy-event.js";

/** What a route takes and gives, as generated from the document. */
export interface RouteContract {
  readonly routeKey: string;
  /** Parameters of `$connect`; other routes have none. */
  readonly query: object;
  readonly headers: object;
  /** What a message holds; it is not validated for proxy integrations. */
  readonly body: unknown;
  /** What goes back to the client; `never`: the route does not answer. */
  readonly response: unknown;
}

/** The event of one route; of a union of routes a union, told apart by {@link isRoute}. */
export type WebSocketEvent<
  R extends RouteContract,
  Variables = Record<string, string>,
> = R extends RouteContract
  ? R["routeKey"] extends "$connect"
    ? WebSocketConnectEvent<R, Variables>
    : R["routeKey"] extends "$disconnect"
      ? WebSocketDisconnectEvent<Variables>
      : WebSocketMessageEvent<R["body"], Variables, R["routeKey"]>
  : never;

/** Tells the event of one route from those of the others. */
export function isRoute<
  E extends { readonly requestContext: { readonly routeKey: string } },
  K extends E["requestContext"]["routeKey"],
>(
  event: E,
  routeKey: K,
): event is Extract<E, { readonly requestContext: { readonly routeKey: K } }> {
  return event.requestContext.routeKey === routeKey;
}

/** The request that opens a connection. The answer decides whether it opens. */
export interface WebSocketConnectEvent<
  R extends RouteContract,
  Variables = Record<string, string>,
> {
  /** Last value of each header, names as the client wrote them. */
  readonly headers: Texts<R["headers"]> & OtherTexts;
  readonly multiValueHeaders: Lists;
  /** Absent without a query. */
  readonly queryStringParameters?: Texts<R["query"]> & OtherTexts;
  readonly multiValueQueryStringParameters?: Lists;
  readonly stageVariables?: Variables & OtherTexts;
  readonly requestContext: WebSocketContext<"CONNECT", "$connect">;
  readonly isBase64Encoded: boolean;
}

/** A message of the client. */
export interface WebSocketMessageEvent<
  Body = unknown,
  Variables = Record<string, string>,
  Key extends string = string,
> {
  /** The message as it came. `parseBody` reads it. */
  readonly body: JsonText<Body>;
  readonly stageVariables?: Variables & OtherTexts;
  readonly requestContext: WebSocketContext<"MESSAGE", Key> & { readonly messageId: string };
  readonly isBase64Encoded: boolean;
}

/** The end of a connection; nobody reads the answer. */
export interface WebSocketDisconnectEvent<Variables = Record<string, string>> {
  readonly headers: OtherTexts;
  readonly multiValueHeaders: Lists;
  readonly stageVariables?: Variables & OtherTexts;
  readonly requestContext: WebSocketContext<"DISCONNECT", "$disconnect"> & {
    /** Close code: 1000, 1001, 1005 where the client sent none. */
    readonly disconnectStatusCode: number;
    readonly disconnectReason: string;
  };
  readonly isBase64Encoded: boolean;
}

/** The event of a REQUEST authorizer, which is asked when a connection is opened. */
export interface WebSocketAuthorizerEvent<Variables = Record<string, string>> {
  readonly type: "REQUEST";
  /** `arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/$connect`. */
  readonly methodArn: string;
  readonly headers: OtherTexts;
  readonly multiValueHeaders: Lists;
  readonly queryStringParameters: OtherTexts;
  readonly multiValueQueryStringParameters: Lists;
  readonly stageVariables: Variables & OtherTexts;
  readonly requestContext: WebSocketContext<"CONNECT", "$connect">;
}

export interface WebSocketContext<
  Type extends "CONNECT" | "MESSAGE" | "DISCONNECT",
  Key extends string,
> {
  readonly routeKey: Key;
  readonly eventType: Type;
  readonly extendedRequestId: string;
  readonly requestTime: string;
  readonly messageDirection: "IN";
  readonly stage: string;
  /** Milliseconds. */
  readonly connectedAt: number;
  /** Milliseconds. */
  readonly requestTimeEpoch: number;
  readonly requestId: string;
  readonly domainName: string;
  readonly connectionId: string;
  readonly apiId: string;
  readonly identity: { readonly sourceIp: string; readonly userAgent?: string };
  /** What the authorizer of `$connect` gave, `principalId` among it. */
  readonly authorizer?: Readonly<Record<string, unknown>>;
}

/**
 * What a proxy function gives back: of `$connect` the answer to the request, of other routes the body goes to
 * the client where the route answers.
 */
export interface WebSocketResult {
  readonly statusCode: number;
  /** Of `$connect` alone: `Sec-WebSocket-Protocol` agrees on one. */
  readonly headers?: Readonly<Record<string, string | number | boolean>>;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

/** Parameters arrive as text; a route that declares none has an index signature of `never`. */
type Texts<T> = string extends keyof T ? unknown : { readonly [K in keyof T]: string };
type OtherTexts = Readonly<Record<string, string | undefined>>;
type Lists = Readonly<Record<string, readonly string[] | undefined>>;
