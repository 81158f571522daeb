import type {
  Discriminator,
  JsonValue,
  ObjectShape,
  Property,
  Schema,
  Shape,
} from "../ir/schema.js";
import type { JsonObject } from "../json.js";
import { describe, isList, isObject, member } from "../json.js";
import type { Pointer } from "../pointer.js";
import { child } from "../pointer.js";
import type { Lowering } from "./lowering.js";

/** Lowers one schema to the shape that types are printed from. */
export function lowerSchema(context: Lowering, value: unknown, at: Pointer): Schema {
  if (value === false) return { ...plainSchema(at), shape: { kind: "never" } };
  if (value === true || value === undefined) return plainSchema(at);
  if (!isObject(value)) {
    context.sink.warning(
      "GG600",
      at,
      `a schema is an object, not ${describe(value)}; it allows anything`,
    );
    return plainSchema(at);
  }
  const { shape, nullable } = lowerShape(context, value, at);
  return {
    at,
    title: textOf(value["title"]),
    description: textOf(value["description"]),
    deprecated: value["deprecated"] === true,
    readOnly: value["readOnly"] === true,
    writeOnly: value["writeOnly"] === true,
    nullable: nullable || value["nullable"] === true || value["x-nullable"] === true,
    shape,
  };
}

/** A schema that says nothing. */
export function plainSchema(at: Pointer): Schema {
  return {
    at,
    title: undefined,
    description: undefined,
    deprecated: false,
    readOnly: false,
    writeOnly: false,
    nullable: false,
    shape: { kind: "unknown" },
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

interface Lowered {
  readonly shape: Shape;
  readonly nullable: boolean;
}

function lowerShape(context: Lowering, schema: JsonObject, at: Pointer): Lowered {
  const ref = schema["$ref"];
  if (typeof ref === "string") return lowerReference(context, ref, schema, at);
  const values = schema["const"] === undefined ? schema["enum"] : [schema["const"]];
  if (isList(values) && values.length > 0) return enumOf(values as readonly JsonValue[]);
  // An empty list allows nothing by 2020-12, and is a mistake before.
  if (isList(values) && context.family === "3.1") {
    return { shape: { kind: "never" }, nullable: false };
  }
  return combine(context, schema, at);
}

function lowerReference(context: Lowering, ref: string, schema: JsonObject, at: Pointer): Lowered {
  const target = context.models.target(ref, at);
  if (!target) return { shape: { kind: "unknown" }, nullable: false };
  const shape: Shape =
    target.kind === "model"
      ? { kind: "ref", model: target.name }
      : lowerSchema(context, target.value, target.at).shape;
  if (context.family !== "3.1") return { shape, nullable: false };
  // 3.1 reads what stands beside a reference as well.
  const { $ref: _ref, ...beside } = schema;
  const rest = lowerShape(context, beside, at);
  const hasMore = rest.shape.kind !== "unknown" && !isOpenObject(rest.shape);
  return hasMore
    ? { shape: all([wrap(shape, at), wrap(rest.shape, at)]), nullable: rest.nullable }
    : { shape, nullable: false };
}

function enumOf(values: readonly JsonValue[]): Lowered {
  const others = values.filter((value) => value !== null);
  if (others.length === 0) return { shape: { kind: "null" }, nullable: false };
  return { shape: { kind: "enum", values: others }, nullable: others.length < values.length };
}

/** The type's own shape together with `allOf`, `oneOf` and `anyOf`. */
function combine(context: Lowering, schema: JsonObject, at: Pointer): Lowered {
  const own = lowerTypes(context, schema, at);
  const parts: Schema[] = members(context, schema, "allOf", at);
  let nullable = own.nullable;
  for (const key of ["oneOf", "anyOf"] as const) {
    const branches = members(context, schema, key, at);
    if (branches.length === 0) continue;
    const union = lowerUnion(context, branches, schema, at);
    nullable ||= union.nullable;
    parts.push(wrap(union.shape, child(at, key)));
  }
  const only = parts[0];
  if (!only) return own;
  // `type: object` beside a combination adds nothing to it.
  const isBare = own.shape.kind === "unknown" || isOpenObject(own.shape);
  if (!isBare) return { shape: all([wrap(own.shape, at), ...parts]), nullable };
  if (parts.length > 1) return { shape: all(parts), nullable };
  return { shape: only.shape, nullable: nullable || only.nullable };
}

function members(context: Lowering, schema: JsonObject, key: string, at: Pointer): Schema[] {
  const list = schema[key];
  if (!isList(list)) return [];
  return list.map((item, index) => lowerSchema(context, item, child(child(at, key), index)));
}

function lowerUnion(
  context: Lowering,
  branches: readonly Schema[],
  schema: JsonObject,
  at: Pointer,
): Lowered {
  const others = branches.filter(({ shape }) => shape.kind !== "null");
  const nullable = others.length < branches.length;
  const [only, second] = others;
  if (!only) return { shape: { kind: "null" }, nullable: false };
  if (!second) return { shape: only.shape, nullable: nullable || only.nullable };
  const discriminator = lowerDiscriminator(context, others, schema, at);
  return { shape: { kind: "union", of: others, discriminator }, nullable };
}

/** Value to model for every branch that is a model: as mapped, else by the model's name. */
function lowerDiscriminator(
  context: Lowering,
  branches: readonly Schema[],
  schema: JsonObject,
  at: Pointer,
): Discriminator | undefined {
  const discriminator = schema["discriminator"];
  if (!isObject(discriminator)) return undefined;
  const property = discriminator["propertyName"];
  if (typeof property !== "string") return undefined;
  const given = isObject(discriminator["mapping"]) ? discriminator["mapping"] : {};
  const mapping: { value: string; model: string }[] = [];
  for (const [value, target] of Object.entries(given)) {
    const model = typeof target === "string" ? mappedModel(context, target, at) : undefined;
    if (model !== undefined) mapping.push({ value, model });
  }
  const mapped = new Set(mapping.map(({ model }) => model));
  for (const { shape } of branches) {
    if (shape.kind === "ref" && !mapped.has(shape.model)) {
      mapping.push({ value: shape.model, model: shape.model });
    }
  }
  return { property, mapping };
}

function mappedModel(context: Lowering, target: string, at: Pointer): string | undefined {
  const ref = /[/#.]/.test(target) ? target : `#/components/schemas/${target}`;
  const found = context.models.target(ref, at);
  return found?.kind === "model" ? found.name : undefined;
}

function lowerTypes(context: Lowering, schema: JsonObject, at: Pointer): Lowered {
  const type = schema["type"];
  if (!isList(type)) return { shape: lowerType(context, type, schema, at), nullable: false };
  const types = type.filter((item) => item !== "null");
  const nullable = types.length < type.length;
  const [only, second] = types;
  if (only === undefined) return { shape: { kind: "null" }, nullable: false };
  if (second === undefined) return { shape: lowerType(context, only, schema, at), nullable };
  const of = types.map((item) => wrap(lowerType(context, item, schema, at), at));
  return { shape: { kind: "union", of, discriminator: undefined }, nullable };
}

function lowerType(context: Lowering, type: unknown, schema: JsonObject, at: Pointer): Shape {
  switch (type) {
    case "boolean":
    case "null":
      return { kind: type };
    case "integer":
    case "number":
      return { kind: "number", integer: type === "integer", format: textOf(schema["format"]) };
    case "string":
      return { kind: "string", format: textOf(schema["format"]) };
    case "file":
      return { kind: "string", format: "binary" };
    case "array":
      return lowerList(context, schema, at);
    case "object":
      return lowerObject(context, schema, at);
    case undefined:
      return lowerUntyped(context, schema, at);
    default:
      context.sink.warning(
        "GG601",
        child(at, "type"),
        `${describe(type)} is not a type; the schema allows anything`,
      );
      return { kind: "unknown" };
  }
}

const objectKeys = ["properties", "additionalProperties", "patternProperties", "required"];

/** Without `type`, the keywords tell what is meant. */
function lowerUntyped(context: Lowering, schema: JsonObject, at: Pointer): Shape {
  if (objectKeys.some((key) => schema[key] !== undefined)) return lowerObject(context, schema, at);
  if (schema["items"] !== undefined || schema["prefixItems"] !== undefined) {
    return lowerList(context, schema, at);
  }
  return { kind: "unknown" };
}

function lowerList(context: Lowering, schema: JsonObject, at: Pointer): Shape {
  const items = schema["items"];
  const fixed = isList(items) ? "items" : "prefixItems";
  const tuple = members(context, schema, fixed, at);
  if (tuple.length === 0)
    return { kind: "array", items: lowerSchema(context, items, child(at, "items")) };
  const restKey = isList(items) ? "additionalItems" : "items";
  const rest = schema[restKey];
  const isClosed = rest === false;
  return {
    kind: "tuple",
    items: tuple,
    rest: isClosed ? undefined : lowerSchema(context, rest, child(at, restKey)),
  };
}

function lowerObject(context: Lowering, schema: JsonObject, at: Pointer): ObjectShape {
  const given = isObject(schema["properties"]) ? schema["properties"] : {};
  const required = new Set(isList(schema["required"]) ? schema["required"] : []);
  const inside = child(at, "properties");
  const properties: Property[] = [];
  for (const name of Object.keys(given)) {
    const place = child(inside, name);
    const property = lowerSchema(context, member(given, name), place);
    properties.push({ name, required: required.has(name), schema: property });
  }
  for (const name of required) {
    if (typeof name !== "string" || Object.hasOwn(given, name)) continue;
    properties.push({ name, required: true, schema: plainSchema(child(at, "required")) });
  }
  return { kind: "object", properties, additional: lowerAdditional(context, schema, at) };
}

function lowerAdditional(context: Lowering, schema: JsonObject, at: Pointer): Schema | boolean {
  const additional = schema["additionalProperties"];
  const patterns = isObject(schema["patternProperties"]) ? schema["patternProperties"] : {};
  const [pattern, second] = Object.keys(patterns);
  if (pattern !== undefined) {
    // Several patterns, or other members beside them, have no common type but anything.
    if (second !== undefined || additional !== false) return true;
    return lowerSchema(
      context,
      member(patterns, pattern),
      child(child(at, "patternProperties"), pattern),
    );
  }
  if (isObject(additional))
    return lowerSchema(context, additional, child(at, "additionalProperties"));
  if (additional !== undefined && typeof additional !== "boolean") {
    const message = `expected a schema, true or false, found ${describe(additional)}`;
    context.sink.warning("GG600", child(at, "additionalProperties"), message);
  }
  return additional !== false;
}

function isOpenObject(shape: Shape): boolean {
  return shape.kind === "object" && shape.properties.length === 0 && shape.additional === true;
}

function all(of: readonly Schema[]): Shape {
  return { kind: "all", of };
}

function wrap(shape: Shape, at: Pointer): Schema {
  return { ...plainSchema(at), shape };
}

/** Models that a schema consists of without a property or item between: what may not lead back to it. */
export function directParts(shape: Shape): readonly string[] {
  switch (shape.kind) {
    case "ref":
      return [shape.model];
    case "all":
    case "union":
      return shape.of.flatMap((part) => directParts(part.shape));
    default:
      return [];
  }
}
