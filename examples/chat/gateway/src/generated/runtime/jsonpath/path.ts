// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { isNumeric, toDouble } from "../velocity/number.js";
import {
  Double,
  List,
  TemplateError,
  ValueMap,
  type Maybe,
  type Value,
} from "../velocity/value.js";
import type { PathFunction } from "./syntax.js";

/** Reads out of a body; undefined when the path leads nowhere. */
export type PathAccessor = (root: Maybe) => Maybe;

/** A member's name, an index, or what the functions below make. */
export type Step = string | number | Branch | Pick | Deep | Call;

/** Goes on with some values below one; the rest of the path gives a list. */
export class Branch {
  readonly select: (value: Value, root: Maybe) => readonly Value[] | undefined;
  constructor(select: Branch["select"]) {
    this.select = select;
  }
}

/** An object of several members. */
class Pick {
  readonly names: readonly string[];
  constructor(names: readonly string[]) {
    this.names = names;
  }
}

class Deep {}

class Call {
  readonly name: PathFunction;
  constructor(name: PathFunction) {
    this.name = name;
  }
}

/** `[*]`: all elements or members. */
export const all = new Branch(children);

/** `..`: the value and everything below it, parents first. */
export const deep = new Deep();

/** `[from:to]`: elements, the end excluded; null leaves an end open. */
export function slice(from: number | null, to: number | null): Branch {
  return new Branch((value) =>
    value instanceof List ? value.items.slice(from ?? 0, to ?? undefined) : undefined,
  );
}

/** `[0,2]`: elements in the order written. */
export function elements(...indexes: readonly number[]): Branch {
  return new Branch((value) => {
    if (!(value instanceof List)) return undefined;
    return indexes.flatMap((index) => {
      const item = value.items.at(index);
      return item === undefined ? [] : [item];
    });
  });
}

/** `['a','b']`: an object of the members that exist. */
export function members(...names: readonly string[]): Step {
  return new Pick(names);
}

/** Tests one element of a filtered array. */
export type PathPredicate = (element: Maybe, root: Maybe) => boolean;

/** `[?(…)]`: the elements that pass; an object is tested itself. */
export function where(test: PathPredicate): Branch {
  return new Branch((value, root) => {
    if (value instanceof List) return value.items.filter((item) => test(item, root));
    if (value instanceof ValueMap) return test(value, root) ? [value] : [];
    return undefined;
  });
}

/** `.length()` and its like, in the newer release. */
export function apply(name: PathFunction): Step {
  return new Call(name);
}

/** Values that one path may come by, found or not. */
const maxVisits = 2_000_000;

/**
 * Makes the accessor of a path. Without branches it gives the value itself; else a list of what was
 * found, or nothing where a part in front of the first branch is missing.
 *
 *     jsonPath("items", 0, "id")      jsonPath("items", all, "id")
 */
export function jsonPath(...steps: readonly Step[]): PathAccessor {
  const names = steps.filter((step) => typeof step === "string" || typeof step === "number");
  if (names.length === steps.length) return (root) => names.reduce(down, root);
  const definite = isDefinite(steps);
  return (root) => {
    if (root === undefined) return undefined;
    const walk = new Walk(steps, root);
    const found = walk.results();
    return definite ? found?.[0] : found && new List("json", found);
  };
}

function isDefinite(steps: readonly Step[]): boolean {
  if (steps.includes(deep)) return steps.at(-1) instanceof Call;
  return steps.every((step, index) => {
    if (step instanceof Pick) return index === steps.length - 1;
    return !(step instanceof Branch);
  });
}

function down(value: Maybe, step: string | number): Maybe {
  if (typeof step === "string") return value instanceof ValueMap ? value.get(step) : undefined;
  return value instanceof List ? value.items.at(step) : undefined;
}

function children(value: Value): readonly Value[] {
  if (value instanceof List) return value.items;
  return value instanceof ValueMap ? value.values() : [];
}

