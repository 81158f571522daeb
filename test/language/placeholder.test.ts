import { expect, test } from "vitest";
import { placeholderNames, replacePlaceholders } from "../../src/language/placeholder.js";

test.each<[text: string, names: readonly string[]]>([
  ["plain", []],
  ["${AWS::Region}/${Function.Arn}", ["AWS::Region", "Function.Arn"]],
  ["${ name }", ["name"]],
  ["${stageVariables.x} ${context.a} ${input.body} ${request.body.a}", []],
  ["${} ${!Literal} ${call('x')}", []],
])("names in %s", (text, names) => expect(placeholderNames(text)).toEqual(names));

test("replaces what is known and keeps the rest", () => {
  const replaced = replacePlaceholders("${a}-${b}-${stageVariables.a}", (name) =>
    name === "a" ? "1" : undefined,
  );
  expect(replaced).toBe("1-${b}-${stageVariables.a}");
});
