import type { IdentitySource } from "../ir/authorizer.js";
import { mappingName } from "./mapping-expression.js";

const forms = {
  rest: /^(?:method\.request\.(header|querystring)|(stageVariables)|(context))\.(.+)$/,
  websocket: /^(?:route\.request\.(header|querystring)|(stageVariables)|(context))\.(.+)$/,
  http: /^\$(?:request\.(header|querystring)|(stageVariables)|(context))\.(.+)$/,
} as const;

/**
 * Reads one identity source: `method.request.header.X` in REST APIs, `$request.header.X` in HTTP APIs,
 * `route.request.header.X` in WebSocket APIs.
 */
export function parseIdentitySource(
  text: string,
  kind: keyof typeof forms,
): IdentitySource | undefined {
  const [, place, stageVariables, , name = ""] = forms[kind].exec(text) ?? [];
  if (!mappingName.test(name)) return undefined;
  if (place === "header") return { kind: "header", name };
  if (place === "querystring") return { kind: "queryString", name };
  return { kind: stageVariables === undefined ? "context" : "stageVariable", name };
}
