import { decodeJwt } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBackends, type Backends } from "../support/backends/backends.js";
import { placeholderNames, resolvePlaceholders } from "./placeholders.js";

let backends: Backends;
beforeAll(async () => {
  backends = await startBackends({
    http: new Set(["one", "two"]),
    aws: new Set(),
    oidc: new Map([["idp", "RS256"]]),
  });
});
afterAll(() => backends.close());

test("names the backends that a text needs", () => {
  const text = `@@HTTP_ORIGIN:one@@/x @@HTTP_HOST:two@@ @@ISSUER:idp@@ @@JWT:other:{\\"a\\":{}}@@`;
  expect(placeholderNames(text)).toEqual({ http: ["one", "two"], oidc: ["idp", "other"] });
});

test("replaces origins, hosts and issuers", async () => {
  const { http, oidc } = backends.origins;
  const text = `["@@HTTP_ORIGIN:one@@/x","@@HTTP_HOST:two@@","@@ISSUER:idp@@","a@@b"]`;
  const resolved: unknown = JSON.parse(await resolvePlaceholders(text, backends));
  expect(resolved).toEqual([
    `${http["one"]}/x`,
    new URL(http["two"] ?? "").host,
    oidc["idp"],
    "a@@b",
  ]);
});

test("signs a token for each placeholder; its JSON ends at the first }@@", async () => {
  const text = JSON.stringify(['Bearer @@JWT:idp:{"aud":"a@b"}@@', '@@JWT:idp:{"n":{"m":1}}@@']);
  const [, first = "", second = ""] =
    /^\["Bearer (.*)","(.*)"\]$/.exec(await resolvePlaceholders(text, backends)) ?? [];
  expect(decodeJwt(first)).toMatchObject({ aud: "a@b", iss: backends.origins.oidc["idp"] });
  expect(decodeJwt(second)).toMatchObject({ n: { m: 1 } });
});

test.each<[name: string, text: string, complaint: string]>([
  ["a backend that is not there", "@@HTTP_HOST:three@@", "no backend named three"],
  ["an issuer that is not there", `@@JWT:nobody:{}@@`, "no OIDC backend named nobody"],
  ["an unknown placeholder", "x@@NEW:one@@", "placeholder that cannot be read: @@NEW:one@@"],
])("refuses %s", async (_name, text, complaint) => {
  await expect(resolvePlaceholders(text, backends)).rejects.toThrow(complaint);
});
