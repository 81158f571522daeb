import type { DisputedCase } from "./case-files.js";
import type { CaseResult } from "./runner.js";

/** How much of the report to print. */
export interface ReportOptions {
  readonly disputed: readonly DisputedCase[];
  /** Lists every case, not only those that fail. */
  readonly verbose: boolean;
}

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly unsupported: number;
}

/** Failures of one case that are printed; the rest is counted. */
const SHOWN_MISMATCHES = 12;

/** The report as text: cases worth a look, then a line for each topic and target, then the sums. */
export function printReport(results: readonly CaseResult[], options: ReportOptions): string {
  const listed = options.verbose
    ? results
    : results.filter((result) => result.outcome.kind === "failed");
  const lines = listed.flatMap((result) => printCase(result, options.disputed));
  if (lines.length > 0) lines.push("");
  return [...lines, ...printTable(results, options.disputed)].join("\n");
}

/** The report as JSON text: all results, and counts by target and topic. */
export function printJsonReport(
  results: readonly CaseResult[],
  disputed: readonly DisputedCase[],
): string {
  const topics = [...groupBy(results, (result) => `${result.target} ${result.topic}`).values()].map(
    (group) => ({
      target: group[0]?.target,
      topic: group[0]?.topic,
      ...countOutcomes(group),
    }),
  );
  const cases = results.map((result) => ({
    ...result,
    weak: isWeak(result),
    disputed: disputed.find((one) => one.id === result.id)?.evidence,
  }));
  return JSON.stringify({ topics, cases }, null, 2);
}

/** Counts of the three outcomes. */
export function countOutcomes(results: readonly CaseResult[]): Counts {
  const count = (kind: CaseResult["outcome"]["kind"]): number =>
    results.filter((result) => result.outcome.kind === kind).length;
  return { passed: count("passed"), failed: count("failed"), unsupported: count("unsupported") };
}

function printCase(result: CaseResult, disputed: readonly DisputedCase[]): string[] {
  const { outcome } = result;
  const mark = { passed: "✓", failed: "✗", unsupported: "–" }[outcome.kind];
  const lines = [
    `${mark} ${result.id} (${result.target})${printMarks(result, disputed)}: ${result.title}`,
  ];
  if (outcome.kind === "unsupported") lines.push(`    not supported yet: ${outcome.reason}`);
  if (outcome.kind === "failed") {
    const shown = outcome.mismatches.slice(0, SHOWN_MISMATCHES);
    lines.push(...shown.map(({ at, problem }) => `    ${at}: ${problem}`));
    const more = outcome.mismatches.length - shown.length;
    if (more > 0) lines.push(`    and ${more} more`);
  }
  return lines;
}

function printMarks(result: CaseResult, disputed: readonly DisputedCase[]): string {
  const evidence = disputed.find((one) => one.id === result.id)?.evidence;
  return `${isWeak(result) ? " [weak source]" : ""}${evidence === undefined ? "" : ` [disputed: ${evidence}]`}`;
}

/** Known from field reports only: the weakest kind of source. */
function isWeak(result: CaseResult): boolean {
  return result.source.kind === "documented" && result.source.how === "reported";
}

function printTable(results: readonly CaseResult[], disputed: readonly DisputedCase[]): string[] {
  const rows = [["topic", "target", "passed", "failed", "unsupported", "notes"]];
  for (const ofTopic of groupBy(results, (result) => result.topic).values()) {
    for (const group of groupBy(ofTopic, (result) => result.target).values()) {
      rows.push(tableRow(group[0]?.topic ?? "", group, disputed));
    }
  }
  for (const group of groupBy(results, (result) => result.target).values()) {
    rows.push(tableRow("all topics", group, disputed));
  }
  return alignColumns(rows);
}

function tableRow(
  topic: string,
  group: readonly CaseResult[],
  disputed: readonly DisputedCase[],
): string[] {
  const { passed, failed, unsupported } = countOutcomes(group);
  const failures = group.filter((result) => result.outcome.kind === "failed");
  const weak = failures.filter(isWeak).length;
  const contested = failures.filter((result) =>
    disputed.some((one) => one.id === result.id),
  ).length;
  const notes = [
    ...(weak > 0 ? [`${weak} of the failures from a weak source`] : []),
    ...(contested > 0 ? [`${contested} of the failures disputed`] : []),
  ];
  return [
    topic,
    group[0]?.target ?? "",
    String(passed),
    String(failed),
    String(unsupported),
    notes.join(", "),
  ];
}

function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column >= 2 && column <= 4
          ? cell.padStart(widths[column] ?? 0)
          : cell.padEnd(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
}

function groupBy<T>(values: readonly T[], key: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const group = groups.get(key(value));
    if (group === undefined) groups.set(key(value), [value]);
    else group.push(value);
  }
  return groups;
}
