import type { DiagnosticSink } from "../../diagnostics.js";
import type { JsonObject } from "../../json.js";
import { describe, isList, isObject, member, quote, setMember } from "../../json.js";
import { evaluateQuery, type SelectedNode } from "../../language/json-query/evaluate-query.js";
import { createIRegexps } from "../../language/json-query/i-regexp.js";
import type { Pointer } from "../../pointer.js";
import { child } from "../../pointer.js";
import { maxDepth } from "../json-text.js";
import { Origins } from "../origins.js";
import type { Overlay, OverlayAction, PlacedQuery } from "./overlay-document.js";

/** Nodes that overlays may add to a document: an action can double it, and the next one double it again. */
export const maxAddedNodes = 500_000;

/**
 * Overlays of one document, laid over it one after the other. The document that was read is left as it is.
 * Problems: GG017 a query takes too long, GG018 it selects nothing, GG028 a change does not fit.
 */
export class OverlaidDocument {
  readonly #sink: DiagnosticSink;
  readonly #at: Pointer;
  readonly #origins = new Origins();
  readonly #fits = createIRegexps();
  readonly #root: Record<string, unknown>;
  #added = 0;

  constructor(root: JsonObject, at: Pointer, sink: DiagnosticSink) {
    this.#sink = sink;
    this.#at = at;
    // a node that several places share through an alias becomes one for each: a change is for one of them
    this.#root = unshared(root) as Record<string, unknown>;
  }

  get root(): JsonObject {
    return this.#root;
  }

  /** Nodes that came from overlays or have moved in their list: their places. */
  moved(): ReadonlyMap<Pointer, Pointer> {
    return this.#origins.moved(this.#root, this.#at);
  }

  /** False after an error was reported. */
  apply(overlay: Overlay): boolean {
    return overlay.actions.every((action) => this.#apply(action, overlay.version));
  }

  #apply({ target, change, at }: OverlayAction, version: Overlay["version"]): boolean {
    const nodes = this.#select(target);
    if (nodes === undefined) return false;
    if (nodes.length === 0) {
      const message = `${quote(target.text)} selects nothing: the action has no effect`;
      this.#sink.warning("GG018", target.at, message);
      return true;
    }
    const places = nodes.map((node) => this.#place(node));
    switch (change.kind) {
      case "remove":
        return this.#remove(places, at);
      case "update":
        return this.#change(places, { value: change.value, at: change.at }, version, target);
      case "copy": {
        const source = this.#source(change.from);
        return source !== undefined && this.#change(places, source, version, target);
      }
    }
  }

  #select({ text, query, at }: PlacedQuery): readonly SelectedNode[] | undefined {
    const nodes = evaluateQuery(query, this.#root, { fits: this.#fits });
    if (nodes === "too long") {
      this.#sink.error("GG017", at, `${quote(text)} takes too long in this document`);
      return undefined;
    }
    const unique = new Map(nodes.map((node) => [JSON.stringify(node.keys), node]));
    return [...unique.values()];
  }

  #source(from: PlacedQuery): Source | undefined {
    const nodes = this.#select(from);
    const [node, second] = nodes ?? [];
    if (node && !second) {
      const { at } = this.#place(node);
      // what is copied may be changed by its copy: it is taken as it is now
      return { value: unshared(node.value), at };
    }
    if (nodes === undefined) return undefined;
    const count = node ? `${nodes.length} nodes` : "nothing";
    this.#sink.error("GG028", from.at, `copy takes one node; ${quote(from.text)} selects ${count}`);
    return undefined;
  }

