import { describe, expect, test } from "vitest";
import { prepareIdentity, readIdentity } from "../../../src/runtime/access/identity.js";
import type { IdentitySource } from "../../../src/runtime/contracts.js";
import { exchangeOf } from "../support/exchange.js";

function identityOf(
  sources: readonly IdentitySource[],
  target: string,
  headers: readonly string[],
): ReturnType<typeof readIdentity> {
  const readers = sources.map((source) => prepareIdentity(source, { tier: "gold", empty: "" }));
  return readIdentity(exchangeOf("GET", target, headers), readers);
}

describe("identity sources", () => {
  test.each<[name: string, source: IdentitySource, want: readonly string[] | null]>([
    ["a header, in any spelling", { header: "x-TOKEN" }, ["one", "two"]],
    ["a header that the gateway adds", { header: "X-Forwarded-Proto" }, ["https"]],
    ["a header that was not sent", { header: "x-other" }, null],
    ["a header that is empty", { header: "x-blank" }, null],
    ["all values of a query parameter", { queryString: "t" }, ["a", "b"]],
    ["a query parameter by exact spelling", { queryString: "T" }, null],
    ["a stage variable", { stageVariable: "tier" }, ["gold"]],
    ["an empty stage variable", { stageVariable: "empty" }, null],
    ["a stage variable of the prototype", { stageVariable: "constructor" }, null],
    ["context", { context: "httpMethod" }, ["GET"]],
    ["context that has no value", { context: "identity.user" }, null],
  ])("%s", (_name, source, want) => {
    const identity = identityOf([source], "/dev/a?t=a&t=b", [
      "X-Token",
      "one",
      "x-token",
      "two",
      "X-Blank",
      " ",
    ]);
    expect(identity).toEqual(want === null ? null : [want]);
  });

  test("every source must be there", () => {
    const sources = [{ header: "a" }, { header: "b" }];
    expect(identityOf(sources, "/dev/a", ["a", "1"])).toBeNull();
    expect(identityOf(sources, "/dev/a", ["b", "2", "a", "1"])).toEqual([["1"], ["2"]]);
  });
});
