import { describe, expect, test } from "vitest";
import type { MappedText } from "../../src/ir/mapping.js";
import { parseMappedText } from "../../src/language/mapped-text.js";

const literal = (text: string) => ({ kind: "literal", text }) as const;
const header = (name: string) => ({ kind: "header", name, multiValue: true }) as const;

describe("values of request mappings", () => {
  test.each<[text: string, want: MappedText]>([
    ["", []],
    ["plain", [literal("plain")]],
    ["$5 a piece", [literal("$5 a piece")]],
    ["$requests", [literal("$requests")]],
    ["$request.header.X-A", [header("X-A")]],
    ["${request.header.X-A}", [header("X-A")]],
    ["$request.querystring.a.b", [{ kind: "queryString", name: "a.b", multiValue: true }]],
    ["$request.path", [{ kind: "requestPath" }]],
    ["$request.path.id", [{ kind: "path", name: "id" }]],
    ["$request.body", [{ kind: "body", jsonPath: undefined }]],
    ["$request.body.a[0].b", [{ kind: "body", jsonPath: "a[0].b" }]],
    ["$context.authorizer.claims.sub", [{ kind: "context", name: "authorizer.claims.sub" }]],
    ["$stageVariables.color", [{ kind: "stageVariable", name: "color" }]],
    [
      "${request.path.a} ${ context.requestId }!",
      [
        { kind: "path", name: "a" },
        literal(" "),
        { kind: "context", name: "requestId" },
        literal("!"),
      ],
    ],
    // what deployment tools fill in is no variable of the gateway
    ["${Queue.Url}/${request.path}", [literal("${Queue.Url}/"), { kind: "requestPath" }]],
    ["${AWS::Region}", [literal("${AWS::Region}")]],
  ])("%s", (text, want) => expect(parseMappedText(text, "request").text).toEqual(want));

  test.each([
    "$request",
    "$request.",
    "$request.header",
    "$request.cookie.a",
    "$request.header.",
    "$response.header.a",
    "$context",
    "$stageVariables.a-b",
    "a ${request.header}",
    "a $request.path.b",
    "a-$context.stage",
  ])("%s is refused", (text) => {
    const read = parseMappedText(text, "request");
    expect(read.text).toBeUndefined();
    expect(read.problem).not.toBe("");
  });

  test("the hint for a bare variable is the text to write", () => {
    expect(parseMappedText("/v2/$request.path.id/x", "request")).toMatchObject({
      hint: "write ${request.path.id}",
    });
  });
});

describe("values of response mappings", () => {
  test.each<[text: string, want: MappedText | undefined]>([
    ["$response.header.a", [{ kind: "responseHeader", name: "a", multiValue: true }]],
    ["$response.body", [{ kind: "responseBody", jsonPath: undefined }]],
    ["$response.body.a", [{ kind: "responseBody", jsonPath: "a" }]],
    ["$context.stage", [{ kind: "context", name: "stage" }]],
    ["403", [literal("403")]],
    ["$request.header.a", undefined],
    ["$response.status", undefined],
  ])("%s", (text, want) => expect(parseMappedText(text, "response").text).toEqual(want));
});
