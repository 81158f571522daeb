import type { HclBody, HclExpression } from "./hcl.js";

/** Where the parts of a Terraform file stand: `resource/TYPE/NAME/attribute/...`, blocks by type and index. */
export class HclPlaces {
  readonly #body: HclBody;
  /** Documents inside of texts, by the offset of the text: the place of a node in the text. */
  readonly #inner = new Map<number, (keys: readonly string[]) => number>();

  constructor(body: HclBody) {
    this.#body = body;
  }

  /** A text that was parsed as a document of its own. */
  addInner(textOffset: number, offset: (keys: readonly string[]) => number): void {
    this.#inner.set(textOffset, offset);
  }

  offset(keys: readonly string[]): number {
    const [type, ...rest] = keys;
    const blocks = this.#body.blocks.filter((block) => block.type === type);
    const block = blocks.find(({ labels }) => labels.every((label, at) => rest[at] === label));
    if (!block) return blocks[0]?.offset ?? 0;
    return this.#inBody(block.body, rest.slice(block.labels.length), block.offset);
  }

  #inBody(body: HclBody, keys: readonly string[], otherwise: number): number {
    const [key, ...rest] = keys;
    if (key === undefined) return otherwise;
    const attribute = body.attributes.get(key);
    if (attribute) return this.#inValue(attribute.value, rest, attribute.offset);
    const blocks = body.blocks.filter(({ type }) => type === key);
    const [index, ...inner] = rest;
    const block = blocks[Number(index ?? 0)];
    return block ? this.#inBody(block.body, inner, block.offset) : otherwise;
  }

  #inValue(value: HclExpression, keys: readonly string[], otherwise: number): number {
    const [key, ...rest] = keys;
    if (key === undefined) return otherwise;
    switch (value.kind) {
      case "object": {
        const entry = value.entries.find((one) => one.key === key);
        return entry ? this.#inValue(entry.value, rest, entry.offset) : otherwise;
      }
      case "list": {
        const item = value.items[Number(key)];
        return item ? this.#inValue(item, rest, item.offset) : otherwise;
      }
      case "call": {
        const places = value.arguments.map((one) => this.#inValue(one, keys, -1));
        return places.findLast((place) => place >= 0) ?? otherwise;
      }
      case "text": {
        const inner =
          value.textOffset === undefined ? undefined : this.#inner.get(value.textOffset);
        return inner === undefined ? otherwise : (value.textOffset ?? 0) + inner(keys);
      }
      default:
        return otherwise;
    }
  }
}
