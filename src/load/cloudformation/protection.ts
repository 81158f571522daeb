import type { DiagnosticSink } from "../../diagnostics.js";
import type { JsonObject } from "../../json.js";
import { describe, isObject } from "../../json.js";
import type { Pointer } from "../../pointer.js";
import { textOf } from "./function-uri.js";
import { flagOf } from "./template-settings.js";

/**
 * The name of an authorizer, or a type of authorization; undefined: none. Anything else than a name is an error,
 * since the route would be open without. Problem: GG026.
 */
export function protectionOf(
  value: unknown,
  at: Pointer,
  sink: DiagnosticSink,
): string | undefined {
  const name = textOf(value);
  if (name === undefined && value !== undefined) {
    sink.error("GG026", at, `the name of an authorizer is expected, not ${describe(value)}`);
  }
  return name === "NONE" ? undefined : name;
}

/** Whether a key is asked for. Problem: GG026, when that is neither true nor false. */
export function asksForKey(value: unknown, at: Pointer, sink: DiagnosticSink): boolean {
  const flag = flagOf(value);
  if (flag === undefined && value !== undefined) {
    sink.error("GG026", at, `ApiKeyRequired is true or false, not ${describe(value)}`);
  }
  return flag === true;
}

/** `Auth` of an API or an event. Problem: GG026, when it is no object. */
export function authOf(value: unknown, at: Pointer, sink: DiagnosticSink): JsonObject {
  if (isObject(value)) return value;
  if (value !== undefined) sink.error("GG026", at, `Auth is an object, not ${describe(value)}`);
  return {};
}
