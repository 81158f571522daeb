import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { caseFiles, caseFolders, readCaseLines, type CaseFile } from "./case-files.js";
import { knownDifferences } from "./known-differences.js";
import { runPathCases, runTemplateCases, type CaseResult } from "./run-cases.js";

/** Share of the cases of a file that must pass; the second one of those with an open point. */
const targets: Readonly<Record<CaseFile, readonly [certain: number, assumed: number]>> = {
  "aws-recorded": [1, 1],
  aws: [1, 0.97],
  language: [0.99, 0],
  "language-random": [0.99, 0],
  "language-lexer": [0.99, 0],
  "velocity-suite": [0.99, 0],
  jsonpath: [0.99, 0],
};

/** The results of one file. */
export interface FileReport {
  readonly file: CaseFile;
  readonly results: readonly CaseResult[];
  readonly meetsTarget: boolean;
}

/** Folders named in `VTL_CASES`, separated like a path; else the shared ones and the copies. */
export function foldersFrom(environment: Readonly<Record<string, string | undefined>>): URL[] {
  const named = environment["VTL_CASES"];
  if (named === undefined || named === "") return caseFolders.toReversed();
  return named
    .split(":")
    .filter((folder) => existsSync(folder))
    .map((folder) => pathToFileURL(`${resolve(folder)}/`));
}

/** Runs every file that one of the folders has. */
export async function runFiles(folders: readonly URL[]): Promise<readonly FileReport[]> {
  const reports: FileReport[] = [];
  for (const file of caseFiles) {
    const lines = readCaseLines(file, folders);
    if (lines === undefined) continue;
    const results = await (file === "jsonpath" ? runPathCases(lines) : runTemplateCases(lines));
    reports.push({ file, results, meetsTarget: meetsTarget(file, results) });
  }
  return reports;
}

/** Whether enough cases of a file pass. */
export function meetsTarget(file: CaseFile, results: readonly CaseResult[]): boolean {
  const [certain, assumed] = targets[file];
  const share = (some: readonly CaseResult[]): number =>
    some.length === 0 ? 1 : some.filter(({ passed }) => passed).length / some.length;
  return (
    share(results.filter(({ isAssumed }) => !isAssumed)) >= certain &&
    share(results.filter(({ isAssumed }) => isAssumed)) >= assumed
  );
}

/** One line for each file, and below it each case that is not met with the reason. */
export function printReports(reports: readonly FileReport[]): string {
  const lines = reports.flatMap(({ file, results, meetsTarget: isMet }) => {
    const passed = results.filter((result) => result.passed).length;
    const share = `${((passed / results.length) * 100).toFixed(1)} %`;
    const head = `${isMet ? "✓" : "✗"} ${file.padEnd(16)} ${String(passed).padStart(4)} of ${String(results.length).padStart(4)}  ${share.padStart(7)}`;
    return [head, ...results.filter((result) => !result.passed).flatMap(printDifference)];
  });
  return `${lines.join("\n")}\n`;
}

function printDifference({ id, want, got }: CaseResult): readonly string[] {
  const reason = knownDifferences.get(id);
  if (reason !== undefined) return [`    ${id}: ${reason}`];
  return [`    ${id}: not explained`, `      want ${want}`, `      got  ${got}`];
}
