import { describe, expect, test } from "vitest";
import { parseVelocity } from "../../src/language/velocity/parser.js";
import { mappingOutcome, type MappingOutcome } from "../../src/plan/mapping-outcome.js";
import { caseFolders, readCaseLines, type TemplateCase } from "../vtl/case-files.js";
import { compileTemplates } from "../vtl/compiled-cases.js";

const mediaType = "application/json";

function outcomeOf(template: string, body = "{}", texts: readonly string[] = []): MappingOutcome {
  return mappingOutcome(parseVelocity(template).nodes ?? [], { mediaType, body, texts });
}

describe("what a template gives", () => {
  test.each<[template: string, want: MappingOutcome]>([
    ['{"id": $input.json("$.id")}', "json"],
    ['{"id": "$input.params("id")", "to": "$util.escapeJavaScript($input.body)"}', "json"],
    ['#set($x = $input.path("$"))[$input.body, "$context.stage"]', "json"],
    ['{"id": $input.path("$.id")}', "text"],
    ['{"id": "$input.path("$.id")"}', "text"],
    ['{"id": $input.json("$.id")', "text"],
    ['#if($input.params("a"))[1]#end', "text"],
    ["#foreach($x in $input.path('$.list'))$x#end", "text"],
    ["#foreach($x in [1..1000])$x#end", "any"],
    ["$input.path('$.name').substring(3)", "any"],
    ["$input.json('$..*')", "any"],
    ["$util.parseJson($input.body)", "any"],
    ["#define($x)$x#end$x", "any"],
  ])("%s: %s", (template, want) => {
    expect(outcomeOf(template)).toBe(want);
  });

  test("a body that is no JSON may fail where it is read as JSON", () => {
    expect(outcomeOf("$input.json('$')", "<a/>")).toBe("any");
    expect(outcomeOf("$input.body", "<a/>")).toBe("text");
  });

  test("texts that break out of their quotes are no JSON", () => {
    expect(outcomeOf('{"id": "$input.params("id")"}', "{}", ['a"b'])).toBe("text");
    expect(outcomeOf('{"id": "$util.escapeJavaScript($input.body)"}', `"it's"`)).toBe("text");
  });
});

test("what is told of the recorded templates comes out", { timeout: 60_000 }, async () => {
  const lines = (readCaseLines("aws", caseFolders) ?? []).filter(
    (line) => parseVelocity((JSON.parse(line) as TemplateCase).template).nodes !== undefined,
  );
  const cases = lines.map((line) => JSON.parse(line) as TemplateCase);
  const render = await compileTemplates(
    cases.map(({ template }) => ({ text: template, given: [] })),
  );
  const told = { json: 0, text: 0, any: 0 };
  const wrong = cases.filter(
    ({ template, body = "{}", params, context, stageVariables }, index) => {
      const texts = textsOf([params, context, stageVariables]);
      const outcome = outcomeOf(template, body, texts);
      told[outcome]++;
      const { output } = render(index, lines[index] ?? "");
      if (outcome === "any") return false;
      return output === undefined || (outcome === "json" && !isJson(output));
    },
  );
  expect(wrong.map(({ id, template }) => ({ id, template }))).toEqual([]);
  expect(told.json).toBeGreaterThan(20);
  expect(told.text).toBeGreaterThan(100);
});

function textsOf(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
