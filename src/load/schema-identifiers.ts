import { isList, isObject, type JsonObject } from "../json.js";
import type { Pointer } from "../pointer.js";
import { descend, parsePointer, root } from "../pointer.js";
import { decode, isUrl } from "./references.js";

/** A schema that a URI names, and what the reference asks for inside it. */
export interface IdentifiedSchema {
  readonly value: unknown;
  readonly at: Pointer;
  /** JSON pointer to follow from there; empty for the schema itself. */
  readonly path: string;
}

/** Members of a schema that hold schemas: one, a list, or a map by name. */
const single = new Set([
  "additionalItems",
  "additionalProperties",
  "contains",
  "else",
  "if",
  "items",
  "not",
  "propertyNames",
  "then",
  "unevaluatedItems",
  "unevaluatedProperties",
]);
const lists = new Set(["allOf", "anyOf", "items", "oneOf", "prefixItems"]);
const maps = new Set([
  "$defs",
  "definitions",
  "dependencies",
  "dependentSchemas",
  "patternProperties",
  "properties",
]);
/** Members of other objects, under which no schema of the document stands. */
const data = new Set(["default", "enum", "example", "examples", "x-gateway-config"]);

/** What a node of the document is: a schema, a map or list of schemas, or an object around them. */
type Role = "schema" | "schemas" | "other";

/** Keywords by which a schema names itself. */
interface Naming {
  readonly id: "$id" | "id";
  readonly anchors: readonly string[];
}

const modernNaming: Naming = { id: "$id", anchors: ["$anchor", "$dynamicAnchor"] };
const olderNaming: Naming = { id: "id", anchors: [] };

/**
 * Schemas that name themselves: `$id`, `$anchor` and `$dynamicAnchor` in OpenAPI 3.1, draft-04's `id` before.
 * References to them lead to places of the read files, so nothing is fetched and no URI is left for later.
 */
export class SchemaIdentifiers {
  readonly #naming: Naming;
  /** Places whose schema changes the base URI of what stands below. */
  readonly #bases = new Map<Pointer, string>();
  readonly #resources = new Map<string, { readonly value: unknown; readonly at: Pointer }>();
  readonly #anchors = new Map<string, { readonly value: unknown; readonly at: Pointer }>();

  constructor(family: "2.0" | "3.0" | "3.1") {
    this.#naming = family === "3.1" ? modernNaming : olderNaming;
  }

