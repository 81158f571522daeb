import { expect, test } from "vitest";
import { parseSubstitution } from "../../src/language/substitution-template.js";

test.each<[template: string, parts: readonly unknown[]]>([
  ["plain", ["plain"]],
  [
    '{"message":$context.error.messageString}',
    ['{"message":', { kind: "context", name: "error.messageString" }, "}"],
  ],
  ["${context.requestId}.", [{ kind: "context", name: "requestId" }, "."]],
  ["$stageVariables.a!", [{ kind: "stageVariable", name: "a" }, "!"]],
  ["$method.request.path.id", [{ kind: "path", name: "id" }]],
  ["$method.request.header.X-A", [{ kind: "header", name: "X-A", multiValue: false }]],
  ["$method.request.querystring.q", [{ kind: "queryString", name: "q", multiValue: false }]],
  ["$context $other ${context.x", ["$context $other ${context.x"]],
])("%s", (template, parts) => expect(parseSubstitution(template)).toEqual({ parts, inert: [] }));

test("names what a mapping template would do and this does not", () => {
  expect(parseSubstitution("#if($a)x#end $util.urlEncode('a') $input.body").inert).toEqual([
    "#if",
    "#end",
    "$util.urlEncode",
    "$input.body",
  ]);
});
