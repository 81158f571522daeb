import { expect, test } from "vitest";
import { methodArns, partitionOf } from "../../../src/runtime/access/method-arn.js";
import { exchangeOf } from "../support/exchange.js";

const prefix = "arn:aws:execute-api:us-east-1:123456789012:abcdefghij/dev/GET";

test.each<[path: string, asSent: string, plain: string | null]>([
  ["/pets", "/pets", null],
  ["/", "/", null],
  ["/pets/", "/pets/", "/pets"],
  ["//pets", "/pets", null],
  ["/pets//7", "/pets//7", "/pets/7"],
  ["/a%2Fb", "/a%2Fb", "/a/b"],
  ["/%61dmin", "/%61dmin", "/admin"],
  ["/x/../admin", "/x/../admin", "/admin"],
  ["/x/%2e%2e/admin", "/x/%2e%2e/admin", "/admin"],
  ["/../../admin", "/../../admin", "/admin"],
  ["/a%zz", "/a%zz", null],
  ["/a%5c..%5cadmin", "/a%5c..%5cadmin", "/admin"],
  ["/.well-known", "/.well-known", null],
  ["/a\\..\\admin", "/a\\..\\admin", "/admin"],
  ["/admin;v=1/users;x", "/admin;v=1/users;x", "/admin/users"],
  ["/admin%3Bv=1", "/admin%3Bv=1", "/admin"],
  ["/x/..;/admin", "/x/..;/admin", "/admin"],
  ["/admin%2F%ff", "/admin%2F%ff", "/admin/%ff"],
  ["/caf%C3%A9", "/caf%C3%A9", "/café"],
  ["/Admin", "/Admin", null],
])("%s is authorized as %s, and as %s too", (path, asSent, plain) => {
  expect(methodArns(exchangeOf("GET", `/dev${path}`))).toEqual({
    asSent: `${prefix}${asSent}`,
    plain: plain === null ? null : `${prefix}${plain}`,
    climbs: path.includes("..") || path.includes("%2e%2e"),
  });
});

test("an ARN of more than 1600 bytes is not authorized", () => {
  const path = `/${"a".repeat(1600)}`;
  expect(() => methodArns(exchangeOf("GET", `/dev${path}`))).toThrow(
    expect.objectContaining({ status: 414 }),
  );
});

test.each([
  ["eu-west-1", "aws"],
  ["cn-north-1", "aws-cn"],
  ["us-gov-west-1", "aws-us-gov"],
])("%s belongs to the partition %s", (region, partition) => {
  expect(partitionOf(region)).toBe(partition);
});
