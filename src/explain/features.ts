import type { KindFeature } from "../lower/kind-features.js";

/** How a kind of API stands to a feature; what is not `has` says what to do instead. */
export type Standing = { readonly has: true } | { readonly has: false; readonly instead: string };

export interface FeatureFacts {
  /** As a line of a report names it, in the plural where there may be several. */
  readonly name: string;
  readonly rest: Standing;
  readonly http: Standing;
}

const has: Standing = { has: true };
const inRest = (name: string, instead: string): FeatureFacts => ({
  name,
  rest: has,
  http: { has: false, instead },
});
const inHttp = (name: string, instead: string): FeatureFacts => ({
  name,
  rest: { has: false, instead },
  http: has,
});
const inBoth = (name: string): FeatureFacts => ({ name, rest: has, http: has });

/** Source: developer guide, "Choose between REST APIs and HTTP APIs", and the pages of each feature. */
export const featureFacts: Readonly<Record<KindFeature, FeatureFacts>> = {
  "api-keys": inRest(
    "API keys and usage plans",
    "an authorizer that tells callers apart; limits hold for routes, not for callers",
  ),
  "binary-types": inRest("binary media types", "nothing is needed: bodies pass as they are"),
  "body-templates": inRest("body mapping templates", "bodies pass as they are; let a function map"),
  cache: inRest("response cache", "cache in the backend, or with CloudFront in front"),
  canary: inRest("canaries", "a stage of its own, or weighted function aliases"),
  "client-certificate": inRest("client certificates for backends", "a VPC link to the backend"),
  "cognito-authorizer": inRest(
    "Cognito authorizers",
    "a JWT authorizer whose issuer is the user pool",
  ),
  compression: inRest("response compression", "compress in the backend, or with CloudFront"),
  "content-handling": inRest("payload conversion", "functions mark bytes by isBase64Encoded"),
  documentation: inRest("documentation parts", "keep the OpenAPI document itself"),
  "endpoint-policy": inRest(
    "TLS policy of the endpoint",
    "TLS 1.2 is the only policy; a custom domain decides",
  ),
  "execution-logs": inRest("execution logs", "access logs alone"),
  "gateway-responses": inRest("gateway responses", "error bodies are fixed"),
  "http-mapped": inRest(
    "HTTP integrations with mapping",
    "http_proxy, with headers, query, path and status changed by parameter mappings",
  ),
  "lambda-mapped": inRest(
    "functions with mapping templates",
    "aws_proxy: the function reads the event and builds the answer",
  ),
  mock: inRest("mock integrations", "a function that answers"),
  "mock-preflight": inRest(
    "mock answers to preflight requests",
    "x-amazon-apigateway-cors answers them, without a route",
  ),
  passthrough: inRest("passthrough behaviour", "bodies always pass"),
  "private-or-edge": inRest("private or edge endpoints", "regional endpoints alone"),
  "resource-policy": inRest(
    "resource policy",
    "IAM or another authorizer on the routes; addresses cannot be told apart",
  ),
  "rest-mappings": inRest(
    "parameter mappings of REST APIs",
    "append:, overwrite: and remove: mappings; path variables fill the URI by themselves",
  ),
  "service-mapped": inRest(
    "AWS services with mapping",
    "a function that calls the service: HTTP APIs have no subtype for it",
  ),
  "service-with-subtype": inRest(
    "SQS, events, streams, workflows by mapping",
    "an integration subtype such as SQS-SendMessage, whose answer is the service's own",
  ),
  streaming: inRest("streamed answers", "answers up to 10 MB, sent when complete"),
  "token-authorizer": inRest(
    "token authorizers",
    "a request authorizer with $request.header.Authorization as identity source",
  ),
  validation: inRest("request validation", "validate in the function or backend"),
  waf: inRest("web ACLs (WAF)", "CloudFront with a web ACL in front"),
  xray: inRest("X-Ray tracing by the gateway", "trace in the functions"),
  cors: inHttp("CORS by the API", "an OPTIONS mock for each path, and headers from the backends"),
  "default-route": inHttp("$default route", "ANY on / and on /{proxy+}"),
  "export-version": inHttp("import/export version", "nothing is needed"),
  "http-mappings": inHttp(
    "parameter mappings of HTTP APIs",
    "integration.request.* mappings, which add and replace but do not remove",
  ),
  "jwt-authorizer": inHttp(
    "JWT authorizers",
    "a Cognito authorizer for a user pool, else a function that checks the token",
  ),
  "payload-1": inHttp("payload version in the document", "1.0 is the only version"),
  "payload-2": inHttp(
    "payload 2.0 for functions",
    "payload 1.0: handlers get other events and must give complete results",
  ),
  "private-arn": inHttp(
    "private hosts by listener or Cloud Map ARN",
    "a VPC link with an http:// or https:// uri",
  ),
  "response-mappings": inHttp(
    "response mappings by status",
    "an integration without _proxy, with integration responses",
  ),
  "shared-integrations": inHttp("shared integrations", "write each integration at its operation"),
  "simple-authorizer": inHttp(
    "authorizer payload versions, simple results",
    "the function gives an IAM policy",
  ),
  subtype: inHttp(
    "service integrations by subtype",
    "type aws with the service's ARN and a mapping template",
  ),
  tags: inHttp("tags of the API", "tag the API where it is deployed"),
  "http-proxy": inBoth("HTTP backends (proxy)"),
  iam: inBoth("IAM signatures"),
  "lambda-proxy": inBoth("Lambda functions (proxy)"),
  "private-link": inBoth("VPC links"),
  "request-authorizer": inBoth("Lambda authorizers (request)"),
};
