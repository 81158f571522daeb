// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
/**
 * Values of mapping templates: those of the service's Java engine. Strings, booleans and null are
 * themselves; integers are numbers, or bigints where a number is not exact; numbers that were written
 * with a fraction or exponent are {@link Double} or {@link Decimal}, since they print differently.
 * Nothing here is an ordinary object, so that no name in a template reaches JavaScript's own members.
 */
export type Value =
  | string
  | number
  | bigint
  | boolean
  | null
  | Double
  | Decimal
  | List
  | ValueMap
  | Entry
  | Cursor
  | Block
  | Round
  | JavaClass;

/** What a reference gives: undefined where it leads nowhere, which reads as the empty string. */
export type Maybe = Value | undefined;

/** Keys in the order in which they were put. */
export type ValueMap = Map<Value, Value>;

/** Most characters that a text or an output may have. */
export const maxTextLength = 64 * 1024 * 1024;
/** Most elements of a list that a template makes. */
export const maxListLength = 1_000_000;
/** Levels of lists and maps that are read, printed or compared. */
export const maxValueDepth = 500;

/** A template that cannot be rendered: the request fails with 500. */
export class TemplateError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "TemplateError";
  }
}

/** A body that is read as JSON and cannot be: a request fails with 400, a response with 500. */
export class TemplateBodyError extends TemplateError {
  constructor(message: string) {
    super(message);
    this.name = "TemplateBodyError";
  }
}

/** `java.lang.Double`. */
export class Double {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** `java.math.BigDecimal`: `unscaled` × 10^-`scale`. */
export class Decimal {
  readonly unscaled: bigint;
  readonly scale: number;
  constructor(unscaled: bigint, scale: number) {
    this.unscaled = unscaled;
    this.scale = scale;
  }
}

/**
 * What a list was made as: by a template, by a JSON reader (prints as JSON), as the keys or values of
 * a map (has no index), or as the array that `split` gives.
 */
export type ListKind = "list" | "json" | "set" | "array";

/** Several values in order. */
export class List {
  readonly kind: ListKind;
  items: Value[];
  constructor(kind: ListKind, items: Value[]) {
    this.kind = kind;
    this.items = items;
  }
}

/** A block of `$context`: a map that prints nothing as a whole. */
export class ContextMap extends Map<Value, Value> {}

/** One entry of `entrySet()`. */
export class Entry {
  readonly key: Value;
  readonly value: Value;
  constructor(key: Value, value: Value) {
    this.key = key;
    this.value = value;
  }
}

/** What `iterator()` gives. */
export class Cursor {
  readonly items: readonly Value[];
  next = 0;
  constructor(items: readonly Value[]) {
    this.items = items;
  }
}

/** Blocks within blocks that the engine renders. */
const maxBlockDepth = 2;

/** The block of a `#define`; rendered anew wherever its name stands. */
export class Block {
  readonly #reference: string;
  readonly #render: () => string;
  #depth = 0;

  /** `reference`: what stands for the block where it renders itself. */
  constructor(reference: string, render: () => string) {
    this.#reference = reference;
    this.#render = render;
  }

  render(): string {
    if (this.#depth >= maxBlockDepth) return this.#reference;
    this.#depth++;
    try {
      return this.#render();
    } finally {
      this.#depth--;
    }
  }
}

/** Thrown by a `#stop` within a block or string, with what that printed so far. */
export class Stop extends Error {
  readonly text: string;
  /** What a string would have held is lost, what a block printed is not. */
  constructor(text: string, within: "string" | "block") {
    super("the template ends here");
    this.text = within === "block" ? text : "";
  }
}

/** What a stopped block had printed; anything else is thrown on. */
export function stoppedText(error: unknown): string {
  if (error instanceof Stop) return error.text;
  throw error;
}

/** `$foreach`: one round of a loop. */
export class Round {
  readonly index: number;
  readonly hasNext: boolean;
  readonly parent: Round | undefined;
  constructor(index: number, hasNext: boolean, parent: Round | undefined) {
    this.index = index;
    this.hasNext = hasNext;
    this.parent = parent;
  }

  get count(): number {
    return this.index + 1;
  }

  get first(): boolean {
    return this.index === 0;
  }

  get last(): boolean {
    return !this.hasNext;
  }

  /** The outermost loop's round. */
  get topmost(): Round {
    return this.parent?.topmost ?? this;
  }
}

/** `$x.class`, as far as its name goes. */
export class JavaClass {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** A list written in a template; what leads nowhere is the empty string. */
export function listOf(...items: readonly Maybe[]): List {
  return new List(
    "list",
    items.map((item) => item ?? ""),
  );
}

/** A map written in a template: key, value, key, value. A doubled key keeps its last value. */
export function mapOf(...keysAndValues: readonly Maybe[]): ValueMap {
  const map: ValueMap = new Map();
  for (let index = 0; index < keysAndValues.length; index += 2) {
    mapPut(map, keysAndValues[index] ?? "", keysAndValues[index + 1] ?? "");
  }
  return map;
}

/** The value of a key; undefined when there is none. */
export function mapGet(map: ValueMap, key: Value): Maybe {
  return map.get(typeof key === "object" ? canonicalKey(map, key) : key);
}

/** Puts a value and gives the one before. */
export function mapPut(map: ValueMap, key: Value, value: Value): Maybe {
  const known = typeof key === "object" ? canonicalKey(map, key) : key;
  const before = map.get(known);
  map.set(known, value);
  return before;
}

/** Keys that are not primitive compare by their value: gives the one that the map has. */
export function canonicalKey(map: ValueMap, key: Value): Value {
  if (!(key instanceof Double)) return key;
  for (const known of map.keys()) {
    if (known instanceof Double && Object.is(known.value, key.value)) return known;
  }
  return key;
}
