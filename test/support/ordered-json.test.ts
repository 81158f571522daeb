import { expect, test } from "vitest";
import {
  orderedFromPlain,
  parseOrderedJson,
  plainFromOrdered,
  printOrderedJson,
} from "./ordered-json.js";

test.each<[name: string, text: string]>([
  ["scalars", `[null,true,false,0,-1.5,"x"]`],
  ["integer-like keys", `{"b":1,"10":2,"2":{"1":1,"0":0}}`],
  ["keys that look escaped", `{"a\\"b":1,"\\\\":2,"":3}`],
  ["text that looks like a key", `["a:","\\"b\\":",{"c":"\\"d\\": 1"}]`],
  ["names of the prototype", `{"__proto__":{"x":1},"constructor":2}`],
])("keeps the order: %s", (_name, text) =>
  expect(printOrderedJson(parseOrderedJson(text))).toBe(text),
);

test("keeps the last value of a key given twice", () => {
  expect(printOrderedJson(parseOrderedJson(`{"a":1,"b":2,"a":3}`))).toBe(`{"a":3,"b":2}`);
});

test.each(["", "{", "{a:1}", `{"a" 1}`, "[1,]", `"a": 1`, "01"])(
  "refuses %j as JSON.parse does",
  (text) => {
    expect(() => parseOrderedJson(text)).toThrow(SyntaxError);
  },
);

test("converts from and to plain values", () => {
  const plain = { b: [1, { c: null }], a: "x" };
  expect(plainFromOrdered(orderedFromPlain({ ...plain, gone: undefined }))).toEqual(plain);
  expect(() => orderedFromPlain({ a: () => 1 })).toThrow(TypeError);
});
