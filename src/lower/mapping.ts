import type {
  GatewayParameter,
  HeaderMapping,
  MappingExpression,
  MappingTemplate,
} from "../ir/mapping.js";
import type { Parameter } from "../ir/operation.js";
import { describe, quote } from "../json.js";
import {
  mappingName,
  parseRequestExpression,
  parseResponseExpression,
  parseRouteExpression,
} from "../language/mapping-expression.js";
import { parseVelocity } from "../language/velocity/parser.js";
import { placeOf } from "../language/velocity/place.js";
import { maxTemplateLength, stageVariables } from "../language/velocity/template.js";
import { findTraps } from "../language/velocity/traps.js";
import { parseJsonPath } from "../language/jsonpath/path.js";
import type { Pointer } from "../pointer.js";
import { child } from "../pointer.js";
import { plainMediaType } from "./body.js";
import type { Lowering } from "./lowering.js";
import type { Members } from "./members.js";

/** Which operation a mapping belongs to, for its messages and checks. */
export interface MappedOperation {
  readonly path: string;
  readonly method: string;
  readonly parameters: readonly Parameter[];
}

const requestTarget =
  /^integration\.request\.(header|querystring|path|multivalueheader|multivaluequerystring)\.(.+)$/;

/** Headers whose mapping makes every call fail, as recorded from the service. */
const forbiddenHeaders = new Set([
  "content-length",
  "transfer-encoding",
  "x-amzn-trace-id",
  "x-amzn-apigateway-api-id",
]);

/** Lowers `requestParameters` of an integration of a REST or WebSocket API. Problems: GG500 to GG507. */
export function lowerRequestParameters(
  context: Lowering,
  integration: Members,
  operation: MappedOperation,
): readonly GatewayParameter[] {
  const holder = integration.object("requestParameters");
  return (holder?.entries() ?? []).flatMap(([key, value]) => {
    const at = holder?.place(key) ?? integration.at;
    const [, place, name = ""] = requestTarget.exec(key) ?? [];
    if (place === undefined || !mappingName.test(name)) {
      context.sink.warning(
        "GG500",
        at,
        `${quote(key)} is not a place of the integration request; it is ignored`,
        {
          hint: "write integration.request.header|querystring|path.NAME",
        },
      );
      return [];
    }
    if (typeof value !== "string") {
      // The service's own sentence: importers look for it.
      const message = `Invalid format for 'requestParameters'. Expected type string for property '${key}' of resource '${operation.path}' and method '${operation.method}' but got '${String(value)}'`;
      context.sink.warning("GG501", at, message, {
        hint: `a literal needs quotes: "'${String(value)}'"`,
      });
      return [];
    }
    const parse = context.kind === "websocket" ? parseRouteExpression : parseRequestExpression;
    const from = parse(value.trim());
    if (!from) return refuseExpression(context, value, at);
    checkDeclared(context, from, operation, at);
    const to = place.endsWith("header")
      ? "header"
      : place.endsWith("querystring")
        ? "querystring"
        : "path";
    if (to === "header") checkHeader(context, name, from, at);
    if (to === "header" && forbiddenHeaders.has(name.toLowerCase())) {
      const message = `the service fails every call of a method that maps the header ${quote(name)}`;
      context.sink.warning("GG507", at, message, { hint: "remove the mapping" });
    }
    return [{ at, to, name, from }];
  });
}

/**
 * Reads `cacheKeyParameters`. One that cannot be read would mix the answers of requests that differ in
 * it: undefined, and nothing is cached. Problem: GG508.
 */
export function lowerCacheKeys(
  context: Lowering,
  integration: Members,
  requestParameters: readonly GatewayParameter[],
): readonly MappingExpression[] | undefined {
  const key = "cacheKeyParameters";
  const keys: MappingExpression[] = [];
  let isComplete = true;
  (integration.texts(key) ?? []).forEach((text, index) => {
    const expression = cacheKey(text, requestParameters);
    if (expression !== undefined) {
      keys.push(expression);
      return;
    }
    isComplete = false;
    const message = `${quote(text)} is not a parameter of the request: answers of the method are not cached`;
    context.sink.warning("GG508", child(integration.place(key), index), message, {
      hint: "name method.request.path|querystring|header.NAME, or a mapped integration.request one",
    });
  });
  return isComplete ? keys : undefined;
}

