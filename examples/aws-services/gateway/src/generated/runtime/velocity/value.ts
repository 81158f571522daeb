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
  #value: number | undefined;
  /** What is printed, where that is known: numbers of a body are mostly printed as they were written. */
  readonly printed: string | undefined;

  constructor(value: number | undefined, printed?: string) {
    this.#value = value;
    this.printed = printed;
  }

  /** Of a text in the very form that is printed; read as a number when it is asked for. */
  static written(text: string): Double {
    return new Double(undefined, text);
  }

  get value(): number {
    return (this.#value ??= Number(this.printed));
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

/** Entries up to which looking through the keys costs less than an index of them. */
const maxUnindexed = 8;

/**
 * `java.util.LinkedHashMap`: keys in the order in which they were put. Bodies are made of many small
 * maps that are read once, for which a `Map` is slow to fill.
 */
export class ValueMap {
  /** Key, value, key, value. */
  readonly #members: Value[] = [];
  /** Where each key stands; undefined while there are few, or after one was removed. */
  #index: Map<Value, number> | undefined;

  constructor(entries?: Iterable<readonly [Value, Value]>) {
    if (entries !== undefined) for (const [key, value] of entries) this.put(key, value);
  }

  get size(): number {
    return this.#members.length / 2;
  }

  /** A key by its place in the order. */
  keyAt(place: number): Value {
    return this.#members[place * 2] ?? null;
  }

  /** A value by the place of its key. */
  valueAt(place: number): Value {
    return this.#members[place * 2 + 1] ?? null;
  }

  keys(): Value[] {
    return this.#members.filter((_member, index) => index % 2 === 0);
  }

  /** In the order of the keys. */
  values(): Value[] {
    return this.#members.filter((_member, index) => index % 2 === 1);
  }

  entries(): readonly (readonly [key: Value, value: Value])[] {
    return this.keys().map((key, place) => [key, this.valueAt(place)]);
  }

  /** The value of a key; undefined when there is none. */
  get(key: Value): Maybe {
    const at = this.#find(key);
    return at < 0 ? undefined : this.#members[at + 1];
  }

  /** Puts a value and gives the one before. */
  put(key: Value, value: Value): Maybe {
    const members = this.#members;
    const at = this.#find(key);
    if (at < 0) {
      this.#index?.set(key, members.length);
      members.push(key, value);
      return undefined;
    }
    const before = members[at + 1];
    members[at + 1] = value;
    return before;
  }

  /** Removes a key and gives its value. */
  remove(key: Value): Maybe {
    const at = this.#find(key);
    if (at < 0) return undefined;
    this.#index = undefined;
    return this.#members.splice(at, 2)[1];
  }

  clear(): void {
    this.#index = undefined;
    this.#members.length = 0;
  }

  /** Keys that are no primitives compare by their identity, but for doubles. */
  #find(key: Value): number {
    const members = this.#members;
    if (typeof key === "object" && key instanceof Double) return this.#findDouble(key);
    if (members.length > maxUnindexed * 2) return this.#findIndexed(key);
    for (let at = 0; at < members.length; at += 2) if (members[at] === key) return at;
    return -1;
  }

  #findDouble({ value }: Double): number {
    return this.#members.findIndex(
      (known, at) => at % 2 === 0 && known instanceof Double && Object.is(known.value, value),
    );
  }

  #findIndexed(key: Value): number {
    this.#index ??= new Map(this.keys().map((known, place) => [known, place * 2]));
    return this.#index.get(key) ?? -1;
  }
}

/** A block of `$context`: a map that prints nothing as a whole. */
export class ContextMap extends ValueMap {}

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
  const map = new ValueMap();
  for (let index = 0; index < keysAndValues.length; index += 2) {
    map.put(keysAndValues[index] ?? "", keysAndValues[index + 1] ?? "");
  }
  return map;
}
