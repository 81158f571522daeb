import type { AccessLogPart } from "../ir/deployment.js";

export interface ParsedAccessLogFormat {
  readonly parts: readonly AccessLogPart[];
  /** What looks like a variable and is none of access logs: `$input.body`, `$stageVariables.x`. */
  readonly inert: readonly string[];
}

const NAME = String.raw`[A-Za-z_]\w*(?:\.[A-Za-z_][\w:-]*|\['[^'\]]+'\])*`;
const VARIABLE = new RegExp(String.raw`\$context\.(${NAME})`, "g");
const INERT = /\$!?\{?(?:input|util|stageVariables|method|context)\b[\w.]*/g;

/**
 * Reads the format of an access log: text in which `$context.x` is replaced, and nothing else. Line breaks are
 * spaces, since each request has one line.
 */
export function parseAccessLogFormat(text: string): ParsedAccessLogFormat {
  const parts: AccessLogPart[] = [];
  const line = text.trim().replace(/\s*[\r\n\u2028\u2029]\s*/g, " ");
  let end = 0;
  for (const match of line.matchAll(VARIABLE)) {
    if (match.index > end) parts.push({ kind: "text", text: line.slice(end, match.index) });
    parts.push({ kind: "context", name: match[1] ?? "" });
    end = match.index + match[0].length;
  }
  if (end < line.length) parts.push({ kind: "text", text: line.slice(end) });
  const rest = parts.map((part) => (part.kind === "text" ? part.text : " ")).join("");
  return { parts, inert: [...new Set(rest.match(INERT) ?? [])] };
}

/** How the values of a format must be escaped, by what its text is. */
export function accessLogForm(text: string): "json" | "xml" | "text" {
  if (/^\s*\{/.test(text)) return "json";
  return /^\s*</.test(text) ? "xml" : "text";
}
