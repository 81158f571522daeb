import { existsSync, readFileSync } from "node:fs";

/** Files of cases, those of templates first. */
export const caseFiles = [
  "aws-recorded",
  "aws",
  "language",
  "language-random",
  "language-lexer",
  "velocity-suite",
  "jsonpath",
] as const;
export type CaseFile = (typeof caseFiles)[number];

/** What a template prints, or that it fails. */
export interface Outcome {
  readonly output?: string;
  readonly error?: string;
  readonly requestOverride?: unknown;
  readonly responseOverride?: unknown;
}

/** One case of a template. */
export interface TemplateCase {
  readonly id: string;
  readonly name?: string;
  readonly tags?: readonly string[];
  readonly template: string;
  readonly body?: string;
  readonly params?: Readonly<
    Partial<Record<"path" | "querystring" | "header", Readonly<Record<string, string>>>>
  >;
  readonly context?: unknown;
  readonly stageVariables?: Readonly<Record<string, string>>;
  readonly assumes?: string | readonly string[];
  readonly expect: Outcome;
  readonly gateway?: Outcome;
  readonly later?: Outcome;
  /** Variables that the template finds set. */
  readonly vars?: Readonly<Record<string, unknown>>;
}

/** One case of a path. */
export interface PathCase {
  readonly id: string;
  readonly path: string;
  readonly doc: string;
  readonly expect: PathOutcome;
  readonly later?: PathOutcome;
}
export interface PathOutcome {
  readonly json?: string;
  readonly print?: string;
}

/** The copies in this repository, and the whole collection where it is at hand. */
export const caseFolders: readonly URL[] = [
  new URL("cases/", import.meta.url),
  new URL("../../../shared/vtl/", import.meta.url),
];

/** The lines of a file in the first of some folders that has it; undefined when none does. */
export function readCaseLines(
  file: CaseFile,
  folders: readonly URL[],
): readonly string[] | undefined {
  const place = folders
    .map((folder) => new URL(`${file}.jsonl`, folder))
    .find((url) => existsSync(url));
  if (place === undefined) return undefined;
  return readFileSync(place, "utf8")
    .split("\n")
    .filter((line) => line !== "");
}
