import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { accessLogForm, parseAccessLogFormat } from "../../src/language/access-log-format.js";

const shown = (text: string): readonly string[] =>
  parseAccessLogFormat(text).parts.map((part) =>
    part.kind === "text" ? part.text : `<${part.name}>`,
  );

describe("variables", () => {
  test.each<[name: string, text: string, want: readonly string[]]>([
    ["one", "$context.requestId", ["<requestId>"]],
    ["between text", 'a "$context.status" b', ['a "', "<status>", '" b']],
    ["in a row", "$context.status$context.stage", ["<status>", "<stage>"]],
    ["before a full stop", "$context.status.", ["<status>", "."]],
    ["claims", "$context.authorizer.claims['custom:a']!", ["<authorizer.claims['custom:a']>", "!"]],
    ["lines become one", "{\n  $context.stage\n}\n", ["{ ", "<stage>", " }"]],
  ])("%s", (_name, text, want) => expect(shown(text)).toEqual(want));

  test("whatever else looks like one is told", () => {
    const { inert } = parseAccessLogFormat("$context.stage $input.body $context $stageVariables.x");
    expect(inert).toEqual(["$input.body", "$context", "$stageVariables.x"]);
  });
});

test("the parts of a line put together are the line", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.string(), (before, after) => {
      const line = `${before}$context.requestId ${after}`;
      const { parts } = parseAccessLogFormat(line);
      const joined = parts
        .map((part) => (part.kind === "text" ? part.text : `$context.${part.name}`))
        .join("");
      expect(joined).toBe(line.trim().replace(/\s*[\r\n\u2028\u2029]\s*/g, " "));
    }),
  );
});

test.each<[text: string, want: string]>([
  [' { "a": 1 }', "json"],
  ["<a/>", "xml"],
  ["$context.requestId", "text"],
])("the form of %s", (text, want) => expect(accessLogForm(text)).toBe(want));
