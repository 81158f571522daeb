import { catalogue } from "../diagnostics.js";
import { describe, isList, isObject, quote } from "../json.js";
import type { LoadedDocument } from "../load/document.js";
import { nearestHint } from "../nearest.js";
import type { Pointer } from "../pointer.js";
import { child, descend } from "../pointer.js";
import { walkDocument } from "./document-walk.js";
import type { LintFinding } from "./finding.js";
import { isLintRule, lintRules } from "./rules.js";

const key = "x-gateway-lint-ignore";

/** A rule that is not reported at a place of the document and below. */
export interface Ignore {
  readonly rule: string;
  readonly reason: string;
  /** The object that it stands on. */
  readonly scope: Pointer;
  /** The entry itself. */
  readonly at: Pointer;
}

export interface Ignores {
  readonly ignores: readonly Ignore[];
  /** What is wrong with them. */
  readonly findings: readonly LintFinding[];
}

/** Names that levels and ignores may use. */
export const knownRules: readonly string[] = [...Object.keys(lintRules), ...Object.keys(catalogue)];

export function isKnownRule(name: string): boolean {
  return isLintRule(name) || Object.hasOwn(catalogue, name);
}

/** Reads every `x-gateway-lint-ignore` of a document. */
export function readIgnores({ root, at }: LoadedDocument): Ignores {
  const ignores: Ignore[] = [];
  const findings: LintFinding[] = [];
  const read = (value: unknown, scope: Pointer): void => {
    const place = child(scope, key);
    if (!isList(value)) {
      findings.push(wrongForm(value, place));
      return;
    }
    value.forEach((item, index) => {
      const ignore = readIgnore(item, child(place, index), scope);
      if ("rule" in ignore && "scope" in ignore) ignores.push(ignore);
      else findings.push(ignore);
    });
  };
  if (Object.hasOwn(root, key)) read(root[key], at);
  walkDocument(
    root,
    (keys) => descend(at, keys),
    (value, _key, place) => {
      if (isObject(value) && Object.hasOwn(value, key)) read(value[key], place());
    },
  );
  return { ignores, findings };
}

function wrongForm(value: unknown, at: Pointer): LintFinding {
  const message = `expected a list of { rule, reason }, found ${describe(value)}`;
  return { rule: "ignore-form", at, message };
}

function readIgnore(item: unknown, at: Pointer, scope: Pointer): Ignore | LintFinding {
  if (!isObject(item) || typeof item["rule"] !== "string") return wrongForm(item, at);
  const { rule, reason } = item;
  if (!isKnownRule(rule)) {
    const message = `there is no rule ${quote(rule)}`;
    return { rule: "ignore-unknown-rule", at, message, ...nearestHint(rule, knownRules) };
  }
  if (typeof reason !== "string" || reason.trim() === "") {
    const message = `${rule} is ignored without a reason, so it is reported all the same`;
    return { rule: "ignore-without-reason", at, message, hint: "add a reason" };
  }
  return { rule, reason, scope, at };
}

/** The ignore that holds for a report; of several the innermost. */
export function ignoreOf(
  report: { readonly code: string; readonly at: Pointer },
  ignores: readonly Ignore[],
): Ignore | undefined {
  return ignores
    .filter(({ rule, scope }) => rule === report.code && isWithin(report.at, scope))
    .toSorted((a, b) => b.scope.length - a.scope.length)[0];
}

function isWithin(at: Pointer, scope: Pointer): boolean {
  return at === scope || at.startsWith(`${scope}/`);
}
