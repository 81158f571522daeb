// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { CircuitBreakerTable } from "../contracts.js";

/** Unknown: the client left before. */
export type CallOutcome = "fine" | "failed" | "unknown";
export type Admission = "usual" | "trial" | "refused";

/**
 * Keeps calls from a backend that fails. So many failures within the window open it; when it has been
 * open for the cooldown one call is let through, and its outcome closes it or opens it again.
 */
export class CircuitBreaker {
  readonly #table: CircuitBreakerTable;
  /** Times of the last failures, at most as many as open the breaker. */
  readonly #failures: number[] = [];
  /** When the one call may be made; null: the breaker is closed. */
  #triesAt: number | null = null;
  #isTrying = false;

  constructor(table: CircuitBreakerTable) {
    this.#table = table;
  }

  /** Calls are kept away, but for the one that tries. */
  get isOpen(): boolean {
    return this.#triesAt !== null;
  }

  /** Whether a call may be made; its outcome has to be recorded. `nowMs`: of any steady clock. */
  admit(nowMs: number): Admission {
    if (this.#triesAt === null) return "usual";
    if (this.#isTrying || nowMs < this.#triesAt) return "refused";
    this.#isTrying = true;
    return "trial";
  }

  record(admission: Exclude<Admission, "refused">, outcome: CallOutcome, nowMs: number): void {
    const { failures, windowMs, cooldownMs } = this.#table;
    if (admission === "trial") {
      this.#isTrying = false;
      // one that nobody waited for leaves it to the next
      if (outcome !== "unknown") this.#triesAt = outcome === "failed" ? nowMs + cooldownMs : null;
      return;
    }
    // calls that were under way when it opened count no more
    if (outcome !== "failed" || this.#triesAt !== null) return;
    this.#failures.push(nowMs);
    if (this.#failures.length > failures) this.#failures.shift();
    const [oldest = nowMs] = this.#failures;
    if (this.#failures.length < failures || nowMs - oldest > windowMs) return;
    this.#triesAt = nowMs + cooldownMs;
    this.#failures.length = 0;
  }
}
