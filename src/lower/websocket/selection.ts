import type { SelectionExpression } from "../../ir/websocket.js";
import { quote } from "../../json.js";
import type { SelectionSource } from "../../language/selection-expression.js";
import { parseSelection } from "../../language/selection-expression.js";
import { parseJsonPath } from "../../language/jsonpath/path.js";
import type { Lowering } from "../lowering.js";
import type { Members } from "../members.js";
import { declaredText, type DeclaredText } from "./declared.js";

/** Lowers a selection expression. Problems: GG802 cannot be read, GG514 its JSON path. */
export function lowerSelection(
  context: Lowering,
  { text, at }: DeclaredText,
  source: SelectionSource,
): SelectionExpression | undefined {
  const { expression, problem } = parseSelection(text.trim(), source);
  if (expression === undefined) {
    context.sink.error("GG802", at, `the selection expression ${quote(text)} ${problem}`, {
      hint: "write $request.body.action, or ${request.body.a}/${request.body.b}",
    });
    return undefined;
  }
  for (const part of expression) {
    if (part.kind === "stageVariable") context.needs.stageVariable(part.name, at);
    if (part.kind !== "body" && part.kind !== "responseBody") continue;
    const { problem: wrong } = parseJsonPath(`$.${part.jsonPath ?? ""}`);
    if (wrong === undefined) continue;
    context.sink.error("GG514", at, `the JSON path ${quote(part.jsonPath ?? "")} ${wrong}`);
    return undefined;
  }
  return expression;
}

/** The member `templateSelectionExpression` of an integration or of its response. */
export function lowerTemplateSelection(
  context: Lowering,
  members: Members,
  source: SelectionSource,
): SelectionExpression | undefined {
  const declared = declaredText(members, "templateSelectionExpression");
  return declared && lowerSelection(context, declared, source);
}
