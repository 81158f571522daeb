import type { TemplateExpression, TemplateNode } from "../../src/ir/template.js";
import { dynamicPath } from "../../src/runtime/jsonpath/dynamic.js";
import { readJson } from "../../src/runtime/velocity/json-reader.js";
import { print, toJson } from "../../src/runtime/velocity/print.js";
import { TemplateError } from "../../src/runtime/velocity/value.js";
import type { Outcome, PathCase, PathOutcome, TemplateCase } from "./case-files.js";
import { compileTemplates } from "./compiled-cases.js";

/** How one case ended. */
export interface CaseResult {
  readonly id: string;
  readonly passed: boolean;
  /** The case rests on a point that was not recorded from the service. */
  readonly isAssumed: boolean;
  readonly given: string;
  readonly want: string;
  readonly got: string;
}

/** Compiles the templates of a file at once and renders each. */
export async function runTemplateCases(lines: readonly string[]): Promise<readonly CaseResult[]> {
  const cases = lines.map((line) => JSON.parse(line) as TemplateCase);
  const render = await compileTemplates(
    cases.map((item) => ({ text: item.template, given: Object.keys(item.vars ?? {}) })),
  );
  return cases.map((item, index) => judge(item, render(index, lines[index] ?? "")));
}

function judge(item: TemplateCase, got: Outcome): CaseResult {
  const wanted = [item.later, item.gateway ?? item.expect].filter((want) => want !== undefined);
  return {
    id: item.id,
    passed: wanted.some((want) => isSame(want, got)),
    isAssumed: item.assumes !== undefined,
    given: item.template,
    want: JSON.stringify(wanted.at(-1)),
    got: JSON.stringify(got),
  };
}

/** `method` and `runtime` need not be told apart. */
function isSame(want: Outcome, got: Outcome): boolean {
  if (want.error !== undefined || got.error !== undefined) {
    const kind = (error: string | undefined): string | undefined =>
      error === "runtime" ? "method" : error;
    const isKnown = want.error === "runtime" && got.error === "parse";
    return isKnown || kind(want.error) === kind(got.error);
  }
  return (
    want.output === got.output &&
    sameMembers(want.requestOverride, got.requestOverride) &&
    sameMembers(want.responseOverride, got.responseOverride)
  );
}

/** Blocks without members are not listed; the order of members does not count. */
function sameMembers(want: unknown, got: unknown): boolean {
  return JSON.stringify(sorted(want)) === JSON.stringify(sorted(got));
}

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const members = Object.entries(value)
    .map(([key, item]): [string, unknown] => [key, sorted(item)])
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return members.length === 0 ? undefined : members;
}

/**
 * Reads the paths of a file by compiled accessors and by the reader that templates use at run time; both
 * must agree.
 */
export async function runPathCases(lines: readonly string[]): Promise<readonly CaseResult[]> {
  const cases = lines.map((line) => JSON.parse(line) as PathCase);
  const render = await compileTemplates(
    cases.flatMap(({ path }) => [
      { text: path, given: [], nodes: [inputCall("json", path)] },
      { text: path, given: [], nodes: [inputCall("path", path)] },
    ]),
  );
  return cases.map((item, index) => {
    const line = JSON.stringify({ id: item.id, template: "", body: item.doc, expect: {} });
    const compiled = {
      json: render(2 * index, line).output ?? '""',
      print: render(2 * index + 1, line).output ?? "",
    };
    const dynamic = readPath(item);
    const fits = (want: PathOutcome | undefined): boolean =>
      [compiled, dynamic].every(
        (got) => (want?.json ?? '""') === got.json && (want?.print ?? "") === got.print,
      );
    return {
      id: item.id,
      passed: (item.later !== undefined && fits(item.later)) || fits(item.expect),
      isAssumed: false,
      given: `${item.path} on ${item.doc}`,
      want: JSON.stringify(item.later ?? item.expect),
      got: JSON.stringify({ compiled, dynamic }),
    };
  });
}

/** `$input.json('…')` or `$input.path('…')`, whatever stands in the path. */
function inputCall(name: string, path: string): TemplateNode {
  const args: readonly TemplateExpression[] = [{ kind: "string", text: path }];
  const parts = [{ kind: "method", at: 0, name, args }] as const;
  return { kind: "reference", reference: { at: 0, name: "input", decorated: false, parts } };
}

function readPath({ doc, path }: PathCase): { readonly json: string; readonly print: string } {
  try {
    const value = dynamicPath(readJson(doc), path);
    return { json: toJson(value), print: print(value) };
  } catch (error) {
    if (error instanceof TemplateError) return { json: '""', print: "" };
    throw error;
  }
}
