import type { Diagnostic } from "../diagnostics.js";
import { lintDocument, type LintReport } from "../lint/lint-document.js";
import { exitCode, type ExitCode } from "./exit-code.js";
import { findingOf } from "./findings.js";
import { failureExitCode } from "./generate-outcome.js";
import { loadOptions } from "./load-options.js";
import type { LintCommandOptions } from "./options.js";
import { printAnnotations } from "./print-annotations.js";
import { asciiControls, diagnosticOf } from "./print-json.js";
import { printLint, printRules } from "./print-lint.js";
import { printSarif } from "./print-sarif.js";
import type { Terminal } from "./terminal.js";
import { packageVersion } from "./version.js";

/** Says all that is wrong with a document, or likely to be; writes nothing. */
export async function runLint(options: LintCommandOptions, terminal: Terminal): Promise<ExitCode> {
  const report = await lintDocument({
    ...loadOptions(options),
    target: options.target,
  });
  const code = exitCodeOf(report, options);
  print(report, code, options, terminal);
  return code;
}

/** Lists the rules. */
export function runLintRules({ json }: { readonly json: boolean }, { out }: Terminal): ExitCode {
  printRules(json, out);
  return exitCode.done;
}

function exitCodeOf(
  { findings, isComplete }: LintReport,
  { maxWarnings }: LintCommandOptions,
): ExitCode {
  if (!isComplete) return failureExitCode(findings);
  if (countOf("error", findings) > 0) return exitCode.findings;
  const isOver = maxWarnings !== undefined && countOf("warning", findings) > maxWarnings;
  return isOver ? exitCode.findings : exitCode.done;
}

function countOf(severity: Diagnostic["severity"], findings: readonly Diagnostic[]): number {
  return findings.filter((one) => one.severity === severity).length;
}

function print(
  report: LintReport,
  code: ExitCode,
  options: LintCommandOptions,
  terminal: Terminal,
): void {
  const { spec, quiet, format } = options;
  const shown = quiet
    ? report.findings.filter(({ severity }) => severity === "error")
    : report.findings;
  switch (format) {
    case "text":
      printLint({ ...report, findings: shown }, { options, code }, terminal);
      return;
    case "json":
      printJson(report, code, options, terminal);
      return;
    case "sarif":
      printSarif(
        shown.map((one) => findingOf(one, spec)),
        packageVersion(),
        terminal.out,
      );
      return;
    case "github":
      printAnnotations(
        shown.map((one) => findingOf(one, spec)),
        terminal.out,
      );
  }
}

function printJson(
  { findings, ignored, isComplete }: LintReport,
  code: ExitCode,
  { target }: LintCommandOptions,
  { out }: Terminal,
): void {
  const result = {
    exitCode: code,
    target,
    isComplete,
    counts: {
      error: countOf("error", findings),
      warning: countOf("warning", findings),
      info: countOf("info", findings),
      ignored: ignored.length,
    },
    findings: findings.map(diagnosticOf),
    ignored: ignored.map(({ finding, reason }) => ({ ...diagnosticOf(finding), reason })),
  };
  out.write(`${asciiControls(JSON.stringify(result))}\n`);
}
