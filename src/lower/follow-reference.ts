import { describe, isObject, quote } from "../json.js";
import type { Pointer } from "../pointer.js";
import { child } from "../pointer.js";
import type { Lowering } from "./lowering.js";
import { Members } from "./members.js";

/**
 * An object of the document that may stand there as a reference: followed to its end. Undefined when it is
 * absent, and after a problem was reported: GG020 leads nowhere, GG021 leads in a circle, GG100 no object.
 */
export function followReference(
  context: Lowering,
  value: unknown,
  at: Pointer,
): Members | undefined {
  const passed = new Set<string>();
  let target = value;
  let place = at;
  while (isObject(target) && typeof target["$ref"] === "string") {
    const ref = target["$ref"];
    if (passed.has(place)) {
      context.sink.error(
        "GG021",
        child(at, "$ref"),
        `the reference ${quote(ref)} leads in a circle`,
      );
      return undefined;
    }
    passed.add(place);
    const found = context.document.resolve(ref, place);
    if (found.kind === "dangling") {
      context.sink.error(
        "GG020",
        child(place, "$ref"),
        `the reference ${quote(ref)} ${found.message}`,
      );
    }
    if (found.kind !== "found") return undefined;
    target = found.value;
    place = found.at;
  }
  if (target === undefined || target === null) return undefined;
  if (isObject(target)) return new Members(target, place, context.sink);
  context.sink.warning(
    "GG100",
    place,
    `expected an object, found ${describe(target)}; it is ignored`,
  );
  return undefined;
}
