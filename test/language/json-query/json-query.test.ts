import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluateQuery } from "../../../src/language/json-query/evaluate-query.js";
import { createIRegexps } from "../../../src/language/json-query/i-regexp.js";
import { parseQuery } from "../../../src/language/json-query/parse-query.js";

function select(text: string, value: unknown): readonly unknown[] {
  const { query, problem } = parseQuery(text);
  if (query === undefined) throw new Error(`${text}: ${problem.message}`);
  const nodes = evaluateQuery(query, value, { fits: createIRegexps() });
  if (nodes === "too long") throw new Error("too long");
  return nodes.map((node) => node.value);
}

const store = {
  items: [
    { name: "a", price: 5, tags: ["x", "y"] },
    { name: "b", price: 12.5, tags: [] },
    { name: "cc", price: 8, code: "b-7" },
  ],
  "with space": { "'": 1, '"': 2, "\u263a": 3 },
  limit: 10,
};

test.each<[query: string, want: readonly unknown[]]>([
  ["$.limit", [10]],
  ["$['limit']", [10]],
  ['$["with space"]["\'"]', [1]],
  ["$['with space']['\\'']", [1]],
  ["$['with space']['\"']", [2]],
  ["$['with space']['\\u263A']", [3]],
  ["$['with space'].\u263a", [3]],
  ["$.missing", []],
  ["$.limit.x", []],
  ["$.items[0].name", ["a"]],
  ["$.items[-1].name", ["cc"]],
  ["$.items[3]", []],
  ["$.items[-4]", []],
  ["$.items[*].name", ["a", "b", "cc"]],
  ["$.items[0,0].name", ["a", "a"]],
  ["$.items[1:].name", ["b", "cc"]],
  ["$.items[:-1].name", ["a", "b"]],
  ["$.items[::2].name", ["a", "cc"]],
  ["$.items[::-1].name", ["cc", "b", "a"]],
  ["$.items[5:0:-2].name", ["cc"]],
  ["$.items[::0].name", []],
  ["$..name", ["a", "b", "cc"]],
  ["$..[0]", [store.items[0], "x"]],
  ["$ .items [ 0 ] .name", ["a"]],
  ["$.items[?@.price < 10].name", ["a", "cc"]],
  ["$.items[?@.price < $.limit].name", ["a", "cc"]],
  ["$.items[?@.code].name", ["cc"]],
  ["$.items[?!@.code].name", ["a", "b"]],
  ["$.items[?@.tags[?@ == 'y']].name", ["a"]],
  ["$.items[?@.name == 'a' || @.name == 'b'].price", [5, 12.5]],
  ["$.items[?@.name == 'a' || @.name == 'b' && @.price > 100].price", [5]],
  ["$.items[?(@.name == 'a' || @.name == 'b') && @.price > 10].price", [12.5]],
  ["$.items[?@.absent == @.missing].name", ["a", "b", "cc"]],
  ["$.items[?@.absent == null].name", []],
  ["$.items[?@.name < @.price].name", []],
  ["$.items[?@.name >= 'b'].name", ["b", "cc"]],
  ["$.items[?length(@.name) > 1].name", ["cc"]],
  ["$.items[?count(@.tags[*]) == 2].name", ["a"]],
  ["$.items[?count(@.*) > 2].name", ["a", "b", "cc"]],
  ["$.items[?value(@..code) == 'b-7'].name", ["cc"]],
  ["$.items[?match(@.code, 'b-[0-9]')].name", ["cc"]],
  ["$.items[?match(@.code, 'b')].name", []],
  ["$.items[?search(@.code, '[0-9]')].name", ["cc"]],
  ["$.items[?search(@.code, '(?i)B')].name", []],
  ["$.items[?match(@.name, '.{2}')].name", ["cc"]],
])("%s", (query, want) => {
  expect(select(query, store)).toEqual(want);
});

describe("what is no query", () => {
  test.each<[query: string, offset: number]>([
    ["", 0],
    ["limit", 0],
    ["$.", 2],
    ["$.limit ", 7],
    ["$.1a", 2],
    ["$.a . b", 5],
    ["$.x-a", 3],
    ["$[?@.a == ['x']]", 10],
    ["$[01]", 3],
    ["$[-0]", 2],
    ["$['a\"]", 6],
    ["$['\\q']", 3],
    ["$['\\ud800']", 3],
    ["$[?1]", 3],
    ["$[?@.a == $.*]", 10],
    ["$[?count(1) == 1]", 9],
    ["$[?length(@.a)]", 3],
    ["$[?match(@.a, 'b') == true]", 3],
    ["$[?nope(@)]", 3],
    ["$[?match(@.a)]", 3],
    ["$[?@.a = 1]", 7],
    ["$[9007199254740992]", 2],
  ])("%s", (query, offset) => {
    expect(parseQuery(query).problem?.offset).toBe(offset);
  });

  test("nesting and length are bounded", () => {
    expect(parseQuery(`$[?${"(".repeat(100_000)}`).problem?.message).toContain("longer");
    expect(parseQuery(`$[?${"(".repeat(900)}@${")".repeat(900)}]`).problem?.message).toContain(
      "nested deeper",
    );
    expect(parseQuery(`$[?${"!(".repeat(900)}`).problem?.message).toContain("nested deeper");
  });
});

test("a descent inside of descents ends", () => {
  let deep: unknown = 1;
  for (let level = 0; level < 300; level++) deep = [deep];
  const { query } = parseQuery("$..*..*..*..*");
  if (query === undefined) throw new Error("the query cannot be read");
  expect(evaluateQuery(query, deep, { fits: createIRegexps() })).toBe("too long");
});

test("patterns take linear time, and what is no I-Regexp fits nothing", () => {
  const fits = createIRegexps();
  expect(fits("a".repeat(50_000) + "!", "(a+)+", "match")).toBe(false);
  expect(fits("a\nb", "a.b", "match")).toBe(false);
  expect(fits("^", "^", "match")).toBe(true);
  expect(fits("aaa", "a{2,3}", "match")).toBe(true);
  expect(fits("\u00c4", "\\p{Lu}", "match")).toBe(true);
  for (const wrong of ["a**", "(?:a)", "\\d", "[", "a{", "(", "\\b", "a]"]) {
    expect(fits("a", wrong, "search")).toBe(false);
  }
});

test("names of any text are found by their quoted form", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (name) => {
      const document = Object.fromEntries([[name, "found"]]);
      const isText = !/[\ud800-\udfff]/.test(
        name.replaceAll(/[\ud800-\udbff][\udc00-\udfff]/g, ""),
      );
      fc.pre(isText);
      expect(select(`$[${JSON.stringify(name)}]`, document)).toEqual(["found"]);
    }),
  );
});

test("no text makes the parser throw", () => {
  const sign = fc.constantFrom(
    ..."$@.*[]()?!&|=<>,:'\"\\-01aeu \n".split(""),
    "count(",
    "match(",
    "==",
  );
  fc.assert(
    fc.property(fc.array(sign, { maxLength: 30 }), (signs) => {
      const parsed = parseQuery(`$${signs.join("")}`);
      expect(parsed.query === undefined).toBe(parsed.problem !== undefined);
    }),
  );
});
