/** One file of the generated project. */
export interface OutputFile {
  /** Relative to the output folder, with `/`. */
  readonly path: string;
  readonly content: string;
  readonly ownership: Ownership;
}

/**
 * `owned`: the generator's, rewritten on every run. `once`: the user's, written when missing.
 * `merged`: JSON shared with the user; the generator's keys are added, the user's stay.
 */
export type Ownership = "owned" | "once" | "merged";
