import type { Conflict, FileChange, Notice } from "../write/changes.js";
import type { GenerateOutcome } from "./generate-command.js";
import { countDiagnostics } from "./print-diagnostics.js";
import { colorsOf, printable, type Channel } from "./terminal.js";

/** Prints the files that nobody may overwrite, and what to do. */
export function printConflicts(
  conflicts: readonly Conflict[],
  folder: string,
  channel: Channel,
): void {
  const { red, cyan } = colorsOf(channel);
  const files = `${conflicts.length} file${conflicts.length === 1 ? "" : "s"}`;
  channel.write(
    `${red("✗")} ${printable(folder)} · ${files} of yours would be lost · nothing was written\n`,
  );
  for (const { path, reason } of conflicts) {
    channel.write(`  ${printable(path)}: ${reasons[reason]}\n`);
  }
  channel.write(
    `  ${cyan("hint:")} move your changes to a file of your own, or use --force, which keeps a copy of ` +
      "each below .gen-gateway/replaced\n",
  );
}

const reasons: Readonly<Record<Conflict["reason"], string>> = {
  edited: "a generated file that was edited",
  foreign: "a file that gen-gateway did not write, where a generated one belongs",
  "no-json": "no JSON object, so the generator's keys cannot be merged into it",
};

/** Prints what a run left alone on purpose. */
export function printNotices(notices: readonly Notice[], channel: Channel): void {
  const { yellow } = colorsOf(channel);
  for (const notice of notices) {
    const text =
      notice.kind === "stale-kept"
        ? "no longer generated, but edited: it is kept and is yours now"
        : `yours, so kept: ${notice.keys.map(printable).join(", ")}`;
    channel.write(`${yellow("!")} ${printable(notice.path)}: ${text}\n`);
  }
}

/** Prints what was done, or would be: `✓ out/petstore · 23 files (2 changed) · 14 routes · 0.4 s`. */
export async function printSummary(
  { options, generated, progress }: GenerateOutcome,
  { changes }: { readonly changes: readonly FileChange[] },
  { out, err }: { readonly out: Channel; readonly err: Channel },
): Promise<void> {
  const { mode, quiet } = options;
  const isStale = mode === "check" && changes.length > 0;
  if (mode !== "write" && !quiet && changes.length > 0) {
    const { printChanges } = await import("./print-changes.js");
    await printChanges(changes, out);
  }
  if (quiet && !isStale) return;
  const channel = isStale ? err : out;
  const { green, red } = colorsOf(channel);
  const changed = `${changes.length} ${mode === "write" ? "changed" : "would change"}`;
  const files = generated.files.length;
  const routes = generated.plan?.tables.routes.length ?? 0;
  const parts = [
    printable(options.out),
    `${plural(files, "file")} (${changes.length === 0 ? "unchanged" : changed})`,
    plural(routes, "route"),
    countDiagnostics(generated.diagnostics),
    `${(progress.elapsedMs() / 1000).toFixed(1)} s`,
  ];
  const mark = isStale ? red("✗") : green("✓");
  channel.write(`${mark} ${parts.filter((part) => part !== "").join(" · ")}\n`);
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
