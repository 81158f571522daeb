import type { ApiKind } from "../ir/gateway.js";
import type { JsonObject } from "../json.js";
import { isList, isObject } from "../json.js";
import type { LoadedDocument } from "../load/document.js";
import { webSocketPlaces } from "./websocket/source.js";

const prefix = "x-amazon-apigateway-";

/**
 * The kind of API: as the settings say, as the template around the document says, else by the extensions.
 * What only REST APIs can have decides for REST; then what only HTTP APIs read decides for HTTP. A document
 * that uses neither is REST. One without paths that declares WebSocket routes is a WebSocket API.
 */
export function lowerApiKind(document: LoadedDocument): ApiKind {
  const { root, settings, version, kindHint } = document;
  const api = settings.value["api"];
  const given = isObject(api) ? api["kind"] : undefined;
  if (given === "rest" || given === "http" || given === "websocket") return given;
  if (!hasPaths(document) && webSocketPlaces(document).length > 0) return "websocket";
  if (version.family === "2.0") return "rest";
  const marks = marksOf(root);
  if (marks.has("rest")) return "rest";
  if (kindHint !== undefined) return kindHint;
  if (marks.has("http")) return "http";
  return marks.has("http?") && !marks.has("rest?") ? "http" : "rest";
}

/** Whether there is anything for a REST or HTTP API. */
export function hasPaths({ root }: LoadedDocument): boolean {
  const { paths } = root;
  return isObject(paths) && Object.keys(paths).some((path) => !path.startsWith("x-"));
}

/** `rest`, `http`: only that kind can have it. With `?`: the other kind ignores it. */
type Mark = "rest" | "http" | "rest?" | "http?";

const rootMarks: Readonly<Record<string, Mark>> = {
  [`${prefix}cors`]: "http",
  [`${prefix}importexport-version`]: "http?",
  [`${prefix}request-validators`]: "rest",
  [`${prefix}gateway-responses`]: "rest",
  [`${prefix}policy`]: "rest",
  [`${prefix}api-key-source`]: "rest",
  [`${prefix}binary-media-types`]: "rest",
  [`${prefix}minimum-compression-size`]: "rest",
  [`${prefix}documentation`]: "rest",
};

function marksOf(root: JsonObject): ReadonlySet<Mark> {
  const marks = new Set<Mark>();
  for (const key of Object.keys(root)) {
    const mark = Object.hasOwn(rootMarks, key) ? rootMarks[key] : undefined;
    if (mark !== undefined) marks.add(mark);
  }
  const components = isObject(root["components"]) ? root["components"] : {};
  if (`${prefix}integrations` in components) marks.add("http?");
  for (const scheme of valuesOf(components["securitySchemes"])) markScheme(scheme, marks);
  for (const [path, pathItem] of entriesOf(root["paths"])) {
    if (path === "/$default") marks.add("http");
    for (const operation of valuesOf(pathItem)) markOperation(operation, marks);
  }
  const tags = isList(root["tags"]) ? root["tags"] : [];
  if (tags.some((tag) => isObject(tag) && `${prefix}tag-value` in tag)) marks.add("http?");
  return marks;
}

function markScheme(scheme: JsonObject, marks: Set<Mark>): void {
  const authorizer = scheme[`${prefix}authorizer`];
  if (!isObject(authorizer)) return;
  const type = String(authorizer["type"]).toLowerCase();
  if (type === "jwt" || "jwtConfiguration" in authorizer) marks.add("http");
  if (type === "token" || type === "cognito_user_pools") marks.add("rest");
  if ("authorizerPayloadFormatVersion" in authorizer || "enableSimpleResponses" in authorizer) {
    marks.add("http");
  }
}

function markOperation(operation: JsonObject, marks: Set<Mark>): void {
  if (operation["isDefaultRoute"] === true) marks.add("http");
  if (`${prefix}request-validator` in operation) marks.add("rest");
  const integration = operation[`${prefix}integration`];
  if (!isObject(integration)) return;
  const type = String(integration["type"]).toLowerCase();
  if (["aws", "http", "mock"].includes(type) || "requestTemplates" in integration)
    marks.add("rest");
  if (
    "integrationSubtype" in integration ||
    String(integration["payloadFormatVersion"]) === "2.0"
  ) {
    marks.add("http");
  }
  if (Number(integration["payloadFormatVersion"]) === 2) marks.add("http");
  if ("payloadFormatVersion" in integration) marks.add("http?");
  const mapped = Object.keys(
    isObject(integration["requestParameters"]) ? integration["requestParameters"] : {},
  );
  if (mapped.some((key) => /^(?:append|overwrite|remove):/.test(key))) marks.add("http");
  if ("passthroughBehavior" in integration || "cacheKeyParameters" in integration)
    marks.add("rest?");
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return isObject(value) ? Object.entries(value) : [];
}

function valuesOf(value: unknown): readonly JsonObject[] {
  return entriesOf(value)
    .map(([, item]) => item)
    .filter(isObject);
}
