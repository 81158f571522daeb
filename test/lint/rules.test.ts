import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { Diagnostic } from "../../src/diagnostics.js";
import { lintDocument, type LintOptions, type LintReport } from "../../src/lint/lint-document.js";
import { lintRules } from "../../src/lint/rules.js";
import { ruleCases, type LintInput } from "./rule-cases.js";

const work = mkdtempSync(join(tmpdir(), "gen-gateway-lint-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** A document from memory; from a folder where it has files beside it. */
function optionsOf({ document, settings = {}, files }: LintInput): LintOptions {
  const text = JSON.stringify(document);
  if (files === undefined) return { input: "openapi.json", text, settings };
  const folder = mkdtempSync(join(work, "case-"));
  for (const [name, content] of Object.entries({ ...files, "openapi.json": text })) {
    writeFileSync(join(folder, name), content);
  }
  return { input: join(folder, "openapi.json"), settings };
}

async function lint(input: LintInput): Promise<LintReport> {
  const report = await lintDocument(optionsOf(input));
  expect(report.isComplete, JSON.stringify(report.findings[0])).toBe(true);
  return report;
}

function places(findings: readonly Diagnostic[], rule: string): readonly string[] {
  return findings
    .filter(({ code }) => code === rule)
    .map(({ at }) => at.replace(/^openapi\.json/, ""));
}

/** Findings about ignoring and settings are not themselves ignored by the document. */
const aboutLint = /^(?:ignore-|unused-ignore|unknown-rule)/;

describe.each(ruleCases.map((item) => [`${item.rule} ${item.at}`, item] as const))(
  "%s",
  (_name, { rule, at, fires, quiet }) => {
    test("fires, with a place and a sentence", async () => {
      const { findings } = await lint(fires);
      expect(places(findings, rule)).toContain(at);
      for (const { code, position, message, severity } of findings) {
        if (code !== rule) continue;
        expect(message).not.toMatch(/undefined|\[object|\n/);
        expect(severity).toBe(lintRules[rule].severity);
        if (!at.startsWith("settings#")) expect(position?.line).toBeGreaterThan(0);
      }
    });

    test("is quiet beside it", async () => {
      const { findings } = await lint(quiet);
      expect(places(findings, rule)).not.toContain(at);
    });

    test("is off for a target that it does not concern", async () => {
      const { findings } = await lintDocument({ ...optionsOf(fires), target: "self" });
      const isShown = places(findings, rule).length > 0;
      expect(isShown).toBe(lintRules[rule].target === "both");
    });

    const isOutside = at.startsWith("settings#") || aboutLint.test(rule);
    test.skipIf(isOutside)(
      `is ignored where the document says so${isOutside ? " (skipped: no document can ignore it)" : ""}`,
      async () => {
        const ignore = [{ rule, reason: "a case of this test" }];
        const { findings, ignored } = await lint({
          ...fires,
          document: { ...fires.document, "x-gateway-lint-ignore": ignore },
        });
        expect(places(findings, rule)).toEqual([]);
        expect(
          places(
            ignored.map(({ finding }) => finding),
            rule,
          ),
        ).toContain(at);
        expect(places(findings, "unused-ignore")).toEqual([]);
      },
    );
  },
);

test("every rule has a case", () => {
  const shown = new Set(ruleCases.map(({ rule }) => rule as string));
  expect(Object.keys(lintRules).filter((rule) => !shown.has(rule))).toEqual([]);
});

test("no message shows a secret", async () => {
  for (const { rule, fires } of ruleCases.filter((one) => one.rule.endsWith("-in-document"))) {
    const { findings } = await lint(fires);
    for (const { code, message, hint } of findings) {
      if (code === rule) expect(`${message} ${hint}`).not.toMatch(/AKIA|eyJ|s3cret/);
    }
  }
});
