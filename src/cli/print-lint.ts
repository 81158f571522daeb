import type { Diagnostic, Severity } from "../diagnostics.js";
import type { LintReport } from "../lint/lint-document.js";
import { lintRules } from "../lint/rules.js";
import { parsePointer } from "../pointer.js";
import type { ExitCode } from "./exit-code.js";
import type { LintCommandOptions } from "./options.js";
import { besideSpec } from "./print-diagnostics.js";
import { colorsOf, printable, type Channel, type Colors, type Terminal } from "./terminal.js";

interface LintRun {
  readonly options: LintCommandOptions;
  readonly code: ExitCode;
}

/** Prints findings for people, file by file, and a line that sums them up. */
export function printLint(report: LintReport, run: LintRun, { out }: Terminal): void {
  const colors = colorsOf(out);
  for (const [file, findings] of byFile(report.findings, run.options.spec)) {
    out.write(`${colors.bold(printable(file))}\n`);
    const width = Math.max(...findings.map((one) => placeOf(one).length));
    for (const finding of findings) out.write(printFinding(finding, width, colors));
    out.write("\n");
  }
  out.write(`${summary(report, run, colors)}\n`);
}

function byFile(
  findings: readonly Diagnostic[],
  spec: string,
): ReadonlyMap<string, readonly Diagnostic[]> {
  const files = new Map<string, Diagnostic[]>();
  for (const finding of findings) {
    const file = besideSpec(finding.position?.file ?? parsePointer(finding.at).file, spec);
    const group = files.get(file) ?? [];
    group.push(finding);
    files.set(file, group);
  }
  return files;
}

function placeOf({ position }: Diagnostic): string {
  return position === undefined ? "" : `${position.line}:${position.column}`;
}

function printFinding(finding: Diagnostic, width: number, colors: Colors): string {
  const { code, severity, message, hint } = finding;
  const paint = { error: colors.red, warning: colors.yellow, info: colors.cyan }[severity];
  const place = placeOf(finding).padStart(width);
  const line = `  ${place}  ${paint(severity.padEnd(7))}  ${printable(message)}  ${colors.dim(code)}\n`;
  if (hint === undefined) return line;
  return `${line}${" ".repeat(width + 13)}${colors.cyan("hint:")} ${printable(hint)}\n`;
}

const words: Readonly<Record<Severity, string>> = {
  error: "error",
  warning: "warning",
  info: "note",
};

function summary(
  { findings, ignored, isComplete }: LintReport,
  { options, code }: LintRun,
  { red, green }: Colors,
): string {
  const counts = (["error", "warning", "info"] as const).flatMap((severity) => {
    const count = findings.filter((one) => one.severity === severity).length;
    return count === 0 ? [] : [`${count} ${words[severity]}${count === 1 ? "" : "s"}`];
  });
  const parts = [
    printable(options.spec),
    counts.length === 0 ? "nothing found" : counts.join(", "),
    ...(ignored.length === 0 ? [] : [`${ignored.length} ignored`]),
    ...(isComplete ? [] : ["the rules of lint run once these errors are gone"]),
    ...(overLimit(findings, options) ? [`more than ${options.maxWarnings} warnings`] : []),
  ];
  return `${code === 0 ? green("✓") : red("✗")} ${parts.join(" · ")}`;
}

function overLimit(findings: readonly Diagnostic[], { maxWarnings }: LintCommandOptions): boolean {
  const warnings = findings.filter(({ severity }) => severity === "warning").length;
  return maxWarnings !== undefined && warnings > maxWarnings;
}

/** Prints the rules that lint alone has. */
export function printRules(json: boolean, out: Channel): void {
  if (json) {
    const rules = Object.entries(lintRules).map(([rule, facts]) => ({ rule, ...facts }));
    out.write(`${JSON.stringify(rules)}\n`);
    return;
  }
  const { bold, dim } = colorsOf(out);
  const width = Math.max(...Object.keys(lintRules).map((rule) => rule.length));
  for (const [rule, { severity, text, source }] of Object.entries(lintRules)) {
    out.write(
      `${bold(rule.padEnd(width))}  ${severity.padEnd(7)}  ${text} ${dim(`(${source})`)}\n`,
    );
  }
}