  /** Where a selected node hangs in the document, and where it stands in its file. */
  #place({ keys, value }: SelectedNode): Place {
    let holder: Container | undefined;
    let holderAt = this.#at;
    let node: unknown = this.#root;
    let at = this.#at;
    for (const key of keys) {
      holder = node as Container;
      holderAt = at;
      node = isList(holder) ? holder[Number(key)] : member(holder, String(key));
      at = this.#origins.of(holder, key, at);
    }
    return { holder, holderAt, key: keys.at(-1) ?? "", value, at, depth: keys.length };
  }

  #remove(places: readonly Place[], at: Pointer): boolean {
    if (places.some(({ holder }) => holder === undefined)) {
      this.#sink.error("GG028", at, "the whole document cannot be removed");
      return false;
    }
    // the last items of a list first: the others keep their indexes
    const inOrder = places.toSorted((a, b) => indexOf(b) - indexOf(a));
    for (const { holder, holderAt, key } of inOrder) {
      if (isList(holder)) this.#origins.removeItem(holder as unknown[], Number(key), holderAt);
      else if (holder) {
        delete (holder as Record<string, unknown>)[key];
        this.#origins.delete(holder, String(key));
      }
    }
    return true;
  }

  #change(
    places: readonly Place[],
    source: Source,
    version: Overlay["version"],
    target: PlacedQuery,
  ): boolean {
    const kinds = new Set(places.map(({ value }) => kindOf(value)));
    if (kinds.size > 1) {
      const message = `${quote(target.text)} selects nodes of several kinds: ${[...kinds].join(", ")}`;
      this.#sink.error("GG028", target.at, message);
      return false;
    }
    return places.every((place) => this.#changeOne(place, source, version));
  }

  #changeOne(place: Place, source: Source, version: Overlay["version"]): boolean {
    const { value, depth, holder, key } = place;
    if (isList(value)) return this.#append(value as unknown[], source, version, depth);
    if (isObject(value) && isObject(source.value)) {
      return this.#merge(value, { value: source.value, at: source.at }, depth);
    }
    if (isObject(value)) {
      return this.#misfit(
        source.at,
        `an object is updated with an object, not ${describe(source.value)}`,
      );
    }
    if (version === "1.0") {
      return this.#misfit(
        source.at,
        `${describe(value)} is a plain value, which overlays change since 1.1`,
        {
          hint: "select the object around it, or write overlay: 1.1.0",
        },
      );
    }
    if (typeof source.value === "object" && source.value !== null) {
      return this.#misfit(
        source.at,
        `${describe(value)} is replaced by a plain value, not ${describe(source.value)}`,
      );
    }
    if (holder) this.#set(holder, key, source.value, source.at);
    return true;
  }

  /** Before 1.1 a list is one item; since then its items are appended. */
  #append(
    list: unknown[],
    { value, at }: Source,
    version: Overlay["version"],
    depth: number,
  ): boolean {
    const items =
      isList(value) && version !== "1.0"
        ? value.map((item, index) => ({ value: item, at: child(at, index) }))
        : [{ value, at }];
    return items.every((item) => this.#add(list, list.length, item, depth));
  }

  #merge(
    target: Container,
    update: { readonly value: JsonObject; readonly at: Pointer },
    depth: number,
  ): boolean {
    return Object.entries(update.value).every(([key, value]) => {
      const source = { value, at: child(update.at, key) };
      if (!Object.hasOwn(target, key)) return this.#add(target, key, source, depth);
      const below = (target as Readonly<Record<string, unknown>>)[key];
      if (isObject(below) && isObject(value)) {
        return this.#merge(below, { value, at: source.at }, depth + 1);
      }
      if (isList(below) && isList(value)) {
        return this.#append(below as unknown[], source, "1.1", depth + 1);
      }
      if (kindOf(below) === "plain values" && kindOf(value) === "plain values") {
        this.#set(target, key, value, source.at);
        return true;
      }
      return this.#misfit(
        source.at,
        `${describe(value)} cannot be merged with ${describe(below)} that stands there`,
        { hint: "remove what stands there in an action before this one" },
      );
    });
  }

  #add(holder: Container, key: string | number, { value, at }: Source, depth: number): boolean {
    const copy = this.#copy(value, depth + 1);
    if (copy === tooMuch) {
      const message = `overlays add more than ${maxAddedNodes} nodes, or nest deeper than ${maxDepth} levels`;
      return this.#misfit(at, message);
    }
    this.#set(holder, key, copy, at);
    return true;
  }

  /** A copy of its own for each place: a later action may change one of them. */
  #copy(value: unknown, depth: number): unknown {
    if (++this.#added > maxAddedNodes || depth > maxDepth) return tooMuch;
    if (typeof value !== "object" || value === null) return value;
    if (isList(value)) {
      const items = value.map((item) => this.#copy(item, depth + 1));
      return items.includes(tooMuch) ? tooMuch : items;
    }
    const object: Record<string, unknown> = {};
    for (const [key, item] of Object.entries(value)) {
      const copy = this.#copy(item, depth + 1);
      if (copy === tooMuch) return tooMuch;
      setMember(object, key, copy);
    }
    return object;
  }

  #set(holder: Container, key: string | number, value: unknown, at: Pointer): void {
    if (isList(holder)) (holder as unknown[])[Number(key)] = value;
    else setMember(holder as Record<string, unknown>, String(key), value);
    this.#origins.set(holder, key, at);
  }

  #misfit(at: Pointer, message: string, details: { readonly hint?: string } = {}): false {
    this.#sink.error("GG028", at, message, details);
    return false;
  }
}

const tooMuch = Symbol("too much");

type Container = Record<string, unknown> | readonly unknown[] | JsonObject;

interface Source {
  readonly value: unknown;
  readonly at: Pointer;
}

interface Place {
  /** Undefined: the document itself. */
  readonly holder: Container | undefined;
  readonly holderAt: Pointer;
  readonly key: string | number;
  readonly value: unknown;
  readonly at: Pointer;
  readonly depth: number;
}

function indexOf({ key }: Place): number {
  return typeof key === "number" ? key : -1;
}

function kindOf(value: unknown): "objects" | "lists" | "plain values" {
  if (isList(value)) return "lists";
  return isObject(value) ? "objects" : "plain values";
}

/** A deep copy in which no two places share a node. */
function unshared(value: unknown): unknown {
  if (isList(value)) return value.map(unshared);
  if (!isObject(value)) return value;
  const object: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) setMember(object, key, unshared(item));
  return object;
}
