import type { SelectionExpression } from "../ir/websocket.js";
import type { MappingExpression } from "../ir/mapping.js";
import { mappingName } from "./mapping-expression.js";

/** What a selection of WebSocket APIs may look at: the message that came, or also the integration's answer. */
export type SelectionSource = "request" | "response";

export type ParsedSelection =
  | { readonly expression: SelectionExpression; readonly problem: undefined }
  | { readonly expression: undefined; readonly problem: string };

/**
 * Reads a selection expression of a WebSocket API: `$request.body.action`,
 * `${request.body.service}/${request.body.action}`, `\$default`, or plain text. In braces there may be several
 * variables with text between them; without braces a variable is the whole expression.
 * Source: developer guide, "WebSocket selection expressions".
 */
export function parseSelection(text: string, source: SelectionSource): ParsedSelection {
  if (text === "") return { expression: undefined, problem: "is empty" };
  // `$default` is escaped in the guide; writers seldom do
  if (text === "$default") return literalSelection(text);
  const plain = /^\$([A-Za-z][^{}]*)$/.exec(text)?.[1];
  if (plain !== undefined) return parsedVariable(plain, source);
  return parseParts(text, source);
}

function literalSelection(text: string): ParsedSelection {
  return { expression: [{ kind: "literal", text }], problem: undefined };
}

function parsedVariable(name: string, source: SelectionSource): ParsedSelection {
  const variable = parseVariable(name, source);
  return variable === undefined
    ? { expression: undefined, problem: unknownVariable(name) }
    : { expression: [variable], problem: undefined };
}

function unknownVariable(name: string): string {
  return `names ${JSON.stringify(name.slice(0, 80))}, which is no variable here`;
}

/** An escaped character, a variable in braces, a dollar that begins nothing, or text. */
const part = /\\(.)|\$\{([^{}]*)\}|(\$)|([^\\$]+)|\\$/gsu;

function parseParts(text: string, source: SelectionSource): ParsedSelection {
  const expression: MappingExpression[] = [];
  let literal = "";
  for (const [whole, escaped, name, dollar, plain] of text.matchAll(part)) {
    if (dollar !== undefined) {
      return {
        expression: undefined,
        problem: "has a dollar sign that begins no ${variable}; write \\$ for the sign itself",
      };
    }
    if (name === undefined) {
      literal += escaped ?? plain ?? whole;
      continue;
    }
    const variable = parseVariable(name, source);
    if (variable === undefined) return { expression: undefined, problem: unknownVariable(name) };
    if (literal !== "") expression.push({ kind: "literal", text: literal });
    literal = "";
    expression.push(variable);
  }
  if (literal !== "") expression.push({ kind: "literal", text: literal });
  return { expression, problem: undefined };
}

function parseVariable(name: string, source: SelectionSource): MappingExpression | undefined {
  const [, root, rest = ""] =
    /^(request\.body|request\.header|request\.querystring|integration\.response\.header|integration\.response\.body|context|stageVariables)\.(.+)$/s.exec(
      name,
    ) ?? [];
  switch (root) {
    case "request.body":
      return { kind: "body", jsonPath: rest };
    case "context":
      return { kind: "context", name: rest };
    case "stageVariables":
      return mappingName.test(rest) ? { kind: "stageVariable", name: rest } : undefined;
    case "request.header":
      return named("header", rest);
    case "request.querystring":
      return named("queryString", rest);
    case "integration.response.header":
      return source === "response" ? named("responseHeader", rest) : undefined;
    case "integration.response.body":
      return source === "response" ? { kind: "responseBody", jsonPath: rest } : undefined;
    default:
      return undefined;
  }
}

function named(
  kind: "header" | "queryString" | "responseHeader",
  name: string,
): MappingExpression | undefined {
  return mappingName.test(name) ? { kind, name, multiValue: false } : undefined;
}
