import { isList, isObject } from "../json.js";
import type { LoadedDocument } from "../load/document.js";

/**
 * The base path that goes in front of every path: empty, or `/a/b`. Taken from `basePath` (2.0), else the
 * server variable `basePath` even when the URL does not use it, else the path of the first server.
 * `ignore` drops it, `prepend` keeps all, `split` drops its first segment.
 */
export function lowerBasePath(document: LoadedDocument): string {
  const api = document.settings.value["api"];
  const imported = isObject(api) && isObject(api["import"]) ? api["import"] : {};
  const mode = imported["basepath"] ?? "ignore";
  if (mode === "ignore") return "";
  const segments = declaredBasePath(document)
    .split("/")
    .filter((segment) => segment !== "");
  const kept = mode === "split" ? segments.slice(1) : segments;
  return kept.map((segment) => `/${segment}`).join("");
}

/** As the document says it, whatever the settings do with it. */
function declaredBasePath(document: LoadedDocument): string {
  const { root, version } = document;
  if (version.family === "2.0") return String(root["basePath"] ?? "");
  const servers = isList(root["servers"]) ? root["servers"].filter(isObject) : [];
  for (const server of servers) {
    const variables = isObject(server["variables"]) ? server["variables"] : {};
    const variable = variables["basePath"];
    if (isObject(variable)) return String(variable["default"] ?? "");
  }
  const url = servers[0]?.["url"];
  return typeof url === "string" ? pathOfUrl(url) : "";
}

function pathOfUrl(url: string): string {
  return url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, "").replace(/[?#].*$/, "");
}
