import { expect, test } from "vitest";
import type { MappingExpression } from "../../src/ir/mapping.js";
import {
  parseGatewayResponseExpression,
  parseRequestExpression,
  parseResponseExpression,
} from "../../src/language/mapping-expression.js";

test.each<[text: string, want: MappingExpression | undefined]>([
  ["'Event'", { kind: "literal", text: "Event" }],
  ["''", { kind: "literal", text: "" }],
  ["'a\r\nb'", { kind: "literal", text: "a\r\nb" }],
  ["context.identity.sourceIp", { kind: "context", name: "identity.sourceIp" }],
  ["stageVariables.host", { kind: "stageVariable", name: "host" }],
  ["method.request.path.id", { kind: "path", name: "id" }],
  ["method.request.header.X-A", { kind: "header", name: "X-A", multiValue: false }],
  ["method.request.multivalueheader.X-A", { kind: "header", name: "X-A", multiValue: true }],
  ["method.request.querystring.page", { kind: "queryString", name: "page", multiValue: false }],
  ["method.request.multivaluequerystring.p", { kind: "queryString", name: "p", multiValue: true }],
  ["method.request.body", { kind: "body", jsonPath: undefined }],
  ["method.request.body.a.b[0]", { kind: "body", jsonPath: "a.b[0]" }],
  ["method.request.body.", undefined],
  ["method.request.path.a b", undefined],
  ["method.request.cookie.a", undefined],
  ["integration.response.header.X-A", undefined],
  ["Event", undefined],
  ["'open", undefined],
  ["", undefined],
])("request: %j", (text, want) => expect(parseRequestExpression(text)).toEqual(want));

test.each<[text: string, want: MappingExpression | undefined]>([
  ["'*'", { kind: "literal", text: "*" }],
  ["integration.response.header.ETag", { kind: "responseHeader", name: "ETag", multiValue: false }],
  [
    "integration.response.multivalueheader.A",
    { kind: "responseHeader", name: "A", multiValue: true },
  ],
  ["integration.response.body", { kind: "responseBody", jsonPath: undefined }],
  ["integration.response.body.url", { kind: "responseBody", jsonPath: "url" }],
  ["method.request.header.A", undefined],
])("response: %j", (text, want) => expect(parseResponseExpression(text)).toEqual(want));

test("gateway responses read the request but not its body", () => {
  expect(parseGatewayResponseExpression("method.request.path.id")).toEqual({
    kind: "path",
    name: "id",
  });
  expect(parseGatewayResponseExpression("method.request.body.x")).toBeUndefined();
});
