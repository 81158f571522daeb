import type { ApiKind } from "../ir/gateway.js";
import { isObject } from "../json.js";
import type { LoadedDocument } from "../load/document.js";
import { findKindFeatures, type FeatureUse, type KindFeature } from "./kind-features.js";
import { webSocketPlaces } from "./websocket/source.js";

/** The kind of an API and what decided it. */
export interface KindChoice {
  readonly kind: ApiKind;
  /** `document`: what it uses; `default`: nothing in it tells. */
  readonly by: "settings" | "template" | "version" | "document" | "default";
  /** What the document and the settings ask for, in their order. */
  readonly uses: readonly FeatureUse[];
}

/** The kind of API, see {@link chooseApiKind}. */
export function lowerApiKind(document: LoadedDocument): ApiKind {
  return chooseApiKind(document).kind;
}

/**
 * The kind of API: as the settings say, as the template around the document says, else by the extensions.
 * What only REST APIs can have decides for REST; then what only HTTP APIs read decides for HTTP. A document
 * that uses neither is REST. One without paths that declares WebSocket routes is a WebSocket API.
 */
export function chooseApiKind(document: LoadedDocument): KindChoice {
  const { settings, version, kindHint } = document;
  const uses = findKindFeatures(document);
  const choice = (kind: ApiKind, by: KindChoice["by"]): KindChoice => ({ kind, by, uses });
  const api = settings.value["api"];
  const given = isObject(api) ? api["kind"] : undefined;
  if (given === "rest" || given === "http" || given === "websocket") {
    return choice(given, "settings");
  }
  if (!hasPaths(document) && webSocketPlaces(document).length > 0) {
    return choice("websocket", "document");
  }
  if (version.family === "2.0") return choice("rest", "version");
  const signs = new Set(uses.map(({ feature }) => kindSigns[feature]));
  if (hasRestIdentity(document)) signs.add("rest?");
  if (signs.has("rest")) return choice("rest", "document");
  if (kindHint !== undefined) return choice(kindHint, "template");
  if (signs.has("http")) return choice("http", "document");
  if (signs.has("http?") && !signs.has("rest?")) return choice("http", "document");
  return choice("rest", signs.has("rest?") ? "document" : "default");
}

/** Whether an authorizer finds its identity as only those of REST APIs do: `method.request.header.X`. */
function hasRestIdentity({ root }: LoadedDocument): boolean {
  const components = root["components"];
  const schemes = isObject(components) ? components["securitySchemes"] : undefined;
  return Object.values(isObject(schemes) ? schemes : {}).some((scheme) => {
    const authorizer = isObject(scheme) ? scheme["x-amazon-apigateway-authorizer"] : undefined;
    return (
      isObject(authorizer) && String(authorizer["identitySource"]).startsWith("method.request.")
    );
  });
}

/** Whether there is anything for a REST or HTTP API. */
export function hasPaths({ root }: LoadedDocument): boolean {
  const { paths } = root;
  return isObject(paths) && Object.keys(paths).some((path) => !path.startsWith("x-"));
}

/** `rest`, `http`: only that kind can have it. With `?`: the other kind ignores it. */
export type KindSign = "rest" | "http" | "rest?" | "http?";

/** What the use of a feature says about the kind; one without a sign says nothing. */
export const kindSigns: Readonly<Partial<Record<KindFeature, KindSign>>> = {
  "api-keys": "rest?",
  "binary-types": "rest",
  "body-templates": "rest",
  cache: "rest?",
  "cognito-authorizer": "rest",
  compression: "rest",
  "content-handling": "rest?",
  documentation: "rest",
  "endpoint-policy": "rest?",
  "gateway-responses": "rest",
  "http-mapped": "rest",
  "lambda-mapped": "rest",
  mock: "rest",
  "mock-preflight": "rest",
  passthrough: "rest?",
  "resource-policy": "rest",
  "rest-mappings": "rest?",
  "service-mapped": "rest",
  "service-with-subtype": "rest",
  streaming: "rest?",
  "token-authorizer": "rest",
  validation: "rest",
  cors: "http",
  "default-route": "http",
  "export-version": "http?",
  "http-mappings": "http",
  "jwt-authorizer": "http",
  "payload-1": "http?",
  "payload-2": "http",
  "private-arn": "http",
  "response-mappings": "http",
  "shared-integrations": "http?",
  "simple-authorizer": "http",
  subtype: "http",
  tags: "http?",
};
