import type { TraceEvent } from "../trace.js";
import type { ThrottleGauge } from "./wire.js";

/** Numbers of one method of one stage. */
export interface MethodCounts {
  /** Requests and refusals of the last 60 s, by second. */
  readonly seconds: Seconds;
  hits: number;
  misses: number;
  refreshes: number;
}

const SPAN = 60;
/** Seconds that are shown one by one. */
const SHOWN = 30;
/** Methods that are counted: as many as an API of the service may have resources, in some stages. */
const MOST_METHODS = 5000;

/** Counts what limits and caches do. One number a request: it costs next to nothing. */
export class RequestCounts {
  readonly #methods = new Map<string, MethodCounts>();
  readonly #clock: () => number;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** `first`: the first event of the same request. */
  add(event: TraceEvent, first: TraceEvent | undefined): void {
    if (event.kind !== "limited" && event.kind !== "cache") return;
    if (first?.kind !== "matched") return;
    const counts = this.#method(`${first.stage} ${first.operation}`);
    if (counts === null) return;
    if (event.kind === "limited") {
      counts.seconds.add(this.#second(), event.outcome === "throttled");
    } else if (event.use === "hit") counts.hits += 1;
    else if (event.use === "miss") counts.misses += 1;
    else counts.refreshes += 1;
  }

  of(stage: string, operation: string): MethodCounts {
    return this.#methods.get(`${stage} ${operation}`) ?? noCounts();
  }

  /** The second that has ended last, and the last minute. */
  window({ seconds }: MethodCounts): Window {
    return seconds.window(this.#second());
  }

  #second(): number {
    return Math.floor(this.#clock() / 1000);
  }

  #method(id: string): MethodCounts | null {
    const known = this.#methods.get(id);
    if (known !== undefined) return known;
    if (this.#methods.size >= MOST_METHODS) return null;
    const made = noCounts();
    this.#methods.set(id, made);
    return made;
  }
}

function noCounts(): MethodCounts {
  return { seconds: new Seconds(), hits: 0, misses: 0, refreshes: 0 };
}

type Window = Pick<ThrottleGauge, "lastSecond" | "lastMinute" | "throttledLastMinute" | "history">;

/** A ring of the last seconds. */
class Seconds {
  readonly #second = new Float64Array(SPAN);
  readonly #all = new Uint32Array(SPAN);
  readonly #throttled = new Uint32Array(SPAN);

  add(second: number, isThrottled: boolean): void {
    const slot = second % SPAN;
    if (this.#second[slot] !== second) {
      this.#second[slot] = second;
      this.#all[slot] = 0;
      this.#throttled[slot] = 0;
    }
    this.#all[slot] = (this.#all[slot] ?? 0) + 1;
    if (isThrottled) this.#throttled[slot] = (this.#throttled[slot] ?? 0) + 1;
  }

  window(now: number): Window {
    let [lastSecond, lastMinute, throttledLastMinute] = [0, 0, 0];
    this.#second.forEach((second, slot) => {
      if (second <= now - SPAN || second > now) return;
      lastMinute += this.#all[slot] ?? 0;
      throttledLastMinute += this.#throttled[slot] ?? 0;
      if (second === now - 1) lastSecond = this.#all[slot] ?? 0;
    });
    const history = Array.from({ length: SHOWN }, (_, index) => this.#of(now - SHOWN + index));
    return { lastSecond, lastMinute, throttledLastMinute, history };
  }

  #of(second: number): readonly [all: number, throttled: number] {
    const slot = second % SPAN;
    if (this.#second[slot] !== second) return [0, 0];
    return [this.#all[slot] ?? 0, this.#throttled[slot] ?? 0];
  }
}
