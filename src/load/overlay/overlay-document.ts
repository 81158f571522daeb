import type { DiagnosticSink } from "../../diagnostics.js";
import type { JsonObject } from "../../json.js";
import { describe, isList, isObject, quote } from "../../json.js";
import { parseQuery } from "../../language/json-query/parse-query.js";
import type { Query } from "../../language/json-query/query.js";
import { nearestHint } from "../../nearest.js";
import type { Pointer } from "../../pointer.js";
import { child } from "../../pointer.js";

/** One Overlay document (Overlay Specification 1.0 and 1.1), checked. */
export interface Overlay {
  readonly version: "1.0" | "1.1";
  readonly extends: { readonly uri: string; readonly at: Pointer } | undefined;
  readonly actions: readonly OverlayAction[];
}

export interface OverlayAction {
  readonly at: Pointer;
  readonly target: PlacedQuery;
  readonly change:
    | { readonly kind: "remove" }
    | { readonly kind: "update"; readonly value: unknown; readonly at: Pointer }
    /** Since 1.1. */
    | { readonly kind: "copy"; readonly from: PlacedQuery };
}

export interface PlacedQuery {
  readonly text: string;
  readonly query: Query;
  readonly at: Pointer;
}

const rootKeys = ["overlay", "info", "extends", "actions"];
const actionKeys = ["target", "description", "update", "remove", "copy"];

/** Reads an Overlay document. Undefined after GG016 (not built as it should) or GG017 (a query) was reported. */
export function readOverlay(
  value: unknown,
  at: Pointer,
  sink: DiagnosticSink,
): Overlay | undefined {
  if (!isObject(value) || !("overlay" in value)) {
    const what = isObject(value) ? 'an object without "overlay"' : describe(value);
    sink.error("GG016", at, `this is not an overlay: it is ${what}`);
    return undefined;
  }
  const reader = new OverlayReader(sink);
  const overlay = reader.read(value, at);
  return reader.isRight ? overlay : undefined;
}

class OverlayReader {
  readonly #sink: DiagnosticSink;
  isRight = true;

  constructor(sink: DiagnosticSink) {
    this.#sink = sink;
  }

  read(value: JsonObject, at: Pointer): Overlay {
    this.#checkKeys(value, rootKeys, at);
    const version = this.#version(value["overlay"], child(at, "overlay"));
    this.#checkInfo(value["info"], child(at, "info"));
    const uri = value["extends"];
    if (uri !== undefined && typeof uri !== "string") {
      this.#wrong(child(at, "extends"), `extends is a URI, not ${describe(uri)}`);
    }
    return {
      version,
      extends: typeof uri === "string" ? { uri, at: child(at, "extends") } : undefined,
      actions: this.#actions(value["actions"], version, child(at, "actions")),
    };
  }

  #version(written: unknown, at: Pointer): Overlay["version"] {
    const text = typeof written === "number" ? written.toFixed(1) : written;
    const found =
      typeof text === "string" ? /^(1\.[01])(?:\.\d+)?(?:-[\w.]+)?$/.exec(text)?.[1] : undefined;
    if (found === "1.0" || found === "1.1") return found;
    this.#wrong(
      at,
      `${describe(written)} is not a version of overlays that is read here: 1.0.x, 1.1.x`,
    );
    return "1.0";
  }

  #checkInfo(info: unknown, at: Pointer): void {
    if (!isObject(info)) {
      this.#wrong(at, `an overlay has an info with title and version, not ${describe(info)}`);
      return;
    }
    this.#checkKeys(info, ["title", "version", "description"], at);
    for (const key of ["title", "version"]) {
      const value = info[key];
      // YAML writers leave out the quotes: 1.0 is a number
      if (typeof value !== "string" && (key === "title" || typeof value !== "number")) {
        this.#wrong(child(at, key), `info.${key} is text, not ${describe(value)}`);
      }
    }
  }

  #actions(value: unknown, version: Overlay["version"], at: Pointer): readonly OverlayAction[] {
    if (!isList(value) || value.length === 0) {
      this.#wrong(at, `actions is a list with one action at least, not ${describe(value)}`);
      return [];
    }
    return value.flatMap((item, index) => this.#action(item, version, child(at, index)) ?? []);
  }

  #action(value: unknown, version: Overlay["version"], at: Pointer): OverlayAction | undefined {
    if (!isObject(value)) {
      this.#wrong(at, `an action is an object, not ${describe(value)}`);
      return undefined;
    }
    this.#checkKeys(value, actionKeys, at);
    const target = this.#query(value["target"], child(at, "target"));
    const change = this.#change(value, version, at);
    return target && change && { at, target, change };
  }

  #change(
    { remove, update, copy }: JsonObject,
    version: Overlay["version"],
    at: Pointer,
  ): OverlayAction["change"] | undefined {
    if (remove !== undefined && typeof remove !== "boolean") {
      this.#wrong(child(at, "remove"), `remove is true or false, not ${describe(remove)}`);
    }
    const idle = [
      ...(update === undefined ? [] : ["update"]),
      ...(copy === undefined ? [] : ["copy"]),
    ];
    if (remove === true) {
      for (const key of idle)
        this.#idle(child(at, key), `${key} has no effect beside remove: true`);
      return { kind: "remove" };
    }
    if (copy !== undefined && version === "1.0") {
      this.#wrong(child(at, "copy"), "copy came with version 1.1 of overlays");
      return undefined;
    }
    if (idle.length === 2) {
      this.#wrong(at, "an action has update or copy, not both");
      return undefined;
    }
    if (copy !== undefined) {
      const from = this.#query(copy, child(at, "copy"));
      return from && { kind: "copy", from };
    }
    if (update !== undefined) return { kind: "update", value: update, at: child(at, "update") };
    this.#idle(at, "the action neither updates nor removes anything");
    return undefined;
  }

  #query(value: unknown, at: Pointer): PlacedQuery | undefined {
    if (typeof value !== "string") {
      this.#wrong(at, `a query in JSONPath is expected, not ${describe(value)}`);
      return undefined;
    }
    const { query, problem } = parseQuery(value);
    if (query) return { text: value, query, at };
    this.isRight = false;
    const place = `at character ${problem.offset + 1}`;
    this.#sink.error("GG017", at, `${quote(value)} is not JSONPath ${place}: ${problem.message}`, {
      hint: "RFC 9535 is the dialect: $.paths['/pets'].get, $.paths.*.*, $..parameters[?@.name=='id']",
    });
    return undefined;
  }

  #checkKeys(value: JsonObject, known: readonly string[], at: Pointer): void {
    for (const key of Object.keys(value)) {
      if (known.includes(key) || key.startsWith("x-")) continue;
      const message = `${quote(key)} is not a member here and has no effect`;
      this.#sink.warning("GG016", child(at, key), message, nearestHint(key, known));
    }
  }

  #idle(at: Pointer, message: string): void {
    this.#sink.warning("GG016", at, message);
  }

  #wrong(at: Pointer, message: string): void {
    this.isRight = false;
    this.#sink.error("GG016", at, message);
  }
}