  /** Whether a text may name schemas: a look at it is cheaper than a walk. */
  mayStandIn(text: string): boolean {
    return this.#naming === modernNaming
      ? /\$(?:id|anchor|dynamicAnchor)\b/.test(text)
      : /\bid["']?\s*:\s*["']?(?:#|[\w.+-]*[:/.])/.test(text);
  }

  /** Notes the names of one file's schemas; of two equal ones the first counts. */
  add(value: unknown, at: Pointer, isDocument: boolean): void {
    const base = fileBase(parsePointer(at).file);
    const seen = new Set<object>();
    /** Keys that lead to where the visit is: a pointer is made of them where a schema names itself. */
    const keys: string[] = [];
    const visitMember = (key: string, item: unknown, inside: string, role: Role): void => {
      keys.push(key);
      visit(item, inside, role);
      keys.pop();
    };
    const visit = (node: unknown, around: string, role: Role): void => {
      if (typeof node !== "object" || node === null) return;
      if (role !== "schemas" && node !== value) {
        if (seen.has(node)) return;
        seen.add(node);
      }
      if (isList(node)) {
        for (const [index, item] of node.entries()) visitMember(String(index), item, around, role);
        return;
      }
      if (!isObject(node)) return;
      const inside = role === "schema" ? this.#name(node, keys, at, around) : around;
      for (const [key, item] of Object.entries(node)) {
        const below = roleBelow(role, key, item);
        if (below !== undefined) visitMember(key, item, inside, below);
      }
    };
    // A file of schemas: a schema itself, or members that are.
    if (!isDocument) visit(value, base, "schema");
    visit(value, base, "other");
  }

  /**
   * The schema that a reference names by URI or anchor; undefined when it names none, `missing` when it names
   * an anchor or a part that its schema does not have.
   */
  find(ref: string, from: Pointer): IdentifiedSchema | "missing" | undefined {
    if (this.#resources.size === 0 && this.#anchors.size === 0) return undefined;
    const hash = ref.indexOf("#");
    const path = hash === -1 ? ref : ref.slice(0, hash);
    const fragment = hash === -1 ? "" : decode(ref.slice(hash + 1));
    const uri = resolveUri(path, this.#baseOf(from));
    if (uri === undefined) return undefined;
    if (fragment !== "" && !fragment.startsWith("/")) {
      const anchored = this.#anchors.get(`${uri}#${fragment}`);
      if (anchored) return { ...anchored, path: "" };
      return this.#resources.has(uri) ? "missing" : undefined;
    }
    const resource = this.#resources.get(uri);
    return resource && { ...resource, path: hash === -1 ? "" : ref.slice(hash + 1) };
  }

  /** Notes the names of one schema; gives the base URI of what it holds. */
  #name(schema: JsonObject, keys: readonly string[], file: Pointer, base: string): string {
    const id = schema[this.#naming.id];
    const { anchors } = this.#naming;
    if (typeof id !== "string" && anchors.every((keyword) => schema[keyword] === undefined)) {
      return base;
    }
    const at = descend(file, keys);
    const own = this.#identify(schema, at, base);
    const target = { value: schema, at };
    for (const keyword of anchors) {
      const anchor = schema[keyword];
      if (typeof anchor === "string") setOnce(this.#anchors, `${own}#${anchor}`, target);
    }
    return own;
  }

  #identify(schema: JsonObject, at: Pointer, base: string): string {
    const id = schema[this.#naming.id];
    // Before 2020-12 nothing beside a reference counts.
    const isIgnored = this.#naming === olderNaming && typeof schema["$ref"] === "string";
    if (typeof id !== "string" || isIgnored) return base;
    const [path = "", anchor = ""] = id.split("#", 2);
    const uri = resolveUri(path, base);
    if (uri === undefined) return base;
    if (anchor !== "") setOnce(this.#anchors, `${uri}#${anchor}`, { value: schema, at });
    if (path === "") return base;
    setOnce(this.#resources, uri, { value: schema, at });
    this.#bases.set(at, uri);
    return uri;
  }

  #baseOf(from: Pointer): string {
    const { file, keys } = parsePointer(from);
    for (let length = keys.length; length >= 0; length--) {
      const base = this.#bases.get(descend(root(file), keys.slice(0, length)));
      if (base !== undefined) return base;
    }
    return fileBase(file);
  }
}

function roleBelow(role: Role, key: string, value: unknown): Role | undefined {
  if (role === "schemas") return "schema";
  if (role === "schema") {
    if (lists.has(key) && isList(value)) return "schema";
    if (single.has(key)) return "schema";
    return maps.has(key) ? "schemas" : undefined;
  }
  if (data.has(key)) return undefined;
  if (key === "schema") return "schema";
  return key === "schemas" || key === "definitions" || key === "$defs" ? "schemas" : "other";
}

function setOnce<T>(map: Map<string, T>, key: string, value: T): void {
  if (!map.has(key)) map.set(key, value);
}

/** The base URI of a file that says none: its place beside the main document. */
function fileBase(file: string): string {
  return isUrl(file) ? file : new URL(encodeURI(file).replaceAll("#", "%23"), "document:///").href;
}

/** Undefined where the reference is no URI, or relative to one that has no path. */
function resolveUri(path: string, base: string): string | undefined {
  if (path === "") return base;
  return URL.canParse(path, base) ? new URL(path, base).href : undefined;
}
