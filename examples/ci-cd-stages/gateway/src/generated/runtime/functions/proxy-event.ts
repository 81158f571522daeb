// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
/** Types of what a Lambda proxy function is handed and gives back (REST APIs, payload 1.0). */

/** What an operation takes and gives, as generated from the document. */
export interface OperationContract {
  readonly method: string;
  readonly resource: string;
  readonly path: object;
  readonly query: object;
  readonly headers: object;
  readonly body: unknown;
  readonly responses: object;
}

/** The event for one operation; for a union of operations a union, told apart by `resource` and `httpMethod`. */
export type ProxyEvent<
  O extends OperationContract,
  Variables = Record<string, string>,
> = O extends OperationContract ? OperationEvent<O, Variables> : never;

export interface OperationEvent<O extends OperationContract, Variables> {
  /** Resource path with its holes: `/pets/{petId}`. */
  readonly resource: O["resource"];
  /** Path as it came, without the stage, undecoded. */
  readonly path: string;
  readonly httpMethod: O["method"] extends "ANY" ? string : O["method"];
  /** Last value of each header, names as the client wrote them. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly multiValueHeaders: Readonly<Record<string, readonly string[] | undefined>>;
  /** Last value of each name, decoded; null without a query. Parameters arrive as text. */
  readonly queryStringParameters: (Declared<O["query"]> & OtherTexts) | null;
  readonly multiValueQueryStringParameters: Readonly<Record<string, readonly string[]>> | null;
  /** Undecoded; null when the resource has none. */
  readonly pathParameters: string extends keyof O["path"] ? null : Required<Texts<O["path"]>>;
  readonly stageVariables: (Variables & OtherTexts) | null;
  readonly requestContext: ProxyRequestContext;
  /** Text as it came, base64 when `isBase64Encoded`; null when empty. {@link parseBody} reads it. */
  readonly body: JsonText<O["body"]> | null;
  readonly isBase64Encoded: boolean;
}

/** Parameters arrive as text; an operation that declares none has an index signature of `never`. */
type Declared<T> = string extends keyof T ? unknown : Texts<T>;
type Texts<T> = { readonly [K in keyof T]: string };
type OtherTexts = Readonly<Record<string, string | undefined>>;

/** JSON text of a known type. Not validated unless the operation has a request validator. */
export type JsonText<T> = string & { readonly [described]?: T };
declare const described: unique symbol;

export interface ProxyRequestContext {
  readonly resourceId: string;
  readonly resourcePath: string;
  readonly operationName?: string;
  readonly httpMethod: string;
  readonly extendedRequestId: string;
  readonly requestTime: string;
  readonly path: string;
  readonly accountId: string;
  readonly protocol: string;
  readonly stage: string;
  readonly domainPrefix: string;
  /** Milliseconds. */
  readonly requestTimeEpoch: number;
  readonly requestId: string;
  readonly identity: ProxyIdentity;
  readonly domainName: string;
  readonly deploymentId: string;
  readonly apiId: string;
  /** Texts that the authorizer gave, `principalId` and `claims` among them. */
  readonly authorizer?: Readonly<Record<string, unknown>>;
  readonly isCanaryRequest?: "true" | "false";
}

export interface ProxyIdentity {
  readonly cognitoIdentityPoolId: string | null;
  readonly accountId: string | null;
  readonly cognitoIdentityId: string | null;
  readonly caller: string | null;
  readonly sourceIp: string;
  readonly principalOrgId: string | null;
  readonly accessKey: string | null;
  readonly cognitoAuthenticationType: string | null;
  readonly cognitoAuthenticationProvider: string | null;
  readonly userArn: string | null;
  readonly userAgent: string | null;
  readonly user: string | null;
  readonly apiKey?: string;
  readonly apiKeyId?: string;
}

/** What a proxy function may give back; any other member makes the answer a 502. */
export interface ProxyResult {
  readonly statusCode?: number;
  readonly headers?: Readonly<Record<string, string | number | boolean>>;
  readonly multiValueHeaders?: Readonly<Record<string, readonly (string | number | boolean)[]>>;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

/**
 * Reads the body of an event as JSON; undefined when there is none.
 * @throws SyntaxError when the body is not JSON.
 */
export function parseBody<T>(event: {
  readonly body: JsonText<T> | null;
  readonly isBase64Encoded: boolean;
}): T | undefined {
  if (event.body === null) return undefined;
  const text = event.isBase64Encoded
    ? Buffer.from(event.body, "base64").toString("utf8")
    : event.body;
  return JSON.parse(text) as T;
}
