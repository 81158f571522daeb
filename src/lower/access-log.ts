import type { DiagnosticSink } from "../diagnostics.js";
import type { AccessLog, AccessLogPart, LogDestination } from "../ir/deployment.js";
import type { ApiKind } from "../ir/gateway.js";
import type { JsonObject } from "../json.js";
import { isObject, quote } from "../json.js";
import { accessLogForm, parseAccessLogFormat } from "../language/access-log-format.js";
import { nearestHint } from "../nearest.js";
import type { Pointer } from "../pointer.js";
import { child } from "../pointer.js";
import {
  ACCESS_LOG_NAMES,
  isAuthorizerName,
  isOverrideName,
} from "../runtime/logs/access-log-names.js";
import { lowerSentHeaders, requireAddress } from "./sent-to.js";

/** What an access log is lowered from. */
export interface AccessLogContext {
  readonly at: Pointer;
  readonly kind: ApiKind;
  readonly sink: DiagnosticSink;
}

/** Source: developer guide, "Set up CloudWatch logging for REST APIs", requirements of formats. */
const MAX_FORMAT_BYTES = 3 * 1024;

/** Lowers `logging.access`. Problems: GG050 variables, GG051 format, GG052 destination. */
export function lowerAccessLog(value: JsonObject, context: AccessLogContext): AccessLog {
  const { at, sink } = context;
  const { fields, format } = value;
  const named = isObject(fields) ? fields : undefined;
  if (named !== undefined && format !== undefined && format !== "json") {
    sink.warning(
      "GG051",
      child(at, "format"),
      "fields make JSON: the format beside them is ignored",
    );
  }
  const text = named === undefined ? formatText(format, context.kind) : fieldsText(named);
  const place = child(at, named === undefined ? "format" : "fields");
  const { parts, inert } = parseAccessLogFormat(text);
  reportVariables(parts, inert, place, context);
  checkFormat(text, parts, place, sink);
  return {
    at,
    format: format === "csv" && named === undefined ? "csv" : accessLogForm(text),
    parts,
    destination: lowerDestination(value, context),
  };
}

/** Line formats that the service's console offers. Source: developer guide, the same page. */
const PRESETS: Readonly<Record<string, (route: string, identity: boolean) => string>> = {
  json: (route, identity) =>
    jsonText([
      ["requestId", "requestId"],
      ["extendedRequestId", "extendedRequestId"],
      ["ip", "identity.sourceIp"],
      ...(identity
        ? ([
            ["caller", "identity.caller"],
            ["user", "identity.user"],
          ] as const)
        : []),
      ["requestTime", "requestTime"],
      ["httpMethod", "httpMethod"],
      [route, route],
      ["status", "status"],
      ["protocol", "protocol"],
      ["responseLength", "responseLength"],
    ]),
  clf: (route, identity) =>
    `$context.identity.sourceIp ${identity ? "$context.identity.caller $context.identity.user" : "- -"} [$context.requestTime]"$context.httpMethod $context.${route} $context.protocol" $context.status $context.responseLength $context.requestId`,
  xml: (route, identity) =>
    `<request id="$context.requestId"> <ip>$context.identity.sourceIp</ip>${identity ? " <caller>$context.identity.caller</caller> <user>$context.identity.user</user>" : ""} <requestTime>$context.requestTime</requestTime> <httpMethod>$context.httpMethod</httpMethod> <${route}>$context.${route}</${route}> <status>$context.status</status> <protocol>$context.protocol</protocol> <responseLength>$context.responseLength</responseLength> </request>`,
  csv: (route, identity) =>
    `$context.identity.sourceIp,${identity ? "$context.identity.caller,$context.identity.user," : ""}$context.requestTime,$context.httpMethod,$context.${route},$context.protocol,$context.status,$context.responseLength,$context.requestId`,
};

/** The same of WebSocket APIs, whose events have no method and no protocol. */
const SOCKET_PRESETS: Readonly<Record<string, string>> = {
  json: jsonText([
    ["requestId", "requestId"],
    ["ip", "identity.sourceIp"],
    ["caller", "identity.caller"],
    ["user", "identity.user"],
    ["requestTime", "requestTime"],
    ["eventType", "eventType"],
    ["routeKey", "routeKey"],
    ["status", "status"],
    ["connectionId", "connectionId"],
  ]),
  clf: `$context.identity.sourceIp $context.identity.caller $context.identity.user [$context.requestTime] "$context.eventType $context.routeKey $context.connectionId" $context.status $context.requestId`,
  xml: `<request id="$context.requestId"> <ip>$context.identity.sourceIp</ip> <caller>$context.identity.caller</caller> <user>$context.identity.user</user> <requestTime>$context.requestTime</requestTime> <eventType>$context.eventType</eventType> <routeKey>$context.routeKey</routeKey> <status>$context.status</status> <connectionId>$context.connectionId</connectionId> </request>`,
  csv: `$context.identity.sourceIp,$context.identity.caller,$context.identity.user,$context.requestTime,$context.eventType,$context.routeKey,$context.status,$context.connectionId,$context.requestId`,
};

