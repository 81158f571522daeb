import type { ChangeSeverity } from "../diff/change.js";
import { changeSeverities } from "../diff/change.js";
import type { LocatedChange } from "../diff/diff-documents.js";
import type { DiffCommandOptions } from "./options.js";
import { besideSpec } from "./print-diagnostics.js";
import { colorsOf, printable, printableLines, type Channel, type Colors } from "./terminal.js";

const titles: Readonly<Record<ChangeSeverity, string>> = {
  breaking: "Breaks clients",
  security: "Security",
  behaviour: "Behaves otherwise",
  safe: "Safe",
};

/** Prints changes for people: by severity, each with its places in both documents. */
export function printDiff(
  changes: readonly LocatedChange[],
  options: DiffCommandOptions,
  out: Channel,
): void {
  const colors = colorsOf(out);
  const paint: Readonly<Record<ChangeSeverity, (text: string) => string>> = {
    breaking: colors.red,
    security: colors.red,
    behaviour: colors.yellow,
    safe: colors.green,
  };
  for (const [severity, group] of bySeverity(changes)) {
    out.write(`${colors.bold(paint[severity](titles[severity]))}\n`);
    for (const change of group) out.write(printChange(change, options, colors));
    out.write("\n");
  }
  out.write(`${summary(changes)}\n`);
}

function bySeverity(
  changes: readonly LocatedChange[],
): readonly (readonly [ChangeSeverity, readonly LocatedChange[]])[] {
  return changeSeverities
    .map((severity) => [severity, changes.filter((one) => one.severity === severity)] as const)
    .filter(([, group]) => group.length > 0);
}

function printChange(change: LocatedChange, options: DiffCommandOptions, colors: Colors): string {
  const { subject, message } = change;
  const places = placesOf(change, options).map(printable).join(" → ");
  return `  ${colors.bold(printable(subject))}: ${printable(message)}\n${places === "" ? "" : `    ${colors.dim(places)}\n`}`;
}

/** `old.yaml:4`, `new.yaml:7`. */
function placesOf(change: LocatedChange, options: DiffCommandOptions): readonly string[] {
  const sides = [
    [change.beforePosition, options.before],
    [change.afterPosition, options.after],
  ] as const;
  return sides.flatMap(([position, spec]) =>
    position === undefined ? [] : [`${besideSpec(position.file, spec)}:${position.line}`],
  );
}

function summary(changes: readonly LocatedChange[]): string {
  const counts = bySeverity(changes).map(([severity, { length }]) => `${length} ${severity}`);
  return counts.length === 0 ? "No changes." : `${counts.join(", ")}.`;
}

/** Output of templates that is shown in full. */
const shownOutput = 2000;

/** Prints changes as GitHub's Markdown. Text from the documents is code or is escaped. */
export function printMarkdown(
  changes: readonly LocatedChange[],
  options: DiffCommandOptions,
  out: Channel,
): void {
  out.write(`### API changes\n\n${summary(changes)}\n`);
  for (const [severity, group] of bySeverity(changes)) {
    const isOpen = severity !== "safe";
    out.write(
      isOpen
        ? `\n#### ${titles[severity]} (${group.length})\n\n`
        : `\n<details><summary>${titles[severity]} (${group.length})</summary>\n\n`,
    );
    for (const change of group) out.write(markdownOf(change, options));
    if (!isOpen) out.write("\n</details>\n");
  }
}

function markdownOf(change: LocatedChange, options: DiffCommandOptions): string {
  const places = placesOf(change, options).map(code).join(" → ");
  const where = places === "" ? "" : ` (${places})`;
  const line = `- **${escaped(change.subject)}**: ${escaped(change.message)}${where}\n`;
  const { output } = change;
  if (output === undefined || output.before === output.after) return line;
  const lines = [
    ...output.before
      .slice(0, shownOutput)
      .split("\n")
      .map((text) => `-${text}`),
    ...output.after
      .slice(0, shownOutput)
      .split("\n")
      .map((text) => `+${text}`),
  ];
  const text = printableLines(lines.join("\n"));
  return `${line}\n${indented(fenced(text))}\n\n`;
}

/** A fence longer than any in the text. */
function fenced(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(Math.max(3, longest + 1));
  return `${fence}diff\n${text}\n${fence}`;
}

function indented(text: string): string {
  return text.replace(/^/gm, "  ");
}

function code(text: string): string {
  return `\`${printable(text).replaceAll("`", "'")}\``;
}

/** Marks of Markdown and HTML, and mentions, as plain characters. */
function escaped(text: string): string {
  return printable(text).replace(/[\\`*_{}[\]<>()#+!|~&@]/g, (mark) =>
    mark === "@" ? "&#64;" : `\\${mark}`,
  );
}
