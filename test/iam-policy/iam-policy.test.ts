import { describe, expect, test } from "vitest";
import { readPolicyCases, runMalformedCase, runPolicyCase } from "./run-cases.js";

const cases = readPolicyCases();

describe("decisions of policies", () => {
  test.each(cases.cases.map((item) => [item.id, item] as const))("%s", (_id, item) => {
    expect(runPolicyCase(item, cases)).toMatchObject({ passed: true });
  });
});

describe("policies that are refused", () => {
  test.each(cases.malformed.map((item) => [item.id, item] as const))("%s", (_id, item) => {
    expect(runMalformedCase(item, cases)).toMatchObject({ passed: true });
  });
});
