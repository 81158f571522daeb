import { expect, test } from "vitest";
import type { TemplateNode } from "../../src/ir/mapping.js";
import { parseTemplate } from "../../src/language/template.js";

const text = (value: string): TemplateNode => ({ kind: "text", text: value });
const body: TemplateNode = { kind: "body" };
const param = (name: string): TemplateNode => ({ kind: "param", name });
const context = (name: string): TemplateNode => ({ kind: "context", name });
const stageVariable = (name: string): TemplateNode => ({ kind: "stageVariable", name });

test.each<[name: string, template: string, want: readonly TemplateNode[]]>([
  ["nothing", "", []],
  ["text only", '{"statusCode": 200}', [text('{"statusCode": 200}')]],
  ["the body", "a $input.body b", [text("a "), body, text(" b")]],
  ["formal and quiet notation", "${input.body}$!input.body$!{input.body}", [body, body, body]],
  ["a parameter in single quotes", "$input.params('id')", [param("id")]],
  ["a parameter in double quotes", '$input.params( "id" )', [param("id")]],
  [
    "a context value before a full stop",
    "$context.identity.sourceIp.",
    [context("identity.sourceIp"), text(".")],
  ],
  [
    "a context value inside a path",
    "/$context.stage/pets",
    [text("/"), context("stage"), text("/pets")],
  ],
  ["a hyphen is part of a name", "$context.a-b", [context("a-b")]],
  ["a brace ends a formal name", "${context.a}-b", [context("a"), text("-b")]],
  [
    "stage variables",
    "$stageVariables.a$stageVariables['b']",
    [stageVariable("a"), stageVariable("b")],
  ],
  ["marks that start nothing", "$5 $.x # x #1 #fff ${}", [text("$5 $.x # x #1 #fff ${}")]],
  ["a backslash hides a reference", "\\$input.body", [text("$input.body")]],
  ["two backslashes print one", "\\\\$input.body", [text("\\"), body]],
  ["a backslash elsewhere is a character", 'a\\n\\"b\\$5', [text('a\\n\\"b\\$5')]],
])("accepts %s", (_name, template, want) => {
  expect(parseTemplate(template)).toEqual({ nodes: want, problem: undefined });
});

test.each<[name: string, template: string, construct: string, line: number, column: number]>([
  ["a directive", "a\n  #if($x)b#end", "#if", 2, 3],
  ["a directive in braces", "#{if}($x)#end", "#{", 1, 1],
  ["a comment", "{} ## note", "##", 1, 4],
  ["a verbatim block", "#[[x]]#", "#[", 1, 1],
  ["an unknown word with arguments", "#foo($a)", "#foo", 1, 1],
  ["a JSON path", "{\"a\": $input.json('$.a')}", "$input.json", 1, 7],
  ["a member of the body", "$input.body.x", "$input.body.x", 1, 1],
  ["a call of the body", "$input.body.length()", "$input.body.length", 1, 1],
  ["a map of parameters", "$input.params().path.id", "$input.params", 1, 1],
  ["a parameter with a computed name", '$input.params("$x")', "$input.params", 1, 1],
  ["another variable", "$name", "$name", 1, 1],
  ["a formal name without its brace", "${input.body", "${input.body", 1, 1],
  ["the whole context", "$context", "$context", 1, 1],
  ["an index of the context", "$context.a[0]", "$context.a", 1, 1],
  ["a doubled dollar", "$$input.body", "$$input.", 1, 1],
  ["a dollar at the end", "a $", "$", 1, 3],
  ["a hash at the end", "a #", "#", 1, 3],
  ["a backslash behind a mark", "$\\!name", "$\\!name", 1, 1],
])("refuses %s with its place", (_name, template, construct, line, column) => {
  expect(parseTemplate(template)).toEqual({
    nodes: undefined,
    problem: { construct, line, column },
  });
});
