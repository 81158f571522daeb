// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { ConnectionTable } from "../contracts.js";
import type { OpenSession } from "./open-session.js";

/** The times are kept with this precision, or a tenth of the shortest one. */
const LONGEST_MS = 10_000;
const SHORTEST_MS = 20;

/** One timer that looks after all connections: an idle one costs nothing but its memory. */
export class Sweep {
  readonly #sessions: Iterable<OpenSession>;
  readonly #everyMs: number;
  readonly #clock: () => number;
  #timer: NodeJS.Timeout | null = null;

  /** @param sessions gives those that are open whenever it is walked through. */
  constructor(sessions: Iterable<OpenSession>, limits: ConnectionTable, clock: () => number) {
    const { idleTimeoutSeconds, maxDurationSeconds, keepAliveSeconds } = limits;
    const seconds = Math.min(idleTimeoutSeconds, maxDurationSeconds, keepAliveSeconds ?? Infinity);
    this.#sessions = sessions;
    this.#everyMs = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, seconds * 100));
    this.#clock = clock;
  }

  start(): void {
    if (this.#timer !== null) return;
    this.#timer = setInterval(() => {
      const nowMs = this.#clock();
      for (const session of this.#sessions) session.check(nowMs);
    }, this.#everyMs);
    this.#timer.unref();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}
