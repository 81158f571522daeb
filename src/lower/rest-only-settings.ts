import type { DiagnosticSink } from "../diagnostics.js";
import type { JsonObject } from "../json.js";
import { isList, isObject } from "../json.js";
import type { LoadedSettings } from "../load/document.js";
import { isOff } from "./kind-features.js";

interface RestOnly {
  /** Keys from the root; `*` stands for any. */
  readonly path: string;
  /** What the service does not have. */
  readonly what: string;
  readonly hint?: string;
}

const cacheKeys = [
  "cachingEnabled",
  "cacheTtlInSeconds",
  "cacheDataEncrypted",
  "requireAuthorizationForCacheControl",
  "unauthorizedCacheControlHeaderStrategy",
];
const throttleHint = "limit routes by throttle and methodSettings, callers by an authorizer";
const cacheHint = "let the backend cache, or choose a REST API";
const logHint = "HTTP APIs have access logs alone";

/** Settings that HTTP APIs do not have. Source: developer guide, "Choosing between REST and HTTP APIs". */
const restOnly: readonly RestOnly[] = [
  { path: "usagePlans", what: "usage plans", hint: throttleHint },
  { path: "apiKeys", what: "API keys", hint: throttleHint },
  ...["defaults", "stages.*"].flatMap((level): readonly RestOnly[] => [
    { path: `${level}.cache`, what: "cache", hint: cacheHint },
    { path: `${level}.canary`, what: "canaries", hint: "use a stage of its own" },
    { path: `${level}.logging.execution`, what: "execution logs", hint: logHint },
    { path: `${level}.clientCertificateId`, what: "client certificates for backends" },
    { path: `${level}.waf`, what: "web ACLs", hint: "put CloudFront with a web ACL in front" },
    { path: `${level}.tracing.xray`, what: "X-Ray tracing" },
    ...cacheKeys.map((key): RestOnly => ({
      path: `${level}.methodSettings.*.${key}`,
      what: "cache",
      hint: cacheHint,
    })),
    ...["loggingLevel", "dataTraceEnabled"].map((key): RestOnly => ({
      path: `${level}.methodSettings.*.${key}`,
      what: "execution logs",
      hint: logHint,
    })),
  ]),
];

/**
 * The settings without what HTTP APIs do not have, each reported by name. Problem: GG049. Switched off it is
 * no problem.
 */
export function withoutRestOnly(settings: LoadedSettings, sink: DiagnosticSink): LoadedSettings {
  const rules = restOnly.map((rule) => ({ ...rule, keys: rule.path.split(".") }));
  const prune = (value: JsonObject, path: readonly string[]): JsonObject =>
    Object.fromEntries(
      Object.entries(value).flatMap(([key, item]): readonly (readonly [string, unknown])[] => {
        const place = [...path, key];
        const rule = rules.find(({ keys }) => matches(keys, place));
        if (rule === undefined) return [[key, isObject(item) ? prune(item, place) : item]];
        if (!isOff(item)) {
          const message = `HTTP APIs have no ${rule.what}: ${place.join(".")} is ignored`;
          const hint = rule.hint === undefined ? {} : { hint: rule.hint };
          sink.warning("GG049", settings.place(...place), message, hint);
        }
        return [];
      }),
    );
  reportEndpointTypes(settings, sink);
  return { ...settings, value: prune(settings.value, []) };
}

function matches(rule: readonly string[], place: readonly string[]): boolean {
  return (
    rule.length === place.length && rule.every((key, index) => key === "*" || key === place[index])
  );
}

/** Only regional endpoints. */
function reportEndpointTypes(settings: LoadedSettings, sink: DiagnosticSink): void {
  const api = settings.value["api"];
  const endpoint = isObject(api) ? api["endpointConfiguration"] : undefined;
  const types = isObject(endpoint) ? endpoint["types"] : undefined;
  if (!isList(types)) return;
  const wrong = types.filter((type) => type === "EDGE" || type === "PRIVATE");
  if (wrong.length === 0) return;
  const message = `HTTP APIs have regional endpoints alone, not ${wrong.join(" or ")}`;
  sink.warning("GG049", settings.place("api", "endpointConfiguration", "types"), message, {
    hint: "choose a REST API, or put CloudFront or a private load balancer in front",
  });
}
