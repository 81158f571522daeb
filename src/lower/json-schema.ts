import type { JsonValue } from "../ir/schema.js";
import type { JsonObject } from "../json.js";
import { describe, isList, isObject, quote, setMember } from "../json.js";
import { parseSelectionPattern } from "../language/selection-pattern.js";
import type { Pointer } from "../pointer.js";
import { child } from "../pointer.js";
import type { Lowering } from "./lowering.js";

/** How a keyword's value is read; a keyword without a reader says nothing about validity and is left out. */
type Keyword =
  | "schema"
  | "schemas"
  | "schemaMap"
  | "items"
  | "additional"
  | "number"
  | "count"
  | "limit"
  | "flag"
  | "text"
  | "pattern"
  | "texts"
  | "values"
  | "value"
  | "types"
  | "dependencies";

const common = new Map<string, Keyword>([
  ["type", "types"],
  ["enum", "values"],
  ["multipleOf", "number"],
  ["maximum", "number"],
  ["minimum", "number"],
  ["exclusiveMaximum", "limit"],
  ["exclusiveMinimum", "limit"],
  ["maxLength", "count"],
  ["minLength", "count"],
  ["pattern", "pattern"],
  ["format", "text"],
  ["items", "items"],
  ["additionalItems", "additional"],
  ["maxItems", "count"],
  ["minItems", "count"],
  ["uniqueItems", "flag"],
  ["maxProperties", "count"],
  ["minProperties", "count"],
  ["required", "texts"],
  ["properties", "schemaMap"],
  ["patternProperties", "schemaMap"],
  ["additionalProperties", "additional"],
  ["dependencies", "dependencies"],
  ["allOf", "schemas"],
  ["anyOf", "schemas"],
  ["oneOf", "schemas"],
  ["not", "schema"],
]);
const modern = new Map<string, Keyword>([
  ...common,
  ["const", "value"],
  ["prefixItems", "schemas"],
  ["contains", "schema"],
  ["minContains", "count"],
  ["maxContains", "count"],
  ["propertyNames", "schema"],
  ["if", "schema"],
  ["then", "schema"],
  ["else", "schema"],
  ["dependentSchemas", "schemaMap"],
  ["dependentRequired", "dependencies"],
  ["unevaluatedItems", "additional"],
  ["unevaluatedProperties", "additional"],
]);

const typeNames = new Set(["array", "boolean", "integer", "null", "number", "object", "string"]);

/**
 * A schema as JSON Schema for the validator: draft-04 for 2.0 and 3.0 documents, 2020-12 for 3.1.
 * References lead to `#/definitions/NAME`. `nullable` becomes a null type; keywords that only describe
 * (`example`, `discriminator`, `readOnly`, …) are left out; a value that the dialect does not allow is
 * reported and left out, since a validator would refuse the whole schema for it.
 */
export function toJsonSchema(context: Lowering, value: unknown, at: Pointer): JsonValue {
  const isModern = context.family === "3.1";
  if (typeof value === "boolean") return isModern || value ? (isModern ? value : {}) : { not: {} };
  if (!isObject(value)) return {};
  const result: Record<string, JsonValue> = {};
  const ref = value["$ref"];
  if (typeof ref === "string") {
    const target = context.models.target(ref, at, true);
    if (target?.kind === "inline") return toJsonSchema(context, target.value, target.at);
    if (target) result["$ref"] = `#/definitions/${escapeName(target.name)}`;
    // Before 2020-12 nothing beside a reference counts.
    if (!isModern) return result;
  }
  const keywords = isModern ? modern : common;
  for (const [key, item] of Object.entries(value)) {
    const keyword = keywords.get(key);
    if (keyword === undefined) continue;
    const converted = convert(context, keyword, item, child(at, key));
    if (converted !== undefined) result[key] = converted;
  }
  const isNullable = value["nullable"] === true || value["x-nullable"] === true;
  return isNullable ? withNull(result) : result;
}

function escapeName(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}

