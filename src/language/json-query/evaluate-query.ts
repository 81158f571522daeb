import { isList, isObject, member } from "../../json.js";
import type {
  Comparable,
  ComparisonOperator,
  Condition,
  FunctionCall,
  Query,
  Selector,
} from "./query.js";

/** A node of the document that a query selects. */
export interface SelectedNode {
  readonly value: unknown;
  /** From the root; items of lists by their index. */
  readonly keys: readonly (string | number)[];
}

export interface QueryOptions {
  /**
   * Whether a text fits an I-Regexp (RFC 9485): as a whole, or somewhere in it. A pattern that is none fits
   * nothing.
   */
  readonly fits: (text: string, pattern: string, how: "match" | "search") => boolean;
}

/** Steps of one query: a descent inside of a descent over a large document would take for ever. */
const maxSteps = 5_000_000;

/** A node while it is looked for: its way is written out for those that are found. */
interface Node {
  readonly value: unknown;
  readonly key: string | number;
  readonly parent: Node | undefined;
}

/** The nodes that a query selects, in order, repeats included; "too long" when that takes too many steps. */
export function evaluateQuery(
  query: Query,
  root: unknown,
  options: QueryOptions,
): readonly SelectedNode[] | "too long" {
  try {
    const nodes = new Evaluation(root, options).select(query, rootNode(root));
    return nodes.map((node) => ({ value: node.value, keys: keysOf(node) }));
  } catch (error) {
    if (error instanceof TooLong) return "too long";
    throw error;
  }
}

class TooLong extends Error {}

/** Stands for the absence of a value, which equals itself alone. */
const nothing = Symbol("nothing");

function rootNode(value: unknown): Node {
  return { value, key: "", parent: undefined };
}

function keysOf(node: Node): readonly (string | number)[] {
  const keys: (string | number)[] = [];
  for (let step = node; step.parent !== undefined; step = step.parent) keys.push(step.key);
  return keys.reverse();
}

class Evaluation {
  readonly #root: unknown;
  readonly #options: QueryOptions;
  #steps = 0;

  constructor(root: unknown, options: QueryOptions) {
    this.#root = root;
    this.#options = options;
  }

  select(query: Query, current: Node): readonly Node[] {
    let nodes: readonly Node[] = [query.from === "root" ? rootNode(this.#root) : current];
    for (const { kind, selectors } of query.segments) {
      const found: Node[] = [];
      for (const node of nodes) {
        const visited = kind === "child" ? [node] : this.#withDescendants(node);
        for (const place of visited) {
          for (const selector of selectors) this.#apply(selector, place, found);
        }
      }
      nodes = found;
    }
    return nodes;
  }

  /** A node before what is below it, children in their order. */
  #withDescendants(node: Node): readonly Node[] {
    const found: Node[] = [];
    const stack = [node];
    for (let next = stack.pop(); next; next = stack.pop()) {
      this.#step();
      found.push(next);
      const children = this.#children(next);
      for (let index = children.length - 1; index >= 0; index--) {
        const below = children[index];
        if (below && typeof below.value === "object" && below.value !== null) stack.push(below);
      }
    }
    return found;
  }

  #children(parent: Node): readonly Node[] {
    const { value } = parent;
    this.#step();
    if (isList(value)) return value.map((item, key) => ({ value: item, key, parent }));
    if (!isObject(value)) return [];
    return Object.entries(value).map(([key, item]) => ({ value: item, key, parent }));
  }