function formatText(format: unknown, kind: ApiKind): string {
  const text = typeof format === "string" ? format : "json";
  const preset = kind === "websocket" ? SOCKET_PRESETS[text] : undefined;
  if (preset !== undefined) return preset;
  const make = Object.hasOwn(PRESETS, text) ? PRESETS[text] : undefined;
  if (make === undefined) return text;
  return kind === "http" ? make("routeKey", false) : make("resourcePath", true);
}

function jsonText(members: readonly (readonly [string, string])[]): string {
  return `{ ${members.map(([key, name]) => `"${key}":"$context.${name}"`).join(", ")} }`;
}

/** Values are texts, in which variables stand. */
function fieldsText(fields: JsonObject): string {
  const members = Object.entries(fields).map(
    ([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(plainMessage(String(value)))}`,
  );
  return `{ ${members.join(", ")} }`;
}

/** In quotes, as all values are here, a message without quotes of its own is meant. */
function plainMessage(text: string): string {
  return text.replaceAll("$context.error.messageString", "$context.error.message");
}

function reportVariables(
  parts: readonly AccessLogPart[],
  inert: readonly string[],
  place: Pointer,
  { kind, sink }: AccessLogContext,
): void {
  for (const part of parts) {
    if (part.kind === "text" || isOpen(part.name, kind)) continue;
    const variable = `$context.${part.name}`;
    const found = ACCESS_LOG_NAMES.get(part.name);
    if (found === undefined) {
      const message = `${variable} is no variable of access logs: it prints "-"`;
      const names = [...ACCESS_LOG_NAMES.keys()];
      sink.warning("GG050", place, message, nearestHint(part.name, names));
    } else if (!found.kinds.includes(kind)) {
      const message = `${variable} has no value in ${KINDS[kind]} APIs: it prints "-"`;
      sink.warning("GG050", place, message);
    } else if (found.absent !== null) {
      sink.info("GG050", place, `${variable} always prints "-": ${found.absent}`);
    }
  }
  for (const text of inert) {
    sink.warning("GG050", place, `access logs replace $context alone: ${text} prints as it is`);
  }
}

const KINDS = { rest: "REST", http: "HTTP", websocket: "WebSocket" } as const;

/** Names that the API itself makes up. HTTP APIs have no templates that could override anything. */
function isOpen(name: string, kind: ApiKind): boolean {
  if (ACCESS_LOG_NAMES.has(name)) return false;
  return isAuthorizerName(name) || (kind !== "http" && isOverrideName(name));
}

function checkFormat(
  text: string,
  parts: readonly AccessLogPart[],
  place: Pointer,
  sink: DiagnosticSink,
): void {
  const ids = ["requestId", "extendedRequestId"];
  if (!parts.some((part) => part.kind === "context" && ids.includes(part.name))) {
    const message = "the format has neither $context.requestId nor $context.extendedRequestId";
    sink.warning("GG051", place, `${message}; AWS refuses it`, {
      hint: "put $context.requestId into it",
    });
  }
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_FORMAT_BYTES) {
    const message = `the format has ${bytes} bytes; AWS takes ${MAX_FORMAT_BYTES} at most`;
    sink.warning("GG051", place, message);
  }
}

function lowerDestination(value: JsonObject, { at, sink }: AccessLogContext): LogDestination {
  const { destination, path, url, headers } = value;
  const kind = destination ?? (url !== undefined ? "http" : path !== undefined ? "file" : "stdout");
  const unused = { path: kind !== "file", url: kind !== "http", headers: kind !== "http" };
  for (const key of ["path", "url", "headers"] as const) {
    if (value[key] === undefined || !unused[key]) continue;
    const message = `${key} has no effect with the destination ${quote(String(kind))}`;
    sink.warning("GG052", child(at, key), message);
  }
  if (kind === "file") {
    if (typeof path === "string" && path !== "" && !path.includes("\0")) return { kind, path };
    sink.error("GG052", at, "the access log goes to a file, and has no path", {
      hint: "set path: logs/access.log",
    });
  }
  if (kind === "http" && requireAddress(url, child(at, "url"), "the access log", sink)) {
    return { kind, url, headers: lowerSentHeaders(headers, child(at, "headers"), sink) };
  }
  return { kind: "stdout" };
}
