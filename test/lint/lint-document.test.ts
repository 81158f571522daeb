import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { lintDocument, type LintReport } from "../../src/lint/lint-document.js";
import { lintRules } from "../../src/lint/rules.js";
import { documentWith } from "../lower/lower-text.js";

const plain = (more: object = {}, settings: object = {}): Promise<LintReport> =>
  lintDocument({
    input: "openapi.json",
    text: JSON.stringify(
      documentWith({
        integration: { type: "http_proxy", httpMethod: "GET", uri: "http://a.example/", ...more },
      }),
    ),
    settings,
  });

const shown = ({ findings }: LintReport): readonly string[] =>
  findings.map(({ code, severity }) => `${severity} ${code}`);

describe("levels", () => {
  test.each<[level: string, want: readonly string[]]>([
    ["off", []],
    ["info", ["info plain-http-backend"]],
    ["error", ["error plain-http-backend"]],
  ])("a rule is set to %s", async (level, want) => {
    const report = await plain({}, { lint: { rules: { "plain-http-backend": level } } });
    expect(shown(report)).toEqual(want);
  });

  test("a code of the document may be set, too", async () => {
    const more = { oddMember: 1 };
    const off = { "plain-http-backend": "off" };
    expect(shown(await plain(more, { lint: { rules: off } }))).toEqual(["warning GG400"]);
    const rules = { ...off, GG400: "error" };
    expect(shown(await plain(more, { lint: { rules } }))).toEqual(["error GG400"]);
  });

  test("an error of the document stays one, and no rule runs", async () => {
    const report = await lintDocument({
      input: "openapi.json",
      text: JSON.stringify(
        documentWith({ operation: { "x-amazon-apigateway-request-validator": "gone" } }),
      ),
      settings: { lint: { rules: { GG216: "off" } } },
    });
    expect([report.isComplete, ...shown(report)]).toEqual([false, "error GG216"]);
  });

  test("a level that does not exist is refused", async () => {
    const report = await plain({}, { lint: { rules: { "open-write": "loud" } } });
    expect(shown(report)).toEqual(["error GG042"]);
  });
});

describe("ignoring", () => {
  const ignored = async (ignore: unknown, settings: object = {}): Promise<LintReport> =>
    plain({ "x-gateway-lint-ignore": ignore }, settings);

  test("holds for the object and below, with its reason", async () => {
    const report = await ignored([{ rule: "plain-http-backend", reason: "in one network" }]);
    expect(shown(report)).toEqual([]);
    expect(report.ignored.map(({ finding, reason }) => [finding.code, reason])).toEqual([
      ["plain-http-backend", "in one network"],
    ]);
  });

  test("without a reason has no effect", async () => {
    const report = await ignored([{ rule: "plain-http-backend", reason: " " }]);
    expect(shown(report).toSorted()).toEqual([
      "warning ignore-without-reason",
      "warning plain-http-backend",
    ]);
  });

  test("names the nearest rule", async () => {
    const report = await ignored([{ rule: "plain-http-backed", reason: "a" }]);
    const finding = report.findings.find(({ code }) => code === "ignore-unknown-rule");
    expect(finding?.hint).toBe('did you mean "plain-http-backend"?');
  });

  test("of a rule that is off is left alone", async () => {
    const entry = [{ rule: "open-write", reason: "a" }];
    const off = { "plain-http-backend": "off" };
    expect(shown(await ignored(entry, { lint: { rules: off } }))).toEqual([
      "warning unused-ignore",
    ]);
    const rules = { ...off, "open-write": "off" };
    expect(shown(await ignored(entry, { lint: { rules } }))).toEqual([]);
  });

  test("is no extension that the generator complains of", async () => {
    const report = await lintDocument({
      input: "openapi.json",
      text: JSON.stringify(documentWith({ root: { "x-gateway-lint-ignore": [] } })),
      settings: {},
    });
    expect(shown(report)).toEqual([]);
  });
});

test("docs/lint.md shows the rules", () => {
  const page = readFileSync(new URL("../../docs/lint.md", import.meta.url), "utf8");
  const rows = [
    ...page.matchAll(/^\| `([a-z0-9-]+)` +\| (\w+) +\| (\w+) +\| (.+?) +\| (.+?) +\|$/gm),
  ].map(([, rule, severity, target, text, source]) => [rule, severity, target, text, source]);
  expect(rows).toEqual(
    Object.entries(lintRules).map(([rule, { severity, target, text, source }]) => [
      rule,
      severity,
      target,
      text,
      source,
    ]),
  );
});
