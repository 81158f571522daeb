/** Types of what a function behind an HTTP API is handed and gives back. */

import type {
  JsonText,
  OperationContract,
  OperationEvent,
  ProxyRequestContext,
} from "./proxy-event.js";

/** The event of payload version 1.0 for one operation; for a union of operations a union. */
export type HttpEventV1<
  O extends OperationContract,
  Variables = Record<string, string>,
> = O extends OperationContract ? HttpOperationEventV1<O, Variables> : never;

/** As in a REST API, but for the version and the resource's id. */
export interface HttpOperationEventV1<O extends OperationContract, Variables> extends Omit<
  OperationEvent<O, Variables>,
  "requestContext"
> {
  readonly version: "1.0";
  readonly requestContext: Omit<ProxyRequestContext, "resourceId" | "authorizer"> & {
    /** What a token said; null where the route asks for none. */
    readonly authorizer: {
      readonly claims: Readonly<Record<string, string>> | null;
      readonly scopes: readonly string[] | null;
    };
  };
}

/** The event of payload version 2.0 for one operation; for a union of operations a union. */
export type HttpEvent<
  O extends OperationContract,
  Variables = Record<string, string>,
> = O extends OperationContract ? HttpOperationEvent<O, Variables> : never;

export interface HttpOperationEvent<O extends OperationContract, Variables> {
  readonly version: "2.0";
  /** `GET /pets/{id}`, `ANY /{proxy+}`, `$default`. */
  readonly routeKey: string;
  /** Path as it came, undecoded; with the stage, but for `$default`. */
  readonly rawPath: string;
  /** Without `?`; empty when there is none. */
  readonly rawQueryString: string;
  /** `name=value`. */
  readonly cookies?: readonly string[];
  /** Names in lower case, repeated values joined by commas; cookies are not among them. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Decoded, repeated values joined by commas; parameters arrive as text. */
  readonly queryStringParameters?: Declared<O["query"]> & OtherTexts;
  readonly requestContext: HttpRequestContext;
  /** Text as it came, base64 when `isBase64Encoded`. */
  readonly body?: JsonText<O["body"]>;
  /** Decoded. */
  readonly pathParameters?: string extends keyof O["path"]
    ? OtherTexts
    : Required<Texts<O["path"]>>;
  readonly isBase64Encoded: boolean;
  readonly stageVariables?: Variables & OtherTexts;
}

type Declared<T> = string extends keyof T ? unknown : Texts<T>;
type Texts<T> = { readonly [K in keyof T]: string };
type OtherTexts = Readonly<Record<string, string | undefined>>;

export interface HttpRequestContext {
  readonly accountId: string;
  readonly apiId: string;
  /** What let the caller in; absent where the route is open. */
  readonly authorizer?: HttpAuthorizer;
  readonly domainName: string;
  readonly domainPrefix: string;
  readonly http: {
    readonly method: string;
    readonly path: string;
    readonly protocol: string;
    readonly sourceIp: string;
    readonly userAgent: string;
  };
  readonly requestId: string;
  readonly routeKey: string;
  readonly stage: string;
  readonly time: string;
  /** Milliseconds. */
  readonly timeEpoch: number;
}

export interface HttpAuthorizer {
  readonly jwt?: {
    readonly claims: Readonly<Record<string, string>>;
    readonly scopes: readonly string[] | null;
  };
  readonly iam?: {
    readonly accessKey: string;
    readonly accountId: string;
    readonly callerId: string;
    readonly cognitoIdentity: null;
    readonly principalOrgId: string | null;
    readonly userArn: string;
    readonly userId: string;
  };
  readonly lambda?: Readonly<Record<string, unknown>>;
}

/** A structured result; any other value is the body itself, as JSON, with status 200. */
export interface HttpResult {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string | number | boolean>>;
  /** One `set-cookie` header each. */
  readonly cookies?: readonly string[];
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}
