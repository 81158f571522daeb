import type { Pointer } from "../pointer.js";
import type { UriTemplate } from "./mapping.js";

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

/** One place where an authorizer reads what identifies a caller. */
export type IdentitySource =
  | { readonly kind: "header"; readonly name: string }
  | { readonly kind: "queryString"; readonly name: string }
  | { readonly kind: "stageVariable"; readonly name: string }
  | { readonly kind: "context"; readonly name: string };

export interface FunctionAuthorizer extends Named {
  readonly kind: "token" | "request";
  readonly authorizerUri: string;
  /** Read from the URI. */
  readonly function: UriTemplate;
  readonly authorizerCredentials: string | undefined;
  /** As written, split at commas: `method.request.header.Authorization`, `$request.header.x`. */
  readonly identitySources: readonly string[];
  /** The same, read. */
  readonly identity: readonly IdentitySource[];
  /** Regular expression for the whole token. */
  readonly identityValidationExpression: string | undefined;
  /** Seconds, 0 to 3600; 0: no cache; undefined: the service's default. */
  readonly ttlSeconds: number | undefined;
  readonly payloadFormat: "1.0" | "2.0";
  readonly simpleResponses: boolean;
}

export interface CognitoAuthorizer extends Named {
  readonly kind: "cognito_user_pools";
  readonly providerArns: readonly string[];
  /** The same, read. */
  readonly pools: readonly UriTemplate[];
  readonly identitySources: readonly string[];
  /** The header with the token. */
  readonly header: string;
  readonly identityValidationExpression: string | undefined;
  readonly ttlSeconds: number | undefined;
  /** From the settings; undefined: the pools' own. */
  readonly issuer: string | undefined;
  readonly jwksUri: string | undefined;
}

export interface JwtAuthorizer extends Named {
  readonly kind: "jwt";
  readonly issuer: string;
  /** From the settings; undefined: where the issuer says. */
  readonly jwksUri: string | undefined;
  readonly audience: readonly string[];
  readonly identitySources: readonly string[];
  readonly identity: readonly IdentitySource[];
}
