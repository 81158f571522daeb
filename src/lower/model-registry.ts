import type { JsonObject } from "../json.js";
import { isObject, quote } from "../json.js";
import type { DiagnosticSink } from "../diagnostics.js";
import type { LoadedDocument } from "../load/document.js";
import type { Pointer } from "../pointer.js";
import { child, parsePointer } from "../pointer.js";

/** A schema that has a name, before it is lowered. */
export interface NamedSchema {
  readonly name: string;
  readonly value: unknown;
  readonly at: Pointer;
}

/** Where a `$ref` of a schema leads: to a model, or to a schema too small to deserve a name. */
export type SchemaTarget =
  | { readonly kind: "model"; readonly name: string }
  | { readonly kind: "inline"; readonly value: unknown; readonly at: Pointer };

/**
 * Names of schemas. Those of `components.schemas` keep theirs; a schema that is referred to elsewhere
 * (`#/paths/…/schema`, another file) gets one of its place; one that a request validator checks gets one of
 * its operation. Names are unique: a later one gets a number.
 */
export class ModelRegistry {
  readonly #document: LoadedDocument;
  readonly #sink: DiagnosticSink;
  readonly #names = new Set<string>();
  readonly #byPlace = new Map<string, string>();
  readonly #schemas: NamedSchema[] = [];

  constructor(document: LoadedDocument, sink: DiagnosticSink) {
    this.#document = document;
    this.#sink = sink;
    const [holder, at] = namedSchemas(document);
    for (const [name, value] of Object.entries(holder)) {
      const place = child(at, name);
      this.#names.add(name);
      this.#byPlace.set(place, name);
      this.#schemas.push({ name, value, at: place });
    }
  }

  /** All named schemas; the list grows, as lowering one may name another. */
  schemas(): readonly NamedSchema[] {
    return this.#schemas;
  }

  /** Gives a schema a name; the wish gets a number when it is taken. */
  add(wish: string, value: unknown, at: Pointer): string {
    const known = this.#byPlace.get(at);
    if (known !== undefined) return known;
    let name = wish;
    for (let number = 2; this.#names.has(name); number++) name = `${wish}${number}`;
    this.#names.add(name);
    this.#byPlace.set(at, name);
    this.#schemas.push({ name, value, at });
    return name;
  }

  /**
   * Follows a schema's `$ref`; undefined after the problem was reported. An import takes a missing model with a
   * warning; where a validator would miss it, it is an error: the check would silently be gone.
   */
  target(ref: string, from: Pointer, isValidated = false): SchemaTarget | undefined {
    const place = child(from, "$ref");
    const found = this.#document.resolve(ref, from);
    if (found.kind === "dangling") {
      const message = `the reference ${quote(ref)} ${found.message}`;
      if (isValidated) this.#sink.error("GG020", place, `${message}, and the validator needs it`);
      else this.#sink.warning("GG020", place, `${message}; anything is allowed there`);
    }
    if (found.kind === "reported" && isValidated && !this.#sink.hasErrors()) {
      this.#sink.error(
        "GG020",
        place,
        `the reference ${quote(ref)} was not followed, and the validator needs it`,
      );
    }
    if (found.kind !== "found") return undefined;
    const known = this.#byPlace.get(found.at);
    if (known !== undefined) return { kind: "model", name: known };
    if (!isObject(found.value)) return { kind: "inline", value: found.value, at: found.at };
    if (isSmall(found.value)) return { kind: "inline", value: found.value, at: found.at };
    return {
      kind: "model",
      name: this.add(nameOfPlace(found.at, found.value), found.value, found.at),
    };
  }
}

function namedSchemas(document: LoadedDocument): [schemas: JsonObject, at: Pointer] {
  const { root, at } = document;
  if (document.version.family === "2.0") {
    return [isObject(root["definitions"]) ? root["definitions"] : {}, child(at, "definitions")];
  }
  const components = isObject(root["components"]) ? root["components"] : {};
  const schemas = isObject(components["schemas"]) ? components["schemas"] : {};
  return [schemas, child(child(at, "components"), "schemas")];
}

const structure = [
  "$ref",
  "$dynamicRef",
  "properties",
  "patternProperties",
  "additionalProperties",
  "unevaluatedProperties",
  "propertyNames",
  "dependencies",
  "dependentSchemas",
  "items",
  "prefixItems",
  "additionalItems",
  "unevaluatedItems",
  "contains",
  "allOf",
  "oneOf",
  "anyOf",
  "not",
  "if",
  "then",
  "else",
  "enum",
];

/**
 * A bare number, text or boolean: a type name for it would say less than the type itself. It holds no
 * schema, so that putting it in the place of its references ends.
 */
function isSmall(schema: JsonObject): boolean {
  return structure.every((key) => schema[key] === undefined) && schema["type"] !== "object";
}

const structural = new Set([
  "schema",
  "schemas",
  "properties",
  "items",
  "allOf",
  "oneOf",
  "anyOf",
  "content",
  "responses",
  "parameters",
  "definitions",
  "components",
  "$defs",
  "additionalProperties",
  "application/json",
]);

/** The title, else the last key of the place that says something, else the file's name. */
function nameOfPlace(at: Pointer, schema: JsonObject): string {
  const title = schema["title"];
  if (typeof title === "string" && /^[A-Za-z][\w -]{0,60}$/.test(title)) return title;
  const { file, keys } = parsePointer(at);
  const telling = keys.findLast((key) => !structural.has(key) && !/^\d+$/.test(key));
  return (
    telling ??
    file
      .split("/")
      .at(-1)
      ?.replace(/\.[a-z]+$/i, "") ??
    "Model"
  );
}
