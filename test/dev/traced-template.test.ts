import { describe, expect, test } from "vitest";
import { markLines, readMarks } from "../../src/dev/traced-template.js";
import type { TemplateNode } from "../../src/ir/template.js";
import { parseVelocity } from "../../src/language/velocity/parser.js";

/** The lines that texts and references of a template count for, outside of blocks. */
function places(template: string): readonly string[] {
  const show = (nodes: readonly TemplateNode[]): readonly string[] =>
    nodes.flatMap((node) => {
      if (node.kind === "text") return [node.text];
      if (node.kind === "reference") return [`$${node.reference.name}`];
      if (node.kind === "if") return show(node.branches.flatMap(({ body }) => body));
      return node.kind === "foreach" ? show(node.body) : [];
    });
  const text = show(markLines(parseVelocity(template).nodes ?? [], template)).join("");
  return text.split(/(?=\ue000)/).map((piece) => piece.replace(/^\ue000(\d+)\ue001/, "$1:"));
}

describe("each piece counts for its line", () => {
  test.each<[name: string, template: string, want: readonly string[]]>([
    ["text", "a\nb\n", ["1:a\n", "2:b\n"]],
    ["references", "a\n$x b\n$y", ["1:a\n", "2:$x", "2: b\n", "3:$y"]],

    ["behind a comment", "a\n## c\nb", ["1:a\n", "3:b"]],
    ["behind a long comment", "a#*\n\n*#b\nc", ["1:ab\n", "4:c"]],
    ["behind #set", "#set($x = 'a\nb')\nc", ["3:c"]],
    ["of a branch", "#if($x)\na\n#elseif($y)\nb\n#end\nc", ["2:a\n", "4:b\n", "6:c"]],
    ["of a loop", "#foreach($x in $y)\n  $x\n#end\nc", ["2:  ", "2:$x", "2:\n", "4:c"]],
    ["taken as it stands", "#[[a\n$b\n]]#c\nd", ["1:a\n", "2:$b\n", "3:c\n", "4:d"]],
    ["behind an escape", "\\$x\\#if\na", ["1:$x#if\n", "2:a"]],
    ["with carriage returns", "a\r\nb\r\n", ["1:a\r\n", "2:b\r\n"]],
  ])("%s", (_name, template, want) => {
    expect(places(template)).toEqual(want);
  });
});

test("a text that holds the marks of lines cannot be told apart", () => {
  const spoof = "\ue0001\ue001x";
  expect(readMarks(`\ue0001\ue001a${spoof}`, `a${spoof}`, "a$b")).toBeUndefined();
  expect(readMarks("\ue0001\ue001ax", "ax", "a$b")).toEqual([
    { line: 1, template: "a$b", printed: ["ax"] },
  ]);
});
