// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { Cursor, List, Round, TemplateError, ValueMap, type Maybe, type Value } from "./value.js";

/** Rounds of one loop, the service's limit. */
const maxRounds = 1000;
/** Milliseconds that a template may take. */
const maxRenderMs = 1500;

/** Rounds between two looks at the clock, which cost more than a round. */
const uncheckedRounds = 32;

/** Counts the rounds of one rendering, so that nested loops end. */
export class Rounds {
  readonly #clock: () => number;
  #startedMs = 0;
  #rounds = 0;

  /** `clock`: milliseconds. */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** The rounds of `#foreach` over lists, iterators and the values of a map; none for anything else. */
  each(list: Maybe, parent?: Maybe): Iterable<LoopRound> {
    return new Loop(this, elementsOf(list), parent instanceof Round ? parent : undefined);
  }

  /** Called in each round. Throws when the template takes too long. */
  checkTime(): void {
    if (this.#rounds++ % uncheckedRounds !== 0) return;
    const nowMs = this.#clock();
    if (this.#startedMs === 0) this.#startedMs = nowMs;
    if (nowMs - this.#startedMs > maxRenderMs) throw new TemplateError("a template takes too long");
  }
}

type LoopRound = readonly [item: Maybe, round: Round];

/** One `#foreach`. No generator, which the engine cannot put in the place of its calls. */
class Loop implements IterableIterator<LoopRound> {
  readonly #rounds: Rounds;
  readonly #items: readonly Value[];
  readonly #length: number;
  readonly #outer: Round | undefined;
  #index = 0;

  constructor(rounds: Rounds, items: readonly Value[], outer: Round | undefined) {
    this.#rounds = rounds;
    this.#items = items;
    this.#length = Math.min(items.length, maxRounds);
    this.#outer = outer;
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(): IteratorResult<LoopRound, undefined> {
    const index = this.#index;
    if (index >= this.#length) return { done: true, value: undefined };
    this.#rounds.checkTime();
    this.#index = index + 1;
    const round = new Round(index, index < this.#items.length - 1, this.#outer);
    return { done: false, value: [this.#items[index] ?? undefined, round] };
  }
}

function elementsOf(list: Maybe): readonly Value[] {
  // Copied: what the rounds do to the list does not change their number.
  if (list instanceof List) return list.items.slice();
  if (list instanceof ValueMap) return list.values();
  if (!(list instanceof Cursor)) return [];
  const rest = list.items.slice(list.next);
  list.next = list.items.length;
  return rest;
}
