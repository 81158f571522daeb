import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  isOrderedArray,
  isOrderedObject,
  parseOrderedJson,
  printOrderedJson,
  type OrderedJson,
} from "../support/ordered-json.js";
import { COPIED_CASES } from "./case-files.js";
import { parseCaseFile, type CaseFile, type InvokeCase } from "./case-format.js";
import { compareExchange, type Exchange } from "./comparison.js";
import { flipsOfExpect } from "./flips.js";
import { runCases } from "./runner.js";
import { scriptedTarget } from "./scripted-target.js";
import { exchangeOf } from "./synthesis.js";

/**
 * The runner under test: an exchange made to measure must pass, and must fail as soon as anything that was
 * expected of it is expected otherwise. A check that the runner forgets to make shows here as a flip that passes.
 */
const FILES = readdirSync(COPIED_CASES)
  .filter((name) => name.endsWith(".json"))
  .map((name): [name: string, text: string] => [
    name,
    readFileSync(join(COPIED_CASES, name), "utf8"),
  ]);

const invokeCases = (file: CaseFile): InvokeCase[] =>
  file.cases.filter((one) => one.kind === "invoke");

const FILES_WITH_INVOKE = FILES.filter(
  ([name, text]) => invokeCases(parseCaseFile(text, name)).length > 0,
);

/** The same file with another `expect` in one case, read again as a whole. */
function withExpect(text: string, caseId: string, expect: OrderedJson): InvokeCase {
  const file = new Map(membersOf(parseOrderedJson(text)));
  const cases = file.get("cases");
  const changed = (isOrderedArray(cases) ? cases : [])
    .filter((one) => isOrderedObject(one) && one.get("id") === caseId)
    .map((one) => new Map([...membersOf(one), ["expect", expect]]));
  const [found] = invokeCases(
    parseCaseFile(printOrderedJson(file.set("cases", changed)), "flipped"),
  );
  if (found === undefined) throw new Error(`no case ${caseId}`);
  return found;
}

function expectOf(text: string, caseId: string): OrderedJson {
  const cases = membersOf(parseOrderedJson(text)).get("cases");
  const one = (isOrderedArray(cases) ? cases : []).find(
    (each) => isOrderedObject(each) && each.get("id") === caseId,
  );
  return membersOf(one).get("expect") ?? null;
}

function membersOf(value: OrderedJson | undefined): ReadonlyMap<string, OrderedJson> {
  return isOrderedObject(value) ? value : new Map();
}

test("there are as many invoke cases as the README says", () => {
  const count = FILES.flatMap(([name, text]) => invokeCases(parseCaseFile(text, name))).length;
  expect(count).toBe(207);
});

test.each(FILES_WITH_INVOKE)(
  "%s: exchanges made to measure pass through the whole runner",
  async (name, text) => {
    const file = parseCaseFile(text, name);
    const cases = invokeCases(file);
    for (const one of cases) {
      // one case at a time: a script cannot tell which case a request belongs to
      const target = scriptedTarget(() => exchangeOf(one.expect));
      const results = await runCases([{ ...file, cases: [one] }], target, { concurrency: 1 });
      expect(results.map(({ id, outcome }) => ({ id, outcome }))).toEqual([
        { id: one.id, outcome: { kind: "passed" } },
      ]);
    }
  },
);

describe("flips", () => {
  test.each(FILES_WITH_INVOKE)("%s: every flip of an expected value fails", (name, text) => {
    for (const one of invokeCases(parseCaseFile(text, name))) {
      const exchange = exchangeOf(one.expect);
      expect(compareExchange(one.expect, exchange)).toEqual([]);
      const flips = flipsOfExpect(expectOf(text, one.id));
      expect(flips.length, one.id).toBeGreaterThan(0);
      const unnoticed = flips.filter((flip) => {
        const flipped = withExpect(text, one.id, flip.value);
        return compareExchange(flipped.expect, exchange).length === 0;
      });
      expect(unnoticed.map((flip) => `${one.id}${flip.at}`)).toEqual([]);
    }
  });

  test.each(FILES_WITH_INVOKE)("%s: what is not expected is noticed", (name, text) => {
    for (const one of invokeCases(parseCaseFile(text, name))) {
      for (const [what, exchange] of disturbed(one)) {
        expect(compareExchange(one.expect, exchange).length, `${one.id}: ${what}`).toBeGreaterThan(
          0,
        );
      }
    }
  });
});

/** Exchanges with something in them that the case forbids without naming it. */
function disturbed(one: InvokeCase): [what: string, exchange: Exchange][] {
  const exchange = exchangeOf(one.expect);
  const { response, calls } = exchange;
  const { expect: wanted } = one;
  const found: [string, Exchange][] = [];
  const withHeader = (name: string): Exchange => ({
    calls,
    response: { ...response, headers: [...response.headers, [name, "x"]] },
  });
  for (const name of wanted.response?.absentHeaders ?? [])
    found.push([`header ${name}`, withHeader(name.toUpperCase())]);
  if (wanted.response?.headersExact === true) found.push(["extra header", withHeader("X-Flipped")]);
  for (const name of wanted.response?.headers.keys() ?? []) {
    const headers = response.headers.filter(([other]) => other !== name);
    found.push([`no header ${name}`, { calls, response: { ...response, headers } }]);
  }
  if (wanted.response?.body !== undefined) {
    found.push([
      "longer body",
      { calls, response: { ...response, body: lengthened(response.body) } },
    ]);
  }
  for (const [index, call] of calls.entries()) {
    const expected = wanted.backend?.[index];
    if (call.kind === "lambda" || expected?.kind === "lambda" || expected?.body === undefined)
      continue;
    const longer = { ...call, body: lengthened(call.body) };
    found.push([`longer body of call ${index}`, { response, calls: calls.with(index, longer) }]);
  }
  if (wanted.backend !== undefined) {
    found.push([
      "extra call",
      {
        response,
        calls: [
          ...calls,
          { kind: "lambda", name: "flipped", event: null, invocationType: "Event" },
        ],
      },
    ]);
    if (calls.length > 0) found.push(["no call", { response, calls: [] }]);
  }
  return found;
}

/** Neither the same bytes nor, behind JSON, JSON any more. */
function lengthened(body: Uint8Array): Uint8Array {
  return Buffer.concat([body, Buffer.from("}")]);
}
