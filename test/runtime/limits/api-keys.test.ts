import { describe, expect, test } from "vitest";
import { createApiKeys, hashApiKey, newSalt } from "../../../src/runtime/limits/api-keys.js";
import type { ApiKeyFacts, HashedApiKeys } from "../../../src/runtime/limits/api-keys.js";

const salt = Buffer.alloc(16, 7).toString("base64");
const acme = "acme-0123456789abcdefghij";
const other = "other-0123456789abcdefghij";

function facts(id: string, given: Partial<ApiKeyFacts> = {}): ApiKeyFacts {
  return { id, name: `key ${id}`, customerId: null, enabled: true, plans: [], ...given };
}

function table(...keys: readonly (readonly [value: string, ApiKeyFacts])[]): HashedApiKeys {
  return { salt, keys: keys.map(([value, key]) => ({ ...key, hash: hashApiKey(value, salt) })) };
}

describe("API keys", () => {
  const keys = createApiKeys(
    table(
      [
        acme,
        facts("k1", {
          customerId: "c-7",
          plans: [
            { stage: "prod", planId: "gold" },
            { stage: "test", planId: "free" },
          ],
        }),
      ],
      [other, facts("k2", { enabled: false })],
    ),
  );

  test("a key is found by its value, with its plan in each stage", () => {
    expect(keys.find(acme)).toEqual({
      id: "k1",
      name: "key k1",
      customerId: "c-7",
      enabled: true,
      plans: new Map([
        ["prod", "gold"],
        ["test", "free"],
      ]),
    });
  });

  test("a disabled key is found, and says so", () => {
    expect(keys.find(other)).toMatchObject({ id: "k2", enabled: false });
  });

  test.each([
    "",
    "__proto__",
    "constructor",
    "toString",
    "k1",
    hashApiKey(acme, salt),
    acme.toUpperCase(),
    ` ${acme}`,
    `${acme} `,
    `${acme}\0`,
    acme.slice(0, -1),
    acme.repeat(40),
    "x".repeat(1_000_000),
  ])("%.60j is none", (value) => expect(keys.find(value)).toBeNull());

  test("a key of 128 characters is found, a longer one is not looked for", () => {
    const [longest, longer] = ["x".repeat(128), "x".repeat(129)];
    const found = createApiKeys(table([longest, facts("a")], [longer, facts("b")]));
    expect(found.find(longest)?.id).toBe("a");
    expect(found.find(longer)).toBeNull();
  });

  test("each single changed character makes it another key", () => {
    for (let i = 0; i < acme.length; i++) {
      expect(keys.find(`${acme.slice(0, i)}~${acme.slice(i + 1)}`)).toBeNull();
    }
  });

  test("where two keys have one value, the first counts", () => {
    const twice = createApiKeys(table([acme, facts("first")], [acme, facts("second")]));
    expect(twice.find(acme)?.id).toBe("first");
  });

  test("plans of a stage are not found under names that every object has", () => {
    expect(keys.find(acme)?.plans.get("constructor")).toBeUndefined();
  });

  test("the table does not contain the value, and another salt gives another hash", () => {
    expect(JSON.stringify(table([acme, facts("k1")]))).not.toContain(acme);
    expect(hashApiKey(acme, newSalt())).not.toBe(hashApiKey(acme, newSalt()));
    const moved = { ...table([acme, facts("k1")]), salt: newSalt() };
    expect(createApiKeys(moved).find(acme)).toBeNull();
  });

  test.each<[name: string, broken: HashedApiKeys]>([
    ["no salt", { salt: "", keys: [] }],
    ["a short salt", { salt: "YWJj", keys: [] }],
    ["a hash that is none", { salt, keys: [{ ...facts("k"), hash: "YWJj" }] }],
  ])("%s is refused", (_name, broken) => expect(() => createApiKeys(broken)).toThrow(TypeError));

  test("a request pays microseconds for the hash", () => {
    const rounds = 20_000;
    const startMs = performance.now();
    for (let i = 0; i < rounds; i++) keys.find(acme);
    expect((performance.now() - startMs) / rounds).toBeLessThan(0.5);
  });
});
