// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { CharacterRanges, PatternNode } from "./java-pattern.js";

/**
 * Finds patterns that a backtracking engine may need exponential time for.
 *
 * The pattern becomes an automaton with one state per character of the pattern (Glushkov). It is
 * exponentially ambiguous when one state can be left and come back to over the same text in two
 * different ways: in the automaton paired with itself, a pair `(q, q)` lies on a circle with a pair of
 * two different states. Example: in `(a|a)*b` the two `a` take turns freely, so `aaaa…` has 2^n readings;
 * in `(a,)*b` there is one. A step that two nested loops allow counts as two ways: `(a*)*`.
 * Patterns with polynomial cost (`.*a.*b`) pass; the run-time bounds the text it matches.
 */
export function isAmbiguous(tree: PatternNode): "no" | "yes" | "too large" {
  if (!hasNestedLoop(tree, false))
    return looksOf(tree).some((look) => isAmbiguous(look) !== "no") ? "yes" : "no";
  const automaton = new Automaton();
  try {
    automaton.add(tree);
    return automaton.isAmbiguous() ? "yes" : "no";
  } catch (error) {
    if (error instanceof TooLarge) return "too large";
    throw error;
  }
}

/** Only a loop around a choice or around another loop can be ambiguous; most patterns have none. */
function hasNestedLoop(node: PatternNode, inLoop: boolean): boolean {
  switch (node.kind) {
    case "characters":
    case "empty":
    case "look":
      return false;
    case "sequence":
      return node.of.some((part) => hasNestedLoop(part, inLoop));
    case "choice":
      return inLoop || node.of.some((part) => hasNestedLoop(part, inLoop));
    case "repeat":
      return inLoop || hasNestedLoop(node.of, node.max > 1);
  }
}

function looksOf(node: PatternNode): readonly PatternNode[] {
  switch (node.kind) {
    case "characters":
    case "empty":
      return [];
    case "look":
      return [node.of];
    case "sequence":
    case "choice":
      return node.of.flatMap(looksOf);
    case "repeat":
      return looksOf(node.of);
  }
}

/** The automaton has more states or steps than a check may take. */
export class TooLarge extends Error {}

const maxStates = 400;
const maxPairSteps = 2_000_000;

/** Part of an automaton: whether it takes the empty text, and the states it can begin and end with. */
export interface Fragment {
  readonly nullable: boolean;
  readonly first: readonly number[];
  readonly last: readonly number[];
}

const emptyFragment: Fragment = { nullable: true, first: [], last: [] };

/** A pattern as states, one per character of it, and what may follow each. */
export class Automaton {
  readonly #ranges: CharacterRanges[] = [];
  /** Per state, the states that may follow and in how many ways. */
  readonly #follow: Map<number, number>[] = [];

  add(node: PatternNode): Fragment {
    switch (node.kind) {
      case "empty":
      case "look":
        return emptyFragment;
      case "characters":
        return this.#state(node.ranges);
      case "sequence":
        return node.of.reduce<Fragment>(
          (before, part) => this.#join(before, this.add(part)),
          emptyFragment,
        );
      case "choice":
        return union(node.of.map((part) => this.add(part)));
      case "repeat":
        return this.#repeat(node.of, node.min, node.max);
    }
  }

  #state(ranges: CharacterRanges): Fragment {
    const state = this.#ranges.push(ranges) - 1;
    if (state >= maxStates) throw new TooLarge();
    this.#follow.push(new Map());
    return { nullable: false, first: [state], last: [state] };
  }

  #join(before: Fragment, after: Fragment): Fragment {
    this.#link(before.last, after.first);
    return {
      nullable: before.nullable && after.nullable,
      first: before.nullable ? [...before.first, ...after.first] : before.first,
      last: after.nullable ? [...before.last, ...after.last] : after.last,
    };
  }

  /** `x{2,4}` is `xx(x(x)?)?`, `x{2,}` is `xx+`: as many copies as the limits ask for. */
  #repeat(node: PatternNode, min: number, max: number): Fragment {
    const copies = Number.isFinite(max) ? max : Math.max(min, 1);
    let whole = emptyFragment;
    for (let copy = 1; copy <= copies; copy++) {
      const part = this.add(node);
      if (max === Infinity && copy === copies) this.#link(part.last, part.first);
      whole = this.#join(whole, copy > min ? { ...part, nullable: true } : part);
    }
    return whole;
  }

  #link(from: readonly number[], to: readonly number[]): void {
    for (const state of from) {
      const follow = this.#follow[state];
      for (const next of to) follow?.set(next, (follow.get(next) ?? 0) + 1);
    }
  }

  get size(): number {
    return this.#ranges.length;
  }

  /** What a state takes. */
  rangesOf(state: number): CharacterRanges {
    return this.#ranges[state] ?? [];
  }

  followersOf(state: number): readonly number[] {
    return [...(this.#follow[state]?.keys() ?? [])];
  }

  isAmbiguous(): boolean {
    return this.#hasDoubleStepOnCircle() || this.#hasPairOnCircle();
  }

  #hasDoubleStepOnCircle(): boolean {
    return this.#follow.some((follow, state) =>
      [...follow].some(([next, ways]) => ways > 1 && this.#reaches(next, state)),
    );
  }

  #reaches(from: number, to: number): boolean {
    const seen = new Set([from]);
    for (const state of seen) {
      if (state === to) return true;
      for (const next of this.#follow[state]?.keys() ?? []) seen.add(next);
    }
    return false;
  }

  #hasPairOnCircle(): boolean {
    const size = this.#ranges.length;
    let steps = 0;
    const next = (pair: number): readonly number[] => {
      const pairs: number[] = [];
      const [one, two] = [Math.floor(pair / size), pair % size];
      for (const a of this.#follow[one]?.keys() ?? []) {
        for (const b of this.#follow[two]?.keys() ?? []) {
          if (++steps > maxPairSteps) throw new TooLarge();
          if (overlap(this.#ranges[a] ?? [], this.#ranges[b] ?? [])) pairs.push(a * size + b);
        }
      }
      return pairs;
    };
    for (let state = 0; state < size; state++) {
      const diagonal = state * size + state;
      const reached = reachable(diagonal, next);
      for (const pair of reached) {
        const isOff = Math.floor(pair / size) !== pair % size;
        if (isOff && reachable(pair, next).has(diagonal)) return true;
      }
    }
    return false;
  }
}

function reachable(from: number, next: (pair: number) => readonly number[]): Set<number> {
  const seen = new Set<number>();
  const queue = [from];
  for (const pair of queue) {
    for (const following of next(pair)) {
      if (seen.has(following)) continue;
      seen.add(following);
      queue.push(following);
    }
  }
  return seen;
}

function union(parts: readonly Fragment[]): Fragment {
  return {
    nullable: parts.some((part) => part.nullable),
    first: parts.flatMap((part) => part.first),
    last: parts.flatMap((part) => part.last),
  };
}

function overlap(a: CharacterRanges, b: CharacterRanges): boolean {
  return a.some(([from, to]) => b.some(([low, high]) => from <= high && low <= to));
}
