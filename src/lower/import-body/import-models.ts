import type { Model } from "../../ir/schema.js";
import { isObject, quote } from "../../json.js";
import type { LoadedDocument } from "../../load/document.js";
import type { DiagnosticSink } from "../../diagnostics.js";
import type { Pointer } from "../../pointer.js";

/** A schema that becomes a model of the API. */
export interface ImportedModel {
  /** Letters and digits alone. */
  readonly name: string;
  readonly value: unknown;
  readonly at: Pointer;
}

/** Where a `$ref` of a schema leads. */
export type ImportTarget =
  | { readonly kind: "model"; readonly model: ImportedModel }
  | { readonly kind: "inline"; readonly value: unknown; readonly at: Pointer };

/**
 * Names of models as AWS takes them: letters and digits. A name that has to change loses the other
 * characters, and gets a number where another model has the result already; names that need no change come
 * first, so that they keep theirs. Problem: GG121 tells a change.
 */
export class ImportModels {
  readonly #document: LoadedDocument;
  readonly #byPlace = new Map<Pointer, ImportedModel>();
  readonly #names = new Set<string>();

  constructor(document: LoadedDocument, models: readonly Model[], sink: DiagnosticSink) {
    this.#document = document;
    for (const { name } of models) if (isModelName(name)) this.#names.add(name.toLowerCase());
    for (const { name, at } of models) {
      const imported = isModelName(name) ? name : this.#claim(name);
      if (imported !== name) {
        const message = `the model ${quote(name)} is named ${quote(imported)} on AWS, which takes letters and digits alone`;
        sink.info("GG121", at, message);
      }
      this.#byPlace.set(at, { name: imported, value: document.node(at), at });
    }
  }

  /** All models; the list grows while schemas are read that nobody named. */
  list(): Iterable<ImportedModel> {
    return this.#byPlace.values();
  }

  at(place: Pointer): ImportedModel | undefined {
    return this.#byPlace.get(place);
  }

  /** A model for a schema that has no name in the document. */
  add(wish: string, value: unknown, at: Pointer): ImportedModel {
    const known = this.#byPlace.get(at);
    if (known !== undefined) return known;
    const model = { name: this.#claim(wish), value, at };
    this.#byPlace.set(at, model);
    return model;
  }

  /** Undefined: the reference leads nowhere, which was reported where the document was read. */
  target(ref: string, from: Pointer): ImportTarget | undefined {
    const found = this.#document.resolve(ref, from);
    if (found.kind !== "found") return undefined;
    const known = this.#byPlace.get(found.at);
    if (known !== undefined) return { kind: "model", model: known };
    if (!isObject(found.value) || !mayRecur(found.value)) {
      return { kind: "inline", value: found.value, at: found.at };
    }
    const wish = found.at.split("/").at(-1) ?? "";
    return { kind: "model", model: this.add(wish, found.value, found.at) };
  }

  #claim(wish: string): string {
    const base = wish.replace(/[^A-Za-z0-9]/g, "").slice(0, 100) || "Model";
    let name = base;
    for (let number = 2; this.#names.has(name.toLowerCase()); number++) name = `${base}${number}`;
    this.#names.add(name.toLowerCase());
    return name;
  }
}

function isModelName(name: string): boolean {
  return /^[A-Za-z0-9]+$/.test(name);
}

/** Only a schema with others inside can lead back to itself. */
function mayRecur(schema: object): boolean {
  return Object.values(schema).some((value) => typeof value === "object" && value !== null);
}
