import type { ParameterChange, ParameterChanges } from "../ir/mapping.js";
import { describe, isObject, quote } from "../json.js";
import type { Pointer } from "../pointer.js";
import type { Lowering } from "./lowering.js";
import { lowerMappedText, type MappedPlace } from "./mapped-text.js";
import { Members } from "./members.js";

/** What an integration that changes nothing has. */
export const noChanges: ParameterChanges = { request: [], responses: [] };

const requestKey = /^(?:(append|overwrite|remove):(header|querystring)\.(.+)|overwrite:path)$/;
const responseKey = /^(?:(append|overwrite|remove):header\.(.+)|overwrite:statuscode)$/;

/** Source: developer guide, "Reserved headers". */
const reserved = new Set([
  "authorization",
  "connection",
  "content-encoding",
  "content-length",
  "content-location",
  "forwarded",
  "keep-alive",
  "origin",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailers",
  "transfer-encoding",
  "upgrade",
  "via",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
]);
const reservedPrefix = /^(?:access-control-|apigw-|x-amz-|x-amzn-)/;

/**
 * Lowers the parameter mappings of an HTTP API's integration. Problems: GG500 a key that names no place,
 * GG504 and GG505 what is no header, GG511 a status that is none, GG516 a reserved header, and those of
 * mapped texts.
 */
export function lowerParameterChanges(
  context: Lowering,
  integration: Members,
  route: string,
): ParameterChanges {
  return {
    request: lowerRequest(context, integration, route),
    responses: lowerResponseChanges(context, integration, route),
  };
}

function lowerRequest(
  context: Lowering,
  integration: Members,
  route: string,
): ParameterChanges["request"] {
  const holder = integration.object("requestParameters");
  return (holder?.entries() ?? []).flatMap(([key, value]) => {
    const at = holder?.place(key) ?? integration.at;
    const match = requestKey.exec(key);
    if (match === null) {
      const message = `${quote(key)} is no change of the request; it is ignored`;
      context.sink.warning("GG500", at, message, { hint: requestHint(key) });
      return [];
    }
    const [, action = "overwrite", to = "path", name = ""] = match;
    const target = { action: actionOf(action), to: requestTarget(to), name } as const;
    return lowerChange(context, target, value, { at, side: "request", route });
  });
}

function requestHint(key: string): string {
  const rest = /^integration\.request\.(?:multivalue)?(header|querystring)\.(.+)$/.exec(key);
  if (rest !== null) return `HTTP APIs write append:${rest[1]}.${rest[2]} or overwrite:...`;
  return "write append|overwrite|remove:header.NAME, the same with querystring.NAME, or overwrite:path";
}

function requestTarget(to: string): "header" | "querystring" | "path" {
  return to === "header" || to === "querystring" ? to : "path";
}

function actionOf(text: string): ParameterChange["action"] {
  return text === "append" || text === "remove" ? text : "overwrite";
}

/** Lowers `responseParameters`: what is changed of the answers, by their status. */
export function lowerResponseChanges(
  context: Lowering,
  integration: Members,
  route: string,
): ParameterChanges["responses"] {
  const holder = integration.object("responseParameters");
  return (holder?.entries() ?? []).flatMap(([key, value]) => {
    const at = holder?.place(key) ?? integration.at;
    const status = /^[2-5]\d\d$/.test(key) ? Number(key) : undefined;
    if (status === undefined) {
      const message = `${quote(key)} is no status from 200 to 599; its changes are ignored`;
      const hint = 'write responseParameters: { "200": { "append:header.NAME": ... } }';
      context.sink.warning("GG511", at, message, { hint });
      return [];
    }
    if (!isObject(value)) {
      const message = `expected the changes of status ${key}, found ${describe(value)}; it is ignored`;
      context.sink.warning("GG100", at, message);
      return [];
    }
    const changes = lowerResponse(context, new Members(value, at, context.sink), route);
    return [{ status, changes }];
  });
}

function lowerResponse(
  context: Lowering,
  holder: Members,
  route: string,
): readonly ParameterChange[] {
  return holder.entries().flatMap(([key, value]) => {
    const at = holder.place(key);
    const match = responseKey.exec(key);
    if (match === null) {
      const message = `${quote(key)} is no change of a response; it is ignored`;
      const hint = "write append|overwrite|remove:header.NAME, or overwrite:statuscode";
      context.sink.warning("GG500", at, message, { hint });
      return [];
    }
    const [, action, name = ""] = match;
    const target =
      action === undefined
        ? ({ action: "overwrite", to: "status", name } as const)
        : ({ action: actionOf(action), to: "header", name } as const);
    return lowerChange(context, target, value, { at, side: "response", route });
  });
}

function lowerChange(
  context: Lowering,
  target: Pick<ParameterChange, "action" | "to" | "name">,
  value: unknown,
  place: MappedPlace,
): readonly ParameterChange[] {
  const { at } = place;
  if (target.to === "header" && !isFreeHeader(context, target.name, at)) return [];
  if (target.action === "remove") {
    if (value !== "" && value !== null) {
      const message = `a removal takes no value; ${describe(value)} has no effect`;
      context.sink.warning("GG501", at, message, { hint: 'write ""' });
    }
    return [{ at, ...target, value: [] }];
  }
  const text = lowerMappedText(context, value, place);
  if (text === undefined) return [];
  const change = { at, ...target, value: text };
  checkLiteral(context, change);
  return [change];
}

function isFreeHeader({ sink }: Lowering, name: string, at: Pointer): boolean {
  if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name)) {
    sink.error("GG505", at, `${quote(name)} is not the name of a header`);
    return false;
  }
  const lower = name.toLowerCase();
  if (!reserved.has(lower) && !reservedPrefix.test(lower)) return true;
  sink.error("GG516", at, `the header ${quote(name)} is reserved: HTTP APIs cannot change it`, {
    hint: "remove the mapping",
  });
  return false;
}

/** What the text alone says already. */
function checkLiteral({ sink }: Lowering, { at, to, name, value }: ParameterChange): void {
  for (const part of value) {
    if (part.kind !== "literal") continue;
    if (to === "header" && /[^\t\x20-\x7e\u0080-\uffff]/.test(part.text)) {
      const message = `the value of the header ${quote(name)} holds a line break or control character`;
      sink.error("GG504", at, message);
    }
    if (to === "status" && value.length === 1 && !/^[2-5]\d\d$/.test(part.text)) {
      const message = `${quote(part.text)} is no status from 200 to 599; the status stays as it is`;
      sink.warning("GG511", at, message);
    }
  }
}
