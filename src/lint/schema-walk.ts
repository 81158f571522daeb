import { isList, isObject, member, type JsonObject } from "../json.js";
import type { LoadedDocument } from "../load/document.js";
import type { Pointer } from "../pointer.js";
import { child, descend } from "../pointer.js";

/** Keywords whose value is a schema, a list of schemas, or schemas by name. */
const single = ["items", "additionalProperties", "additionalItems", "not"];
const lists = ["allOf", "anyOf", "oneOf"];
const maps = ["properties", "patternProperties", "definitions"];

/** A schema as it stands in the document, and the keyword that holds it. */
export type SchemaVisitor = (schema: JsonObject, at: Pointer, keyword: string) => void;

/** Visits a schema and all below it, not what they refer to. */
export function walkSchema(schema: unknown, at: Pointer, visit: SchemaVisitor, keyword = ""): void {
  if (!isObject(schema)) return;
  visit(schema, at, keyword);
  for (const key of single) {
    const place = child(at, key);
    const inner = member(schema, key);
    if (isList(inner)) inner.forEach((item, i) => walkSchema(item, child(place, i), visit, key));
    else walkSchema(inner, place, visit, key);
  }
  for (const key of lists) {
    const inner = member(schema, key);
    const place = child(at, key);
    if (isList(inner)) inner.forEach((item, i) => walkSchema(item, child(place, i), visit, key));
  }
  for (const key of maps) {
    const inner = member(schema, key);
    if (!isObject(inner)) continue;
    for (const [name, item] of Object.entries(inner)) {
      walkSchema(item, descend(at, [key, name]), visit, key);
    }
  }
}

export interface NamedSchema {
  readonly name: string;
  readonly schema: unknown;
  readonly at: Pointer;
}

/** The schemas of a document that an import makes models of. */
export function namedSchemas({ root, at, version }: LoadedDocument): readonly NamedSchema[] {
  const keys = version.family === "2.0" ? ["definitions"] : ["components", "schemas"];
  let holder: unknown = root;
  for (const key of keys) holder = isObject(holder) ? member(holder, key) : undefined;
  const place = descend(at, keys);
  return isObject(holder)
    ? Object.entries(holder).map(([name, schema]) => ({ name, schema, at: child(place, name) }))
    : [];
}
