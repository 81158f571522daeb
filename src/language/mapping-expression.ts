import type { MappingExpression } from "../ir/mapping.js";

/** Names that the service accepts on either side of a mapping. */
export const mappingName = /^[A-Za-z0-9._$-]+$/;

/** Source of a request parameter: `method.request.*`, `context.*`, `stageVariables.*`, `'text'`. */
export function parseRequestExpression(text: string): MappingExpression | undefined {
  return parseCommon(text) ?? parseRequest(text, "method");
}

/** Source of a request parameter of a WebSocket API: `route.request.*`, `context.*`, `stageVariables.*`, `'text'`. */
export function parseRouteExpression(text: string): MappingExpression | undefined {
  return parseCommon(text) ?? parseRequest(text, "route");
}

/** Source of a response header: `integration.response.*`, `context.*`, `stageVariables.*`, `'text'`. */
export function parseResponseExpression(text: string): MappingExpression | undefined {
  return parseCommon(text) ?? parseIntegrationResponse(text);
}

/** Source of a gateway response's parameter; the same as for requests, but without the body. */
export function parseGatewayResponseExpression(text: string): MappingExpression | undefined {
  const expression = parseRequestExpression(text);
  return expression?.kind === "body" ? undefined : expression;
}

function parseCommon(text: string): MappingExpression | undefined {
  const literal = /^'(.*)'$/s.exec(text)?.[1];
  if (literal !== undefined) return { kind: "literal", text: literal };
  const [, kind, name = ""] = /^(context|stageVariables)\.(.+)$/.exec(text) ?? [];
  if (kind === "context") return { kind: "context", name };
  if (kind === "stageVariables" && mappingName.test(name)) return { kind: "stageVariable", name };
  return undefined;
}

/** Routes of WebSocket APIs have no path parameters. */
function parseRequest(text: string, root: "method" | "route"): MappingExpression | undefined {
  const body = parseBody(text, `${root}.request.body`);
  if (body) return { kind: "body", ...body };
  const [, written, place, name] =
    /^(method|route)\.request\.(path|header|querystring|multivalueheader|multivaluequerystring)\.(.+)$/.exec(
      text,
    ) ?? [];
  if (written !== root || place === undefined) return undefined;
  if (name === undefined || !mappingName.test(name)) return undefined;
  if (place === "path" && root === "route") return undefined;
  if (place === "path") return { kind: "path", name };
  const multiValue = place.startsWith("multivalue");
  return place.endsWith("header")
    ? { kind: "header", name, multiValue }
    : { kind: "queryString", name, multiValue };
}

function parseIntegrationResponse(text: string): MappingExpression | undefined {
  const body = parseBody(text, "integration.response.body");
  if (body) return { kind: "responseBody", ...body };
  const [, place, name] =
    /^integration\.response\.(header|multivalueheader)\.(.+)$/.exec(text) ?? [];
  if (place === undefined || name === undefined || !mappingName.test(name)) return undefined;
  return { kind: "responseHeader", name, multiValue: place === "multivalueheader" };
}

function parseBody(text: string, prefix: string): { jsonPath: string | undefined } | undefined {
  if (text === prefix) return { jsonPath: undefined };
  if (!text.startsWith(`${prefix}.`)) return undefined;
  const jsonPath = text.slice(prefix.length + 1);
  return jsonPath === "" ? undefined : { jsonPath };
}
