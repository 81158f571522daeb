import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  LARGEST_CACHED_RESPONSE,
  parseResponse,
  responseCacheKey,
  responseCachePrefix,
  serializeResponse,
} from "../../../src/runtime/cache/response-cache.js";
import type { CacheKeyParameter, CacheScope } from "../../../src/runtime/cache/response-cache.js";

const pets: CacheScope = { stage: "prod", canary: false, namespace: "abc123", method: "GET" };

describe("keys", () => {
  const asked: CacheKeyParameter[] = [
    ["method.request.path.id", "7"],
    ["method.request.querystring.q", "a"],
  ];

  test("the same request has the same key", () => {
    expect(responseCacheKey(pets, asked)).toBe(responseCacheKey({ ...pets }, [...asked]));
  });

  test.each<[name: string, scope: CacheScope, parameters: readonly CacheKeyParameter[]]>([
    ["another stage", { ...pets, stage: "test" }, asked],
    ["a canary", { ...pets, canary: true }, asked],
    ["another namespace", { ...pets, namespace: "abc124" }, asked],
    ["another method", { ...pets, method: "HEAD" }, asked],
    ["another value", pets, [["method.request.path.id", "8"], asked[1] ?? ["", ""]]],
    ["no value", pets, [["method.request.path.id", null], asked[1] ?? ["", ""]]],
    ["an empty value", pets, [["method.request.path.id", ""], asked[1] ?? ["", ""]]],
    [
      "values swapped",
      pets,
      [
        ["method.request.path.id", "a"],
        ["method.request.querystring.q", "7"],
      ],
    ],
    ["one parameter less", pets, asked.slice(0, 1)],
    ["none", pets, []],
    [
      "a separator in a value",
      pets,
      [["method.request.path.id", '7"],["method.request.querystring.q","a']],
    ],
  ])("%s has another key", (_name, scope, parameters) => {
    expect(responseCacheKey(scope, parameters)).not.toBe(responseCacheKey(pets, asked));
  });

  test("no two requests share a key", () => {
    const text = fc.string({
      unit: fc.constantFrom("a", '"', ",", "]", "\\", "/", "%"),
      maxLength: 4,
    });
    const scope = fc.record({ stage: text, canary: fc.boolean(), namespace: text, method: text });
    const parameters = fc.array(fc.tuple(text, fc.option(text)), { maxLength: 3 });
    const request = fc.tuple(scope, parameters);
    fc.assert(
      fc.property(request, request, (one, other) => {
        fc.pre(JSON.stringify(one) !== JSON.stringify(other));
        expect(responseCacheKey(...one)).not.toBe(responseCacheKey(...other));
      }),
      { numRuns: 2000 },
    );
  });

  test("values cannot be read from a key", () => {
    expect(responseCacheKey(pets, [["method.request.header.Authorization", "secret"]])).toMatch(
      /^prod\/base\/abc123\/[\w-]{43}$/,
    );
  });

  test.each<[of: Parameters<typeof responseCachePrefix>[0], prefix: string]>([
    [{ stage: "prod" }, "prod/"],
    [{ stage: "prod", canary: true }, "prod/canary/"],
    [{ stage: "prod", canary: false, namespace: "a/b" }, "prod/base/a%2Fb/"],
  ])("%j begins with %s", (of, prefix) => expect(responseCachePrefix(of)).toBe(prefix));

  test("the prefix of one stage is not that of another", () => {
    const key = responseCacheKey({ ...pets, stage: "prod2" }, []);
    expect(key.startsWith(responseCachePrefix({ stage: "prod" }))).toBe(false);
  });
});

describe("responses", () => {
  const headers = ["Content-Type", "text/plain", "Set-Cookie", "a=1", "set-cookie", 'b="2"; é'];

  test.each<[name: string, body: string | Uint8Array | null, want: Buffer | null]>([
    ["text", "Grüße", Buffer.from("Grüße")],
    ["bytes", Buffer.from([0, 255, 10]), Buffer.from([0, 255, 10])],
    ["an empty body", "", Buffer.alloc(0)],
    ["no body", null, null],
  ])("%s comes back", (_name, body, want) => {
    const entry = serializeResponse({ status: 201, headers, body });
    const response = entry && parseResponse(entry);
    expect(response).toEqual({ status: 201, headers, body: want });
  });

  test("headers and body together may have 1,048,576 bytes", () => {
    const room = LARGEST_CACHED_RESPONSE - "[200]".length;
    expect(serializeResponse({ status: 200, headers: [], body: "x".repeat(room) })).not.toBeNull();
    expect(serializeResponse({ status: 200, headers: [], body: "x".repeat(room + 1) })).toBeNull();
    expect(
      serializeResponse({ status: 200, headers: ["A", "b"], body: "x".repeat(room) }),
    ).toBeNull();
    expect(
      serializeResponse({ status: 200, headers: [], body: "é".repeat(room / 2 + 1) }),
    ).toBeNull();
  });

  test("what is no entry is a miss, whatever the bytes", () => {
    const entry = serializeResponse({ status: 200, headers, body: "body" }) ?? Buffer.alloc(0);
    for (let length = 0; length < entry.byteLength - 4; length++) {
      expect(parseResponse(entry.subarray(0, length))).toBeNull();
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(() => parseResponse(Buffer.from(bytes))).not.toThrow();
      }),
    );
    for (const facts of ["{}", "[]", '["200"]', "[200,1]", "null", "[200"]) {
      const forged = Buffer.concat([
        Buffer.from([1, 1, 0, 0, 0, facts.length]),
        Buffer.from(facts),
      ]);
      expect(parseResponse(forged), facts).toBeNull();
    }
  });
});
