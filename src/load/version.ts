import type { DiagnosticSink } from "../diagnostics.js";
import type { JsonObject } from "../json.js";
import { describe, isObject } from "../json.js";
import type { Pointer } from "../pointer.js";
import { child } from "../pointer.js";

export interface SpecificationVersion {
  /** As written: `2.0`, `3.0.1`. */
  readonly text: string;
  readonly family: "2.0" | "3.0" | "3.1";
}

/** True when a value looks like an OpenAPI document, whatever its version. */
export function isOpenApi(value: unknown): value is JsonObject {
  return isObject(value) && ("openapi" in value || "swagger" in value || isObject(value["paths"]));
}

/** True when a value looks like an AsyncAPI document, whatever its version. */
export function isAsyncApi(value: unknown): value is JsonObject {
  return isObject(value) && "asyncapi" in value;
}

/** Reads the version of an AsyncAPI document; its schemas are those of OpenAPI 3.1. Problem: GG011. */
export function readAsyncVersion(
  document: JsonObject,
  at: Pointer,
  sink: DiagnosticSink,
): SpecificationVersion | undefined {
  const written = document["asyncapi"];
  const text = typeof written === "number" ? `${written}.0` : written;
  if (typeof text === "string" && /^3\.\d+(?:\.\d+)?(?:-[\w.]+)?$/.test(text)) {
    return { text, family: "3.1" };
  }
  const message = `${describe(written)} is not a version of AsyncAPI that is read here: 3.x`;
  const isOlder = typeof text === "string" && text.startsWith("2.");
  const hint = { hint: "the AsyncAPI converter turns version 2 into 3" };
  sink.error("GG011", child(at, "asyncapi"), message, isOlder ? hint : {});
  return undefined;
}

/** Reads the version of a document. Problems: GG010 none, GG011 unknown or assumed. */
export function readVersion(
  document: JsonObject,
  at: Pointer,
  sink: DiagnosticSink,
): SpecificationVersion | undefined {
  const key = "openapi" in document ? "openapi" : "swagger";
  const written = document[key];
  if (written === undefined) return assumeVersion(document, at, sink);
  const version = parseVersion(key, written);
  if (version) return version;
  const known = "2.0 (swagger), 3.0.x and 3.1.x (openapi)";
  sink.error("GG011", child(at, key), `${describe(written)} is not a known version: ${known}`);
  return undefined;
}

/** YAML writers leave out the quotes: `swagger: 2.0` is the number 2. */
function parseVersion(
  key: "openapi" | "swagger",
  written: unknown,
): SpecificationVersion | undefined {
  const text = typeof written === "number" && Number.isInteger(written) ? `${written}.0` : written;
  const [, major, minor] = /^(\d+)\.(\d+)(?:\.\d+)?(?:-[\w.]+)?$/.exec(String(text)) ?? [];
  const family = `${major}.${minor}`;
  if (key === "swagger" && family === "2.0") return { text: "2.0", family };
  if (key === "openapi" && (family === "3.0" || family === "3.1"))
    return { text: String(text), family };
  return undefined;
}

/** Serverless tools write documents without a version; the service takes them as what they look like. */
function assumeVersion(
  document: JsonObject,
  at: Pointer,
  sink: DiagnosticSink,
): SpecificationVersion {
  const isOld = "securityDefinitions" in document || "definitions" in document;
  const text = isOld ? "2.0" : "3.0.1";
  const key = isOld ? "swagger" : "openapi";
  sink.warning("GG011", at, `the document does not say its version; it is read as ${text}`, {
    hint: `add ${key}: "${text}"`,
  });
  return { text, family: isOld ? "2.0" : "3.0" };
}
