import type { Discriminator, JsonValue, Property, Schema, Shape } from "../../ir/schema.js";
import {
  align,
  assigned,
  group,
  hardline,
  ifBreak,
  indent,
  join,
  line,
  render,
  softline,
  type Layout,
} from "../layout.js";
import { docComment } from "./doc-comment.js";
import { printPropertyKey, printString } from "./literal.js";

/** Gives the TypeScript name of a model, importing it where needed. */
export type ModelNames = (model: string) => string;

/** How a printed type stands in its surroundings: decides parentheses and where a union breaks. */
type Place = "alias" | "property" | "element" | "tuple" | "argument";

interface TypeText {
  readonly layout: Layout;
  /** `union` and `intersection` need parentheses in front of `[]` and `&`. */
  readonly kind: "simple" | "reference" | "object" | "union" | "hug" | "intersection";
}

/** The type that a schema describes. */
export function printType(schema: Schema, names: ModelNames, place: Place = "property"): Layout {
  return typeOf(schema, names, place).layout;
}

/** The type as text that starts at `column`. */
export function printTypeText(schema: Schema, names: ModelNames, column = 0): string {
  return render(printType(schema, names), 0, column);
}

/** `export type NAME = TYPE;` */
export function printAlias(name: string, schema: Schema, names: ModelNames): Layout {
  const { layout, kind } = typeOf(schema, names, "alias");
  if (kind !== "union") return [`export type ${name} =`, assigned(layout), ";"];
  return [`export type ${name} =`, group(indent([line, layout])), ";"];
}

function typeOf(schema: Schema, names: ModelNames, place: Place): TypeText {
  const members = unionMembers(schema);
  const texts = distinct(members.map((member) => memberType(member, names)));
  const only = texts.length === 1 ? texts[0] : undefined;
  if (only !== undefined) return only;
  const [first, second] = texts;
  if (
    texts.length === 2 &&
    (first?.kind === "object" || first?.kind === "reference") &&
    isNull(second)
  ) {
    return { layout: [first.layout, " | null"], kind: "hug" };
  }
  return { layout: unionLayout(texts, place), kind: "union" };
}

/** One alternative of a union; a model that a discriminator tells apart comes with its values. */
type Alternative = Shape | Tagged | "null";

interface Tagged {
  readonly kind: "tagged";
  readonly model: string;
  readonly property: string;
  readonly values: readonly string[];
}

/** Flattens unions and nullability into one list of alternatives. */
function unionMembers(schema: Schema): readonly Alternative[] {
  const { shape } = schema;
  const own = alternatives(shape);
  if (own.some((member) => member !== "null" && member.kind === "unknown"))
    return [{ kind: "unknown" }];
  const values = own.filter((member) => member !== "null");
  const hasNull = schema.nullable || values.length < own.length;
  if (values.length > 1) {
    const possible = values.filter((member) => member.kind !== "never");
    if (hasNull) return [...possible, "null"];
    return possible.length === 0 ? [{ kind: "never" }] : possible;
  }
  return hasNull ? [...values, "null"] : values;
}

function alternatives(shape: Shape): readonly Alternative[] {
  switch (shape.kind) {
    case "union":
      return shape.of.flatMap(unionMembers).map((member) => tagged(member, shape.discriminator));
    case "null":
      return ["null"];
    case "enum":
      return shape.values.map((value) =>
        value === null ? "null" : { kind: "enum", values: [value] },
      );
    case "all":
      return allAlternatives(shape.of);
    default:
      return [shape];
  }
}

/** Puts the discriminator's values to a model, so that the compiler can tell the alternatives apart. */
function tagged(member: Alternative, discriminator: Discriminator | undefined): Alternative {
  if (discriminator === undefined || member === "null" || member.kind !== "ref") return member;
  const { property, mapping } = discriminator;
  const { model } = member;
  const values = mapping.filter((entry) => entry.model === model).map(({ value }) => value);
  return values.length === 0 ? member : { kind: "tagged", model, property, values };
}

/** An intersection of one part is that part; parts that say nothing are left out. */
function allAlternatives(parts: readonly Schema[]): readonly Alternative[] {
  const telling = new Map<string, Schema>();
  for (const part of parts.flatMap(intersectionParts)) {
    const key = render(printType(part, (model) => model, "element"));
    if (key !== "unknown") telling.set(key, part);
  }
  const [first, ...others] = telling.values();
  if (first === undefined) return [{ kind: "unknown" }];
  return others.length === 0 ? unionMembers(first) : [{ kind: "all", of: [first, ...others] }];
}

function intersectionParts(part: Schema): readonly Schema[] {
  const [only, ...others] = unionMembers(part);
  if (only === undefined || only === "null" || only.kind !== "all" || others.length > 0)
    return [part];
  return only.of.flatMap(intersectionParts);
}

function distinct(texts: readonly TypeText[]): readonly TypeText[] {
  if (texts.length < 2) return texts;
  const seen = new Set<string>();
  return texts.filter((text) => {
    const key = render(text.layout);
    return !seen.has(key) && seen.add(key).size > 0;
  });
}

function memberType(member: Alternative, names: ModelNames): TypeText {
  if (member === "null") return simple("null");
  switch (member.kind) {
    case "unknown":
      return simple("unknown");
    case "never":
      return simple("never");
    case "null":
      return simple("null");
    case "boolean":
      return simple("boolean");
    case "number":
      return simple("number");
    case "string":
      return simple("string");
    case "ref":
      return { layout: names(member.model), kind: "reference" };
    case "enum":
      return simple(literalType(member.values[0] ?? null));
    case "array":
      return simple(arrayLayout(typeOf(member.items, names, "element")));
    case "tuple":
      return tupleType(member.items, member.rest, names);
    case "object":
      return objectType(member.properties, member.additional, names);
    case "all":
      return intersectionType(member.of, names);
    case "tagged":
      return taggedType(member, names);
    case "union":
      throw new Error("unions are flattened before their members are printed");
  }
}