function convert(
  context: Lowering,
  keyword: Keyword,
  value: unknown,
  at: Pointer,
): JsonValue | undefined {
  switch (keyword) {
    case "schema":
      return toJsonSchema(context, value, at);
    case "schemas":
      return schemaList(context, value, at);
    case "schemaMap":
      return schemaMap(context, value, at);
    case "items":
      return isList(value) ? schemaList(context, value, at) : toJsonSchema(context, value, at);
    case "additional":
      return typeof value === "boolean" ? value : toJsonSchema(context, value, at);
    case "dependencies":
      return dependencies(context, value, at);
    case "types":
      return types(context, value, at);
    case "values":
      return isList(value) && value.length > 0
        ? (value as readonly JsonValue[])
        : refuse(context, "a list of values", value, at);
    case "value":
      return value as JsonValue;
    case "texts":
      return texts(context, value, at);
    case "pattern":
      return pattern(context, value, at);
    case "text":
      return typeof value === "string" ? value : refuse(context, "text", value, at);
    case "flag":
      return typeof value === "boolean" ? value : refuse(context, "true or false", value, at);
    case "number":
      return typeof value === "number" ? value : refuse(context, "a number", value, at);
    case "count":
      return typeof value === "number" && Number.isInteger(value) && value >= 0
        ? value
        : refuse(context, "a whole number", value, at);
    case "limit":
      return limit(context, value, at);
  }
}

function refuse(context: Lowering, expected: string, value: unknown, at: Pointer): undefined {
  const message = `expected ${expected}, found ${describe(value)}; the validator leaves it out`;
  context.sink.warning("GG602", at, message);
}

/** A flag in draft-04, a number in 2020-12. Writers mix them up. */
function limit(context: Lowering, value: unknown, at: Pointer): JsonValue | undefined {
  if (context.family === "3.1")
    return typeof value === "number" ? value : refuse(context, "a number", value, at);
  return typeof value === "boolean" ? value : refuse(context, "true or false", value, at);
}

function schemaList(context: Lowering, value: unknown, at: Pointer): JsonValue | undefined {
  if (!isList(value) || value.length === 0) return refuse(context, "a list of schemas", value, at);
  return value.map((item, index) => toJsonSchema(context, item, child(at, index)));
}

function schemaMap(context: Lowering, value: unknown, at: Pointer): JsonValue | undefined {
  if (!isObject(value)) return refuse(context, "an object", value, at);
  return mapMembers(value, (item, key) => toJsonSchema(context, item, child(at, key)));
}

function dependencies(context: Lowering, value: unknown, at: Pointer): JsonValue | undefined {
  if (!isObject(value)) return refuse(context, "an object", value, at);
  return mapMembers(value, (item, key) =>
    isList(item)
      ? item.filter((name) => typeof name === "string")
      : toJsonSchema(context, item, child(at, key)),
  );
}

function mapMembers(
  object: JsonObject,
  convertMember: (value: unknown, key: string) => JsonValue,
): JsonValue {
  const result: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(object))
    setMember(result, key, convertMember(value, key));
  return result;
}

function types(context: Lowering, value: unknown, at: Pointer): JsonValue | undefined {
  if (value === "file") return undefined;
  const given = isList(value) ? value : [value];
  const known = given.filter(
    (type): type is string => typeof type === "string" && typeNames.has(type),
  );
  if (known.length < given.length || known.length === 0)
    return refuse(context, "the name of a type", value, at);
  const unique = [...new Set(known)];
  return isList(value) ? unique : (unique[0] ?? undefined);
}

/** `required: []` is not allowed in draft-04, and says nothing. */
function texts(context: Lowering, value: unknown, at: Pointer): JsonValue | undefined {
  if (!isList(value)) return refuse(context, "a list of names", value, at);
  const names = [...new Set(value.filter((name): name is string => typeof name === "string"))];
  return names.length === 0 ? undefined : names;
}

function pattern(context: Lowering, value: unknown, at: Pointer): JsonValue | undefined {
  if (typeof value !== "string") return refuse(context, "a regular expression", value, at);
  if (!isPattern(value, "u") && !isPattern(value, "")) {
    return refuse(context, "a regular expression", value, at);
  }
  const { problem } = parseSelectionPattern(value);
  if (problem?.startsWith("may take exponential time")) {
    const hint = "rewrite the pattern so that its repeated part can match a text in one way only";
    context.sink.warning("GG603", at, `the pattern ${quote(value)} ${problem}`, { hint });
  }
  return value;
}

/** Unicode mode is what JSON Schema asks for; many documents are valid only without. */
function isPattern(text: string, flags: string): boolean {
  try {
    void new RegExp(text, flags);
    return true;
  } catch {
    return false;
  }
}

/** The same schema, or null. */
function withNull(schema: Readonly<Record<string, JsonValue>>): JsonValue {
  const { type, enum: values } = schema;
  const isSimple = typeof type === "string" && schema["$ref"] === undefined;
  if (!isSimple) return { anyOf: [schema, { type: "null" }] };
  const nullable = { ...schema, type: [type, "null"] };
  return isList(values) && !values.includes(null)
    ? { ...nullable, enum: [...values, null] }
    : nullable;
}