/** A parameter of the method, or the source of a parameter of the integration. */
function cacheKey(
  text: string,
  requestParameters: readonly GatewayParameter[],
): MappingExpression | undefined {
  const [, place, name] =
    /^integration\.request\.(path|querystring|header)\.(.+)$/.exec(text) ?? [];
  if (place !== undefined) {
    return requestParameters.find((mapped) => mapped.to === place && mapped.name === name)?.from;
  }
  const expression = parseRequestExpression(text);
  const kinds: readonly string[] = ["path", "queryString", "header"];
  return expression !== undefined && kinds.includes(expression.kind) ? expression : undefined;
}

function refuseExpression(context: Lowering, value: string, at: Pointer): [] {
  const isBare = /^[\w-]+$/.test(value);
  context.sink.warning("GG502", at, `${quote(value)} is not a mapping expression; it is ignored`, {
    hint: isBare
      ? `a literal needs quotes: "'${value}'"`
      : context.kind === "websocket"
        ? "see route.request.*, integration.response.*, context.*, stageVariables.*, 'literal'"
        : "see method.request.*, integration.response.*, context.*, stageVariables.*, 'literal'",
  });
  return [];
}

/** Path variables are declared by the path, a greedy one only by `parameters`. */
function checkDeclared(
  context: Lowering,
  from: MappingExpression,
  operation: MappedOperation,
  at: Pointer,
): void {
  if (from.kind === "stageVariable") context.needs.stageVariable(from.name, at);
  checkPath(context, from, at);
  const places = { path: "path", header: "header", queryString: "query" } as const;
  if (from.kind !== "path" && from.kind !== "header" && from.kind !== "queryString") return;
  if (context.kind === "websocket") {
    if (operation.path === "$connect") return;
    const message = `only the request of $connect has headers and a query: there is nothing to map in the route ${quote(operation.path)}`;
    context.sink.warning("GG503", at, message);
    return;
  }
  const place = places[from.kind];
  const isDeclared = operation.parameters.some(
    (parameter) => parameter.in === place && parameter.name === from.name,
  );
  if (isDeclared) return;
  const message = `the operation does not declare the ${place} parameter ${quote(from.name)}; API Gateway refuses such a mapping`;
  context.sink.warning("GG503", at, message, { hint: "add it to the parameters of the operation" });
}

/** Lowers `responseParameters` with keys `method.response.header.NAME`. */
export function lowerResponseHeaders(
  context: Lowering,
  response: Members,
  declared: ReadonlySet<string> | undefined,
): readonly HeaderMapping[] {
  return lowerHeaderMappings(context, response, {
    target: /^method\.response\.header\.(.+)$/,
    form: "method.response.header.NAME",
    parse: parseResponseExpression,
    declared,
  });
}

export interface HeaderMappingRules {
  readonly target: RegExp;
  readonly form: string;
  readonly parse: (text: string) => MappingExpression | undefined;
  /** Names of the headers that the response declares, in lower case; undefined: no such rule. */
  readonly declared: ReadonlySet<string> | undefined;
}

