import type { Members } from "./members.js";

/** `1.0` or `2.0`; writers leave out the quotes, and a parser makes the number 1 or 2 of it. */
export function payloadFormat(object: Members, key: string): "1.0" | "2.0" {
  if (object.value[key] === 1 || object.value[key] === "1") return "1.0";
  if (object.value[key] === 2 || object.value[key] === "2") return "2.0";
  return object.word(key, ["1.0", "2.0"]) ?? "1.0";
}
