import type { Pointer } from "../pointer.js";

/** What an operation asks of its caller. */
export type Authorization =
  | { readonly kind: "none" }
  | { readonly kind: "iam"; readonly at: Pointer }
  | {
      readonly kind: "authorizer";
      readonly at: Pointer;
      /** Name of the security scheme. */
      readonly authorizer: string;
      readonly scopes: readonly string[];
    };

/** One authorizer of the document. */
export type Authorizer = FunctionAuthorizer | CognitoAuthorizer | JwtAuthorizer;

interface Named {
  readonly at: Pointer;
  /** Name of the security scheme. */
  readonly name: string;
  readonly authType: string | undefined;
}

export interface FunctionAuthorizer extends Named {
  readonly kind: "token" | "request";
  readonly authorizerUri: string;
  readonly authorizerCredentials: string | undefined;
  /** As written, split at commas: `method.request.header.Authorization`, `$request.header.x`. */
  readonly identitySources: readonly string[];
  readonly identityValidationExpression: string | undefined;
  /** Seconds, 0 to 3600; 0: no cache; undefined: the service's default. */
  readonly ttlSeconds: number | undefined;
  readonly payloadFormat: "1.0" | "2.0";
  readonly simpleResponses: boolean;
}

export interface CognitoAuthorizer extends Named {
  readonly kind: "cognito_user_pools";
  readonly providerArns: readonly string[];
  readonly identitySources: readonly string[];
  readonly identityValidationExpression: string | undefined;
  readonly ttlSeconds: number | undefined;
}

export interface JwtAuthorizer extends Named {
  readonly kind: "jwt";
  readonly issuer: string;
  readonly audience: readonly string[];
  readonly identitySources: readonly string[];
}
