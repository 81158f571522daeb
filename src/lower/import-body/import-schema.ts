import type { JsonValue } from "../../ir/schema.js";
import { isList, isObject, member, setMember, type JsonObject } from "../../json.js";
import type { Pointer } from "../../pointer.js";
import { child, descend } from "../../pointer.js";
import type { ImportModels } from "./import-models.js";
import type { LeftOut } from "./left-out.js";

/** What the schemas of one body share. */
export interface SchemaImport {
  readonly models: ImportModels;
  readonly leftOut: LeftOut;
}

type Members = Record<string, JsonValue>;

/** Keywords that stay as they stand, where their value is of the type. */
const plain: Readonly<Record<string, "string" | "number" | "boolean">> = {
  title: "string",
  format: "string",
  pattern: "string",
  multipleOf: "number",
  maximum: "number",
  minimum: "number",
  maxLength: "number",
  minLength: "number",
  maxItems: "number",
  minItems: "number",
  maxProperties: "number",
  minProperties: "number",
  uniqueItems: "boolean",
};
const combinations = ["allOf", "anyOf", "oneOf"];
const types = ["array", "boolean", "integer", "number", "object", "string"];
/** How deep schemas may be put into one another before one is left open. */
const maxDepth = 40;

/**
 * A schema as the import takes it: OpenAPI 3.0, the keywords that a model can hold, references to models
 * alone, and none of them directly inside a combination, where the import does not follow them.
 */
export function importSchema(
  context: SchemaImport,
  schema: unknown,
  at: Pointer,
  within: readonly Pointer[] = [],
): JsonValue {
  if (schema === false) return { not: {} };
  if (!isObject(schema)) return {};
  const ref = member(schema, "$ref");
  if (typeof ref === "string") return importReference(context, ref, at, within);
  const result: Members = {};
  for (const [key, value] of Object.entries(schema)) {
    importKeyword({ context, result, at: child(at, key), within }, key, value);
  }
  return result;
}

/** A model of its own is never empty: AWS asks for a property or an item. */
export function importModel(context: SchemaImport, schema: unknown, at: Pointer): JsonValue {
  // what a reference stands for, since a model is more than another name
  const result = importMember(context, schema, at, []);
  if (!isObject(result)) return {};
  const says = ["properties", "items", ...combinations, "not", "enum", "additionalProperties"];
  const isContainer = [undefined, "object", "array"].some((type) => type === result["type"]);
  if (!isContainer || says.some((key) => isSaid(result[key]))) return result;
  return result["type"] === "array"
    ? { ...result, items: {} }
    : { ...result, additionalProperties: {} };
}

function isSaid(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

function importReference(
  context: SchemaImport,
  ref: string,
  at: Pointer,
  within: readonly Pointer[],
): JsonValue {
  const target = context.models.target(ref, at);
  if (target === undefined) return {};
  if (target.kind === "model") return { $ref: `#/components/schemas/${target.model.name}` };
  if (within.length > maxDepth || within.includes(target.at)) return {};
  return importSchema(context, target.value, target.at, [...within, target.at]);
}

interface KeywordPlace {
  readonly context: SchemaImport;
  readonly result: Members;
  readonly at: Pointer;
  readonly within: readonly Pointer[];
}

function importKeyword(place: KeywordPlace, key: string, value: unknown): void {
  const { context, result, at, within } = place;
  const type = Object.hasOwn(plain, key) ? plain[key] : undefined;
  if (type !== undefined) {
    if (typeof value === type) result[key] = value as JsonValue;
    return;
  }
  if (combinations.includes(key)) {
    if (isList(value) && value.length > 0) {
      result[key] = value.map((item, index) =>
        importMember(context, item, child(at, index), within),
      );
    }
    return;
  }
  switch (key) {
    case "description":
      if (typeof value === "string" && value !== "") result[key] = value;
      return;
    case "type":
      importType(place, value);
      return;
    case "enum":
      if (isList(value) && value.length > 0) result["enum"] = value as readonly JsonValue[];
      return;
    case "const":
      context.leftOut.note('"const" in schemas (an enum of one value says the same)', at);
      result["enum"] = [value as JsonValue];
      return;
    case "required":
      if (isList(value) && value.length > 0) {
        result["required"] = value.filter((item): item is string => typeof item === "string");
      }
      return;
    case "properties":
      if (isObject(value)) result["properties"] = importProperties(place, value);
      return;
    case "additionalProperties":
      result[key] = typeof value === "boolean" ? value : importSchema(context, value, at, within);
      return;
    case "items":
      result[key] = importSchema(context, isList(value) ? (value[0] ?? {}) : value, at, within);
      return;
    case "not":
      result[key] = importMember(context, value, at, within);
      return;
    case "exclusiveMinimum":
    case "exclusiveMaximum":
      importLimit(place, key, value);
      return;
    default:
      if (!key.startsWith("x-")) {
        context.leftOut.note(`${JSON.stringify(key.slice(0, 60))} in schemas`, at);
      }
  }
}

/** A bound that is not reached itself becomes one that is: AWS knows no other. */
function importLimit(
  { context, result, at }: KeywordPlace,
  key: "exclusiveMinimum" | "exclusiveMaximum",
  value: unknown,
): void {
  if (value === false) return;
  context.leftOut.note(`${JSON.stringify(key)} in schemas (the bound itself is allowed there)`, at);
  const bound = key === "exclusiveMinimum" ? "minimum" : "maximum";
  if (typeof value === "number" && result[bound] === undefined) result[bound] = value;
}

function importProperties(
  { context, at, within }: KeywordPlace,
  properties: JsonObject,
): JsonValue {
  const result: Members = {};
  for (const [name, schema] of Object.entries(properties)) {
    setMember(result, name, importSchema(context, schema, descend(at, [name]), within));
  }
  return result;
}

function importType({ context, result, at }: KeywordPlace, value: unknown): void {
  const listed = (isList(value) ? value : [value]).filter((type) =>
    types.some((known) => known === type),
  );
  if (isList(value) && value.includes("null")) {
    context.leftOut.note('the type "null" in schemas', at);
  }
  const [first, second] = listed;
  if (first === undefined) return;
  if (second === undefined) result["type"] = first as string;
  else {
    const either = listed.map((type) => ({ type: type as string }));
    result["anyOf"] = result["anyOf"] === undefined ? either : [{ anyOf: either }];
  }
}

/** A member of a combination: what a reference leads to stands in its place. */
function importMember(
  context: SchemaImport,
  schema: unknown,
  at: Pointer,
  within: readonly Pointer[],
): JsonValue {
  const ref = isObject(schema) ? member(schema, "$ref") : undefined;
  if (typeof ref !== "string") return importSchema(context, schema, at, within);
  const target = context.models.target(ref, at);
  if (target === undefined) return {};
  const { value, at: place } = target.kind === "model" ? target.model : target;
  if (within.includes(place) || within.length > maxDepth) {
    context.leftOut.note("a schema that is a combination of itself", at);
    return {};
  }
  return importMember(context, value, place, [...within, place]);
}
