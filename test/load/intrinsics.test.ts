import { describe, expect, test } from "vitest";
import { createDiagnosticSink } from "../../src/diagnostics.js";
import { IntrinsicResolver, pseudoParameters } from "../../src/load/intrinsics.js";
import { root } from "../../src/pointer.js";

const given = new Map<string, string | number | boolean>([
  ["Name", "orders"],
  ["Port", 8080],
  ["IsProd", false],
  ["Map.a.b", "found"],
  ...Object.entries(pseudoParameters),
]);

function resolve(value: unknown): {
  value: unknown;
  open: readonly string[];
  codes: readonly string[];
} {
  const sink = createDiagnosticSink();
  const resolver = new IntrinsicResolver(given, sink);
  const resolved = resolver.resolve(structuredClone(value), root("t.yaml"));
  return {
    value: resolved,
    open: resolver.placeholders().map(({ name }) => name),
    codes: sink.list().map(({ code, severity }) => `${severity} ${code}`),
  };
}

test.each<[name: string, value: unknown, want: unknown, open?: readonly string[]]>([
  ["Ref of a parameter keeps its type", { a: { Ref: "Port" } }, { a: 8080 }],
  ["Ref of a pseudo parameter", { a: { Ref: "AWS::Region" } }, { a: "us-east-1" }],
  ["Ref of a resource", { a: { Ref: "Queue" } }, { a: "${Queue}" }, ["Queue"]],
  ["Ref of no value in an object", { a: { Ref: "AWS::NoValue" }, b: 1 }, { b: 1 }],
  ["Ref of no value in a list", [1, { Ref: "AWS::NoValue" }, 2], [1, 2]],
  ["GetAtt as list", { a: { "Fn::GetAtt": ["F", "Arn"] } }, { a: "${F.Arn}" }, ["F.Arn"]],
  ["GetAtt as text", { a: { "Fn::GetAtt": "F.Arn" } }, { a: "${F.Arn}" }, ["F.Arn"]],
  [
    "Sub",
    { a: { "Fn::Sub": "${Name}-${AWS::AccountId}-${F.Arn}" } },
    { a: "orders-123456789012-${F.Arn}" },
    ["F.Arn"],
  ],
  [
    "Sub with values of its own",
    { a: { "Fn::Sub": ["${x}/${Name}", { x: { Ref: "Port" } }] } },
    { a: "8080/orders" },
  ],
  [
    "Sub with literals",
    { a: { "Fn::Sub": "${!stageVariables.x}-${!y}" } },
    { a: "${stageVariables.x}-${y}" },
  ],
  [
    "Sub keeps the gateway's own",
    { a: { "Fn::Sub": "${stageVariables.x}" } },
    { a: "${stageVariables.x}" },
  ],
  [
    "Join",
    { a: { "Fn::Join": ["", ["http://", { "Fn::GetAtt": "Lb.DNSName" }, "/x"]] } },
    { a: "http://${Lb.DNSName}/x" },
    ["Lb.DNSName"],
  ],
  [
    "ImportValue",
    { a: { "Fn::ImportValue": { "Fn::Sub": "${Name}-vpc" } } },
    { a: "${orders-vpc}" },
    ["orders-vpc"],
  ],
  ["FindInMap", { a: { "Fn::FindInMap": ["Map", "a", "b"] } }, { a: "found" }],
  ["Select and Split", { a: { "Fn::Select": ["1", { "Fn::Split": [",", "x,y,z"] }] } }, { a: "y" }],
  ["Base64", { a: { "Fn::Base64": "x" } }, { a: "eA==" }],
  [
    "If that is decided",
    { a: { "Fn::If": ["IsProd", { b: 1 }, { c: { Ref: "Name" } }] } },
    { a: { c: "orders" } },
  ],
  [
    "placeholders of Terraform",
    { uri: "arn:${Name}:${other_fn}" },
    { uri: "arn:orders:${other_fn}" },
    ["other_fn"],
  ],
  [
    "an escaped stage variable of Terraform",
    { uri: "http://$${stageVariables.h}/" },
    { uri: "http://${stageVariables.h}/" },
  ],
  [
    "prose is not asked for values",
    { description: "costs ${price}, not ${Name}" },
    { description: "costs ${price}, not orders" },
  ],
  [
    "templates have references of their own",
    { requestTemplates: { j: "${foo} ${Name}" } },
    { requestTemplates: { j: "${foo} orders" } },
  ],
  [
    "policies have variables of their own",
    { "x-amazon-apigateway-policy": { a: "${aws:username}" } },
    { "x-amazon-apigateway-policy": { a: "${aws:username}" } },
  ],
  [
    "a property named Ref is data",
    { properties: { Ref: { type: "string" } } },
    { properties: { Ref: { type: "string" } } },
  ],
  ["an example is data", { example: { Ref: "Name" } }, { example: { Ref: "Name" } }],
])("%s", (_name, value, want, open = []) => {
  const resolved = resolve(value);
  expect(resolved.value).toEqual(want);
  expect(resolved.open).toEqual(open);
  expect(resolved.codes).toEqual([]);
});

describe("problems", () => {
  test.each<[name: string, value: unknown, codes: readonly string[]]>([
    [
      "an open condition takes its first branch, said once",
      { a: { "Fn::If": ["C", 1, 2] }, b: { "Fn::If": ["C", 1, 2] } },
      ["warning GG031"],
    ],
    [
      "an open condition about security is not decided",
      { security: [{ "Fn::If": ["C", {}, { a: [] }] }] },
      ["error GG031"],
    ],
    ["an include", { "Fn::Transform": { Name: "AWS::Include" } }, ["error GG032"]],
    ["a condition without branches", { a: { "Fn::If": ["C", 1] } }, ["error GG032"]],
  ])("%s", (_name, value, codes) => expect(resolve(value).codes).toEqual(codes));
});

test("shared nodes are resolved once", () => {
  const shared = { a: { "Fn::Sub": "${!x}" } };
  const sink = createDiagnosticSink();
  const resolver = new IntrinsicResolver(given, sink);
  const value = resolver.resolve({ one: shared, two: shared }, root("t.yaml"));
  expect(value).toEqual({ one: { a: "${x}" }, two: { a: "${x}" } });
  expect(resolver.placeholders()).toEqual([]);
});
