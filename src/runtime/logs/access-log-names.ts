/** In which kinds of APIs a variable of access logs has a value, and why none has one here. */
export interface AccessLogName {
  readonly kinds: readonly ("rest" | "http" | "websocket")[];
  /** Why it is always `-` in this gateway; null: it is not. */
  readonly absent: string | null;
}

const ALL = ["rest", "http", "websocket"] as const;
const MAPPED = ["rest", "websocket"] as const;
const BROWSED = ["rest", "http"] as const;

/**
 * The variables of access logs. Source: developer guide, "Variables for access logging", "Customize HTTP API
 * access logs", "Configure logging for WebSocket APIs". Names below `authorizer` are open.
 */
export const ACCESS_LOG_NAMES: ReadonlyMap<string, AccessLogName> = new Map([
  ...names(
    ALL,
    "accountId apiId domainName domainPrefix extendedRequestId requestId requestTime requestTimeEpoch stage status",
  ),
  ...names(ALL, "awsEndpointRequestId awsEndpointRequestId2 error.message error.messageString"),
  ...names(ALL, "error.responseType authorizer.error authorizer.principalId"),
  ...names(ALL, "identity.accountId identity.caller identity.principalOrgId identity.sourceIp"),
  ...names(ALL, "identity.user identity.userAgent identity.userArn"),
  ...names(ALL, "integration.error integration.integrationStatus integration.latency"),
  ...names(ALL, "integration.requestId integration.status integrationErrorMessage"),
  ...names(ALL, "integrationLatency integrationStatus responseLatency responseLength"),
  ...names(BROWSED, "httpMethod path protocol"),
  ...names(MAPPED, "authenticate.error authenticate.latency authenticate.status"),
  ...names(MAPPED, "authorize.error authorize.latency authorize.status"),
  ...names(ALL, "authorizer.latency authorizer.status"),
  ...names(
    MAPPED,
    "authorizer.integrationLatency authorizer.integrationStatus authorizer.requestId",
  ),
  ...names(MAPPED, "deploymentId error.validationErrorString identity.accessKey"),
  ...names(MAPPED, "identity.apiKey identity.apiKeyId xrayTraceId"),
  ...names(["rest"], "isCanaryRequest operationName resourceId resourcePath"),
  ...names(["rest"], "responseOverride.status"),
  ...names(["http", "websocket"], "routeKey"),
  ...names(["http"], "dataProcessed"),
  ...names(["websocket"], "connectedAt connectionId disconnectReason disconnectStatusCode"),
  ...names(["websocket"], "eventType messageDirection messageId"),
  ...names(BROWSED, "customDomain.basePathMatched", "custom domains are not served here"),
  ...names(
    ALL,
    "identity.cognitoAuthenticationProvider identity.cognitoAuthenticationType identity.cognitoIdentityId identity.cognitoIdentityPoolId",
    "callers sign with keys of the settings, not of identity pools",
  ),
  ...names(
    BROWSED,
    "identity.clientCert.clientCertPem identity.clientCert.issuerDN identity.clientCert.serialNumber identity.clientCert.subjectDN identity.clientCert.validity.notAfter identity.clientCert.validity.notBefore",
    "TLS ends in front of the gateway",
  ),
  ...names(["rest"], "identity.vpcId identity.vpceId", "there are no VPC endpoints here"),
  ...names(["rest"], "cipherSuite tlsVersion", "TLS ends in front of the gateway"),
  ...names(
    ["rest"],
    "waf.error waf.latency waf.status wafResponseCode webaclArn",
    "no web ACL is evaluated here",
  ),
]);

function names(
  kinds: AccessLogName["kinds"],
  text: string,
  absent: string | null = null,
): readonly (readonly [string, AccessLogName])[] {
  return text.split(" ").map((name) => [name, { kinds, absent }] as const);
}

/** What a template writes over the request or the answer, by a name of its own. */
export function isOverrideName(name: string): boolean {
  return /^(?:requestOverride\.(?:header|path|querystring)|responseOverride\.header)\.[\w-]+$/.test(
    name,
  );
}

/** What an authorizer says of itself: claims, and the members of its context. */
export function isAuthorizerName(name: string): boolean {
  return /^authorizer\.(?:claims\.[\w:-]+|claims\['[^']+'\]|\w+)$/.test(name);
}
