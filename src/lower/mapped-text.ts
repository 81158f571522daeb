import type { MappedText, MappedTextPart } from "../ir/mapping.js";
import { describe, quote } from "../json.js";
import { parseJsonPath } from "../language/jsonpath/path.js";
import { parseMappedText, type MappedSide } from "../language/mapped-text.js";
import { nearestHint } from "../nearest.js";
import type { Pointer } from "../pointer.js";
import type { Lowering } from "./lowering.js";

/** Where a mapped text stands. */
export interface MappedPlace {
  readonly at: Pointer;
  readonly side: MappedSide;
  /** Path of the route, or `$default`. */
  readonly route: string;
}

/** Context variables of HTTP APIs. Source: developer guide, "Customizing HTTP API access logs". */
const contextNames = [
  "accountId",
  "apiId",
  "authorizer.error",
  "authorizer.principalId",
  "awsEndpointRequestId",
  "awsEndpointRequestId2",
  "customDomain.basePathMatched",
  "dataProcessed",
  "domainName",
  "domainPrefix",
  "error.message",
  "error.messageString",
  "error.responseType",
  "extendedRequestId",
  "httpMethod",
  "identity.accountId",
  "identity.caller",
  "identity.cognitoAuthenticationProvider",
  "identity.cognitoAuthenticationType",
  "identity.cognitoIdentityId",
  "identity.cognitoIdentityPoolId",
  "identity.principalOrgId",
  "identity.sourceIp",
  "identity.user",
  "identity.userAgent",
  "identity.userArn",
  "integration.error",
  "integration.integrationStatus",
  "integration.latency",
  "integration.requestId",
  "integration.status",
  "integrationErrorMessage",
  "integrationLatency",
  "integrationStatus",
  "path",
  "protocol",
  "requestId",
  "requestTime",
  "requestTimeEpoch",
  "responseLatency",
  "responseLength",
  "routeKey",
  "stage",
  "status",
];

/**
 * Lowers one value of an HTTP API's parameter mapping; undefined after a report. Problems: GG501 not text,
 * GG502 not readable, GG503 a path variable that the route does not have, GG514 a JSON path.
 */
export function lowerMappedText(
  context: Lowering,
  value: unknown,
  place: MappedPlace,
): MappedText | undefined {
  const { at, side } = place;
  const written = typeof value === "number" || typeof value === "boolean" ? String(value) : value;
  if (typeof written !== "string") {
    const message = `expected a text with $${side}.*, $context.* or $stageVariables.*, found ${describe(value)}; it is ignored`;
    context.sink.warning("GG501", at, message);
    return undefined;
  }
  const read = parseMappedText(written, side);
  if (read.text === undefined) {
    const { problem, hint } = read;
    context.sink.warning("GG502", at, `${problem}; the mapping is ignored`, { hint });
    return undefined;
  }
  for (const part of read.text) checkPart(context, part, place);
  return read.text;
}

function checkPart(context: Lowering, part: MappedTextPart, { at, route }: MappedPlace): void {
  switch (part.kind) {
    case "stageVariable":
      context.needs.stageVariable(part.name, at);
      break;
    case "literal":
      context.needs.text(part.text, at);
      break;
    case "context":
      checkContext(context, part.name, at);
      break;
    case "path":
      checkPathVariable(context, part.name, { at, route });
      break;
    case "body":
    case "responseBody":
      if (part.jsonPath !== undefined) checkJsonPath(context, part.jsonPath, at);
  }
}

function checkContext(context: Lowering, name: string, at: Pointer): void {
  if (contextNames.includes(name) || /^authorizer\.[\w.-]+$/.test(name)) return;
  const message = `HTTP APIs have no context variable ${quote(name)}; it is empty`;
  context.sink.warning("GG502", at, message, nearestHint(name, contextNames));
}

function checkPathVariable(
  context: Lowering,
  name: string,
  { at, route }: Pick<MappedPlace, "at" | "route">,
): void {
  const names = [...route.matchAll(/\{([^{}+]+)\+?\}/g)].map((match) => match[1] ?? "");
  if (names.includes(name)) return;
  const message = `the route ${route} has no path variable ${quote(name)}; the value is empty`;
  context.sink.warning("GG503", at, message, nearestHint(name, names));
}

/** Recursive descent and filters are not supported. Source: developer guide, the same page. */
function checkJsonPath(context: Lowering, jsonPath: string, at: Pointer): void {
  const { path, problem } = parseJsonPath(`$.${jsonPath}`);
  const isRefused = path?.steps.some(({ kind }) => kind === "deep" || kind === "where") === true;
  const reason = isRefused
    ? "uses recursive descent or a filter, which HTTP APIs do not support"
    : problem;
  if (reason === undefined) return;
  context.sink.warning("GG514", at, `the JSON path ${quote(jsonPath)} ${reason}`, {
    hint: "write a path such as customer.items[0].id",
  });
}