function simple(layout: Layout): TypeText {
  return { layout, kind: "simple" };
}

/** Literal types exist for strings, numbers and booleans; for other values the kind is all there is. */
function literalType(value: JsonValue): string {
  if (value === null) return "null";
  if (typeof value === "string") return printString(value);
  if (typeof value === "object")
    return Array.isArray(value) ? "unknown[]" : "Record<string, unknown>";
  return String(value).replace("e+", "e");
}

function arrayLayout(items: TypeText): Layout {
  if (items.kind === "simple" || items.kind === "reference" || items.kind === "object")
    return [items.layout, "[]"];
  return ["(", items.layout, ")[]"];
}

function tupleType(
  items: readonly Schema[],
  rest: Schema | undefined,
  names: ModelNames,
): TypeText {
  const place = items.length + (rest === undefined ? 0 : 1) > 1 ? "tuple" : "argument";
  const parts = items.map((item) => typeOf(item, names, place).layout);
  if (rest !== undefined) parts.push(["...", arrayLayout(typeOf(rest, names, "element"))]);
  if (parts.length === 0) return simple("[]");
  return simple(
    group(["[", indent([softline, join([",", line], parts)]), ifBreak(","), softline, "]"]),
  );
}

function objectType(
  properties: readonly Property[],
  additional: Schema | boolean,
  names: ModelNames,
): TypeText {
  if (properties.length === 0) return emptyObject(additional, names);
  return {
    layout: ["{", printMembers(properties, additional, names), hardline, "}"],
    kind: "object",
  };
}

function emptyObject(additional: Schema | boolean, names: ModelNames): TypeText {
  const value =
    typeof additional === "boolean"
      ? additional
        ? "unknown"
        : "never"
      : typeOf(additional, names, "argument").layout;
  return { layout: recordLayout("string", value), kind: "reference" };
}

function recordLayout(key: Layout, value: Layout): Layout {
  return group(["Record<", indent([softline, join([",", line], [key, value])]), softline, ">"]);
}

/** The members of an object type or interface, each on its own lines, indented. */
export function printMembers(
  properties: readonly Property[],
  additional: Schema | boolean,
  names: ModelNames,
): Layout {
  const members = properties.map((property) => printProperty(property, names));
  if (additional !== false && additional !== true) {
    // a typed index signature would clash with differently typed members; the values are unknown
    members.push("[name: string]: unknown;");
  }
  return indent(members.map((member) => [hardline, member]));
}

function printProperty(property: Property, names: ModelNames): Layout {
  const { schema } = property;
  const comment = docComment({
    title: schema.title,
    description: schema.description,
    deprecated: schema.deprecated,
    lines: formatNote(schema),
  });
  // in a type it is a name like any other
  const key = property.name === "__proto__" ? property.name : printPropertyKey(property.name);
  const name = `${schema.readOnly ? "readonly " : ""}${key}${property.required ? "" : "?"}`;
  const type = printType(schema, names, "property");
  return [comment.map((text) => [text, hardline]), name, ": ", type, ";"];
}

function formatNote(schema: Schema): readonly string[] {
  const { shape } = schema;
  const format = shape.kind === "string" || shape.kind === "number" ? shape.format : undefined;
  return format === undefined ? [] : [`Format: ${format}.`];
}

/** `Cat & Record<"petType", "cat">` */
function taggedType({ model, property, values }: Tagged, names: ModelNames): TypeText {
  const literals = values.map((value): TypeText => simple(printString(value)));
  const value =
    literals.length === 1 ? (literals[0]?.layout ?? "") : unionLayout(literals, "argument");
  const tag = recordLayout(printString(property), value);
  return { layout: group([names(model), indent([" &", line, tag])]), kind: "intersection" };
}

/** References and other types first, object literals last: the way prettier keeps on one line. */
function intersectionType(parts: readonly Schema[], names: ModelNames): TypeText {
  const texts = parts.map((part) => typeOf(part, names, "element"));
  const objects = texts.filter((text) => text.kind === "object");
  const others = texts.filter((text) => text.kind !== "object").map(parenthesized);
  const [first = "", ...rest] = others;
  const head = [first, ...rest.map((text) => indent([" &", line, text]))];
  const tail = objects.map(({ layout }, index) => [
    index === 0 && others.length === 0 ? "" : " & ",
    others.length > 1 ? indent(layout) : layout,
  ]);
  return { layout: group([head, tail]), kind: "intersection" };
}

function parenthesized(text: TypeText): Layout {
  return text.kind === "union" || text.kind === "hug" ? ["(", text.layout, ")"] : text.layout;
}

/** Where a union stands decides how it breaks. Source: prettier's printer of union types. */
function unionLayout(texts: readonly TypeText[], place: Place): Layout {
  const body = unionBody(texts);
  switch (place) {
    case "alias":
    case "argument":
      return body;
    case "element":
      return group([indent([softline, body]), softline]);
    case "tuple":
      return group([indent([ifBreak(["(", softline]), body]), softline, ifBreak(")")]);
    case "property":
      return group(indent([softline, body]));
  }
}

function isNull(text: TypeText | undefined): boolean {
  return text !== undefined && render(text.layout) === "null";
}

function unionBody(texts: readonly TypeText[]): Layout {
  const parts = texts.map(({ kind, layout }) =>
    align(2, kind === "intersection" ? ["(", layout, ")"] : layout),
  );
  return group([ifBreak("| "), join([line, "| "], parts)]);
}
