import type { FileChange } from "../write/changes.js";
import { colorsOf, printable, type Channel, type Colors } from "./terminal.js";

const shownDiffs = 10;
const shownLines = 40;
/** A diff of larger files takes long and nobody reads it. */
const diffedBytes = 512 * 1024;

const marks = { create: "+", update: "~", delete: "-" } as const;

/** Prints what would change: every file, and how the first of them differ. */
export async function printChanges(
  changes: readonly FileChange[],
  channel: Channel,
): Promise<void> {
  const colors = colorsOf(channel);
  const paint = { create: colors.green, update: colors.yellow, delete: colors.red };
  for (const { path, action } of changes) {
    channel.write(`${paint[action](`${marks[action]} ${printable(path)}`)}\n`);
  }
  const updates = changes.filter(({ action }) => action === "update");
  for (const change of updates.slice(0, shownDiffs)) {
    channel.write(await printDiff(change, colors));
  }
  if (updates.length > shownDiffs) {
    channel.write(colors.dim(`... and ${updates.length - shownDiffs} more files differ\n`));
  }
}

async function printDiff({ path, before, after }: FileChange, colors: Colors): Promise<string> {
  if (before === undefined || after === undefined) return "";
  if (before.length + after.length > diffedBytes) {
    return colors.dim(`${path}: ${before.length} bytes become ${after.length} bytes\n`);
  }
  const { createTwoFilesPatch } = await import("diff");
  const patch = createTwoFilesPatch(path, path, before.toString(), after.toString(), "", "", {
    context: 2,
    timeout: 1000,
  });
  // the first line is a ruler
  const lines = patch?.trimEnd().split("\n").slice(1) ?? [];
  const shown = lines.slice(0, shownLines).map((line) => paintLine(printable(line), colors));
  if (lines.length > shownLines) {
    shown.push(colors.dim(`... ${lines.length - shownLines} more lines`));
  }
  return `\n${shown.join("\n")}\n`;
}

/** A line of a unified diff in its colour. */
export function paintLine(line: string, colors: Colors): string {
  if (line.startsWith("+++") || line.startsWith("---")) return colors.bold(line);
  if (line.startsWith("+")) return colors.green(line);
  if (line.startsWith("-")) return colors.red(line);
  return line.startsWith("@@") ? colors.cyan(line) : line;
}
