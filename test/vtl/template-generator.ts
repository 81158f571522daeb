import fc from "fast-check";

/** Pieces of the language, whole and broken, in any order. */
const token = fc.constantFrom(
  ..."$ # ! { } ( ) [ ] . , : = + - * / % < > \" ' \\ | & \n \t".split(" "),
  " ",
  "#if(",
  "#elseif($a)",
  "#else",
  "#{else}",
  "#end",
  "#set($a = ",
  "#foreach($i in $a)",
  "#define($d)",
  "#macro(m $x)",
  "#break",
  "#stop",
  "#[[",
  "]]#",
  "##",
  "#*",
  "*#",
  "#foo(",
  "#@foo()",
  "#literal()",
  "$a",
  "$!{a.b}",
  "$input.path('$.a')",
  '$input.json("$.a[${i}]")',
  "$input.params('x')",
  "$util.escapeJavaScript($a)",
  "$context.requestOverride.header.x",
  "$foreach.hasNext",
  ".size()",
  ".get(0)",
  "..",
  "&&",
  "||",
  "==",
  "!=",
  "1",
  "2.5",
  "true",
  "null",
  "'text'",
  '"$a"',
  "constructor",
  "__proto__",
  "é\u2028*/",
  "`${1}`",
);

/** Any sequence of tokens; most are not valid. */
export const tokenSoup: fc.Arbitrary<string> = fc
  .array(token, { maxLength: 40 })
  .map((tokens) => tokens.join(""));

const name: fc.Arbitrary<string> = fc.constantFrom(
  ..."a b c item out input text error default class constructor __proto__ await x-y foreach velocityCount String".split(
    " ",
  ),
);
const part: fc.Arbitrary<string> = fc.constantFrom(
  ".id",
  ".size()",
  ".length()",
  "[0]",
  "['k']",
  ".get('k')",
  ".put('k', 1)",
  ".replaceAll('[a-z]+', '$0')",
  ".matches('(a+)+b')",
  ".split(',')",
  ".substring(0, 1)",
  ".class.name",
  ".keySet()",
  ".hasNext",
  ".parent.index",
);

interface Grammar {
  readonly template: string;
  readonly expression: string;
  readonly reference: string;
}

const grammar = fc.letrec<Grammar>((tie: fc.LetrecTypedTie<Grammar>) => ({
  reference: fc
    .tuple(
      fc.constantFrom("$", "$!", "${"),
      fc.oneof(
        name,
        fc.constantFrom("input.body", "input.path('$..a[*]')", "context.stage", "stageVariables.v"),
      ),
      fc.array(part, { maxLength: 3 }),
    )
    .map(([mark, root, parts]) => `${mark}${root}${parts.join("")}${mark === "${" ? "}" : ""}`),
  expression: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom<string>(
      "1",
      "-3",
      "2.5",
      "12345678901234567890",
      "'s'",
      '"x"',
      "true",
      "[]",
      "{}",
    ),
    tie("reference"),
    tie("template").map((text) => `"${text.replaceAll('"', "'")}"`),
    fc
      .tuple(
        tie("expression"),
        fc.constantFrom("+", "-", "*", "/", "%", "==", "!=", "<", ">=", "&&", "||", "or", "eq"),
        tie("expression"),
      )
      .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
    tie("expression").map((inner) => `!${inner}`),
    tie("reference").map((inner) => `[${inner}, 1]`),
    tie("reference").map((inner) => `{"k": ${inner}}`),
    tie("reference").map((inner) => `[0..${inner}]`),
  ),
  template: fc
    .array(
      fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        fc.constantFrom(
          "text ",
          "\n",
          '{"k": ',
          "\\",
          "#end-x",
          "#stop",
          "#break",
          "*/",
          "</script>",
        ),
        tie("reference"),
        fc
          .tuple(name, tie("expression"))
          .map(([variable, value]) => `#set($${variable} = ${value})\n`),
        tie("expression").map((value) => `#set($context.responseOverride.status = ${value})`),
        fc
          .tuple(tie("expression"), tie("template"), tie("template"))
          .map(([test, then, otherwise]) => `#if(${test})${then}#{else}${otherwise}#end`),
        fc
          .tuple(name, tie("reference"), tie("template"))
          .map(([item, list, body]) => `#foreach($${item} in ${list})${body}#end`),
        fc.tuple(name, tie("template")).map(([block, body]) => `#define($${block})${body}#end`),
      ),
      { maxLength: 5 },
    )
    .map((pieces) => pieces.join("")),
}));

/** Templates by the grammar of the language; most are valid. */
export const grammarTemplate: fc.Arbitrary<string> = grammar.template;
