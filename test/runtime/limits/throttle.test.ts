import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { limitId } from "../../../src/runtime/limits/limit-id.js";
import { prepareClaims } from "../../../src/runtime/limits/throttle.js";
import type { MethodLimits, PlanLimits, Throttle } from "../../../src/runtime/limits/throttle.js";
import { createMemoryStore } from "../../../src/runtime/state/memory.js";

const rate = (rateLimit: number): Throttle => ({ rateLimit, burstLimit: rateLimit * 2 });

const gold: PlanLimits = {
  throttle: rate(10),
  quota: { limit: 100, period: "DAY", offset: 5 },
  methods: new Map([["getPet", rate(1)]]),
};
const none: PlanLimits = { throttle: null, quota: null, methods: new Map() };

function limits(given: Partial<MethodLimits> = {}): MethodLimits {
  return {
    stage: "prod",
    operation: "listPets",
    method: rate(1000),
    account: rate(5000),
    plans: new Map([
      ["gold", gold],
      ["none", none],
    ]),
    ...given,
  };
}

const bucketIds = (given: Partial<MethodLimits>, holder: [string, string] | null): string[] => {
  const [planId, keyId] = holder ?? [];
  const who = planId === undefined || keyId === undefined ? null : { planId, keyId };
  return prepareClaims(limits(given))(who).buckets.map(({ id, rateLimit }) => `${id} ${rateLimit}`);
};

describe("which limits a request has, in order", () => {
  test.each<
    [name: string, given: Partial<MethodLimits>, holder: [string, string] | null, ids: string[]]
  >([
    ["nobody's", {}, null, ["method/prod/listPets 1000", "account 5000"]],
    ["no account limit", { account: null }, null, ["method/prod/listPets 1000"]],
    ["no limit of the method", { method: null }, null, ["account 5000"]],
    ["none at all", { account: null, method: null }, null, []],
    [
      "a key's",
      {},
      ["gold", "k1"],
      ["plan/gold/k1 10", "method/prod/listPets 1000", "account 5000"],
    ],
    [
      "a key's for the method instead of the plan's",
      { operation: "getPet" },
      ["gold", "k1"],
      ["plan-method/gold/k1/prod/getPet 1", "method/prod/getPet 1000", "account 5000"],
    ],
    [
      "a key's of a plan without a limit",
      { method: rate(7) },
      ["none", "k1"],
      ["method/prod/listPets 7", "account 5000"],
    ],
  ])("%s", (_name, given, holder, ids) => expect(bucketIds(given, holder)).toEqual(ids));

  test("a quota belongs to a key in a plan, over all stages", () => {
    const [prod, test_] = ["prod", "test"].map((stage) =>
      prepareClaims(limits({ stage }))({ planId: "gold", keyId: "k1" }),
    );
    expect(prod?.quotas).toEqual([{ id: "plan/gold/k1", limit: 100, period: "DAY", offset: 5 }]);
    expect(test_?.quotas).toEqual(prod?.quotas);
    expect(test_?.usage).toBe(prod?.usage);
  });

  test("usage is counted without a quota, too, and for nobody without a key", () => {
    expect(prepareClaims(limits())({ planId: "none", keyId: "k1" })).toMatchObject({
      quotas: [],
      usage: "none/k1",
    });
    expect(prepareClaims(limits())(null).usage).toBeNull();
  });

  test("a plan that does not exist is our own mistake", () => {
    expect(() => prepareClaims(limits())({ planId: "constructor", keyId: "k" })).toThrow(
      /usage plan/,
    );
  });

  test("the same caller has the same claim, and thousands of callers have room", () => {
    const claims = prepareClaims(limits());
    const first = claims({ planId: "gold", keyId: "k1" });
    expect(claims({ planId: "gold", keyId: "k1" })).toBe(first);
    for (let i = 0; i < 3000; i++) claims({ planId: "gold", keyId: `key ${i}` });
    expect(claims({ planId: "gold", keyId: "k1" })).toEqual(first);
  });

  test("one key's burst leaves other keys alone, until the method's is used up", () => {
    const store = createMemoryStore({ clock: () => 0 });
    const claims = prepareClaims(limits({ method: { rateLimit: 0.001, burstLimit: 25 } }));
    const burst = (keyId: string): readonly string[] =>
      Array.from({ length: 30 }, () => {
        const admission = store.admit(claims({ planId: "gold", keyId }));
        return admission.outcome === "throttled" ? admission.id : admission.outcome;
      });
    expect(burst("k1").filter((outcome) => outcome === "admitted")).toHaveLength(20);
    const second = burst("k2");
    expect(second.filter((outcome) => outcome === "admitted")).toHaveLength(5);
    expect(second.at(-1)).toBe("method/prod/listPets");
  });
});

test("ids of different names are different", () => {
  expect(limitId(["a/b", "c"])).not.toBe(limitId(["a", "b/c"]));
  const names = fc.array(fc.string({ unit: fc.constantFrom("a", "/", "%", "2", "F") }), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(names, names, (one, other) => {
      fc.pre(JSON.stringify(one) !== JSON.stringify(other));
      expect(limitId(one)).not.toBe(limitId(other));
    }),
    { numRuns: 2000 },
  );
});
