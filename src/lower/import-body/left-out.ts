import type { DiagnosticSink } from "../../diagnostics.js";
import type { Pointer } from "../../pointer.js";

/** What the body for AWS leaves out or writes in another way: each kind is told once, with its first place. */
export class LeftOut {
  readonly #found = new Map<string, { readonly at: Pointer; count: number }>();

  /** `what` completes the sentence "AWS does not take ...". */
  note(what: string, at: Pointer): void {
    const known = this.#found.get(what);
    if (known === undefined) this.#found.set(what, { at, count: 1 });
    else known.count += 1;
  }

  /** Reports GG120 for each kind. */
  report(sink: DiagnosticSink): void {
    for (const [what, { at, count }] of this.#found) {
      const places = count === 1 ? "" : `, here and at ${count - 1} more places`;
      sink.info(
        "GG120",
        at,
        `AWS does not take ${what}: the body for the import is without${places}`,
      );
    }
  }
}
