import type { Diagnostic } from "../diagnostics.js";
import type { WriteResult } from "../write/write-project.js";
import type { GenerateOutcome } from "./generate-outcome.js";
import type { Channel } from "./terminal.js";

/** Prints the outcome of `generate --json`: one object on one line. */
export function printJsonResult(outcome: GenerateOutcome, channel: Channel): void {
  const { options, generated, written, progress, exitCode } = outcome;
  const result = {
    exitCode,
    out: options.out,
    mode: options.mode,
    routes: generated.routes,
    files: filesOf(outcome),
    ...problemsOf(written),
    diagnostics: generated.diagnostics.map(diagnosticOf),
    timingsMs: Object.fromEntries(
      [...progress.timings].map(([phase, time]) => [phase, Math.round(time * 10) / 10]),
    ),
  };
  channel.write(`${asciiControls(JSON.stringify(result))}\n`);
}

/** Every file of the project and every file that goes, with what happens to it. */
function filesOf({ generated, written }: GenerateOutcome): readonly object[] {
  const changes = new Map(
    written?.kind === "done" ? written.changes.map(({ path, action }) => [path, action]) : [],
  );
  const files = generated.files.map(({ path, ownership }) => ({
    path,
    ownership,
    change: changes.get(path) ?? "none",
  }));
  const known = new Set(files.map(({ path }) => path));
  const others = [...changes]
    .filter(([path]) => !known.has(path))
    .map(([path, change]) => ({ path, ownership: "owned", change }));
  return [...files, ...others];
}

function problemsOf(written: WriteResult | undefined): object {
  switch (written?.kind) {
    case undefined:
      return {};
    case "conflict":
      return { conflicts: written.conflicts };
    case "frozen":
      return { differs: written.changes.map(({ path, action }) => ({ path, change: action })) };
    case "failed":
      return { failure: { message: written.message, hint: written.hint ?? null } };
    case "done":
      return { notices: written.notices, ignored: written.ignored };
  }
}

/** A diagnostic as the JSON of all commands has it. */
export function diagnosticOf({ code, severity, message, hint, at, position }: Diagnostic): object {
  return { code, severity, message, hint: hint ?? null, pointer: at, position: position ?? null };
}

/** JSON leaves some control characters as they are; a terminal would obey them. */
export function asciiControls(json: string): string {
  return json.replace(
    /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
