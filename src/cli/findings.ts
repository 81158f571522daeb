import type { Diagnostic, Severity } from "../diagnostics.js";
import { catalogue } from "../diagnostics.js";
import { isLintRule, lintRules } from "../lint/rules.js";
import type { Conflict, FileChange } from "../write/changes.js";
import type { WriteResult } from "../write/write-project.js";
import type { GenerateOutcome } from "./generate-outcome.js";
import { besideSpec } from "./print-diagnostics.js";
import { conflictReasons } from "./print-result.js";

/** One thing that a run has to say, in the form of reports for programs. */
export interface Finding {
  /** A code of a diagnostic, a rule of lint, or what is wrong with the output. */
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  readonly hint: string | undefined;
  /** Relative to the working folder, with `/`. */
  readonly file: string;
  /** From 1; undefined: the file as a whole. */
  readonly line: number | undefined;
  readonly column: number | undefined;
  /** JSON pointer into the document; undefined for files of the output. */
  readonly pointer: string | undefined;
}

/** What the rules of the output say; those of the document stand in the catalogue of diagnostics. */
export const outputRules = {
  "out-of-date": "A generated file is not what the document and the settings give.",
  "edited-file": "A generated file was edited, and the edits would be lost.",
} as const;

/** A sentence about a rule. */
export function ruleText(rule: string): string {
  if (isLintRule(rule)) return lintRules[rule].text;
  const texts: Readonly<Record<string, string>> = { ...catalogue, ...outputRules };
  return (Object.hasOwn(texts, rule) ? texts[rule] : undefined) ?? rule;
}

/** All that a run found: problems of the document, and files that are not as they should be. */
export function findingsOf({ options, generated, written }: GenerateOutcome): readonly Finding[] {
  const { spec, out, mode } = options;
  return [
    ...generated.diagnostics.map((diagnostic) => findingOf(diagnostic, spec)),
    ...outputFindings(written, out, mode === "check"),
  ];
}

/** A diagnostic in the form of reports for programs; `spec`: the document as the user named it. */
export function findingOf(diagnostic: Diagnostic, spec: string): Finding {
  const { code, severity, message, hint, at, position } = diagnostic;
  const [file = "", pointer = ""] = at.split("#", 2);
  return {
    rule: code,
    severity,
    message,
    hint,
    file: besideSpec(position?.file ?? file, spec),
    line: position?.line,
    column: position?.column,
    pointer,
  };
}

function outputFindings(
  written: WriteResult | undefined,
  out: string,
  isChecked: boolean,
): readonly Finding[] {
  const folder = out.replaceAll("\\", "/").replace(/\/+$/, "");
  switch (written?.kind) {
    case "conflict":
      return written.conflicts.map((conflict) => editedFile(conflict, folder));
    case "frozen":
      return written.changes.map((change) => outOfDate(change, folder));
    case "done":
      return isChecked ? written.changes.map((change) => outOfDate(change, folder)) : [];
    case "failed":
    case undefined:
      return [];
  }
}

function editedFile({ path, reason }: Conflict, folder: string): Finding {
  return ofFile("edited-file", `${folder}/${path}`, conflictReasons[reason]);
}

const wouldDo = { create: "made", update: "changed", delete: "deleted" } as const;

function outOfDate({ path, action }: FileChange, folder: string): Finding {
  return ofFile(
    "out-of-date",
    `${folder}/${path}`,
    `out of date: generating would have it ${wouldDo[action]}`,
  );
}

function ofFile(rule: keyof typeof outputRules, file: string, message: string): Finding {
  return {
    rule,
    severity: "error",
    message,
    hint: undefined,
    file,
    line: undefined,
    column: undefined,
    pointer: undefined,
  };
}
