import { describe, expect, test } from "vitest";
import { createHostReader, findStage, parseTarget } from "../../../src/runtime/routing/address.js";
import { createRouter } from "../../../src/runtime/routing/router.js";
import { apiTable } from "../support/table.js";

function find(routes: readonly string[], method: string, path: string): unknown {
  const { routes: tables } = apiTable(Object.fromEntries(routes.map((key) => [key, {}])));
  const match = createRouter(tables).find(method, path);
  if (match === null) return null;
  const values = match.names.map((name, index) => [name, match.values[index]]);
  return [match.route.operation, Object.fromEntries(values)];
}

describe("router", () => {
  const shop = [
    "GET /",
    "GET /pets",
    "POST /pets",
    "GET /pets/{id}",
    "GET /pets/mine",
    "ANY /{proxy+}",
  ];
  test.each<[method: string, path: string, want: unknown]>([
    ["GET", "/", ["GET /", {}]],
    ["GET", "/pets", ["GET /pets", {}]],
    ["GET", "/pets/", ["GET /pets", {}]],
    ["GET", "/pets///", ["GET /pets", {}]],
    ["GET", "/pets/mine", ["GET /pets/mine", {}]],
    ["GET", "/pets/7", ["GET /pets/{id}", { id: "7" }]],
    ["GET", "/pets/7/", ["GET /pets/{id}", { id: "7" }]],
    ["GET", "/pets/a%2Fb", ["GET /pets/{id}", { id: "a%2Fb" }]],
    ["DELETE", "/pets/7", ["ANY /{proxy+}", { proxy: "pets/7" }]],
    ["GET", "/pets/7/toys", ["ANY /{proxy+}", { proxy: "pets/7/toys" }]],
    ["GET", "/pets//toys/", ["ANY /{proxy+}", { proxy: "pets//toys" }]],
    ["GET", "/Pets", ["ANY /{proxy+}", { proxy: "Pets" }]],
    ["POST", "/", null],
    ["TRACE", "/pets", null],
    ["get", "/pets", null],
  ])("%s %s", (method, path, want) => expect(find(shop, method, path)).toEqual(want));

  test.each<[why: string, routes: string[], method: string, path: string, want: unknown]>([
    [
      "a resource without the method gives way to a greedy one",
      ["POST /test", "OPTIONS /{proxy+}"],
      "OPTIONS",
      "/test",
      ["OPTIONS /{proxy+}", { proxy: "test" }],
    ],
    [
      "ANY on a specific resource beats the method on a less specific one",
      ["ANY /test/any", "OPTIONS /{proxy+}"],
      "OPTIONS",
      "/test/any",
      ["ANY /test/any", {}],
    ],
    [
      "the method beats ANY on the same resource",
      ["ANY /test", "GET /test"],
      "GET",
      "/test",
      ["GET /test", {}],
    ],
    [
      "an unknown child of a static resource goes to a greedy one above",
      ["GET /part1", "GET /{param+}"],
      "GET",
      "/part1/other",
      ["GET /{param+}", { param: "part1/other" }],
    ],
    [
      "static beats parameter on each level",
      ["GET /{a}/x", "GET /s/{b}"],
      "GET",
      "/s/x",
      ["GET /s/{b}", { b: "x" }],
    ],
    [
      "a dead end below a static segment is left again",
      ["GET /s/x/y", "GET /{a}/{b}/z"],
      "GET",
      "/s/x/z",
      ["GET /{a}/{b}/z", { a: "s", b: "x" }],
    ],
    ["a greedy segment needs something", ["GET /a/{proxy+}"], "GET", "/a", null],
    ["a greedy segment needs something, slash or not", ["GET /a/{proxy+}"], "GET", "/a/", null],
    ["HEAD is not served by GET", ["GET /a"], "HEAD", "/a", null],
    ["HEAD is served by ANY", ["ANY /a"], "HEAD", "/a", ["ANY /a", {}]],
    ["an inherited name is no resource", ["GET /a"], "GET", "/__proto__", null],
    [
      "a parameter may hold an inherited name",
      ["GET /{a}"],
      "GET",
      "/constructor",
      ["GET /{a}", { a: "constructor" }],
    ],
  ])("%s", (_why, routes, method, path, want) => {
    expect(find(routes, method, path)).toEqual(want);
  });
});

describe("stage and path", () => {
  const stages = new Map([
    ["stage", {}],
    ["test", {}],
  ]);
  // Rows of the table of paths in the service's semantics.
  test.each<[target: string, stage: string, path: string, contextPath: string]>([
    ["/stage/proxy-value", "stage", "/proxy-value", "/stage/proxy-value"],
    ["/stage/proxy-value/", "stage", "/proxy-value/", "/stage/proxy-value/"],
    [
      "/stage/proxy-value//double-slash",
      "stage",
      "/proxy-value//double-slash",
      "/stage/proxy-value//double-slash",
    ],
    ["//stage/proxy-value", "stage", "/proxy-value", "/stage/proxy-value"],
    ["/stage//proxy-value", "stage", "/proxy-value", "/stage//proxy-value"],
    ["/stage//hardcoded", "stage", "/hardcoded", "/stage//hardcoded"],
    ["/test/test/", "test", "/test/", "/test/test/"],
    ["/stage/a/x%2By@z+w", "stage", "/a/x%2By@z+w", "/stage/a/x%2By@z+w"],
    ["/stage", "stage", "/", "/stage"],
    ["/stage/", "stage", "/", "/stage/"],
  ])("%s", (target, stage, path, contextPath) => {
    const found = findStage(target, false, { stages, defaultStage: null });
    expect(found).toMatchObject({ stage, path, contextPath });
  });

  test("without a stage name the default stage answers, but not on the service's own host", () => {
    const options = { stages, defaultStage: "test" };
    expect(findStage("/pets/1", false, options)).toMatchObject({
      stage: "test",
      path: "/pets/1",
      contextPath: "/pets/1",
    });
    expect(findStage("/pets/1", true, options)).toBeNull();
    expect(findStage("/pets/1", false, { stages, defaultStage: null })).toBeNull();
    expect(findStage("/__proto__/x", false, { stages, defaultStage: null })).toBeNull();
  });

  test.each<[target: string, want: unknown]>([
    ["/a?b=c", { path: "/a", query: "b=c", authority: null }],
    ["/a?b?c", { path: "/a", query: "b?c", authority: null }],
    ["/a#b?c", { path: "/a", query: "", authority: null }],
    ["http://h.test:80/a?b", { path: "/a", query: "b", authority: "h.test:80" }],
    ["HTTPS://h.test?b", { path: "/", query: "b", authority: "h.test" }],
    ["*", null],
    ["h.test:443", null],
    ["ftp://h/a", null],
    ["", null],
  ])("target %s", (target, want) => expect(parseTarget(target)).toEqual(want));

  test.each<[host: string | null, isValid: boolean, isService: boolean]>([
    [null, true, false],
    ["", false, false],
    ["api.test", true, false],
    ["api.test:8080", true, false],
    ["[::1]:80", true, false],
    ["abc.execute-api.us-east-1.amazonaws.com", true, true],
    ["ABC.Execute-API.us-east-1.amazonaws.com", true, true],
    ["good@evil.test", false, false],
    ["evil.test/x", false, false],
    ["a b", false, false],
  ])("host %s", (host, isValid, isService) => {
    expect(createHostReader().read(host)).toEqual({ isValid, isService });
  });
});
