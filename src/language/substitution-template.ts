import type { MappingExpression } from "../ir/mapping.js";

export interface ParsedSubstitution {
  readonly parts: readonly (string | MappingExpression)[];
  /** Constructs of the mapping template language, which print as they stand here. */
  readonly inert: readonly string[];
}

const source =
  "context(?:\\.[A-Za-z_][\\w-]*)+|stageVariables\\.[A-Za-z_]\\w*|" +
  "method\\.request\\.(?:path|header|querystring)\\.[\\w-]+(?:\\.[\\w-]+)*";
const hole = new RegExp(`\\$\\{(${source})\\}|\\$(${source})`, "g");

/**
 * Reads the template of a gateway response: text in which `$context.x`, `$stageVariables.x` and
 * `$method.request.header|querystring|path.x` are replaced, and nothing else.
 */
export function parseSubstitution(text: string): ParsedSubstitution {
  const parts: (string | MappingExpression)[] = [];
  let end = 0;
  for (const match of text.matchAll(hole)) {
    if (match.index > end) parts.push(text.slice(end, match.index));
    parts.push(expressionOf(match[1] ?? match[2] ?? ""));
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push(text.slice(end));
  const rest = parts.filter((part) => typeof part === "string").join(" ");
  const inert = rest.match(/#(?:if|set|foreach|else|end)\b|\$!?\{?(?:input|util)\b[\w.]*/g) ?? [];
  return { parts, inert: [...new Set(inert)] };
}

function expressionOf(text: string): MappingExpression {
  const [root = "", ...names] = text.split(".");
  if (root === "context") return { kind: "context", name: names.join(".") };
  if (root === "stageVariables") return { kind: "stageVariable", name: names.join(".") };
  const name = names.slice(2).join(".");
  if (names[1] === "path") return { kind: "path", name };
  return names[1] === "header"
    ? { kind: "header", name, multiValue: false }
    : { kind: "queryString", name, multiValue: false };
}
