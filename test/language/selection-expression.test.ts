import { describe, expect, test } from "vitest";
import { parseSelection } from "../../src/language/selection-expression.js";

describe("selection expressions", () => {
  const body = (jsonPath: string): object => ({ kind: "body", jsonPath });
  const text = (literal: string): object => ({ kind: "literal", text: literal });

  test.each<[written: string, want: readonly object[]]>([
    ["$request.body.action", [body("action")]],
    ["$request.body.detail['kind']", [body("detail['kind']")]],
    ["${request.body.action}", [body("action")]],
    [
      "${request.body.service}/${request.body.action}",
      [body("service"), text("/"), body("action")],
    ],
    ["join-${request.body.room}", [text("join-"), body("room")]],
    ["200", [text("200")]],
    ["$default", [text("$default")]],
    ["\\$default", [text("$default")]],
    ["a\\\\b", [text("a\\b")]],
    ["$context.routeKey", [{ kind: "context", name: "routeKey" }]],
    ["$stageVariables.v", [{ kind: "stageVariable", name: "v" }]],
    ["$request.header.X-A", [{ kind: "header", name: "X-A", multiValue: false }]],
    ["${request.querystring.q}", [{ kind: "queryString", name: "q", multiValue: false }]],
  ])("%s", (written, want) => {
    expect(parseSelection(written, "request")).toEqual({ expression: want, problem: undefined });
  });

  test.each([
    ["", /is empty/],
    ["$", /dollar sign/],
    ["a$b", /dollar sign/],
    ["$request.path.x", /"request.path.x", which is no variable/],
    ["$request.body", /no variable/],
    ["${}", /no variable/],
    ["${constructor}", /no variable/],
    ["$integration.response.header.x", /no variable/],
  ])("refuses %j", (written, want) => {
    expect(parseSelection(written, "request").problem).toMatch(want);
  });

  test.each<[written: string, want: object]>([
    ["$integration.response.header.x", { kind: "responseHeader", name: "x", multiValue: false }],
    ["${integration.response.body.a}", { kind: "responseBody", jsonPath: "a" }],
  ])("an answer: %s", (written, want) => {
    expect(parseSelection(written, "response").expression).toEqual([want]);
  });
});
