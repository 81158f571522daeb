import { Automaton, isAmbiguous, TooLarge, type Fragment } from "../runtime/regexp/ambiguity.js";
import type { CharacterRanges, PatternNode } from "../runtime/regexp/java-pattern.js";
import type { SchemaPattern } from "./schema-pattern.js";

/** How the time of a search by a backtracking engine grows with the text. */
export type PatternCost = "linear" | "polynomial" | "exponential";

/**
 * What searching a text for a pattern costs at most. Exponential as `isAmbiguous` has it. Polynomial: two
 * different loops can share a text between them at any point (`\s*\s*$`), where the search for a beginning
 * is a loop, too (`\s+$`). Nothing is said of what stands behind a loop: a pattern counts as cheap only
 * where every reading of its loops is the only one, or ends in a match.
 */
export function patternCost({ tree, isAnchored, hasAssertion }: SchemaPattern): PatternCost {
  return costOf(widen(tree), isAnchored, hasAssertion);
}

function costOf(tree: PatternNode, isAnchored: boolean, hasAssertion: boolean): PatternCost {
  if (isAmbiguous(tree) !== "no") return "exponential";
  if (sharesText(tree, isAnchored, hasAssertion)) return "polynomial";
  const looks = looksOf(tree, false).map((look) =>
    costOf(look.tree, isAnchored && !look.inLoop, true),
  );
  return looks.some((cost) => cost !== "linear") ? "polynomial" : "linear";
}

/** From this count on a repetition is as good as endless; inside of another one, much earlier. */
const manyTimes = 20;
const manyTimesNested = 3;

/** Counted repetitions that cost as much as endless ones, written as such. */
function widen(node: PatternNode, inLoop = false): PatternNode {
  switch (node.kind) {
    case "characters":
    case "empty":
      return node;
    case "look":
      return { ...node, of: widen(node.of, inLoop) };
    case "sequence":
    case "choice":
      return { ...node, of: node.of.map((part) => widen(part, inLoop)) };
    case "repeat": {
      const of = widen(node.of, inLoop || node.max > manyTimesNested);
      // A fixed count can be read in one way; a few copies show the same.
      if (node.min === node.max) return { ...node, of, ...fixed(Math.min(node.max, 3)) };
      const isNested = inLoop || hasLoop(node.of);
      const isEndless = node.max > (isNested ? manyTimesNested : manyTimes);
      return isEndless
        ? { ...node, of, min: Math.min(node.min, 2), max: Infinity }
        : { ...node, of };
    }
  }
}

function fixed(count: number): { readonly min: number; readonly max: number } {
  return { min: count, max: count };
}

function hasLoop(node: PatternNode): boolean {
  switch (node.kind) {
    case "characters":
    case "empty":
      return false;
    case "look":
      return hasLoop(node.of);
    case "sequence":
    case "choice":
      return node.of.some(hasLoop);
    case "repeat":
      return (node.max > manyTimesNested && node.min < node.max) || hasLoop(node.of);
  }
}

interface Look {
  readonly tree: PatternNode;
  readonly inLoop: boolean;
}

function looksOf(node: PatternNode, inLoop: boolean): readonly Look[] {
  switch (node.kind) {
    case "characters":
    case "empty":
      return [];
    case "look":
      return [{ tree: node.of, inLoop }];
    case "sequence":
    case "choice":
      return node.of.flatMap((part) => looksOf(part, inLoop));
    case "repeat":
      return looksOf(node.of, inLoop || node.max > 1);
  }
}

const anyCharacter: PatternNode = { kind: "characters", ranges: [[0, 0xffff]] };
const maxSteps = 500_000;

/** Whether a text can be read by one loop, by another one behind it, and be divided between them anywhere. */
function sharesText(tree: PatternNode, isAnchored: boolean, hasAssertion: boolean): boolean {
  const search: PatternNode = { kind: "repeat", of: anyCharacter, min: 0, max: Infinity };
  const automaton = new Automaton();
  try {
    const whole = automaton.add(isAnchored ? tree : { kind: "sequence", of: [search, tree] });
    return new LoopPairs(automaton).share((state) => mayFail(state, whole, hasAssertion));
  } catch (error) {
    if (error instanceof TooLarge) return true;
    throw error;
  }
}

/** A search that is inside of a loop which may end the pattern has found something. */
function mayFail(state: number, whole: Fragment, hasAssertion: boolean): boolean {
  return hasAssertion || !whole.last.includes(state);
}

class LoopPairs {
  readonly #automaton: Automaton;
  /** Per state, the states of its circles: those that it reaches and that reach it. */
  readonly #circles: readonly ReadonlySet<number>[];
  #steps = 0;

  constructor(automaton: Automaton) {
    this.#automaton = automaton;
    const reached = Array.from({ length: automaton.size }, (_none, state) => this.#reached(state));
    this.#circles = reached.map(
      (states, from) => new Set([...states].filter((state) => reached[state]?.has(from))),
    );
  }

  /** Some text leads from `first` to itself, from `first` to `second`, and from `second` to itself. */
  share(mayFail: (state: number) => boolean): boolean {
    const loops = this.#circles.flatMap((circle, state) => (circle.size > 0 ? [state] : []));
    const seconds = loops.filter(mayFail);
    return loops.some((first) =>
      seconds.some((second) => first !== second && this.#isShared(first, second)),
    );
  }

  #isShared(first: number, second: number): boolean {
    const { size } = this.#automaton;
    const key = (a: number, b: number, c: number): number => (a * size + b) * size + c;
    const goal = key(first, second, second);
    const seen = new Set([key(first, first, second)]);
    for (const triple of seen) {
      const [a, b, c] = [
        Math.floor(triple / size / size),
        Math.floor(triple / size) % size,
        triple % size,
      ];
      for (const nextA of this.#within(a, first)) {
        for (const nextC of this.#within(c, second)) {
          const both = intersect(this.#automaton.rangesOf(nextA), this.#automaton.rangesOf(nextC));
          if (both.length === 0) continue;
          for (const nextB of this.#automaton.followersOf(b)) {
            if (++this.#steps > maxSteps) throw new TooLarge();
            if (intersect(both, this.#automaton.rangesOf(nextB)).length === 0) continue;
            const next = key(nextA, nextB, nextC);
            if (next === goal) return true;
            seen.add(next);
          }
        }
      }
    }
    return false;
  }

  /** What follows a state on the circles of another one. */
  #within(state: number, loop: number): readonly number[] {
    const circle = this.#circles[loop];
    return this.#automaton.followersOf(state).filter((next) => circle?.has(next));
  }

  #reached(from: number): ReadonlySet<number> {
    const seen = new Set(this.#automaton.followersOf(from));
    for (const state of seen) for (const next of this.#automaton.followersOf(state)) seen.add(next);
    return seen;
  }
}

function intersect(a: CharacterRanges, b: CharacterRanges): CharacterRanges {
  return a.flatMap(([from, to]) =>
    b.flatMap(([low, high]): [number, number][] =>
      from <= high && low <= to ? [[Math.max(from, low), Math.min(to, high)]] : [],
    ),
  );
}
