import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AccessTable } from "../../../src/runtime/contracts.js";
import { hashApiKey, newSalt } from "../../../src/runtime/limits/api-keys.js";
import {
  findManagedKeys,
  keyRecordId,
  managedKeys,
  membershipRecordId,
  type MadeKey,
} from "../../../src/runtime/limits/managed-keys.js";
import type { Records } from "../../../src/runtime/state/store.js";

const plan = (stages: readonly string[], keys: readonly string[]) => ({
  name: "plan",
  stages,
  keys,
  throttle: null,
  quota: null,
  methods: {},
});
const key = (enabled: boolean) => ({
  name: "of the settings",
  customerId: null,
  enabled,
  value: { secret: "x", key: null },
});

const tables: Pick<AccessTable, "apiKeys" | "usagePlans"> = {
  apiKeys: { on: key(true), off: key(false) },
  usagePlans: { gold: plan(["dev", "prod"], ["on", "off"]), test: plan(["test"], []) },
};

const salt = newSalt();
const settings = {
  salt,
  keys: ["on", "off"].map((id) => ({
    id,
    name: "of the settings",
    customerId: null,
    enabled: id === "on",
    hash: hashApiKey(`value of ${id}`, salt),
    plans: [],
  })),
};

function made(value: string, rest: Partial<MadeKey> = {}, under = newSalt()): string {
  return JSON.stringify({
    name: "made",
    description: null,
    customerId: null,
    enabled: true,
    createdMs: 1,
    updatedMs: 2,
    value: { salt: under, hash: hashApiKey(value, under) },
    ...rest,
  });
}

const records = (byId: Readonly<Record<string, string>> = {}): Records => ({
  version: "1",
  byId: new Map(Object.entries(byId)),
});
const find = (value: string, of: Records) => findManagedKeys(tables, settings, of).find(value);

describe("keys of the settings", () => {
  test("without records they are as the settings say", () => {
    expect(managedKeys(tables, records()).map(({ id, enabled }) => [id, enabled])).toEqual([
      ["on", true],
      ["off", false],
    ]);
    expect(find("value of on", records())).toMatchObject({ id: "on", enabled: true });
    expect(find("value of on", records())?.plans).toEqual(
      new Map([
        ["dev", "gold"],
        ["prod", "gold"],
      ]),
    );
  });

  test.each<[what: string, record: string, enabled: boolean]>([
    ["disabled", '{"enabled":false,"updatedMs":1}', false],
    ["enabled", '{"enabled":true,"updatedMs":1}', true],
    ["another name", '{"name":"x","updatedMs":1}', true],
    ["empty", "", false],
    ["not JSON", "{", false],
    ["a list", "[]", false],
    ["a flag that is none", '{"enabled":"true","updatedMs":1}', false],
    ["no time", '{"enabled":true}', false],
  ])("a record: %s", (_what, record, enabled) => {
    const of = records({ [keyRecordId("on")]: record });
    expect(find("value of on", of)?.enabled).toBe(enabled);
  });

  test("what the settings disable stays disabled", () => {
    const of = records({ [keyRecordId("off")]: '{"enabled":true,"updatedMs":1}' });
    expect(find("value of off", of)?.enabled).toBe(false);
  });

  test("a record cannot give them another value", () => {
    const of = records({ [keyRecordId("on")]: made("another value") });
    expect(find("another value", of)).toBeNull();
    expect(find("value of on", of)?.id).toBe("on");
  });

  test("a plan of run time adds its stages, and takes none from others", () => {
    const of = records({ [membershipRecordId("test", "on")]: "" });
    expect(find("value of on", of)?.plans).toEqual(
      new Map([
        ["dev", "gold"],
        ["prod", "gold"],
        ["test", "test"],
      ]),
    );
  });
});

describe("keys made at run time", () => {
  test("one is found by its value, under whatever salt", () => {
    const of = records({
      [keyRecordId("k1")]: made("value 1"),
      [keyRecordId("k2")]: made("value 2", { enabled: false }),
      [membershipRecordId("gold", "k1")]: "",
    });
    expect(find("value 1", of)).toMatchObject({ id: "k1", name: "made", enabled: true });
    expect(find("value 1", of)?.plans.get("dev")).toBe("gold");
    expect(find("value 2", of)).toMatchObject({ id: "k2", enabled: false });
    expect(find("value 2", of)?.plans.size).toBe(0);
    expect(find("value 3", of)).toBeNull();
  });

  test("of two with one value the first counts, on every gateway", () => {
    const shared = newSalt();
    const entries = ["b", "a"].map((id) => [keyRecordId(id), made("value", {}, shared)] as const);
    for (const order of [entries, entries.toReversed()]) {
      expect(find("value", records(Object.fromEntries(order)))?.id).toBe("a");
    }
  });

  test.each([
    ["an empty text", ""],
    ["not JSON", "{"],
    ["null", "null"],
    ["no members", "{}"],
    ["a short salt", made("value", { value: { salt: "AA==", hash: hashApiKey("value", salt) } })],
    ["a short hash", made("value", { value: { salt, hash: "AA==" } })],
    ["no value", JSON.stringify({ ...JSON.parse(made("value")), value: null })],
  ])("a record that is %s is no key", (_what, record) => {
    expect(managedKeys(tables, records({ [keyRecordId("k")]: record }))).toHaveLength(2);
  });

  test("memberships of plans and keys that are not there do nothing", () => {
    const of = records({
      [membershipRecordId("gone", "on")]: "",
      [membershipRecordId("gold", "gone")]: "",
      [membershipRecordId("constructor", "on")]: "",
    });
    expect(managedKeys(tables, of)[0]?.plans).toEqual(new Map([["gold", "settings"]]));
  });
});

test("whatever stands in the records, nothing is thrown", () => {
  const parts = fc.constantFrom("api-key", "plan-key", "gold", "on", "/", "%2F", "%", "__proto__");
  const ids = fc.array(parts, { maxLength: 4 }).map((all) => all.join("/"));
  fc.assert(
    fc.property(fc.array(fc.tuple(ids, fc.oneof(fc.string(), fc.json()))), (entries) => {
      const of: Records = { version: "1", byId: new Map(entries) };
      expect(find("no such value", of)).toBeNull();
    }),
  );
});
