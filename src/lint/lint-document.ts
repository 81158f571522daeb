import type { Diagnostic, DiagnosticCode, DiagnosticSink, Severity } from "../diagnostics.js";
import { createDiagnosticSink } from "../diagnostics.js";
import { isObject, quote } from "../json.js";
import type { LoadedSettings } from "../load/document.js";
import { loadDocument, type LoadOptions } from "../load/load-document.js";
import { lowerDocument } from "../lower/document.js";
import { nearestHint } from "../nearest.js";
import { checkImport } from "./aws-import.js";
import { checkRestLimits } from "./aws-limits.js";
import { checkModels } from "./aws-models.js";
import { checkBackends } from "./backends.js";
import { checkBrowsers } from "./browsers.js";
import { checkCaches } from "./caches.js";
import type { LintCheck, LintFinding } from "./finding.js";
import { ignoreOf, isKnownRule, knownRules, readIgnores, type Ignore } from "./ignores.js";
import { checkMappings } from "./mappings.js";
import { checkProtection } from "./protection.js";
import type { LintRule, LintRuleName, LintTarget } from "./rules.js";
import { isLintRule, lintRules } from "./rules.js";
import { checkSecrets } from "./secrets.js";
import { checkValidation } from "./validation.js";

export interface LintOptions extends LoadOptions {
  /** Default: both. */
  readonly target?: LintTarget;
}

export interface LintReport {
  /** False: the document has errors of its own, and no rule of lint has seen it. */
  readonly isComplete: boolean;
  /** Those of reading the document and those of the rules, in the order of their places. */
  readonly findings: readonly Diagnostic[];
  /** What the document asks to ignore. */
  readonly ignored: readonly IgnoredFinding[];
}

export interface IgnoredFinding {
  readonly finding: Diagnostic;
  readonly reason: string;
}

const checks: readonly LintCheck[] = [
  checkImport,
  checkModels,
  checkRestLimits,
  checkProtection,
  checkValidation,
  checkBrowsers,
  checkBackends,
  checkCaches,
  checkMappings,
  checkSecrets,
];

/** Reads a document and says all that is wrong with it, or likely to be. Problems are values, never exceptions. */
export async function lintDocument(options: LintOptions): Promise<LintReport> {
  const sink = createDiagnosticSink<DiagnosticCode | LintRuleName>();
  const document = await loadDocument(options, sink);
  const gateway = document && lowerDocument(document, sink);
  if (document === undefined || gateway === undefined || sink.hasErrors()) {
    return { isComplete: false, findings: sink.list(), ignored: [] };
  }
  const judge = new Judge(options.target ?? "both", document.settings);
  const { ignores, findings } = readIgnores(document);
  for (const check of checks) report(check({ gateway, document }), sink);
  report([...findings, ...unknownRules(document.settings)], sink);
  report(unusedIgnores(ignores, sink.list(), judge), sink);
  return { isComplete: true, ...judge.judge(sink.list(), ignores) };
}

function report(findings: readonly LintFinding[], sink: DiagnosticSink<LintRuleName>): void {
  for (const { rule, at, message, hint } of findings) {
    sink[lintRules[rule].severity](rule, at, message, hint === undefined ? {} : { hint });
  }
}

type Level = Severity | "off";

function levelsOf({ value }: LoadedSettings): ReadonlyMap<string, unknown> {
  const lint = isObject(value["lint"]) ? value["lint"] : {};
  return new Map(Object.entries(isObject(lint["rules"]) ? lint["rules"] : {}));
}

function isLevel(value: unknown): value is Level {
  return value === "off" || value === "info" || value === "warning" || value === "error";
}

/** Codes that say nothing of one of the targets. */
const ofAwsAlone = new Set(["GG108"]);
const ofSelfAlone = new Set(["GG045", "GG047", "GG415", "GG603", "GG710"]);

/** Decides which reports are shown, and at which level. */
class Judge {
  readonly #target: LintTarget;
  readonly #levels: ReadonlyMap<string, unknown>;

  constructor(target: LintTarget, settings: LoadedSettings) {
    this.#target = target;
    this.#levels = levelsOf(settings);
  }

  /** An error of the document stays one: nothing is generated from it. */
  level({ code, severity }: Pick<Diagnostic, "code" | "severity">): Level {
    if (!isLintRule(code) && severity === "error") return "error";
    if (!this.#concerns(code)) return "off";
    const level = this.#levels.get(code);
    return isLevel(level) ? level : severity;
  }

  #concerns(code: string): boolean {
    const rule: LintRule | undefined = isLintRule(code) ? lintRules[code] : undefined;
    switch (this.#target) {
      case "both":
        return true;
      case "aws":
        return !ofSelfAlone.has(code);
      case "self":
        return rule?.target !== "aws" && !ofAwsAlone.has(code);
    }
  }

  judge(
    reports: readonly Diagnostic[],
    ignores: readonly Ignore[],
  ): Pick<LintReport, "findings" | "ignored"> {
    const findings: Diagnostic[] = [];
    const ignored: IgnoredFinding[] = [];
    for (const one of reports) {
      const severity = this.level(one);
      if (severity === "off") continue;
      const finding = { ...one, severity };
      const ignore = ignoreOf(one, ignores);
      if (ignore === undefined) findings.push(finding);
      else ignored.push({ finding, reason: ignore.reason });
    }
    return { findings, ignored };
  }
}

/** An ignore of a rule that is off, or not asked for, is left alone. */
function unusedIgnores(
  ignores: readonly Ignore[],
  reports: readonly Diagnostic[],
  judge: Judge,
): readonly LintFinding[] {
  const used = new Set(reports.map((one) => ignoreOf(one, ignores)));
  return ignores
    .filter((ignore) => !used.has(ignore) && isAsked(ignore.rule, judge))
    .map(({ rule, at }) => ({
      rule: "unused-ignore",
      at,
      message: `${rule} finds nothing here to ignore`,
      hint: "remove it",
    }));
}

function isAsked(rule: string, judge: Judge): boolean {
  const severity = isLintRule(rule) ? lintRules[rule].severity : "warning";
  return judge.level({ code: rule, severity }) !== "off";
}

function unknownRules(settings: LoadedSettings): readonly LintFinding[] {
  return [...levelsOf(settings).keys()]
    .filter((name) => !isKnownRule(name))
    .map((name) => ({
      rule: "unknown-rule",
      at: settings.place("lint", "rules", name),
      message: `there is no rule ${quote(name)}`,
      ...nearestHint(name, knownRules),
    }));
}
