import type { ResponseMapping } from "../ir/mapping.js";
import type { Response } from "../ir/operation.js";
import { quote } from "../json.js";
import { parseSelectionPattern } from "../language/selection-pattern.js";
import { checkKeys } from "./known-keys.js";
import type { Lowering } from "./lowering.js";
import { lowerResponseHeaders, lowerTemplates } from "./mapping.js";
import type { Members } from "./members.js";

const responseKeys = ["statusCode", "responseParameters", "responseTemplates", "contentHandling"];

/**
 * Lowers `responses` of a non-proxy integration, in document order: the first pattern that matches wins.
 * Problems: GG510 pattern, GG511 status, GG512 none at all.
 */
export function lowerIntegrationResponses(
  context: Lowering,
  integration: Members,
  declared: readonly Response[],
): readonly ResponseMapping[] {
  const holder = integration.object("responses");
  const entries = holder?.entries() ?? [];
  if (entries.length === 0) {
    const message =
      "the integration has no responses: every call ends in 500, API_CONFIGURATION_ERROR";
    context.sink.warning("GG512", integration.at, message, {
      hint: 'add responses: { default: { statusCode: "200" } }',
    });
  }
  return entries.flatMap(([key]) => {
    const response = holder?.object(key);
    return response ? [lowerIntegrationResponse(context, key, response, declared)] : [];
  });
}

function lowerIntegrationResponse(
  context: Lowering,
  key: string,
  response: Members,
  declared: readonly Response[],
): ResponseMapping {
  checkKeys(context, response, responseKeys);
  const status = response.text("statusCode") ?? "200";
  if (!/^[1-5]\d\d$/.test(status)) {
    context.sink.error(
      "GG511",
      response.place("statusCode"),
      `${quote(status)} is not a status code`,
    );
  }
  const target = declared.find((candidate) => candidate.status === status);
  if (!target) {
    const message = `Invalid Response status code specified: the operation has no response ${quote(status)}`;
    context.sink.warning("GG511", response.at, message, {
      hint: "API Gateway refuses this; add the status to the responses of the operation",
    });
  }
  const headers = target && new Set(target.headers.map(({ name }) => name.toLowerCase()));
  return {
    at: response.at,
    pattern: key === "default" ? undefined : lowerPattern(context, key, response),
    statusCode: Number(status),
    headers: lowerResponseHeaders(context, response, headers),
    templates: lowerTemplates(context, response, "responseTemplates"),
    contentHandling: response.word("contentHandling", ["CONVERT_TO_BINARY", "CONVERT_TO_TEXT"]),
  };
}

function lowerPattern(context: Lowering, key: string, response: Members): string {
  const pattern = parseSelectionPattern(key);
  if (pattern.problem === undefined) return pattern.source;
  context.sink.error(
    "GG510",
    response.at,
    `the selection pattern ${quote(key)} ${pattern.problem}`,
  );
  return "(?!)";
}
