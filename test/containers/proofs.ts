/** Prints a line for each proof and counts. */
export class Proofs {
  passed = 0;
  failed = 0;

  /** `seen` is what was found, in words; it is printed in any case. */
  check(what: string, holds: boolean, seen = ""): void {
    if (holds) this.passed += 1;
    else this.failed += 1;
    console.log(`${holds ? "ok" : "FAILED"} ${what}${seen === "" ? "" : `: ${seen}`}`);
  }

  /** A step that throws is a proof that failed. False: what needs the step cannot be proved. */
  step(what: string, run: () => void): boolean {
    try {
      run();
      this.check(what, true);
      return true;
    } catch (error) {
      const said = error instanceof Error && "stderr" in error ? String(error.stderr) : "";
      this.check(what, false, `${String(error)} ${said.slice(-2_000)}`);
      return false;
    }
  }
}
