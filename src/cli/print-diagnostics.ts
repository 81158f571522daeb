import { posix } from "node:path";
import type { Diagnostic, Severity } from "../diagnostics.js";
import { parsePointer } from "../pointer.js";
import { colorsOf, printable, printableLines, type Channel, type Colors } from "./terminal.js";

export interface DiagnosticReport {
  readonly diagnostics: readonly Diagnostic[];
  /** Source lines around a diagnostic; empty when there are none. */
  readonly frame: (diagnostic: Diagnostic) => string;
  /** The document as the user named it: places are shown beside it. */
  readonly spec: string;
  /** Errors only. */
  readonly quiet: boolean;
}

/** How many diagnostics of one code are shown. The rest is counted; `--json` has them all. */
const shownOfCode: Readonly<Record<Severity, number>> = { error: 20, warning: 3, info: 1 };

/** Prints diagnostics for people. */
export function printDiagnostics(report: DiagnosticReport, channel: Channel): void {
  const colors = colorsOf(channel);
  const counts = new Map<string, number>();
  const shown = report.quiet
    ? report.diagnostics.filter(({ severity }) => severity === "error")
    : report.diagnostics;
  for (const diagnostic of shown) {
    const { code, severity } = diagnostic;
    const count = (counts.get(code) ?? 0) + 1;
    counts.set(code, count);
    if (count <= shownOfCode[severity]) channel.write(printDiagnostic(diagnostic, report, colors));
  }
  for (const { code, severity } of uniqueCodes(shown)) {
    const more = (counts.get(code) ?? 0) - shownOfCode[severity];
    if (more > 0) channel.write(colors.dim(`... and ${more} more of ${code}; --json lists all\n`));
  }
}

function uniqueCodes(diagnostics: readonly Diagnostic[]): Iterable<Diagnostic> {
  return new Map(diagnostics.map((one) => [one.code, one])).values();
}

function printDiagnostic(diagnostic: Diagnostic, report: DiagnosticReport, colors: Colors): string {
  const { code, severity, message, hint, at } = diagnostic;
  const paint = { error: colors.red, warning: colors.yellow, info: colors.cyan }[severity];
  const place = printable(printPlace(diagnostic, report.spec));
  const head = `${colors.bold(place)} ${paint(severity)} ${code}: ${printable(message)}`;
  const pointer = at.slice(at.indexOf("#") + 1);
  const lines = [head];
  if (pointer !== "") lines.push(colors.dim(`  at ${printable(pointer)}`));
  const frame = severity === "info" ? "" : report.frame(diagnostic);
  if (frame !== "") lines.push(indent(printableLines(frame)));
  if (hint !== undefined) lines.push(`  ${colors.cyan("hint:")} ${printable(hint)}`);
  return `${lines.join("\n")}\n`;
}

function indent(text: string): string {
  return text.replace(/^/gm, "  ");
}

function printPlace({ at, position }: Diagnostic, spec: string): string {
  const file = position?.file ?? parsePointer(at).file;
  const path = besideSpec(file, spec);
  return position === undefined ? path : `${path}:${position.line}:${position.column}`;
}

/** Files of diagnostics are relative to the document's folder; the user's terminal is not. */
export function besideSpec(file: string, spec: string): string {
  const isPlain = spec === "-" || posix.isAbsolute(file) || /^[a-z][a-z0-9+.-]+:/i.test(file);
  return isPlain ? file : posix.join(posix.dirname(spec.replaceAll("\\", "/")), file);
}

/** `2 errors, 1 warning`; empty without any. */
export function countDiagnostics(diagnostics: readonly Diagnostic[]): string {
  return (["error", "warning"] as const)
    .map((severity) => [severity, diagnostics.filter((one) => one.severity === severity)] as const)
    .filter(([, found]) => found.length > 0)
    .map(([severity, found]) => `${found.length} ${severity}${found.length === 1 ? "" : "s"}`)
    .join(", ");
}