class Walk {
  readonly #steps: readonly Step[];
  readonly #root: Value;
  #found: Value[] = [];
  #isMissing = false;
  #visits = 0;

  constructor(steps: readonly Step[], root: Value) {
    this.#steps = steps;
    this.#root = root;
  }

  /** Undefined when the path leads nowhere. */
  results(): Value[] | undefined {
    const last = this.#steps.at(-1);
    const isScanned = this.#steps.includes(deep);
    if (last instanceof Call && isScanned) {
      const inner = this.#steps.slice(0, -1);
      const counts = last.name === "length" || last.name === "size";
      const list = jsonPath(...inner, ...(counts ? [all] : []))(this.#root);
      const result = list === undefined ? undefined : applyFunction(last.name, list);
      return result === undefined ? undefined : [result];
    }
    this.#visit(this.#root, 0, true);
    return this.#isMissing ? undefined : this.#found;
  }

  /** `isCertain`: no branch so far, so that a missing part means that there is nothing. */
  #visit(value: Value, index: number, isCertain: boolean): void {
    if (++this.#visits > maxVisits) throw new TemplateError("a JSON path finds too many values");
    const step = this.#steps[index];
    if (step === undefined) {
      this.#found.push(value);
    } else if (typeof step === "string" || typeof step === "number") {
      this.#one(down(value, step), index, isCertain);
    } else if (step instanceof Pick) {
      this.#pick(step, value, index, isCertain);
    } else if (step instanceof Call) {
      this.#one(applyFunction(step.name, value), index, isCertain);
    } else if (step instanceof Deep) {
      this.#scan(value, index + 1);
    } else {
      const selected = step.select(value, this.#root);
      if (selected === undefined) this.#isMissing ||= isCertain;
      else for (const item of selected) this.#visit(item, index + 1, false);
    }
  }

  #one(value: Maybe, index: number, isCertain: boolean): void {
    if (value !== undefined) this.#visit(value, index + 1, isCertain);
    else this.#isMissing ||= isCertain;
  }

  #pick({ names }: Pick, value: Value, index: number, isCertain: boolean): void {
    if (!(value instanceof ValueMap)) {
      this.#isMissing ||= isCertain;
      return;
    }
    if (index < this.#steps.length - 1) {
      for (const name of names) this.#one(value.get(name), index, false);
      return;
    }
    const object = new ValueMap();
    for (const name of names) {
      const item = value.get(name);
      if (item !== undefined) object.put(name, item);
    }
    this.#found.push(object);
  }

  #scan(value: Value, index: number): void {
    this.#visit(value, index, false);
    for (const child of children(value)) {
      if (child instanceof ValueMap || child instanceof List) this.#scan(child, index);
    }
  }
}

function applyFunction(name: PathFunction, value: Value): Maybe {
  if (name === "keys")
    return value instanceof ValueMap ? new List("json", value.keys()) : undefined;
  if (name === "length" || name === "size") {
    if (value instanceof ValueMap) return value.size;
    return value instanceof List ? value.items.length : undefined;
  }
  if (!(value instanceof List)) return undefined;
  if (name === "first") return value.items[0];
  if (name === "last") return value.items.at(-1);
  const numbers = value.items.filter(isNumeric).map(toDouble);
  if (numbers.length === 0) return undefined;
  return new Double(aggregate(name, numbers));
}

function aggregate(
  name: Exclude<PathFunction, "keys" | "length" | "size" | "first" | "last">,
  numbers: readonly number[],
): number {
  const sum = numbers.reduce((total, number) => total + number, 0);
  switch (name) {
    case "min":
      return Math.min(...numbers);
    case "max":
      return Math.max(...numbers);
    case "sum":
      return sum;
    case "avg":
      return sum / numbers.length;
    case "stddev": {
      const squares = numbers.reduce((total, number) => total + number * number, 0);
      return Math.sqrt(squares / numbers.length - (sum * sum) / numbers.length / numbers.length);
    }
  }
}

/** The accessor of a path that cannot be read: it finds nothing. */
export const noPath: PathAccessor = () => undefined;
