import type { Pointer } from "../pointer.js";
import type { HeaderMapping, MappingExpression } from "./mapping.js";

/** The service's 21 gateway response types. */
export const gatewayResponseTypes = [
  "ACCESS_DENIED",
  "API_CONFIGURATION_ERROR",
  "AUTHORIZER_CONFIGURATION_ERROR",
  "AUTHORIZER_FAILURE",
  "BAD_REQUEST_BODY",
  "BAD_REQUEST_PARAMETERS",
  "DEFAULT_4XX",
  "DEFAULT_5XX",
  "EXPIRED_TOKEN",
  "INTEGRATION_FAILURE",
  "INTEGRATION_TIMEOUT",
  "INVALID_API_KEY",
  "INVALID_SIGNATURE",
  "MISSING_AUTHENTICATION_TOKEN",
  "QUOTA_EXCEEDED",
  "REQUEST_TOO_LARGE",
  "RESOURCE_NOT_FOUND",
  "THROTTLED",
  "UNAUTHORIZED",
  "UNSUPPORTED_MEDIA_TYPE",
  "WAF_FILTERED",
] as const;

export type GatewayResponseType = (typeof gatewayResponseTypes)[number];

/** A definition of `x-amazon-apigateway-gateway-responses`. */
export interface GatewayResponse {
  readonly at: Pointer;
  readonly type: GatewayResponseType;
  readonly statusCode: number | undefined;
  readonly headers: readonly HeaderMapping[];
  readonly templates: readonly SubstitutionTemplate[];
}

/** Simple substitution text (not Velocity): literal text and sources in order. */
export interface SubstitutionTemplate {
  readonly at: Pointer;
  readonly mediaType: string;
  readonly parts: readonly (string | MappingExpression)[];
}
