import { expect, test } from "vitest";
import { parseVelocity } from "../../../src/language/velocity/parser.js";
import { placeOf } from "../../../src/language/velocity/place.js";
import { stageVariables } from "../../../src/language/velocity/template.js";
import { findTraps } from "../../../src/language/velocity/traps.js";

test.each<[why: string, template: string, place: string, message: RegExp]>([
  ["an operator in an argument", "a\n$x.substring(1 + 1)", "2:16", /expected `\)` or `,`/],
  ["an empty list with a space", "#set($x = [ ])", "1:13", /expected a literal or reference/],
  ["an unclosed block", "a\n  #if($x)b", "2:3", /#if is not closed by #end/],
  ["an #end too many", "a #end", "1:3", /#end belongs to no block/],
  ["a lone mark at the end", "cost: 5 $", "1:9", /may not end in `\$`/],
  ["a condition missing", "#if()x#end", "1:5", /expected a value/],
  ["inside a string", '#set($x = "a #if($y)")', "1:14", /#if is not closed/],
  ["no variable to set", '#set("a" = 1)', "1:6", /expected a variable/],
  ["deep nesting", "#set($x = ".concat("[".repeat(100)), "1:74", /levels are nested/],
])("not valid: %s", (_why, template, place, message) => {
  const { problem } = parseVelocity(template);
  expect(problem?.message).toMatch(message);
  const { line, column } = placeOf(template, problem?.at ?? 0);
  expect(`${line}:${column}`).toBe(place);
});

test.each<[template: string, trap: RegExp | undefined]>([
  ["#if($input.params('x'))y#end", /holds also when there is no value/],
  ["#if($input.path('$.x') != \"\")y#end", undefined],
  ['#if("$x")y#end', /always false/],
  ["#foreach($i in [0..$last])x#end", /runs downwards/],
  ["#set(${x} = 1)", /sets nothing/],
  ['$map.put("a", 1)', /prints its result/],
  ['#set($old = $map.put("a", 1))', undefined],
  ["#macro(m)x#end", /#macro does nothing/],
  ["$input.path('$.a[')", /finds nothing/],
  ["$list.size", /no call/],
  ["$list.size()", undefined],
  ["#set($n = 1)$n-1", /`\$n-1` is one name/],
  ["#set($n-1 = 1)$n-1", undefined],
  ["#set($n = 1)${n}-1 $context.requestOverride.header.X-Key", undefined],
  [`{"a": "$input.path('$.a')"}`, /`\$input\.path\(…\)` stands in a JSON string as it came:/],
  [`{"a": "$input.params('a')", "b": "x $input.body"}`, /as it came, and 1 more:/],
  [`#set($r = $input.path('$'))\n{"a": "$r.a"}`, /`\$r\.a` stands in a JSON string/],
  [
    `#set($r = $input.path('$'))[#foreach($i in $r.items)"$i.name"#if($foreach.hasNext),#end#end]`,
    /`\$i\.name` stands in a JSON string/,
  ],
  [`{"a": "$util.base64Decode($input.params('a'))"}`, /stands in a JSON string/],
  [`#set($t = "-\${input.body}-")\n["\\"$t"]`, /`\$t` stands in a JSON string/],
  [`{"a": "$util.escapeJavaScript($input.path('$.a'))"}`, undefined],
  [`{"a": $input.json('$.a'), "b": $input.path('$.b')}`, undefined],
  [`{"a": "$input.path('$.a').replaceAll('x', 'y')", "n": "$input.path('$.a').size()"}`, undefined],
  [`{"a": "$context.requestId", "b": "$stageVariables.b"}`, undefined],
  [`a=1&b="$input.path('$.a')"`, undefined],
  [`{"a: 1,\n"b": $input.path('$.b')}`, undefined],
])("trap: %s", (template, trap) => {
  const [first] = findTraps(parseVelocity(template).nodes ?? [], template);
  if (trap === undefined) expect(first).toBeUndefined();
  else expect(first?.message).toMatch(trap);
});

test("stage variables, those in strings and arguments included", () => {
  const template = `$stageVariables.a #set($x = "\${stageVariables.b}") $y.get($stageVariables['c'])`;
  expect([...stageVariables(parseVelocity(template).nodes ?? [])]).toEqual(["a", "b", "c"]);
});
