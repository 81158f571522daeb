import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { TemplateNode } from "../../src/ir/mapping.js";
import { parseTemplate } from "../../src/language/template.js";

/** Cases whose expected text was printed by the original engine; see the README beside them. */
const folder = new URL("../vtl/cases/", import.meta.url);
/** Those that are not copied into this project. */
const shared = new URL("../../../shared/vtl/", import.meta.url);

/** Files, and how many of their templates are accepted at least: the rest uses more of the language. */
const files: readonly (readonly [file: string, accepted: number])[] = [
  ["aws", 6],
  ["aws-recorded", 10],
  ["language", 34],
  ["language-lexer", 22],
  ["language-random", 0],
  ["velocity-suite", 13],
];

interface Case {
  readonly id: string;
  readonly template: string;
  readonly body?: string;
  readonly vars?: Readonly<Record<string, unknown>>;
  readonly params?: Readonly<
    Record<"path" | "querystring" | "header", Readonly<Record<string, string>>>
  >;
  readonly context?: unknown;
  readonly stageVariables?: Readonly<Record<string, string>>;
  readonly expect: Outcome;
  readonly gateway?: Outcome;
}
interface Outcome {
  readonly output?: string;
  readonly error?: string;
}

describe.each(files)("%s.jsonl", (file, atLeast) => {
  const path = [folder, shared]
    .map((place) => new URL(`${file}.jsonl`, place))
    .find((url) => existsSync(url));

  test.skipIf(path === undefined)(
    "what is accepted renders what the engine printed (skipped without ../shared)",
    () => {
      checkCases(path === undefined ? "" : readFileSync(path, "utf8"), atLeast);
    },
  );
});

function checkCases(lines: string, atLeast: number): void {
  const cases = lines
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Case);
  const wrong: unknown[] = [];
  let accepted = 0;
  for (const item of cases) {
    const { nodes } = parseTemplate(item.template);
    if (!nodes) continue;
    accepted++;
    const want = item.gateway ?? item.expect;
    const output = nodes.map((node) => render(node, item)).join("");
    if (output !== want.output) wrong.push({ id: item.id, template: item.template, output, want });
  }
  expect(accepted).toBeGreaterThanOrEqual(atLeast);
  expect(wrong).toEqual([]);
}

function render(node: TemplateNode, { body, params, context, stageVariables }: Case): string {
  switch (node.kind) {
    case "text":
      return node.text;
    case "body":
      return body === undefined || body === "" ? "{}" : body;
    case "param":
      return (
        params?.path?.[node.name] ??
        params?.querystring?.[node.name] ??
        params?.header?.[node.name] ??
        ""
      );
    case "context":
      return scalarText(node.name.split(".").reduce(member, context));
    case "stageVariable":
      return stageVariables?.[node.name] ?? "";
  }
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

/** Whole blocks of `$context` print nothing. */
function scalarText(value: unknown): string {
  return typeof value === "object" || value === undefined ? "" : String(value);
}
