import type { Conflict, EditPolicy, FileChange, Notice } from "../write/changes.js";
import type { WriteResult } from "../write/write-project.js";
import type { GenerateOutcome } from "./generate-outcome.js";
import type { GenerateCommandOptions } from "./options.js";
import { countDiagnostics } from "./print-diagnostics.js";
import { colorsOf, printable, type Channel } from "./terminal.js";

/** Prints the files that nobody may overwrite, and what to do. */
export function printConflicts(
  conflicts: readonly Conflict[],
  { out, edits }: Pick<GenerateCommandOptions, "out" | "edits">,
  channel: Channel,
): void {
  const { red, cyan } = colorsOf(channel);
  channel.write(
    `${red("✗")} ${printable(out)} · ${plural(conflicts.length, "file")} of yours would be lost · nothing was written\n`,
  );
  for (const { path, reason } of conflicts) {
    channel.write(`  ${printable(path)}: ${conflictReasons[reason]}\n`);
  }
  for (const hint of conflictHints(conflicts, edits)) {
    channel.write(`  ${cyan("hint:")} ${hint}\n`);
  }
}

/** Why a file is not written. */
export const conflictReasons: Readonly<Record<Conflict["reason"], string>> = {
  edited: "a generated file that was edited",
  foreign: "a file that gen-gateway did not write, where a generated one belongs",
  "no-json": "no JSON object, so the generator's keys cannot be merged into it",
  overlap: "edited in the lines that the generator changes, too",
  "no-base": "edited, and what was generated before is not known",
  "too-different": "edited in more places than can be compared",
};

function conflictHints(conflicts: readonly Conflict[], edits: EditPolicy): readonly string[] {
  const has = (reason: Conflict["reason"]): boolean =>
    conflicts.some((conflict) => conflict.reason === reason);
  const force = "use --force, which keeps a copy of each below .gen-gateway/replaced";
  return [
    ...(has("edited") && edits === "refuse"
      ? ["use --merge, which keeps your edits and brings in what is new"]
      : []),
    ...(has("overlap") ? ["use --merge --conflict-markers, and decide in the files"] : []),
    `move your changes to a file of your own, name the file in .gen-gatewayignore, or ${force}`,
  ];
}

/** Prints what a run left alone on purpose, and what it brought together. */
export function printNotices(notices: readonly Notice[], channel: Channel): void {
  const { yellow } = colorsOf(channel);
  for (const notice of notices) {
    channel.write(`${yellow("!")} ${printable(notice.path)}: ${noticeText(notice)}\n`);
  }
}

function noticeText(notice: Notice): string {
  switch (notice.kind) {
    case "stale-kept":
      return "no longer generated, but edited: it is kept and is yours now";
    case "keys-kept":
      return `yours, so kept: ${notice.keys.map(printable).join(", ")}`;
    case "merged":
      return "edited: your edits are kept";
    case "mended":
      return "yours: what was missing is added, what was renamed is called by its new name";
    case "markers":
      return `edited: ${plural(notice.overlaps, "place")} for you to decide, marked by <<<<<<< and >>>>>>>`;
  }
}

/** Prints that the output is another one than its manifest records. */
export function printFrozen(changes: readonly FileChange[], out: string, channel: Channel): void {
  const { red, cyan } = colorsOf(channel);
  channel.write(
    `${red("✗")} ${printable(out)} · not what ${manifestName} records · nothing was written\n`,
  );
  const shown = changes.slice(0, shownFiles);
  for (const { path, action } of shown) channel.write(`  ${action} ${printable(path)}\n`);
  if (changes.length > shown.length) {
    channel.write(`  ... and ${changes.length - shown.length} more\n`);
  }
  channel.write(
    `  ${cyan("hint:")} run gen-gateway without --frozen and commit what it writes, the manifest at least\n`,
  );
}

const manifestName = ".gen-gateway/manifest.json";
const shownFiles = 10;

/** Prints what was done, or would be: `✓ out/petstore · 23 files (2 changed) · 14 routes · 0.4 s`. */
export async function printSummary(
  { options, generated, progress }: GenerateOutcome,
  { changes, ignored }: Extract<WriteResult, { kind: "done" }>,
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
  const left = ignored.length === 0 ? "" : `, ${ignored.length} ignored`;
  const parts = [
    printable(options.out),
    `${plural(files, "file")} (${changes.length === 0 ? "unchanged" : changed}${left})`,
    plural(generated.routes, "route"),
    countDiagnostics(generated.diagnostics),
    `${(progress.elapsedMs() / 1000).toFixed(1)} s`,
  ];
  const mark = isStale ? red("✗") : green("✓");
  channel.write(`${mark} ${parts.filter((part) => part !== "").join(" · ")}\n`);
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
