import type { JsonObject } from "../../json.js";
import { isList, isObject, member, setMember } from "../../json.js";
import type { Pointer } from "../../pointer.js";
import { Origins } from "../origins.js";

/** A document that is put together from parts of a template, each with its place there. */
export class DocumentBuilder {
  readonly at: Pointer;
  readonly root: Record<string, unknown>;
  readonly #origins = new Origins();

  /** `root`: what the document says already; it is copied. */
  constructor(at: Pointer, root: JsonObject = {}) {
    this.at = at;
    this.root = copy(root) as Record<string, unknown>;
  }

  get(...path: readonly string[]): unknown {
    return path.reduce<unknown>(
      (node, key) => (isObject(node) ? member(node, key) : undefined),
      this.root,
    );
  }

  /** Sets a member, and the objects around it where they are missing; all of them stand at `from`. */
  set(path: readonly string[], value: unknown, from: Pointer): void {
    let holder = this.root;
    const last = path.length - 1;
    for (const [index, key] of path.entries()) {
      const below = member(holder, key);
      if (index < last && isObject(below)) {
        holder = below as Record<string, unknown>;
        continue;
      }
      const next = index < last ? {} : copy(value);
      setMember(holder, key, next);
      this.#origins.set(holder, key, from);
      holder = next as Record<string, unknown>;
    }
  }

  /** As {@link set}, where nothing stands yet. */
  setMissing(path: readonly string[], value: unknown, from: Pointer): void {
    if (this.get(...path) === undefined) this.set(path, value, from);
  }

  append(path: readonly string[], item: unknown, from: Pointer): void {
    const list = this.get(...path);
    if (!isList(list)) this.set(path, [], from);
    const items = this.get(...path) as unknown[];
    this.#origins.set(items, items.length, from);
    items.push(copy(item));
  }

  /** Changes texts of the whole document. */
  replaceTexts(replace: (text: string) => string): void {
    const visit = (node: unknown): void => {
      if (typeof node !== "object" || node === null) return;
      for (const [key, item] of Object.entries(node)) {
        if (typeof item === "string") {
          const text = replace(item);
          if (text === item) continue;
          if (isList(node)) (node as unknown[])[Number(key)] = text;
          else setMember(node as Record<string, unknown>, key, text);
        } else visit(item);
      }
    };
    visit(this.root);
  }

  moved(): ReadonlyMap<Pointer, Pointer> {
    return this.#origins.moved(this.root, this.at);
  }
}

function copy(value: unknown): unknown {
  if (isList(value)) return value.map(copy);
  if (!isObject(value)) return value;
  const object: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) setMember(object, key, copy(item));
  return object;
}
