import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { DiagnosticSink } from "../diagnostics.js";
import type { JsonObject } from "../json.js";
import { describe, isObject, member, setMember } from "../json.js";
import type { Pointer } from "../pointer.js";
import { child, descend, root } from "../pointer.js";
import { checkSettings } from "./check-settings.js";
import type { LoadedSettings } from "./document.js";
import { settingsNames } from "./settings-names.js";

const unsupportedNames = ["gateway.config.ts"];

/** One source of settings: a file, an object from memory, `x-gateway-config`, or a template. */
export interface SettingsLayer {
  readonly value: JsonObject;
  readonly at: Pointer;
  /** Place of a setting; undefined: below {@link at} by its keys. */
  readonly place?: (keys: readonly string[]) => Pointer;
}

/** A settings file in one of the folders, the first folder first. `onLook`: told each place that is looked at. */
export function findSettingsFile(
  folders: readonly string[],
  sink: DiagnosticSink,
  onLook?: (path: string) => void,
): string | undefined {
  for (const folder of folders) {
    for (const name of [...settingsNames, ...unsupportedNames]) onLook?.(resolve(folder, name));
    const name = settingsNames.find((candidate) => existsSync(join(folder, candidate)));
    if (name !== undefined) return join(folder, name);
    for (const unsupported of unsupportedNames) {
      if (existsSync(join(folder, unsupported))) {
        const hint = "write the settings as gateway.config.yaml";
        const message = "settings written in TypeScript are not supported yet and are ignored";
        sink.warning("GG043", root(unsupported), message, { hint });
      }
    }
  }
  return undefined;
}

/** Checks a layer against the vocabulary; undefined when it cannot be used. */
export function readLayer(
  value: unknown,
  at: Pointer,
  sink: DiagnosticSink,
): SettingsLayer | undefined {
  if (value === null || value === undefined) return { value: {}, at };
  if (!isObject(value)) {
    sink.error("GG042", at, `settings are an object, not ${describe(value)}`);
    return undefined;
  }
  return checkSettings(value, at, sink) ? { value, at } : undefined;
}

/** Merges layers, the strongest first. Merging is deep; lists replace. */
export function mergeSettings(
  layers: readonly SettingsLayer[],
  found: boolean,
  fallback: Pointer,
): LoadedSettings {
  const value = layers.reduceRight<JsonObject>((weaker, layer) => merge(weaker, layer.value), {});
  return {
    value,
    found,
    place(...keys) {
      const layer = layers.find((candidate) => holds(candidate.value, keys)) ?? layers[0];
      if (layer === undefined) return fallback;
      return layer.place?.(keys) ?? descend(layer.at, keys);
    },
  };
}

/** `over` laid on `under`. */
export function merge(under: JsonObject, over: JsonObject): JsonObject {
  const merged: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const below = member(under, key);
    setMember(merged, key, isObject(below) && isObject(value) ? merge(below, value) : value);
  }
  return merged;
}

function holds(value: JsonObject, keys: readonly string[]): boolean {
  let node: unknown = value;
  for (const key of keys) {
    if (!isObject(node) || !Object.hasOwn(node, key)) return false;
    node = node[key];
  }
  return true;
}

/** Place of `x-gateway-config` in a document. */
export function embeddedSettings(document: JsonObject, at: Pointer): SettingsLayer | undefined {
  const value = document["x-gateway-config"];
  return isObject(value) ? { value, at: child(at, "x-gateway-config") } : undefined;
}
