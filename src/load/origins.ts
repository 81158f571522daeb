import { isList, isObject } from "../json.js";
import type { Pointer } from "../pointer.js";
import { child } from "../pointer.js";

/**
 * Where the nodes of a document come from while it is changed: members that other files gave, and items that
 * have moved in their list. Everything else stands where its parent stands.
 */
export class Origins {
  readonly #members = new Map<object, Map<string, Pointer>>();

  /** Place of a member, when that of its parent is known. */
  of(parent: object, key: string | number, parentAt: Pointer): Pointer {
    return this.#members.get(parent)?.get(String(key)) ?? child(parentAt, key);
  }

  set(parent: object, key: string | number, at: Pointer): void {
    let members = this.#members.get(parent);
    if (members === undefined) this.#members.set(parent, (members = new Map()));
    members.set(String(key), at);
  }

  delete(parent: object, key: string): void {
    this.#members.get(parent)?.delete(key);
  }

  /** Takes an item out of a list; those behind it keep the places that they have in their file. */
  removeItem(list: unknown[], index: number, listAt: Pointer): void {
    const places = list.map((_item, key) => this.of(list, key, listAt));
    list.splice(index, 1);
    places.splice(index, 1);
    this.#members.set(list, new Map(places.map((at, key) => [String(key), at])));
  }

  /** Nodes of the changed document that stand elsewhere than their pointer says. */
  moved(root: unknown, at: Pointer): ReadonlyMap<Pointer, Pointer> {
    const moved = new Map<Pointer, Pointer>();
    const visit = (node: unknown, place: Pointer): void => {
      if (isList(node)) node.forEach((item, index) => visit(item, child(place, index)));
      else if (isObject(node)) {
        for (const [key, item] of Object.entries(node)) visit(item, child(place, key));
      } else return;
      for (const [key, from] of this.#members.get(node) ?? []) moved.set(child(place, key), from);
    };
    visit(root, at);
    return moved;
  }
}
