// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { GatewayResponseType } from "../contracts.js";

/** A refusal or failure that the gateway answers by one of its own responses. */
export class GatewayError extends Error {
  readonly type: GatewayResponseType;
  /** Used when the response type's definition names no status. */
  readonly status: number;
  /** What `$context.error.message` says; null prints as `null`. */
  readonly clientMessage: string | null;
  /** Value of `x-amzn-ErrorType`. */
  readonly errorType: string;
  /** `$context.error.validationErrorString`. */
  readonly validationErrors: string | null;
  /** `WWW-Authenticate` of HTTP APIs. */
  readonly challenge: string | null;

  constructor(type: GatewayResponseType, facts: GatewayErrorFacts = {}) {
    const standard = STANDARD[type];
    const clientMessage = facts.message === undefined ? standard.message : facts.message;
    super(
      facts.detail ?? clientMessage ?? type,
      facts.cause === undefined ? undefined : { cause: facts.cause },
    );
    this.name = "GatewayError";
    this.type = type;
    this.status = facts.status ?? standard.status;
    this.clientMessage = clientMessage;
    this.errorType = facts.errorType ?? standard.errorType;
    this.validationErrors = facts.validationErrors ?? null;
    this.challenge = facts.challenge ?? null;
  }
}

/** What `$context.error` tells of the answer to an error. */
export type AnsweredError = Pick<GatewayError, "type" | "clientMessage" | "validationErrors">;

/** What differs from the response type's standard answer. */
export interface GatewayErrorFacts {
  readonly status?: number;
  readonly message?: string | null;
  readonly errorType?: string;
  readonly validationErrors?: string;
  readonly challenge?: string;
  /** For the log only. */
  readonly detail?: string;
  readonly cause?: unknown;
}

interface StandardAnswer {
  readonly status: number;
  readonly message: string | null;
  readonly errorType: string;
}

const INTERNAL = "Internal server error";
const INTERNAL_TYPE = "InternalServerErrorException";

/**
 * Standard answers by type. Source: developer guide, "Gateway response types", and recordings.
 * DEFAULT_4XX and DEFAULT_5XX stand for errors that have no type of their own.
 */
const STANDARD: Readonly<Record<GatewayResponseType, StandardAnswer>> = {
  ACCESS_DENIED: {
    status: 403,
    message: "User is not authorized to access this resource",
    errorType: "AccessDeniedException",
  },
  API_CONFIGURATION_ERROR: {
    status: 500,
    message: INTERNAL,
    errorType: "ApiConfigurationException",
  },
  AUTHORIZER_CONFIGURATION_ERROR: {
    status: 500,
    message: null,
    errorType: "AuthorizerConfigurationException",
  },
  AUTHORIZER_FAILURE: { status: 500, message: null, errorType: "AuthorizerFailureException" },
  BAD_REQUEST_BODY: {
    status: 400,
    message: "Invalid request body",
    errorType: "BadRequestException",
  },
  BAD_REQUEST_PARAMETERS: {
    status: 400,
    message: "Missing required request parameters",
    errorType: "BadRequestException",
  },
  DEFAULT_4XX: { status: 400, message: "Bad Request", errorType: "BadRequestException" },
  DEFAULT_5XX: { status: 500, message: INTERNAL, errorType: INTERNAL_TYPE },
  EXPIRED_TOKEN: {
    status: 403,
    message: "The security token included in the request is expired",
    errorType: "ExpiredTokenException",
  },
  INTEGRATION_FAILURE: { status: 504, message: INTERNAL, errorType: INTERNAL_TYPE },
  INTEGRATION_TIMEOUT: {
    status: 504,
    message: "Endpoint request timed out",
    errorType: INTERNAL_TYPE,
  },
  INVALID_API_KEY: { status: 403, message: "Forbidden", errorType: "ForbiddenException" },
  INVALID_SIGNATURE: {
    status: 403,
    message: "The request signature we calculated does not match the signature you provided.",
    errorType: "InvalidSignatureException",
  },
  MISSING_AUTHENTICATION_TOKEN: {
    status: 403,
    message: "Missing Authentication Token",
    errorType: "MissingAuthenticationTokenException",
  },
  QUOTA_EXCEEDED: { status: 429, message: "Limit Exceeded", errorType: "LimitExceededException" },
  REQUEST_TOO_LARGE: {
    status: 413,
    message: "Request Too Long",
    errorType: "RequestEntityTooLargeException",
  },
  RESOURCE_NOT_FOUND: {
    status: 404,
    message: "Not Found",
    errorType: "ResourceNotFoundException",
  },
  THROTTLED: { status: 429, message: "Too Many Requests", errorType: "TooManyRequestsException" },
  UNAUTHORIZED: { status: 401, message: "Unauthorized", errorType: "UnauthorizedException" },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    message: "Unsupported Media Type",
    errorType: "BadRequestException",
  },
  WAF_FILTERED: { status: 403, message: "Forbidden", errorType: "ForbiddenException" },
};

/** Errors by the situation they report. */
export const errors = {
  /** A plain 500 (or 502) without a type of its own. */
  internal: (detail: string, cause?: unknown, status = 500) =>
    new GatewayError("DEFAULT_5XX", { status, detail, cause }),
  /** The API cannot work as it is defined. */
  configuration: (detail: string, cause?: unknown) =>
    new GatewayError("API_CONFIGURATION_ERROR", { detail, cause }),
  /** Recorded for an endpoint without a host: the type is that of a plain internal error. */
  invalidEndpoint: (detail: string, uri: string) =>
    new GatewayError("API_CONFIGURATION_ERROR", { detail, cause: uri, errorType: INTERNAL_TYPE }),
  network: (detail: string, cause?: unknown) =>
    new GatewayError("INTEGRATION_FAILURE", {
      message: "Network error communicating with endpoint",
      detail,
      cause,
    }),
  timeout: (detail: string) => new GatewayError("INTEGRATION_TIMEOUT", { detail }),
  badRequest: (message: string, detail?: string) =>
    new GatewayError("DEFAULT_4XX", { message, detail: detail ?? message }),
  undecodable: (cause: unknown) =>
    new GatewayError("DEFAULT_4XX", {
      detail: "the body is not coded as Content-Encoding says",
      cause,
    }),
  clientBroke: (cause: unknown) =>
    new GatewayError("DEFAULT_4XX", { detail: "the client broke its request off", cause }),
  targetTooLong: () =>
    new GatewayError("DEFAULT_4XX", { status: 414, message: "Request URI Too Long" }),
  headersTooLarge: () =>
    new GatewayError("DEFAULT_4XX", { status: 431, message: "Request Header Fields Too Large" }),
  requestTooLarge: () => new GatewayError("REQUEST_TOO_LARGE"),
  forbidden: (detail: string) =>
    new GatewayError("DEFAULT_4XX", {
      status: 403,
      message: "Forbidden",
      errorType: "ForbiddenException",
      detail,
    }),
} as const;
