import type { JsonObject } from "../json.js";
import { isList, isObject, member } from "../json.js";
import type { Pointer } from "../pointer.js";
import { descend, parsePointer, pointerKeys, root } from "../pointer.js";
import type { Resolution } from "./document.js";
import { decode, isBareName, modelOfUrl, targetFile } from "./references.js";
import type { IdentifiedSchema, SchemaIdentifiers } from "./schema-identifiers.js";
import type { SourceFile } from "./source-file.js";

/** References on the way of one reference; real documents have one or two. */
const maxSteps = 100;

/** True when a document has a schema of that name. */
export function hasModel(document: unknown, name: string): boolean {
  if (!isObject(document)) return false;
  const { definitions, components } = document;
  const schemas = isObject(components) ? components["schemas"] : undefined;
  return [definitions, schemas].some((models) => isObject(models) && Object.hasOwn(models, name));
}

/** Targets of references over all files. */
export class ReferenceTargets {
  readonly #files: ReadonlyMap<string, SourceFile>;
  readonly #main: string;
  readonly #document: JsonObject;
  readonly #at: Pointer;
  readonly #identifiers: SchemaIdentifiers;
  readonly #known = new Map<string, Resolution>();

  constructor(
    files: ReadonlyMap<string, SourceFile>,
    main: string,
    document: JsonObject,
    at: Pointer,
    identifiers: SchemaIdentifiers,
  ) {
    this.#files = files;
    this.#main = main;
    this.#document = document;
    this.#at = at;
    this.#identifiers = identifiers;
  }

  resolve(ref: string, from: Pointer): Resolution {
    const identified = this.#identifiers.find(ref, from);
    if (identified !== undefined) return this.#find(ref, from, new Set());
    const file = this.#files.size === 1 ? this.#main : parsePointer(from).file;
    const key = `${file}\0${ref}`;
    let resolution = this.#known.get(key);
    if (!resolution) {
      resolution = this.#findPlace(ref, file, new Set([key]));
      this.#known.set(key, resolution);
    }
    return resolution;
  }

  #find(ref: string, from: Pointer, passed: Set<string>): Resolution {
    const { file } = parsePointer(from);
    const identified = this.#identifiers.find(ref, from);
    if (identified === undefined) return this.#findPlace(ref, file, passed);
    const found = this.#follow(identified, passed);
    // Documents point at their components also from inside of a schema with a URI of its own.
    const mayBePlace = found.kind === "dangling" && ref.startsWith("#/");
    return mayBePlace ? this.#findPlace(ref, file, passed) : found;
  }

  #follow(identified: IdentifiedSchema | "missing", passed: Set<string>): Resolution {
    if (identified === "missing") {
      return { kind: "dangling", message: "names an anchor that its schema does not have" };
    }
    const { value, at, path } = identified;
    return this.#descend(value, at, pointerKeys(path), passed);
  }

  #findPlace(ref: string, fromFile: string, passed: Set<string>): Resolution {
    const model = modelOfUrl(ref);
    if (model !== undefined) return this.#findModel(model);
    if (isBareName(ref) && hasModel(this.#document, ref)) return this.#findModel(ref);
    const name = targetFile(ref, fromFile);
    const isMain = name === this.#main;
    const source = isMain ? { value: this.#document } : this.#files.get(name);
    if (!source) return { kind: "reported" };
    const hash = ref.indexOf("#");
    const fragment = hash === -1 ? "" : ref.slice(hash + 1);
    if (fragment !== "" && !fragment.startsWith("/")) {
      return { kind: "dangling", message: "names an anchor that no schema has" };
    }
    const start = isMain ? this.#at : root(name);
    return this.#descend(source.value, start, pointerKeys(fragment), passed);
  }

  /** Walks to the target; where the way leads through another reference, that one is followed. */
  #descend(from: unknown, at: Pointer, keys: readonly string[], passed: Set<string>): Resolution {
    let value = from;
    let place = at;
    for (const key of keys) {
      while (
        isObject(value) &&
        typeof value["$ref"] === "string" &&
        member(value, key) === undefined
      ) {
        const { file } = parsePointer(place);
        const step = `${file}\0${value["$ref"]}`;
        if (passed.has(step)) return { kind: "dangling", message: "leads in a circle" };
        passed.add(step);
        if (passed.size > maxSteps) {
          return { kind: "dangling", message: `leads through more than ${maxSteps} others` };
        }
        const next = this.#find(value["$ref"], place, passed);
        if (next.kind !== "found") return next;
        ({ value, at: place } = next);
      }
      const name =
        isList(value) || !isObject(value) || Object.hasOwn(value, key) ? key : decode(key);
      const below = isList(value)
        ? value[Number(key)]
        : isObject(value)
          ? member(value, name)
          : undefined;
      if (below === undefined) return { kind: "dangling", message: "leads to nothing" };
      value = below;
      place = descend(place, [name]);
    }
    return { kind: "found", value, at: place };
  }

  #findModel(name: string): Resolution {
    for (const keys of [
      ["definitions", name],
      ["components", "schemas", name],
    ]) {
      const found = this.#descend(this.#document, this.#at, keys, new Set());
      if (found.kind === "found") return found;
    }
    return { kind: "dangling", message: "names a model that is not in the document" };
  }
}
