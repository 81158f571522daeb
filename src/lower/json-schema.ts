import type { JsonValue, PatternEngine } from "../ir/schema.js";
import type { JsonObject } from "../json.js";
import { describe, isList, isObject, quote, setMember } from "../json.js";
import { patternCost } from "../language/pattern-cost.js";
import { parseSchemaPattern } from "../language/schema-pattern.js";
import type { Pointer } from "../pointer.js";
import { child } from "../pointer.js";
import type { Lowering } from "./lowering.js";

/** How a keyword's value is read; a keyword without a reader says nothing about validity and is left out. */
type Keyword =
  | "schema"
  | "schemas"
  | "schemaMap"
  | "patternMap"
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
  ["patternProperties", "patternMap"],
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

/** Lowering of one schema, which collects the patterns that need an engine of their own. */
interface SchemaLowering extends Lowering {
  readonly patterns: Map<string, PatternEngine>;
}

/**
 * A schema as JSON Schema for the validator: draft-04 for 2.0 and 3.0 documents, 2020-12 for 3.1.
 * References lead to `#/definitions/NAME`. `nullable` becomes a null type; keywords that only describe
 * (`example`, `discriminator`, `readOnly`, …) are left out; a value that the dialect does not allow is
 * reported and left out, since a validator would refuse the whole schema for it.
 */
export function toJsonSchema(context: SchemaLowering, value: unknown, at: Pointer): JsonValue {
  const isModern = context.family === "3.1";
  if (typeof value === "boolean") return isModern || value ? (isModern ? value : {}) : { not: {} };
  if (!isObject(value)) return {};
  const target = reference(context, value, at);
  // Before 2020-12 nothing beside a reference counts.
  if (target !== undefined && !isModern) return target;
  refuseUnsupported(context, value, at);
  if (isModern && isList(value["enum"]) && value["enum"].length === 0) return false;
  const result: Record<string, JsonValue> = {};
  const keywords = isModern ? modern : common;
  for (const [key, item] of Object.entries(value)) {
    const keyword = keywords.get(key);
    if (keyword === undefined) continue;
    const converted = convert(context, keyword, item, child(at, key));
    if (converted !== undefined) result[key] = converted;
  }
  movePrototypeProperty(result);
  const isNullable = value["nullable"] === true || value["x-nullable"] === true;
  const own = isNullable ? withNull(result) : result;
  return target === undefined ? own : beside(target, own);
}

/** What a `$ref` leads to; undefined without one. A reference that leads nowhere was reported. */
function reference(
  context: SchemaLowering,
  schema: JsonObject,
  at: Pointer,
): JsonValue | undefined {
  const ref = schema["$ref"];
  if (typeof ref !== "string") return undefined;
  const target = context.models.target(ref, at, true);
  if (!target) return {};
  return target.kind === "inline"
    ? toJsonSchema(context, target.value, target.at)
    : { $ref: `#/definitions/${escapeName(target.name)}` };
}

/** A reference and the keywords that stand beside it: both count. */
function beside(target: JsonValue, own: JsonValue): JsonValue {
  if (!isObject(own) || Object.keys(own).length === 0) return target;
  const isFree = own["$ref"] === undefined && isObject(target) && "$ref" in target;
  if (isFree) return { ...target, ...own } as JsonValue;
  const parts = isList(own["allOf"]) ? (own["allOf"] as readonly JsonValue[]) : [];
  return { ...own, allOf: [target, ...parts] } as JsonValue;
}

