import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { redactJson } from "../../../src/runtime/logs/redact-json.js";
import {
  credentialsOf,
  hideCredentials,
  loggedBody,
  loggedHeader,
  loggedParameter,
  prepareHiding,
} from "../../../src/runtime/logs/redaction.js";

const nothing = prepareHiding(undefined);

describe("names", () => {
  test.each([
    ["Authorization", "***"],
    ["cookie", "***"],
    ["Set-Cookie", "***"],
    ["X-Amz-Security-Token", "***"],
    ["X-CSRF-Token", "***"],
    ["x-client-secret", "***"],
    ["X-API-Key", "****9abc"],
    ["X-Tokens", "shown-value-9abc"],
    ["Content-Type", "shown-value-9abc"],
  ])("the header %s", (name, want) => expect(loggedHeader(name, "shown-value-9abc")).toBe(want));

  test.each([
    ["access_token", "***"],
    ["accessToken", "***"],
    ["token", "***"],
    ["api_key", "***"],
    ["apikey", "***"],
    ["password", "***"],
    ["X-Amz-Signature", "***"],
    ["sig", "***"],
    ["design", "shown"],
    ["tokens", "shown"],
    ["page", "shown"],
  ])("the parameter %s", (name, want) => expect(loggedParameter(name, "shown")).toBe(want));

  test("those of the settings, in any spelling", () => {
    const hiding = prepareHiding({ names: ["x-pin"], paths: [], context: [] });
    expect(loggedHeader("X-Pin", "1", hiding)).toBe("***");
    expect(loggedParameter("X-PIN", "1", hiding)).toBe("***");
  });
});

describe("bodies", () => {
  const credentials = credentialsOf(["Authorization", "Bearer abcdefghijklmnop"], []);

  test("no part of a credential is left where a body is cut, whatever stands before it", () => {
    fc.assert(
      fc.property(fc.nat(1400), fc.nat(40), fc.boolean(), (before, repeated, asBytes) => {
        const body = `${"abcdefghijklmnop ".repeat(repeated)}${"x".repeat(before)}abcdefghijklmnop${"y".repeat(5000)}`;
        const shown = loggedBody(asBytes ? Buffer.from(body) : body, 1024, nothing, credentials);
        expect(shown).not.toMatch(/abc/);
        expect(shown.length).toBeLessThanOrEqual(1024 + " [TRUNCATED]".length);
      }),
    );
  });

  test("a short one is shown whole", () => {
    expect(loggedBody('{"a":"é"}', 1024, nothing, [])).toBe('{"a":"é"}');
    expect(loggedBody(Buffer.from("é".repeat(9)), 8, nothing, [])).toBe("éééééééé [TRUNCATED]");
  });

  test("one that is too long to be read shows nothing", () => {
    const hiding = prepareHiding({ names: [], paths: [["a"]], context: [] });
    const body = JSON.stringify({ b: "x".repeat(300_000), a: "secret" });
    expect(loggedBody(body, 1024, hiding, [])).toBe("[TOO LONG TO BE REDACTED]");
  });
});

test("a request with too many words of credentials shows no free text", () => {
  const cookie = Array.from({ length: 400 }, (_one, index) => `cookie-number-${index}`).join("; ");
  const credentials = credentialsOf(["Cookie", cookie], []);
  expect(hideCredentials("anything", credentials)).toBe("***");
});

describe("paths into JSON", () => {
  test.each<[path: readonly string[], want: unknown, values: readonly string[]]>([
    [["card", "number"], { card: { number: "-" }, items: [{ code: 1 }, { code: "b" }] }, ["4111"]],
    [
      ["items", "*", "code"],
      { card: { number: "4111" }, items: [{ code: "-" }, { code: "-" }] },
      ["1", "b"],
    ],
    [["items", "1"], { card: { number: "4111" }, items: [{ code: 1 }, "-"] }, ["b"]],
    [["*"], { card: "-", items: "-" }, ["4111", "1", "b"]],
    [["none", "x"], { card: { number: "4111" }, items: [{ code: 1 }, { code: "b" }] }, []],
  ])("%j", (path, want, values) => {
    const text = JSON.stringify({ card: { number: "4111" }, items: [{ code: 1 }, { code: "b" }] });
    const redacted = redactJson(text, [path], "-");
    expect(JSON.parse(redacted.text)).toEqual(want);
    expect(redacted.values).toEqual(values);
  });

  test("what is no JSON stays as it is", () => {
    for (const text of ["", "plain", "{broken", '"text"']) {
      expect(redactJson(text, [["a"]], "-")).toEqual({ text, values: [] });
    }
  });
});