export function lowerHeaderMappings(
  context: Lowering,
  holder: Members,
  rules: HeaderMappingRules,
): readonly HeaderMapping[] {
  const parameters = holder.object("responseParameters");
  return (parameters?.entries() ?? []).flatMap(([key, value]) => {
    const at = parameters?.place(key) ?? holder.at;
    const name = rules.target.exec(key)?.[1];
    if (name === undefined) {
      context.sink.warning(
        "GG500",
        at,
        `${quote(key)} names no header of the response; it has no effect`,
        {
          hint: `write ${rules.form}`,
        },
      );
      return [];
    }
    if (typeof value !== "string") {
      const message = `expected a mapping expression, found ${describe(value)}; it is ignored`;
      context.sink.warning("GG501", at, message);
      return [];
    }
    const from = rules.parse(value.trim());
    if (!from) return refuseExpression(context, value, at);
    if (from.kind === "stageVariable") context.needs.stageVariable(from.name, at);
    checkPath(context, from, at);
    checkHeader(context, name, from, at);
    if (rules.declared && !rules.declared.has(name.toLowerCase())) {
      const message = `the response does not declare the header ${quote(name)}; API Gateway refuses such a mapping`;
      context.sink.warning("GG503", at, message, { hint: "add it to the headers of the response" });
    }
    return [{ at, name, from }];
  });
}

/** A path that cannot be read finds nothing, on the service too. */
function checkPath(context: Lowering, from: MappingExpression, at: Pointer): void {
  if ((from.kind !== "body" && from.kind !== "responseBody") || from.jsonPath === undefined) return;
  const { problem } = parseJsonPath(`$.${from.jsonPath}`);
  if (problem === undefined) return;
  context.sink.warning("GG514", at, `the JSON path ${quote(from.jsonPath)} ${problem}`, {
    hint: "write a path such as customer.items[0].id",
  });
}

/** A line break in a header would end it and begin another: never let through. */
function checkHeader(context: Lowering, name: string, from: MappingExpression, at: Pointer): void {
  if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name)) {
    context.sink.error("GG505", at, `${quote(name)} is not the name of a header`);
  }
  if (from.kind === "literal" && /[^\t\x20-\x7e\u0080-\uffff]/.test(from.text)) {
    const message = `the value of the header ${quote(name)} holds a line break or control character`;
    context.sink.error("GG504", at, message);
  }
}

/**
 * Lowers `requestTemplates` or `responseTemplates`. A `null` passes the body through. Problems: GG513 not
 * valid (every call that needs it fails, as on AWS), GG515 hardly meant, GG509 too long, GG100 no text.
 */
export function lowerTemplates(
  context: Lowering,
  holder: Members,
  key: "requestTemplates" | "responseTemplates",
): readonly MappingTemplate[] {
  const templates = holder.object(key);
  return (templates?.entries() ?? []).flatMap(([mediaType, value]) => {
    if (value === null) return [];
    const at = templates?.place(mediaType) ?? holder.at;
    const text = templates?.text(mediaType);
    if (text === undefined) return [];
    if (text.length > maxTemplateLength) {
      context.sink.error("GG509", at, `the template has more than ${maxTemplateLength / 1024} KB`);
      return [];
    }
    const isKey = mediaType === "$default" || context.kind === "websocket";
    const type = isKey ? mediaType : plainMediaType(mediaType);
    return [lowerTemplate(context, type, text, at)];
  });
}

function lowerTemplate(
  context: Lowering,
  mediaType: string,
  text: string,
  at: Pointer,
): MappingTemplate {
  const { nodes, problem } = parseVelocity(text);
  if (nodes === undefined) {
    const { line, column } = placeOf(text, problem.at);
    const place = `line ${line}, column ${column} of the template`;
    context.sink.warning("GG513", at, `${place}: ${problem.message}`, {
      hint: "the service takes the template and fails every call that needs it; so does the gateway",
    });
    return { at, mediaType, text, nodes, problem: `${place}: ${problem.message}` };
  }
  for (const trap of findTraps(nodes, text)) {
    const { line, column } = placeOf(text, trap.at);
    const message = `line ${line}, column ${column} of the template: ${trap.message}`;
    const report = trap.isLikely ? context.sink.warning : context.sink.info;
    report("GG515", at, message, { hint: trap.hint });
  }
  for (const name of stageVariables(nodes)) context.needs.stageVariable(name, at);
  return { at, mediaType, text, nodes, problem: undefined };
}
