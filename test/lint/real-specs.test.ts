import { describe, expect, test } from "vitest";
import { lintDocument } from "../../src/lint/lint-document.js";
import { hasSpecs, listSpecs } from "../specs/generate-specs.js";

describe.skipIf(!hasSpecs)("real specs (skipped where ../shared/specs is missing)", () => {
  test("are linted without a throw, within bounds", { timeout: 120_000 }, async () => {
    const counts = { documents: 0, complete: 0, withFindings: 0 };
    for (const path of listSpecs()) {
      const before = process.cpuUsage();
      const { findings, isComplete } = await lintDocument({ input: path });
      const { user, system } = process.cpuUsage(before);
      expect((user + system) / 1000, path).toBeLessThan(3000);
      for (const { code, message, position, at } of findings) {
        expect(position, `${code} ${at}`).toBeDefined();
        expect(message).not.toMatch(/\n|undefined|\[object|    at /);
      }
      counts.documents++;
      if (isComplete) counts.complete++;
      if (findings.some(({ code }) => !code.startsWith("GG"))) counts.withFindings++;
    }
    expect(counts.documents).toBeGreaterThan(200);
    expect(counts.complete).toBeGreaterThan(200);
    expect(counts.withFindings).toBeGreaterThan(100);
  });
});
