import type { ResponseMapping } from "../../ir/mapping.js";
import { quote } from "../../json.js";
import { parseResponseExpression } from "../../language/mapping-expression.js";
import { parseSelectionPattern } from "../../language/selection-pattern.js";
import { checkKeys } from "../known-keys.js";
import type { Lowering } from "../lowering.js";
import { lowerHeaderMappings, lowerTemplates } from "../mapping.js";
import type { Members } from "../members.js";
import { lowerTemplateSelection } from "./selection.js";

const responseKeys = [
  "contentHandlingStrategy",
  "responseParameters",
  "responseTemplates",
  "templateSelectionExpression",
];

/**
 * Lowers the integration responses of a route: keys are `$default` or `/regular expression/`, matched against
 * the status or the error message. Problem: GG510 key.
 */
export function lowerRouteAnswers(
  context: Lowering,
  integration: Members,
): readonly ResponseMapping[] {
  const holder = integration.object("responses");
  return (holder?.entries() ?? []).flatMap(([key]) => {
    const response = holder?.object(key);
    return response ? [lowerRouteAnswer(context, key, response)] : [];
  });
}

function lowerRouteAnswer(context: Lowering, key: string, response: Members): ResponseMapping {
  checkKeys(context, response, responseKeys);
  const templateSelection = lowerTemplateSelection(context, response, "response");
  return {
    at: response.at,
    pattern: key === "$default" ? undefined : lowerKey(context, key, response),
    // a frame has no status; the answer of $connect has that of the integration
    statusCode: 200,
    headers: lowerHeaderMappings(context, response, {
      target: /^(?:route|method)\.response\.header\.(.+)$/,
      form: "route.response.header.NAME",
      parse: parseResponseExpression,
      declared: undefined,
    }),
    templates: lowerTemplates(context, response, "responseTemplates"),
    ...(templateSelection === undefined ? {} : { templateSelection }),
    contentHandling: response.word("contentHandlingStrategy", [
      "CONVERT_TO_BINARY",
      "CONVERT_TO_TEXT",
    ]),
  };
}

function lowerKey(context: Lowering, key: string, response: Members): string {
  const inner = /^\/(.+)\/$/s.exec(key)?.[1];
  const pattern = inner === undefined ? undefined : parseSelectionPattern(inner);
  if (pattern !== undefined && pattern.problem === undefined) return pattern.source;
  const problem =
    pattern === undefined ? "is neither $default nor a /regular expression/" : pattern.problem;
  context.sink.error("GG510", response.at, `the response key ${quote(key)} ${problem}`);
  return "(?!)";
}