/** Metaschemas that say what a schema is read by anyway. */
const knownDialects =
  /^https?:\/\/(?:json-schema\.org\/(?:draft-0[3-7]|draft\/20(?:19-09|20-12))?\/?(?:hyper-)?schema#?|spec\.openapis\.org\/oas\/3\.1\/dialect\/.*)$/;

/** A document may say another dialect for all of its schemas; one that is not known is refused by name. */
export function checkDialect({ document, family, sink }: Lowering): void {
  const dialect = document.root["jsonSchemaDialect"];
  if (family !== "3.1" || typeof dialect !== "string" || knownDialects.test(dialect)) return;
  const message = `the dialect ${quote(dialect)} is not known; its keywords cannot be checked`;
  sink.error("GG604", child(document.at, "jsonSchemaDialect"), message);
}

/** Keywords that would change what is valid, and that no validator here follows. */
function refuseUnsupported(context: SchemaLowering, schema: JsonObject, at: Pointer): void {
  const refuseKeyword = (key: string, message: string, hint: string): void => {
    context.sink.error("GG604", child(at, key), message, { hint });
  };
  if (context.family === "3.1" && schema["$dynamicRef"] !== undefined) {
    const message = `the keyword $dynamicRef (${describe(schema["$dynamicRef"])}) is not supported, and the validator needs it`;
    refuseKeyword("$dynamicRef", message, "use $ref");
  }
  if (context.family === "3.1" && schema["unevaluatedItems"] !== undefined) {
    const contains = inPlace(context, schema, at).find((part) => part["contains"] !== undefined);
    const message = `unevaluatedItems together with "contains" is not supported, and the validator needs it`;
    const isOpen = schema["unevaluatedItems"] === true;
    if (contains && !isOpen)
      refuseKeyword("unevaluatedItems", message, "list the items in prefixItems");
  }
  const dialect = schema["$schema"];
  if (typeof dialect === "string" && !knownDialects.test(dialect)) {
    const message = `the metaschema ${quote(dialect)} is not known; its keywords cannot be checked`;
    refuseKeyword("$schema", message, "name no $schema, or the one of the document's dialect");
  }
  for (const key of ["dependencies", "dependentRequired", "dependentSchemas"]) {
    const holder = schema[key];
    if (!isObject(holder) || !Object.hasOwn(holder, "__proto__")) continue;
    const message = `a dependency of the property "__proto__" is not supported, and the validator needs it`;
    refuseKeyword(key, message, "describe the property by patternProperties");
  }
}

/** A schema and those that are applied to the same value with it. */
function inPlace(context: SchemaLowering, schema: JsonObject, at: Pointer): readonly JsonObject[] {
  const found = new Map<unknown, Pointer>([[schema, at]]);
  const add = (value: unknown, place: Pointer): void => {
    if (isObject(value) && !found.has(value)) found.set(value, place);
  };
  for (const [part, place] of found) {
    if (!isObject(part)) continue;
    for (const key of ["allOf", "anyOf", "oneOf"]) {
      const list = isList(part[key]) ? part[key] : [];
      list.forEach((item, index) => add(item, child(child(place, key), index)));
    }
    for (const key of ["if", "then", "else"]) add(part[key], child(place, key));
    const dependent = isObject(part["dependentSchemas"]) ? part["dependentSchemas"] : {};
    for (const [key, item] of Object.entries(dependent)) {
      add(item, child(child(place, "dependentSchemas"), key));
    }
    const ref = part["$ref"];
    const target = typeof ref === "string" ? context.document.resolve(ref, place) : undefined;
    if (target?.kind === "found") add(target.value, target.at);
  }
  return [...found.keys()].filter(isObject);
}

/** Validators skip a property called `__proto__`; the same as a pattern is checked. */
function movePrototypeProperty(schema: Record<string, JsonValue>): void {
  const { properties } = schema;
  if (!isObject(properties) || !Object.hasOwn(properties, "__proto__")) return;
  const { ["__proto__"]: moved, ...others } = properties;
  const patterns = isObject(schema["patternProperties"]) ? schema["patternProperties"] : {};
  schema["properties"] = others as JsonValue;
  schema["patternProperties"] = { ...patterns, "^__proto__$": moved } as JsonValue;
}

function escapeName(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}

function convert(
  context: SchemaLowering,
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
    case "patternMap":
      return patternMap(context, value, at);
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

function refuse(context: SchemaLowering, expected: string, value: unknown, at: Pointer): undefined {
  const message = `expected ${expected}, found ${describe(value)}; the validator leaves it out`;
  context.sink.warning("GG602", at, message);
}

/** A flag in draft-04, a number in 2020-12. Writers mix them up. */
function limit(context: SchemaLowering, value: unknown, at: Pointer): JsonValue | undefined {
  if (context.family === "3.1")
    return typeof value === "number" ? value : refuse(context, "a number", value, at);
  return typeof value === "boolean" ? value : refuse(context, "true or false", value, at);
}

function schemaList(context: SchemaLowering, value: unknown, at: Pointer): JsonValue | undefined {
  if (!isList(value) || value.length === 0) return refuse(context, "a list of schemas", value, at);
  return value.map((item, index) => toJsonSchema(context, item, child(at, index)));
}

function schemaMap(context: SchemaLowering, value: unknown, at: Pointer): JsonValue | undefined {
  if (!isObject(value)) return refuse(context, "an object", value, at);
  return mapMembers(value, (item, key) => toJsonSchema(context, item, child(at, key)));
}

/** As {@link schemaMap}; the names are patterns. `__proto__` in a group is the same pattern, and no special name. */
function patternMap(context: SchemaLowering, value: unknown, at: Pointer): JsonValue | undefined {
  if (!isObject(value)) return refuse(context, "an object", value, at);
  const result: Record<string, JsonValue> = {};
  for (const [key, item] of Object.entries(value)) {
    const text = pattern(context, key, child(at, key));
    if (text === undefined) continue;
    result[text === "__proto__" ? "(?:__proto__)" : text] = toJsonSchema(
      context,
      item,
      child(at, key),
    );
  }
  return result;
}

function dependencies(context: SchemaLowering, value: unknown, at: Pointer): JsonValue | undefined {
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

function types(context: SchemaLowering, value: unknown, at: Pointer): JsonValue | undefined {
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
function texts(context: SchemaLowering, value: unknown, at: Pointer): JsonValue | undefined {
  if (!isList(value)) return refuse(context, "a list of names", value, at);
  const names = [...new Set(value.filter((name): name is string => typeof name === "string"))];
  return names.length === 0 ? undefined : names;
}

function pattern(context: SchemaLowering, value: unknown, at: Pointer): string | undefined {
  if (typeof value !== "string") return refuse(context, "a regular expression", value, at);
  if (!isPattern(value, "u") && !isPattern(value, "")) {
    return refuse(context, "a regular expression", value, at);
  }
  checkCost(context, value, at);
  return value;
}

/** Longest text for a pattern whose cost grows with a power of it, where RE2 cannot take over. */
const boundedLength = 1000;

/** Finds an engine for a pattern that a request could keep the language's own busy with. */
function checkCost(context: SchemaLowering, text: string, at: Pointer): void {
  const parsed = parseSchemaPattern(text);
  const cost = parsed === undefined ? "exponential" : patternCost(parsed);
  if (cost === "linear") return;
  const about = `the pattern ${quote(text)} may take ${cost} time`;
  const hint = "rewrite the pattern so that its repeated parts can match a text in one way only";
  if (parsed && "source" in parsed.re2) {
    context.patterns.set(text, { kind: "linear", source: parsed.re2.source });
    context.sink.info("GG603", at, `${about}; the gateway matches it by RE2, in linear time`, {
      hint,
    });
    return;
  }
  const why = parsed && "problem" in parsed.re2 ? parsed.re2.problem : "cannot be read here";
  // A name that is too long for a pattern would go unchecked; a value is refused.
  if (cost === "polynomial" && at.endsWith("/pattern")) {
    context.patterns.set(text, { kind: "bounded", maxLength: boundedLength });
    const message = `${about} and ${why}, which RE2 does not; texts of more than ${boundedLength} characters are refused`;
    context.sink.warning("GG603", at, message, { hint });
    return;
  }
  context.sink.error("GG603", at, `${about} and ${why}, which RE2 does not`, { hint });
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
