import { paintLine } from "./print-changes.js";
import { colorsOf, printable, type Channel } from "./terminal.js";

/** How `after` differs from `before`, as a unified diff. */
export async function textDiff(
  names: { readonly before: string; readonly after: string },
  before: string,
  after: string,
): Promise<string> {
  const { createTwoFilesPatch } = await import("diff");
  const patch = createTwoFilesPatch(names.before, names.after, before, after, "", "", {
    context: 3,
    timeout: 2000,
  });
  if (patch === undefined) return "the texts differ in more places than can be shown\n";
  // the first line is a ruler
  return `${patch.trimEnd().split("\n").slice(1).join("\n")}\n`;
}

/** Prints a unified diff. */
export function printTextDiff(diff: string, channel: Channel): void {
  const colors = colorsOf(channel);
  for (const line of diff.trimEnd().split("\n")) {
    channel.write(`${paintLine(printable(line.replaceAll("\t", "  ")), colors)}\n`);
  }
}
