import type { ChangeSeverity } from "../diff/change.js";
import { changeSeverities } from "../diff/change.js";
import { diffDocuments, type DiffReport, type LocatedChange } from "../diff/diff-documents.js";
import type { LoadOptions } from "../load/load-document.js";
import { exitCode, type ExitCode } from "./exit-code.js";
import { failureExitCode } from "./generate-outcome.js";
import { loadOptions } from "./load-options.js";
import type { DiffCommandOptions, DiffGate } from "./options.js";
import { besideSpec, countDiagnostics, printDiagnostics } from "./print-diagnostics.js";
import { printDiff, printMarkdown } from "./print-diff.js";
import { asciiControls, diagnosticOf } from "./print-json.js";
import { colorsOf, printable, type Terminal } from "./terminal.js";

/** Says how two documents differ, for clients and in what the gateway does. */
export async function runDiff(options: DiffCommandOptions, terminal: Terminal): Promise<ExitCode> {
  const { before, after, beforeConfig, afterConfig, beforeOverlays, afterOverlays } = options;
  const side = (
    spec: string,
    config: string | undefined,
    overlays: readonly string[],
  ): LoadOptions => loadOptions({ ...options, spec, config, overlays });
  const report = await diffDocuments({
    before: side(before, beforeConfig, beforeOverlays),
    after: side(after, afterConfig, afterOverlays),
  });
  const code = exitCodeOf(report, options.failOn);
  print(report, code, options, terminal);
  return code;
}

/** What makes a gate fail. A change of security is as grave as one that breaks clients. */
const gates: Readonly<Record<DiffGate, ReadonlySet<ChangeSeverity>>> = {
  breaking: new Set(["breaking", "security"]),
  behaviour: new Set(["breaking", "security", "behaviour"]),
  any: new Set(changeSeverities),
  none: new Set(),
};

function exitCodeOf({ changes, before, after }: DiffReport, gate: DiffGate): ExitCode {
  if (changes === undefined) return failureExitCode([...before.diagnostics, ...after.diagnostics]);
  return changes.some(({ severity }) => gates[gate].has(severity))
    ? exitCode.findings
    : exitCode.done;
}

function print(
  report: DiffReport,
  code: ExitCode,
  options: DiffCommandOptions,
  terminal: Terminal,
): void {
  const { changes } = report;
  if (options.format === "json") {
    printJson(report, code, options, terminal);
    return;
  }
  if (changes === undefined) {
    printFailure(report, options, terminal);
    return;
  }
  const shown = options.quiet ? changes.filter(({ severity }) => severity !== "safe") : changes;
  if (options.format === "text") printDiff(shown, options, terminal.out);
  else printMarkdown(shown, options, terminal.out);
}

function printFailure(
  { before, after }: DiffReport,
  options: DiffCommandOptions,
  { err }: Terminal,
): void {
  const sides = [
    { ...before, spec: options.before },
    { ...after, spec: options.after },
  ];
  for (const side of sides) {
    if (!side.diagnostics.some(({ severity }) => severity === "error")) continue;
    printDiagnostics({ ...side, quiet: true }, err);
    const count = countDiagnostics(side.diagnostics);
    err.write(
      `${colorsOf(err).red("✗")} ${printable(side.spec)} · ${count} · nothing is compared\n`,
    );
  }
}

function printJson(
  { changes, before, after }: DiffReport,
  code: ExitCode,
  options: DiffCommandOptions,
  { out }: Terminal,
): void {
  const result = {
    exitCode: code,
    ...(changes === undefined
      ? {}
      : {
          counts: Object.fromEntries(
            changeSeverities.map((severity) => [
              severity,
              changes.filter((one) => one.severity === severity).length,
            ]),
          ),
          changes: changes.map((change) => changeOf(change, options)),
        }),
    diagnostics: {
      old: before.diagnostics.map(diagnosticOf),
      new: after.diagnostics.map(diagnosticOf),
    },
  };
  out.write(`${asciiControls(JSON.stringify(result))}\n`);
}

function changeOf(change: LocatedChange, options: DiffCommandOptions): object {
  const { kind, severity, subject, message, output } = change;
  const place = (
    pointer: LocatedChange["before"],
    position: LocatedChange["beforePosition"],
    spec: string,
  ): object | null =>
    pointer === undefined
      ? null
      : {
          pointer,
          position: position && { ...position, file: besideSpec(position.file, spec) },
        };
  return {
    kind,
    severity,
    subject,
    message,
    old: place(change.before, change.beforePosition, options.before),
    new: place(change.after, change.afterPosition, options.after),
    output: output === undefined ? null : { old: output.before, new: output.after },
  };
}