  #apply(selector: Selector, node: Node, found: Node[]): void {
    this.#step();
    const { value } = node;
    switch (selector.kind) {
      case "name": {
        if (!isObject(value) || !Object.hasOwn(value, selector.name)) return;
        found.push({ value: member(value, selector.name), key: selector.name, parent: node });
        return;
      }
      case "wildcard":
        for (const below of this.#children(node)) this.#add(below, found);
        return;
      case "index": {
        if (!isList(value)) return;
        const key = selector.index < 0 ? value.length + selector.index : selector.index;
        if (key >= 0 && key < value.length) found.push({ value: value[key], key, parent: node });
        return;
      }
      case "slice":
        if (isList(value)) this.#slice(selector, value, node, found);
        return;
      case "filter":
        for (const below of this.#children(node)) {
          if (this.#holds(selector.condition, below)) this.#add(below, found);
        }
    }
  }

  #slice(
    { start, end, step }: Extract<Selector, { kind: "slice" }>,
    list: readonly unknown[],
    parent: Node,
    found: Node[],
  ): void {
    if (step === 0) return;
    const { length } = list;
    const place = (index: number): number => (index < 0 ? length + index : index);
    const bounded = (index: number, least: number, most: number): number =>
      Math.min(Math.max(index, least), most);
    if (step > 0) {
      const to = bounded(place(end ?? length), 0, length);
      for (let key = bounded(place(start ?? 0), 0, length); key < to; key += step) {
        this.#add({ value: list[key], key, parent }, found);
      }
      return;
    }
    const from = bounded(start === undefined ? length - 1 : place(start), -1, length - 1);
    const to = end === undefined ? -1 : bounded(place(end), -1, length - 1);
    for (let key = from; key > to; key += step) this.#add({ value: list[key], key, parent }, found);
  }

  #holds(condition: Condition, node: Node): boolean {
    this.#step();
    switch (condition.kind) {
      case "or":
        return condition.parts.some((part) => this.#holds(part, node));
      case "and":
        return condition.parts.every((part) => this.#holds(part, node));
      case "not":
        return !this.#holds(condition.condition, node);
      case "exists":
        return this.select(condition.query, node).length > 0;
      case "test":
        return this.#call(condition.call, node) === true;
      case "compare":
        return this.#compare(
          condition.operator,
          this.#value(condition.left, node),
          this.#value(condition.right, node),
        );
    }
  }

  #value(comparable: Comparable, node: Node): unknown {
    switch (comparable.kind) {
      case "literal":
        return comparable.value;
      case "query": {
        const [only] = this.select(comparable.query, node);
        return only === undefined ? nothing : only.value;
      }
      case "call":
        return this.#call(comparable.call, node);
    }
  }

  #call(call: FunctionCall, node: Node): unknown {
    switch (call.name) {
      case "length":
        return lengthOf(this.#value(call.of, node));
      case "count":
        return this.select(call.of, node).length;
      case "value": {
        const [first, second] = this.select(call.of, node);
        return first === undefined || second !== undefined ? nothing : first.value;
      }
      case "match":
      case "search": {
        const [text, pattern] = [this.#value(call.text, node), this.#value(call.pattern, node)];
        if (typeof text !== "string" || typeof pattern !== "string") return false;
        return this.#options.fits(text, pattern, call.name);
      }
    }
  }

  #compare(operator: ComparisonOperator, left: unknown, right: unknown): boolean {
    switch (operator) {
      case "==":
        return this.#equal(left, right);
      case "!=":
        return !this.#equal(left, right);
      case "<":
        return isLess(left, right);
      case ">":
        return isLess(right, left);
      case "<=":
        return isLess(left, right) || this.#equal(left, right);
      case ">=":
        return isLess(right, left) || this.#equal(left, right);
    }
  }

  #equal(left: unknown, right: unknown): boolean {
    this.#step();
    if (left === right) return true;
    if (isList(left) && isList(right)) {
      return left.length === right.length && left.every((item, at) => this.#equal(item, right[at]));
    }
    if (!isObject(left) || !isObject(right)) return false;
    const keys = Object.keys(left);
    return (
      keys.length === Object.keys(right).length &&
      keys.every((key) => Object.hasOwn(right, key) && this.#equal(left[key], right[key]))
    );
  }

  #add(node: Node, found: Node[]): void {
    this.#step();
    found.push(node);
  }

  #step(): void {
    if (++this.#steps > maxSteps) throw new TooLong();
  }
}

/** Texts count their characters, not UTF-16 units. */
function lengthOf(value: unknown): unknown {
  if (typeof value === "string") return [...value].length;
  if (isList(value)) return value.length;
  return isObject(value) ? Object.keys(value).length : nothing;
}

/** Numbers and texts have an order; texts that of their characters. */
function isLess(left: unknown, right: unknown): boolean {
  if (typeof left === "number" && typeof right === "number") return left < right;
  if (typeof left !== "string" || typeof right !== "string") return false;
  return Buffer.compare(Buffer.from(left), Buffer.from(right)) < 0;
}
