import { describe, expect, test } from "vitest";
import { compileCondition } from "../../../src/runtime/policy/condition.js";

type Values = string | readonly string[];

/** Whether a request whose key `k` has `given` meets an operator; a text: why there is none. */
function meets(operator: string, wanted: Values, given: Values): boolean | string {
  const list = (values: Values): readonly string[] =>
    typeof values === "string" ? [values] : values;
  const condition = compileCondition(operator, "K", list(wanted), { variables: true });
  if (typeof condition === "string") return condition;
  const request = {
    action: "execute-api:Invoke",
    resource: "arn:aws:execute-api:us-east-1:123456789012:api/dev/GET/",
    principal: null,
    context: (key: string) => (key === "k" ? list(given) : []),
  };
  return condition(request, (key) => (key === "aws:username" ? "alice" : undefined));
}

test.each<[operator: string, wanted: Values, given: Values, want: boolean]>([
  ["StringEquals", "a", "a", true],
  ["StringEquals", "a", "A", false],
  ["StringEquals", "a*", "ab", false],
  ["StringEquals", ["a", "b"], "b", true],
  ["StringEquals", "${aws:username}", "alice", true],
  ["StringEquals", "${aws:missing}", "alice", false],
  ["StringNotEquals", ["a", "b"], "b", false],
  ["StringNotEquals", ["a", "b"], "c", true],
  ["StringEqualsIgnoreCase", "Straße", "STRAßE", true],
  ["StringNotEqualsIgnoreCase", "A", "a", false],
  ["StringLike", ["x*", "a?c"], "abc", true],
  ["StringLike", "A*", "abc", false],
  ["StringNotLike", "a*", "abc", false],
  ["NumericEquals", "10", "10.0", true],
  ["NumericEquals", "10", "ten", false],
  ["NumericNotEquals", "10", "ten", true],
  ["NumericLessThan", "10", "9", true],
  ["NumericLessThan", "10", "10", false],
  ["NumericLessThanEquals", "10", "10", true],
  ["NumericGreaterThan", "9", "10", true],
  ["NumericGreaterThan", "1e1", "10", false],
  ["NumericGreaterThanEquals", "-1.5", "-1.5", true],
  ["DateEquals", "2023-11-14T22:13:20Z", "2023-11-14T23:13:20+01:00", true],
  ["DateEquals", "1700000000", "2023-11-14T22:13:20Z", true],
  ["DateNotEquals", "2023-11-14", "2023-11-15", true],
  ["DateLessThan", "2024-01-01T00:00:00Z", "2023-12-31T23:59:59Z", true],
  ["DateLessThanEquals", "2024", "2024-01-01T00:00:00Z", true],
  ["DateGreaterThan", "2024-01-01T00:00:00", "2024-01-01T00:00:00.001Z", true],
  ["DateGreaterThanEquals", "2024-01-01", "yesterday", false],
  ["Bool", "true", "TRUE", true],
  ["Bool", "false", "true", false],
  ["BinaryEquals", "QQ==", "QQ==", true],
  ["BinaryEquals", "QQ==", "qq==", false],
  ["IpAddress", "10.0.0.0/8", "10.255.0.1", true],
  ["IpAddress", "10.0.0.0/8", "11.0.0.1", false],
  ["IpAddress", ["2001:db8::/32", "10.1.2.3"], "10.1.2.3", true],
  ["IpAddress", "2001:DB8::/32", "2001:db8:1::1", true],
  ["IpAddress", "0.0.0.0/0", "::1", false],
  ["IpAddress", "::/0", "::1", true],
  ["IpAddress", "192.168.1.77/24", "192.168.1.1", true],
  ["IpAddress", "192.168.0.0/16", "::ffff:192.168.3.4", true],
  ["IpAddress", "10.0.0.0/8", "10.0.0.1, 8.8.8.8", false],
  ["NotIpAddress", "10.0.0.0/8", "10.0.0.1", false],
  ["NotIpAddress", "10.0.0.0/8", "junk", true],
  ["ArnEquals", "arn:aws:s3:::b*", "arn:aws:s3:::bucket", true],
  ["ArnLike", "arn:aws:iam::*:role/*", "arn:aws:iam::123456789012:role/x:y", true],
  ["ArnLike", "arn:*:role/x", "arn:aws:iam::123456789012:role/x", false],
  ["ArnLike", "*", "arn:aws:iam::123456789012:role/x", false],
  ["ArnNotEquals", "arn:aws:s3:::b", "arn:aws:s3:::b", false],
  ["ArnNotLike", "arn:aws:s3:::b*", "arn:aws:s3:::c", true],
  ["Null", "true", [], true],
  ["Null", "true", "x", false],
  ["Null", "False", "x", true],
  ["Null", "false", [], false],
])("%s %j of %j: %j", (operator, wanted, given, want) => {
  expect(meets(operator, wanted, given)).toBe(want);
});

/** AWS documents a missing key by kind of operator; several values need a quantifier. */
describe("no value, and several", () => {
  test.each<[operator: string, given: readonly string[], want: boolean]>([
    ["StringEquals", [], false],
    ["StringNotEquals", [], true],
    ["StringEqualsIfExists", [], true],
    ["StringEqualsIfExists", ["b"], false],
    ["StringNotEqualsIfExists", [], true],
    ["ForAnyValue:StringEquals", [], false],
    ["ForAnyValue:StringEquals", ["b", "a"], true],
    ["ForAnyValue:StringEqualsIfExists", [], true],
    ["ForAnyValue:StringNotEquals", [], false],
    ["ForAnyValue:StringNotEquals", ["a", "b"], true],
    ["ForAnyValue:StringNotEquals", ["a", "a"], false],
    ["ForAllValues:StringEquals", [], true],
    ["ForAllValues:StringEquals", ["a", "a"], true],
    ["ForAllValues:StringEquals", ["a", "b"], false],
    ["ForAllValues:StringNotEquals", ["b", "c"], true],
    ["ForAllValues:StringNotEquals", ["b", "a"], false],
  ])("%s a of %j: %j", (operator, given, want) => {
    expect(meets(operator, "a", given)).toBe(want);
  });
});

test.each<[operator: string, wanted: Values]>([
  ["StringMatches", "a"],
  ["stringEquals", "a"],
  ["ForSomeValues:StringEquals", "a"],
  ["ForAnyValue:ForAllValues:StringEquals", "a"],
  ["ForAnyValue:Null", "true"],
  ["NullIfExists", "true"],
  ["IfExists", "a"],
  ["toString", "a"],
  ["NumericEquals", "ten"],
  ["NumericEquals", ""],
  ["NumericEquals", "0x10"],
  ["DateEquals", "tomorrow"],
  ["DateEquals", "2023-13-01"],
  ["Bool", "yes"],
  ["Null", ["true", "false"]],
  ["IpAddress", "10.0.0.0/33"],
  ["IpAddress", "10.0.0/8"],
  ["IpAddress", "010.0.0.1"],
  ["IpAddress", "2001:db8::/129"],
  ["IpAddress", "fe80::1%eth0"],
  ["IpAddress", "*"],
  ["IpAddress", "${aws:SourceIp}"],
])("%s %j is refused", (operator, wanted) => {
  expect(meets(operator, wanted, "a")).toEqual(expect.any(String));
});
