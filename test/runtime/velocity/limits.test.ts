import { describe, expect, test } from "vitest";
import { maxTemplateLength } from "../../../src/language/velocity/template.js";
import type { Template } from "../../../src/runtime/contracts.js";
import { createGateway } from "../../../src/runtime/gateway.js";
import { mockIntegration } from "../../../src/runtime/integrations/mock.js";
import { range } from "../../../src/runtime/velocity/operators.js";
import { Rounds } from "../../../src/runtime/velocity/rounds.js";
import {
  List,
  maxTextLength,
  TemplateError,
  ValueMap,
  type Maybe,
} from "../../../src/runtime/velocity/value.js";
import { documentWith, lowerText } from "../../lower/lower-text.js";
import { compileTemplates } from "../../vtl/compiled-cases.js";
import { call, type Answer } from "../support/client.js";
import { apiTable, mock } from "../support/table.js";

describe("length of a template: 300 KB", () => {
  test.each([
    [300 * 1024, []],
    [300 * 1024 + 1, ["GG509"]],
  ])("%i characters", async (length, want) => {
    expect(maxTemplateLength).toBe(307_200);
    const requestTemplates = { "application/json": "x".repeat(length) };
    const integration = { type: "mock", requestTemplates, responses: { default: {} } };
    const { diagnostics } = await lowerText(documentWith({ integration }));
    expect(diagnostics.map(({ code }) => code).filter((code) => code === "GG509")).toEqual(want);
  });
});

describe("rounds of a loop: 1000", () => {
  const map = new ValueMap(Array.from({ length: 1200 }, (_, key) => [key, key]));
  test.each<[name: string, list: Maybe, rounds: number, lastHasNext: boolean]>([
    ["a list of 1000", range(1, 1000), 1000, false],
    ["a list of 1001", range(1, 1001), 1000, true],
    ["a map of 1200", map, 1000, true],
    ["an empty list", new List("list", []), 0, false],
  ])("%s", (_name, list, rounds, lastHasNext) => {
    const all = [...new Rounds(() => 0).each(list)];
    expect(all).toHaveLength(rounds);
    expect(all.at(-1)?.[1].hasNext ?? false).toBe(lastHasNext);
  });

  test("of each loop by itself, and what follows is rendered", async () => {
    const render = await compileTemplates([
      { text: "#foreach($i in [1..1500])a#end;#foreach($i in [1..1500])b#end.", given: [] },
      { text: "#foreach($i in [1..3])#foreach($j in [1..1500])x#end#end.", given: [] },
    ]);
    const line = JSON.stringify({ id: "limits", template: "" });
    expect(render(0, line).output).toBe(`${"a".repeat(1000)};${"b".repeat(1000)}.`);
    expect(render(1, line).output).toBe(`${"x".repeat(3000)}.`);
  });
});

describe("time of a template: 1.5 s", () => {
  /** Rounds of two nested loops on a clock that goes on by `stepMs` whenever it is read. */
  const nested = (stepMs: number): number => {
    let nowMs = 5000;
    const rounds = new Rounds(() => (nowMs += stepMs));
    let count = 0;
    for (const [outer] of rounds.each(range(1, 100))) {
      for (const [inner] of rounds.each(range(1, 100)))
        count += outer === undefined || inner === undefined ? 0 : 1;
    }
    return count;
  };

  test("all rounds of a template count together", () => {
    expect(nested(1)).toBe(10_000);
    expect(() => nested(10)).toThrow(TemplateError);
  });

  test("loops within loops end with 500", { timeout: 20_000 }, async () => {
    const startedMs = performance.now();
    const answer = await rendered((input) => {
      let out = "";
      for (const _ of input.each(range(1, 1000)))
        for (const _ of input.each(range(1, 1000)))
          for (const _ of input.each(range(1, 1000))) out = "x";
      return out;
    });
    expect(answer.status).toBe(500);
    expect(performance.now() - startedMs).toBeLessThan(10_000);
  });
});

describe("length of an output", () => {
  test.each([
    ["at the limit", maxTextLength, 200],
    ["beyond it", maxTextLength + 1, 500],
  ])("%s", { timeout: 20_000 }, async (_name, length, status) => {
    const text = `{"statusCode": 200}`.padEnd(length);
    expect((await rendered((input) => (input.body === "" ? "" : text))).status).toBe(status);
  });
});

/** The answer of a mock whose request template is this one. */
function rendered(template: Template): Promise<Answer> {
  const integration = mock("{}", { requestTemplates: { "application/json": template } });
  const gateway = createGateway(
    apiTable({ "GET /m": { integration } }),
    { integrations: { mock: mockIntegration } },
    { logger: { warn: () => undefined, error: () => undefined } },
  );
  return call(gateway, "GET", "/dev/m");
}
