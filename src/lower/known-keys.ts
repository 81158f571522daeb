import { quote } from "../json.js";
import { nearestHint } from "../nearest.js";
import type { Lowering } from "./lowering.js";
import type { Members } from "./members.js";

/** Reports the members of an extension object that mean nothing (GG400). */
export function checkKeys(context: Lowering, object: Members, known: readonly string[]): void {
  for (const [key] of object.entries()) {
    if (known.includes(key) || key.startsWith("x-")) continue;
    const message = `${quote(key)} is not known here and has no effect`;
    context.sink.warning("GG400", object.place(key), message, nearestHint(key, known));
  }
}
