import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  generateSpecs,
  hasSpecs,
  listSpecs,
  typeCheck,
  type SpecOutcome,
} from "./generate-specs.js";

describe.skipIf(!hasSpecs)("real specs (skipped where ../shared/specs is missing)", () => {
  const out = mkdtempSync(join(tmpdir(), "gen-gateway-specs-"));
  let outcomes: readonly SpecOutcome[] = [];

  beforeAll(async () => {
    outcomes = await generateSpecs(listSpecs(), out);
  }, 300_000);
  afterAll(() => rmSync(out, { recursive: true, force: true }));

  test("are there in their hundreds", () => {
    expect(outcomes.length).toBeGreaterThan(200);
  });

  test("none crashes the generator", () => {
    expect(outcomes.filter(({ crash }) => crash !== undefined)).toEqual([]);
  });

  test("one that is refused says why, with its place", () => {
    const silent = outcomes
      .filter(({ files }) => files === 0)
      .filter(
        ({ diagnostics }) =>
          !diagnostics.some(
            ({ severity, position }) => severity === "error" && position !== undefined,
          ),
      );
    expect(silent).toEqual([]);
  });

  test("the emitted projects compile as one strict program", { timeout: 300_000 }, () => {
    expect(typeCheck(out)).toBe("");
  });
});
