import { expect, test } from "vitest";
import { mergeJson } from "../../src/write/merge-json.js";

test.each<
  [
    name: string,
    given: { text: string; base?: object; wanted: object },
    want: { text: string; kept?: readonly string[] },
  ]
>([
  [
    "a missing section is added at the end, with the file's indent",
    { text: '{\n    "name": "x"\n}\n', wanted: { scripts: { dev: "d" } } },
    { text: '{\n    "name": "x",\n    "scripts": {\n        "dev": "d"\n    }\n}\n' },
  ],
  [
    "a missing key is added in order where the section is sorted",
    {
      text: '{\n  "dependencies": {\n    "a": "1",\n    "c": "1"\n  }\n}',
      wanted: { dependencies: { b: "1" } },
    },
    { text: '{\n  "dependencies": {\n    "a": "1",\n    "b": "1",\n    "c": "1"\n  }\n}' },
  ],
  [
    "and at the end where it is not",
    {
      text: '{\n  "scripts": {\n    "c": "1",\n    "a": "1"\n  }\n}',
      wanted: { scripts: { b: "1" } },
    },
    { text: '{\n  "scripts": {\n    "c": "1",\n    "a": "1",\n    "b": "1"\n  }\n}' },
  ],
  [
    "a key that the user left alone is updated in place",
    {
      text: '{ "a": { "x": 1, "y": [1,  2] } }',
      base: { a: { x: 1 } },
      wanted: { a: { x: 2 } },
    },
    { text: '{ "a": { "x": 2, "y": [1,  2] } }' },
  ],
  [
    "a key that the user changed is kept, and told when the generator wants something new",
    { text: '{ "x": "mine" }', base: { x: "1" }, wanted: { x: "2" } },
    { text: '{ "x": "mine" }', kept: ["x"] },
  ],
  [
    "but not told again",
    { text: '{ "x": "mine" }', base: { x: "2" }, wanted: { x: "2" } },
    { text: '{ "x": "mine" }' },
  ],
  [
    "a key that the user deleted stays away",
    { text: "{}", base: { x: "1" }, wanted: { x: "1" } },
    { text: "{}" },
  ],
  [
    "a key that is no longer wanted goes",
    { text: '{\n  "x": "1",\n  "y": 2,\n  "z":   3\n}', base: { x: "1" }, wanted: {} },
    { text: '{\n  "y": 2,\n  "z":   3\n}' },
  ],
  [
    "unless the user changed it",
    { text: '{ "x": "mine" }', base: { x: "1" }, wanted: {} },
    { text: '{ "x": "mine" }' },
  ],
  [
    "without a base what is there is the user's",
    { text: '{\n  "x": "mine"\n}', wanted: { x: "1", y: "1" } },
    { text: '{\n  "x": "mine",\n  "y": "1"\n}', kept: ["x"] },
  ],
  [
    "a section that the user turned into something else is kept",
    {
      text: '{ "scripts": "none" }',
      base: { scripts: { a: "1" } },
      wanted: { scripts: { a: "2" } },
    },
    { text: '{ "scripts": "none" }', kept: ["scripts"] },
  ],
  [
    "line ends, tabs and a byte order mark stay",
    { text: '\ufeff{\r\n\t"a": 1\r\n}\r\n', wanted: { b: 2 } },
    { text: '\ufeff{\r\n\t"a": 1,\r\n\t"b": 2\r\n}\r\n' },
  ],
  [
    "names that objects inherit are ordinary keys",
    { text: "{}", wanted: JSON.parse('{"__proto__": "1", "constructor": "2"}') as object },
    { text: '{\n  "__proto__": "1",\n  "constructor": "2"\n}' },
  ],
])("%s", async (_name, { text, base, wanted }, want) => {
  const result = await mergeJson({
    text,
    base: base as Record<string, unknown> | undefined,
    wanted: wanted as Record<string, unknown>,
  });
  expect(result).toEqual({ kept: [], ...want });
});

test.each(["", "[]", "3", "{", "// x\n{}"])("%j is no JSON object", async (text) => {
  expect(await mergeJson({ text, base: undefined, wanted: {} })).toBeUndefined();
});
