import type { Diagnostic } from "../diagnostics.js";
import type { Ownership } from "../emit/output-file.js";
import type { WriteResult } from "../write/write-project.js";
import { exitCode, type ExitCode } from "./exit-code.js";
import type { GenerateCommandOptions } from "./options.js";
import { countDiagnostics, printDiagnostics } from "./print-diagnostics.js";
import { printJsonResult } from "./print-json.js";
import { printConflicts, printFrozen, printNotices, printSummary } from "./print-result.js";
import type { Progress } from "./progress.js";
import { colorsOf, printable, type Channel, type Terminal } from "./terminal.js";
import { packageVersion } from "./version.js";

/** What a run found and made, as far as it is told. */
export interface Generated {
  /** Empty when the input has errors. */
  readonly files: readonly { readonly path: string; readonly ownership: Ownership }[];
  readonly routes: number;
  readonly diagnostics: readonly Diagnostic[];
  /** Source lines around a diagnostic, marked; empty when there are none. */
  readonly frame: (diagnostic: Diagnostic) => string;
}

/** What one run of `generate` came to; undefined `written`: the input has errors. */
export interface GenerateOutcome {
  readonly options: GenerateCommandOptions;
  readonly generated: Generated;
  readonly written: WriteResult | undefined;
  readonly progress: Progress;
  readonly exitCode: ExitCode;
}

/** Tells an outcome in the form that the user chose. */
export async function reportOutcome(outcome: GenerateOutcome, terminal: Terminal): Promise<void> {
  switch (outcome.options.format) {
    case "text":
      return printOutcome(outcome, terminal);
    case "json":
      printJsonResult(outcome, terminal.out);
      return;
    case "sarif": {
      const [{ findingsOf }, { printSarif }] = await Promise.all([
        import("./findings.js"),
        import("./print-sarif.js"),
      ]);
      printSarif(findingsOf(outcome), packageVersion(), terminal.out);
      printFailure(outcome.written, terminal.err);
      return;
    }
    case "github": {
      const [{ findingsOf }, { printAnnotations }] = await Promise.all([
        import("./findings.js"),
        import("./print-annotations.js"),
      ]);
      printAnnotations(findingsOf(outcome), terminal.out);
      await printOutput(outcome, terminal);
    }
  }
}

/** Codes of input that could not even be read. */
const unreadable = new Set(["GG001", "GG002"]);

/** What a run ends with. */
export function exitCodeOf(
  diagnostics: readonly Diagnostic[],
  written: WriteResult | undefined,
  { mode }: GenerateCommandOptions,
): ExitCode {
  switch (written?.kind) {
    case undefined:
      return failureExitCode(diagnostics);
    case "conflict":
      return exitCode.conflict;
    case "failed":
      return exitCode.cannotRun;
    case "frozen":
      return exitCode.findings;
    case "done":
      if (mode === "check" && !written.isUnchanged) return exitCode.findings;
      if (written.notices.some(({ kind }) => kind === "markers")) return exitCode.conflict;
      // the rest of a document with errors
      return diagnostics.some(({ severity }) => severity === "error")
        ? exitCode.findings
        : exitCode.done;
  }
}

/** What a run over a document with errors ends with. */
export function failureExitCode(diagnostics: readonly Diagnostic[]): ExitCode {
  return diagnostics.some(({ code, severity }) => severity === "error" && unreadable.has(code))
    ? exitCode.cannotRun
    : exitCode.findings;
}

async function printOutcome(outcome: GenerateOutcome, terminal: Terminal): Promise<void> {
  const { options, generated } = outcome;
  const { spec, quiet } = options;
  printDiagnostics({ ...generated, spec, quiet }, terminal.err);
  await printOutput(outcome, terminal);
}

/** What became of the output. */
async function printOutput(outcome: GenerateOutcome, { out, err }: Terminal): Promise<void> {
  const { options, generated, written } = outcome;
  switch (written?.kind) {
    case undefined: {
      const count = countDiagnostics(generated.diagnostics);
      const { red } = colorsOf(err);
      err.write(`${red("✗")} ${printable(options.spec)} · ${count} · nothing was written\n`);
      return;
    }
    case "failed":
      printFailure(written, err);
      return;
    case "frozen":
      printFrozen(written.changes, options.out, err);
      return;
    case "conflict":
      printConflicts(written.conflicts, options, err);
      return;
    case "done":
      if (!options.quiet) printNotices(written.notices, err);
      await printSummary(outcome, written, { out, err });
  }
}

function printFailure(written: WriteResult | undefined, channel: Channel): void {
  if (written?.kind !== "failed") return;
  const { red, cyan } = colorsOf(channel);
  channel.write(`${red("✗")} ${printable(written.message)}\n`);
  if (written.hint !== undefined) {
    channel.write(`  ${cyan("hint:")} ${printable(written.hint)}\n`);
  }
}
