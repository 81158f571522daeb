// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { readJson } from "../velocity/json-reader.js";
import { print, toJson } from "../velocity/print.js";
import { List, ValueMap } from "../velocity/value.js";
import { jsonPath, type Step } from "./path.js";

/**
 * The accessor of a parameter mapping: text as it is, lists and objects as JSON, nothing for null.
 *
 *     bodyText("customer", "id")
 */
export function bodyText(...steps: readonly Step[]): (body: string) => string | undefined {
  const read = jsonPath(...steps);
  return (body) => {
    const value = read(readJson(body));
    if (value === undefined || value === null) return undefined;
    return value instanceof ValueMap || value instanceof List ? toJson(value) : print(value);
  };
}
